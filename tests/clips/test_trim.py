"""Trimming: a part is cut out, what others see is the cut alone, and what is cut away goes when the clip goes out."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from onstage.accounts.viewer import Viewer
from onstage.clips import kinds
from onstage.clips.agreeing import answers, appearances, edit, inbox, publish, unregistered
from onstage.clips.film import captions, trim
from onstage.clips.models import Audience, Cutting, Stage, clips, renditions
from onstage.clips.queries import media_for
from onstage.clips.trimmed import Trim
from onstage.clips.upload import Upload
from onstage.clips.workroom import Workroom
from onstage.clock import SECOND, now
from onstage.engagement.cards import cards
from onstage.errors import Invalid, NotAllowed, NotFound
from onstage.jobs.models import Lane
from onstage.jobs.worker import run_due
from onstage.media.cues import parse
from onstage.storage.objects import Objects
from onstage.web.http import App
from tests.cast import Actor, Cast
from tests.clips.conftest import Film, Run, send
from tests.clips.test_pipeline import files, named, row, stored
from tests.scenes import Scene, Scenes

_WORDS = (
    "WEBVTT\n\n00:00.200 --> 00:00.800\nbefore\n\n00:01.200 --> 00:02.000\nwithin\n\n00:03.500 --> 00:03.900\nafter\n"
)


@pytest.fixture
def scene(app: App, scenes: Scenes, film: Film, run: Run) -> Scene[Upload]:
    def make(cast: Cast) -> Upload:
        upload = send(app, cast.ada.viewer, film(4, "400x712").read_bytes())
        run()
        return upload

    return scenes.begin(app, "a draft of four seconds", make)


@pytest.fixture
def draft(scene: Scene[Upload]) -> Upload:
    """A draft of ada's of four seconds, made to the end."""
    return scene.made


def choose(app: App, viewer: Viewer, slug: str, start: float, end: float) -> Trim | None:
    with app.database.write() as db:
        return trim.trim(db, app.keys, viewer, slug, round(start * SECOND), round(end * SECOND))


def whole(app: App, viewer: Viewer, slug: str) -> None:
    with app.database.write() as db:
        trim.whole(db, app.keys, viewer, slug)


def press(app: App, viewer: Viewer, slug: str) -> Stage:
    with app.database.write() as db:
        return publish.publish(db, app.keys, viewer, slug)


def film_aside(app: App, clip: int) -> str | None:
    with app.database.read() as db:
        return db.execute(
            select(renditions.c.key).where(renditions.c.clip_id == clip, renditions.c.aside == 1)
        ).scalar()


def fetches(app: App, who: Actor, key: str) -> bool:
    with app.database.read() as db:
        return media_for(db, who.viewer, key) is not None


def shown_to(app: App, who: Actor, clip: int) -> list[str]:
    with app.database.read() as db:
        return [file.url.rpartition("/")[2] for card in cards(db, who.viewer, [clip]) for file in card.renditions]


def words_of(app: App, viewer: Viewer, slug: str) -> list[tuple[int, int, str]]:
    with app.database.read() as db:
        return [(cue.start, cue.end, cue.words) for each in captions.of(db, viewer, slug) for cue in parse(each.words)]


def seconds(app: App, clip: int) -> float:
    return round(float(row(app.database, clip).duration_us) / SECOND, 1)


def test_a_draft_is_cut_and_the_whole_waits_for_its_author_alone(app: App, cast: Cast, draft: Upload, run: Run) -> None:
    before = {file.key for file in files(app.database, draft.clip)}
    with app.database.write() as db:
        captions.write(db, app.keys, cast.ada.viewer, draft.slug, "en", _WORDS)
    chosen = choose(app, cast.ada.viewer, draft.slug, 1, 3)
    assert chosen is not None
    assert chosen.state is Cutting.WAITS
    run()
    assert seconds(app, draft.clip) == 2
    aside = film_aside(app, draft.clip)
    assert aside in before
    shown = shown_to(app, cast.ada, draft.clip)
    assert [(file.width, file.aside) for file in files(app.database, draft.clip)] == [(400, 1), (400, 0), (360, 0)]
    assert before.isdisjoint(shown)
    assert words_of(app, cast.ada.viewer, draft.slug) == [(200, 1000, "within")]
    assert [fetches(app, who, str(aside)) for who in (cast.ada, cast.ben, cast.guest)] == [True, False, False]
    assert stored(app) == named(app.database)
    assert row(app.database, draft.clip).cover is not None


