"""What a version is: every field of it is digested, kept, and told to who agreed to another."""

from typing import Any

import msgspec
import pytest
from msgspec import structs

from onstage.clips.agreeing.versions import Seen, differences
from onstage.clips.models import Audience
from onstage.media.cues import Cue, render
from onstage.web.pages.asking import change_words

FIELDS = [field.name for field in structs.fields(Seen)]
NAMES = {1: "Ada", 2: "Ben", 3: "@duo"}
ONE = Seen(
    caption="words",
    audience=Audience.FRIENDS,
    marked=False,
    recommended=False,
    leaves=False,
    cover="a.webp",
    cut="",
    captions=(("en", render([Cue(0, 1000, "Hello")])),),
    appears=((1, (0, None)),),
    labels=(("a man", (0, None)),),
    children=(("a girl", (0, None)),),
    coauthors=(3,),
    contains=((3, 7, (0, 3_000_000)),),
)
OTHER: dict[str, list[tuple[Any, str, str]]] = {  # other values of each field, and what is told of them
    "caption": [("others", "words", "others")],
    "audience": [(Audience.PUBLIC, "friends", "public")],
    "marked": [(True, "False", "True")],
    "recommended": [(True, "False", "True")],
    "leaves": [(True, "False", "True")],
    "cover": [("b.webp", "a.webp", "b.webp")],
    "cut": [("0-1000", "", "0-1000")],
    "captions": [
        ((("en", render([Cue(0, 1000, "Bye")])),), "en Hello", "en Bye"),
        ((("en", render([Cue(0, 2000, "Hello")])),), "en Hello", "en Hello"),
        ((), "en Hello", ""),
        ((*ONE.captions, ("de", render([Cue(0, 1000, "Hallo")]))), "", "de Hallo"),
    ],
    "appears": [
        (((1, (1_000_000, 2_500_000)),), "Ada 0:00.0–", "Ada 0:01.0–0:02.5"),
        ((), "Ada 0:00.0–", ""),
        (((1, (0, None)), (2, (0, 61_000_000))), "", "Ben 0:00.0–1:01.0"),
    ],
    "labels": [
        ((), "a man 0:00.0–", ""),
        ((*ONE.labels, ("a man", (5_000_000, None))), "a man 0:00.0–", "a man 0:00.0–, 0:05.0–"),
    ],
    "children": [((("a boy", (0, None)), *ONE.children), "", "a boy 0:00.0–")],
    "coauthors": [((), "@duo", "")],
    "takes": [(True, "False", "True")],
    "contains": [
        ((), "@duo 0:00.0–0:03.0", ""),
        (((3, 7, (0, 3_000_000)), (3, 8, (5_000_000, None))), "@duo 0:00.0–0:03.0", "@duo 0:00.0–0:03.0, 0:05.0–"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_of_the_digest_is_told(field: str) -> None:
    sentences = set()
    for value, before, after in OTHER[field]:
        other = structs.replace(ONE, **{field: value})
        assert msgspec.json.encode(other) != msgspec.json.encode(ONE)
        (told,) = differences(ONE, other, NAMES)
        assert (told.what, told.before, told.after) == (field, before, after)
        sentences.add(change_words(told.what, told.before, told.after))
    assert len(sentences) == len(OTHER[field])
    assert all(sentences)


def test_nothing_is_told_of_the_same() -> None:
    assert list(differences(ONE, ONE, NAMES)) == []


def test_every_field_has_a_sentence_of_its_own() -> None:
    said = {change_words(field, *OTHER[field][0][1:]) for field in FIELDS}
    assert len(said) == len(FIELDS)
