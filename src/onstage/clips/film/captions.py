"""Captions of a clip: words with times, one set a language, from its file, from its makers, or from a machine."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from onstage.accounts.viewer import Viewer
from onstage.clips import captioned
from onstage.clips.agreeing import rows
from onstage.clips.agreeing.edit import Own, is_decided, own
from onstage.clips.agreeing.revising import recaption, reword
from onstage.clips.captioned import Words
from onstage.clips.models import Stage, captions, clips
from onstage.clips.queries import IN_WORK, asked_by, seen
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.errors import Invalid, NotFound
from onstage.keys import Keys
from onstage.media.cues import BadCaptions, Cue, parse, render
from onstage.media.subtitles import Track

MOST_BYTES = 500_000
MOST_LANGUAGES = 20
UNKNOWN = "und"
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
# ISO 639-2 as containers have it, to the two letters that BCP 47 wants.
_SHORT = {
    "ara": "ar", "chi": "zh", "zho": "zh", "cze": "cs", "ces": "cs", "dan": "da", "dut": "nl", "nld": "nl", "eng": "en",
    "fin": "fi", "fre": "fr", "fra": "fr", "ger": "de", "deu": "de", "gre": "el", "ell": "el", "heb": "he", "hin": "hi",
    "hun": "hu", "ind": "id", "ita": "it", "jpn": "ja", "kor": "ko", "nor": "no", "pol": "pl", "por": "pt", "rum": "ro",
    "ron": "ro", "rus": "ru", "spa": "es", "swe": "sv", "tha": "th", "tur": "tr", "ukr": "uk", "vie": "vi",
}  # fmt: skip


class Source(StrEnum):
    """Where captions come from; what people write is never replaced by what did not come from people."""

    PERSON = "person"
    FILE = "file"
    MACHINE = "machine"


@dataclass(frozen=True)
class Captions:
    """The captions of a clip in one language (BCP 47; `und`: nobody said); `words` are WebVTT of ours."""

    language: str
    source: Source
    changed_at: int
    words: str


def of(db: Connection, viewer: Viewer, slug: str) -> list[Captions]:
    """All captions of a clip that the viewer may see, by language. Raises NotFound."""
    clip = seen(db, viewer, slug)
    in_work = select(clips.c.id).where(clips.c.id == clip.id, IN_WORK)
    return [] if db.execute(in_work, asked_by(viewer)).first() else _all(db, clip.id)


def in_language(db: Connection, viewer: Viewer, slug: str, language: str) -> Captions:
    """The captions in that language. Raises NotFound."""
    found = [each for each in of(db, viewer, slug) if each.language == language]
    if not found:
        raise NotFound("This clip has no captions in that language.")
    return found[0]


def _all(db: Connection, clip: int) -> list[Captions]:
    wanted = select(captions.c.language, captions.c.source, captions.c.changed_at, captions.c.words)
    found = db.execute(wanted.where(captions.c.clip_id == clip).order_by(captions.c.language))
    return [Captions(language, Source(source), at, words) for language, source, at, words in found]


def in_work(db: Connection, viewer: Viewer, slug: str) -> list[Captions]:
    """The captions in the hands of who makes the clip: those that wait beside what is published, else what it has.

    Raises NotFound.
    """
    clip = own(db, viewer, slug, lock=False)
    waited, shown = _waited(db, clip), _all(db, clip.id)
    if waited is None:
        return shown
    known = {(each.language, each.words): each.changed_at for each in shown}
    return [
        Captions(language, Source(source), known.get((language, text), now()), text)
        for language, source, text in waited
    ]


def _waited(db: Connection, clip: Own) -> Words | None:
    """What a draft or question beside what is published has for captions; None: what is shown."""
    if clip.published_at is None or clip.stage is Stage.NONE:
        return None
    return rows.load(db, clip.id).draft.captions


def waits(db: Connection, viewer: Viewer, slug: str) -> Stage | None:
    """Where captions are that viewers do not have yet: in a draft, or asked about. None: they have these. Raises NotFound."""
    clip = own(db, viewer, slug, lock=False)
    waited = _waited(db, clip)
    return None if waited is None or set(waited) == set(captioned.words(db, clip.id)) else clip.stage


def write(db: Connection, keys: Keys, viewer: Viewer, slug: str, language: str, text: str) -> list[Cue]:
    """Take captions as WebVTT or SRT from whoever may change the clip, in place of those in that language.

    Beside what is published they wait for every yes; what was asked before is a draft again. Raises NotFound, NotAllowed,
    and Invalid in a sentence that names the line.
    """
    clip = own(db, viewer, slug)
    if not _TAG.fullmatch(language):
        raise Invalid("A language is two or three letters, such as en or de, or pt-BR.", field="language")
    try:
        cues = parse(text)
    except BadCaptions as reason:
        raise Invalid(f"{reason} Nothing was changed.", field="captions") from None
    there = {each for each, _, _ in _now(db, clip)}
    if language not in there and len(there) >= MOST_LANGUAGES:
        raise Invalid(f"A clip has captions in at most {MOST_LANGUAGES} languages.", field="language")
    _change(db, keys, viewer, clip, language, render(cues))
    return cues


def remove(db: Connection, keys: Keys, viewer: Viewer, slug: str, language: str) -> None:
    """Take captions away, as `write` changes them. Raises NotFound, NotAllowed."""
    clip = own(db, viewer, slug)
    if language not in {each for each, _, _ in _now(db, clip)}:
        raise NotFound("This clip has no captions in that language.")
    _change(db, keys, viewer, clip, language, "")


def _now(db: Connection, clip: Own) -> Words:
    waited = _waited(db, clip)
    return captioned.words(db, clip.id) if waited is None else waited


def _change(db: Connection, keys: Keys, viewer: Viewer, clip: Own, language: str, text: str) -> None:
    before = _now(db, clip)
    after = captioned.with_words(before, language, Source.PERSON.value, text)
    if after == before:
        return
    if clip.published_at is not None:
        recaption(db, keys, viewer, clip.id, after)
        return
    if clip.stage is Stage.ASKED:
        reword(db, keys, viewer, clip.id)
    captioned.put(db, clip.id, language, Source.PERSON.value, text)


def keep_embedded(db: Connection, clip: int, found: Sequence[Track]) -> None:
    """Keep what came inside the file, the first track of each language; captions that are there stay."""
    for track in found:
        language = _SHORT.get(track.language, track.language)
        _keep(db, clip, language if _TAG.fullmatch(language) else UNKNOWN, track.webvtt, Source.FILE)


def keep_spoken(db: Connection, clip: int, language: str, webvtt: str) -> None:
    """Keep what a machine has heard, where there are no captions yet, and nobody has agreed to it without them."""
    if not _all(db, clip) and not is_decided(db, clip):
        _keep(db, clip, language if _TAG.fullmatch(language) else UNKNOWN, webvtt, Source.MACHINE)


def _keep(db: Connection, clip: int, language: str, webvtt: str, source: Source) -> None:
    if db.execute(select(clips.c.id).where(clips.c.id == clip).with_for_update()).first() is None:
        return
    there = {each.language for each in _all(db, clip)}
    if language in there or len(there) >= MOST_LANGUAGES:
        return
    try:
        words = render(parse(webvtt))
    except BadCaptions:
        return
    if len(words.encode()) <= MOST_BYTES:
        captioned.put(db, clip, language, source.value, words)