def test_the_whole_can_be_chosen_again(app: App, cast: Cast, draft: Upload, run: Run) -> None:
    with app.database.write() as db:
        captions.write(db, app.keys, cast.ada.viewer, draft.slug, "en", _WORDS)
        appearances.name(db, app.keys, cast.ada.viewer, draft.slug, "fay", SECOND, 2 * SECOND)
    before = words_of(app, cast.ada.viewer, draft.slug)
    choose(app, cast.ada.viewer, draft.slug, 1, 3)
    run()
    with app.database.read() as db:
        assert [(each.from_us, each.to_us) for each in appearances.named_in(db, cast.ada.viewer, draft.slug)[0]] == [
            (0, SECOND)
        ]
    whole(app, cast.ada.viewer, draft.slug)
    run()
    assert seconds(app, draft.clip) == 4
    assert words_of(app, cast.ada.viewer, draft.slug) == before
    with app.database.read() as db:
        assert trim.of(db, cast.ada.viewer, draft.slug) is None
        assert [(each.from_us, each.to_us) for each in appearances.named_in(db, cast.ada.viewer, draft.slug)[0]] == [
            (SECOND, 2 * SECOND)
        ]
    assert [file.width for file in files(app.database, draft.clip)] == [400, 360]
    assert stored(app) == named(app.database)


def test_a_second_choice_is_made_from_the_whole(app: App, cast: Cast, draft: Upload, run: Run) -> None:
    choose(app, cast.ada.viewer, draft.slug, 2, 4)
    run()
    choose(app, cast.ada.viewer, draft.slug, 0, 3)
    run()
    assert seconds(app, draft.clip) == 3
    assert stored(app) == named(app.database)


def test_only_the_last_of_two_choices_is_cut(app: App, cast: Cast, draft: Upload, run: Run) -> None:
    choose(app, cast.ada.viewer, draft.slug, 2, 4)
    choose(app, cast.ada.viewer, draft.slug, 0, 1.5)
    run()
    assert seconds(app, draft.clip) == 1.5
    assert stored(app) == named(app.database)


def test_what_is_published_is_the_cut_and_the_rest_is_erased(app: App, cast: Cast, draft: Upload, run: Run) -> None:
    choose(app, cast.ada.viewer, draft.slug, 1, 3)
    run()
    aside = film_aside(app, draft.clip)
    assert press(app, cast.ada.viewer, draft.slug) is Stage.NONE
    assert not fetches(app, cast.ada, str(aside))
    run()
    assert app.storage.size(str(aside)) is None
    assert seconds(app, draft.clip) == 2
    whole(app, cast.ada.viewer, draft.slug)
    assert seconds(app, draft.clip) == 2
    assert stored(app) == named(app.database)


def test_publish_waits_until_it_is_cut(app: App, cast: Cast, draft: Upload, run: Run) -> None:
    choose(app, cast.ada.viewer, draft.slug, 1, 3)
    assert press(app, cast.ada.viewer, draft.slug) is Stage.DRAFT
    assert row(app.database, draft.clip).published_at is None
    run()
    assert row(app.database, draft.clip).published_at is not None
    assert seconds(app, draft.clip) == 2
    assert stored(app) == named(app.database)


def test_a_part_is_chosen_while_the_upload_is_on_its_way(app: App, cast: Cast, film: Film, run: Run) -> None:
    upload = send(app, cast.ada.viewer, film(4).read_bytes())
    choose(app, cast.ada.viewer, upload.slug, 0.5, 90)
    assert press(app, cast.ada.viewer, upload.slug) is Stage.PROCESSING
    run()
    assert row(app.database, upload.clip).published_at is not None
    assert seconds(app, upload.clip) == 3.5
    assert [file.aside for file in files(app.database, upload.clip)] == [0]
    assert stored(app) == named(app.database)


def test_a_part_that_the_film_does_not_have_publishes_nothing(app: App, cast: Cast, film: Film, run: Run) -> None:
    upload = send(app, cast.ada.viewer, film(1).read_bytes())
    choose(app, cast.ada.viewer, upload.slug, 5, 9)
    press(app, cast.ada.viewer, upload.slug)
    run()
    clip = row(app.database, upload.clip)
    assert (clip.stage, clip.published_at, clip.publish_asked) == (Stage.DRAFT, None, 0)
    with app.database.read() as db:
        found = trim.of(db, cast.ada.viewer, upload.slug)
    assert found is not None
    assert found.state is Cutting.FAILED
    assert len(files(app.database, upload.clip)) == 1


def test_what_is_published_is_cut_as_soon_as_it_is_made(app: App, cast: Cast, draft: Upload, run: Run) -> None:
    press(app, cast.ada.viewer, draft.slug)
    choose(app, cast.ada.viewer, draft.slug, 1, 3)
    assert seconds(app, draft.clip) == 4
    run()
    assert seconds(app, draft.clip) == 2
    assert row(app.database, draft.clip).edited_at is not None
    assert [file.aside for file in files(app.database, draft.clip)] == [0, 0]
    assert stored(app) == named(app.database)


@pytest.fixture
def agreed(app: App, cast: Cast, draft: Upload) -> Upload:
    """The draft, published with fay's yes."""
    with app.database.write() as db:
        appearances.name(db, app.keys, cast.ada.viewer, draft.slug, "fay")
    press(app, cast.ada.viewer, draft.slug)
    say_yes(app, cast.fay, draft.slug)
    return draft


def say_yes(app: App, who: Actor, slug: str) -> None:
    viewer = replace(who.viewer, checked_at=now())
    with app.database.write() as db:
        waiting = inbox.one(db, viewer, slug)
        answers.say_yes(db, app.keys, viewer, slug, waiting.version)


def test_the_shown_version_stays_until_everybody_agrees_to_the_cut(
    app: App, cast: Cast, agreed: Upload, run: Run
) -> None:
    before = shown_to(app, cast.ben, agreed.clip)
    choose(app, cast.ada.viewer, agreed.slug, 1, 3)
    run()
    aside = str(film_aside(app, agreed.clip))
    assert row(app.database, agreed.clip).stage == Stage.ASKED
    assert shown_to(app, cast.ben, agreed.clip) == before
    assert [fetches(app, who, aside) for who in (cast.ada, cast.fay, cast.ben, cast.guest)] == [
        True,
        True,
        False,
        False,
    ]
    with app.database.read() as db:
        waiting = inbox.one(db, cast.fay.viewer, agreed.slug)
    assert (waiting.cut, [each.what for each in waiting.changed or ()]) == (aside, ["cut"])
    say_yes(app, cast.fay, agreed.slug)
    assert shown_to(app, cast.ben, agreed.clip) == [aside]
    assert not any(fetches(app, cast.ada, key) for key in before)
    run()
    assert seconds(app, agreed.clip) == 2
    assert stored(app) == named(app.database)


def test_who_answers_by_a_link_sees_the_cut(app: App, cast: Cast, draft: Upload, run: Run) -> None:
    with app.database.write() as db:
        edit.change(db, app.keys, cast.ada.viewer, draft.slug, audience=Audience.FRIENDS)
        appearances.label(db, app.keys, cast.ada.viewer, draft.slug, "a child", minor=True)
        (label,) = appearances.named_in(db, cast.ada.viewer, draft.slug)[1]
        link = unregistered.name_guardian(db, app.keys, cast.ada.viewer, draft.slug, label.id, "https://x.example")
    secret = link.rpartition("/")[2]
    press(app, cast.ada.viewer, draft.slug)
    with app.database.write() as db:
        unregistered.say_yes(db, app.keys, secret, unregistered.question(db, secret).version)
        assert unregistered.film(db, secret) != film_aside(app, draft.clip)
    choose(app, cast.ada.viewer, draft.slug, 1, 3)
    run()
    with app.database.read() as db:
        assert unregistered.question(db, secret).version == 2
        assert unregistered.film(db, secret) == film_aside(app, draft.clip)


def test_a_cut_that_is_not_wanted_any_more_leaves_what_is_shown(app: App, cast: Cast, agreed: Upload, run: Run) -> None:
    before = shown_to(app, cast.ben, agreed.clip)
    choose(app, cast.ada.viewer, agreed.slug, 1, 3)
    run()
    choose(app, cast.ada.viewer, agreed.slug, 0, 2)
    run()
    whole(app, cast.ada.viewer, agreed.slug)
    run()
    assert (shown_to(app, cast.ben, agreed.clip), film_aside(app, agreed.clip)) == (before, None)
    with app.database.read() as db:
        assert trim.of(db, cast.ada.viewer, agreed.slug) is None
    assert stored(app) == named(app.database)


def test_trimming_takes_the_question_back(app: App, cast: Cast, draft: Upload, run: Run) -> None:
    with app.database.write() as db:
        appearances.name(db, app.keys, cast.ada.viewer, draft.slug, "fay")
    assert press(app, cast.ada.viewer, draft.slug) is Stage.ASKED
    choose(app, cast.ada.viewer, draft.slug, 1, 3)
    assert row(app.database, draft.clip).stage == Stage.DRAFT
    run()
    press(app, cast.ada.viewer, draft.slug)
    aside = str(film_aside(app, draft.clip))
    assert not fetches(app, cast.fay, aside)
    assert all(fetches(app, cast.fay, key) for key in shown_to(app, cast.fay, draft.clip))
    whole(app, cast.ada.viewer, draft.slug)
    assert (row(app.database, draft.clip).stage, seconds(app, draft.clip)) == (Stage.DRAFT, 4)


class Meanwhile:
    """A store in which something else happens before the first file comes to it."""

    def __init__(self, objects: Objects, happens: Callable[[], object]) -> None:
        self._objects = objects
        self._happens = [happens]

    def put(self, key: str, path: Path) -> None:
        if self._happens:
            self._happens.pop()()
        self._objects.put(key, path)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._objects, name)


def test_what_was_made_of_the_whole_does_not_come_to_the_cut(
    app: App, cast: Cast, film: Film, run: Run, room: Workroom
) -> None:
    """The ladder of the whole is still being made when the cut is."""
    upload = send(app, cast.ada.viewer, film(4, "400x712").read_bytes())
    run(Lane.PUBLISH)

    def cut() -> None:
        choose(app, cast.ada.viewer, upload.slug, 1, 3)
        run(Lane.PUBLISH)

    slow = Workroom(**{**vars(room), "objects": Meanwhile(app.storage, cut)})
    run_due(app.database, kinds.kinds(slow), [Lane.LADDER])
    assert [(file.width, file.aside) for file in files(app.database, upload.clip)] == [(400, 1), (400, 0), (360, 0)]
    assert [app.storage.size(file.key) == file.bytes for file in files(app.database, upload.clip)] == [True] * 3
    assert stored(app) == named(app.database)


@pytest.mark.parametrize(
    ("start", "end", "field"), [(2, 2.5, "to_seconds"), (3, 1, "to_seconds"), (3.5, 9, "from_seconds")]
)
def test_less_than_a_second_is_refused(
    app: App, cast: Cast, draft: Upload, start: float, end: float, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        choose(app, cast.ada.viewer, draft.slug, start, end)
    assert refused.value.field == field
    with app.database.read() as db:
        assert trim.of(db, cast.ada.viewer, draft.slug) is None


def test_nobody_else_trims(app: App, cast: Cast, draft: Upload) -> None:
    for who in (cast.ben, cast.fay, cast.ola, cast.guest):
        with pytest.raises(NotFound):
            choose(app, who.viewer, draft.slug, 1, 3)


def test_a_fellow_owner_does_not_trim_for_its_author(app: App, cast: Cast, film: Film, run: Run) -> None:
    upload = send(app, cast.duo.viewer, film(4).read_bytes())
    run(Lane.PUBLISH)
    press(app, cast.duo.viewer, upload.slug)
    with pytest.raises(NotAllowed):
        choose(app, cast.ben.viewer, upload.slug, 1, 3)
    with app.database.read() as db:
        assert db.execute(select(clips.c.duration_us).where(clips.c.id == upload.clip)).scalar_one() > 3 * SECOND
