"""A film that comes again: who said no to it need not say it again, whoever uploads it and whatever is done to the file."""

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest
from sqlalchemy import delete, insert, select, update

from onstage.accounts.models import accounts
from onstage.clips.agreeing import answers, holds, publish, reconsidering, repeats, rows, unregistered
from onstage.clips.agreeing import appearances as appearing
from onstage.clips.ending import restoring
from onstage.clips.models import HoldKind, Stage, appearances, clips
from onstage.clips.models import holds as holds_table
from onstage.clips.rules.life import Hold
from onstage.clips.same_film import film_marks, film_moves, same_films
from onstage.clips.upload import Upload
from onstage.clock import now
from onstage.errors import NotFound
from onstage.jobs.models import jobs
from onstage.jobs.worker import run_due
from onstage.moderation import withheld
from onstage.notifications.inbox import listed
from onstage.server import job_kinds
from onstage.storage.journal import Entry
from onstage.upkeep import ledger_replay
from onstage.web.app import App
from tests.cast import Actor, Cast, make_clip
from tests.client import Client
from tests.clips.conftest import Film, Run, send
from tests.scenes import Scene, Scenes


class Films:
    """People who upload films, and say no."""

    def __init__(self, app: App, cast: Cast, run: Run) -> None:
        self.app, self.cast, self.run = app, cast, run

    def upload(self, who: Actor, film: Path, *, early: bool = False) -> Upload:
        made = send(self.app, who.viewer, film.read_bytes())
        if early:
            with self.app.database.write() as db:
                publish.publish(db, self.app.keys, who.viewer, made.slug)
        self.run()
        return made

    def name(self, upload: Upload, who: Actor) -> None:
        """They are in it, as if they had been asked about it."""
        with self.app.database.write() as db:
            row = {"clip_id": upload.clip, "person_id": who.viewer.person, "account_id": who.viewer.account}
            db.execute(insert(appearances).values(**row, sticks=1, at=now()))
            rows.save_concerned(db, rows.load(db, upload.clip))

    def out(self, who: Actor, film: Path, *named: Actor) -> Upload:
        """One with these people in it, which they have agreed to."""
        made = self.upload(who, film)
        for each in named:
            self.name(made, each)
        with self.app.database.write() as db:
            publish.publish(db, self.app.keys, who.viewer, made.slug)
        for each in named:
            with self.app.database.write() as db:
                answers.say_yes(db, self.app.keys, each.viewer, made.slug, 1)
        assert self.state(made).clip.visible
        return made

    def no(self, who: Actor, upload: Upload) -> None:
        with self.app.database.write() as db:
            answers.say_no(db, self.app.keys, who.viewer, upload.slug)

    def lift(self, who: Actor, upload: Upload) -> None:
        with self.app.database.write() as db:
            answers.lift(db, self.app.keys, who.viewer, upload.slug)

    def state(self, upload: Upload) -> rows.Record:
        with self.app.database.read() as db:
            return rows.load(db, upload.clip)

    def noes(self, upload: Upload) -> set[int]:
        return {hold.giver for hold in self.state(upload).clip.holds if hold.kind is HoldKind.NO}

    def told(self, who: Actor) -> list[str]:
        with self.app.database.read() as db:
            return [each.kind for each in listed(db, who.viewer)[0]]


@dataclass(frozen=True)
class Child:
    """A child in a film who is not here: the clip, the label, and the secret of their guardian's link."""

    upload: Upload
    label: int
    link: str


@pytest.fixture
def films(app: App, cast: Cast, run: Run) -> Films:
    return Films(app, cast, run)


@pytest.fixture
def scene(app: App, scenes: Scenes, run: Run, film: Film) -> Scene[Upload]:
    return scenes.begin(app, "fay is in a film", lambda cast: Films(app, cast, run).out(cast.ada, film(), cast.fay))


@pytest.fixture
def first(scene: Scene[Upload]) -> Upload:
    """A film of ada's that is out, with fay in it."""
    return scene.made


def again(film: Path, to: Path, *how: str) -> Path:
    """The film, written once more."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-i", str(film), *how, str(to)]
    subprocess.run(command, check=True)
    return to


@pytest.mark.parametrize("container", ["mp4", "mkv", "ts"])
def test_a_no_covers_the_film_in_another_account(
    films: Films, cast: Cast, first: Upload, film: Film, tmp_path: Path, container: str
) -> None:
    films.no(cast.fay, first)
    copy = again(film(), tmp_path / f"other words.{container}", "-c", "copy", "-metadata", "title=Mine")
    second = films.upload(cast.ben, copy, early=True)
    clip = films.state(second).clip
    assert (clip.stage, clip.shown) == (Stage.ASKED, None)
    assert clip.holds == {Hold(HoldKind.NO, cast.fay.viewer.person or 0)}
    assert clip.named == {cast.fay.viewer.person}
    assert "again" in films.told(cast.fay)
    assert "again" not in films.told(cast.ben)


def test_one_encoded_anew_is_found_by_what_moves_in_it(
    films: Films, cast: Cast, film: Film, tmp_path: Path, run: Run
) -> None:
    whole = film(seconds=5)
    first = films.out(cast.ada, whole, cast.fay)
    films.no(cast.fay, first)
    poor = ["-vf", "scale=-2:240", "-r", "20", "-c:v", "libx264", "-b:v", "120k", "-an"]
    second = films.upload(cast.ben, again(whole, tmp_path / "poor.mp4", "-ss", "0.6", *poor), early=True)
    assert films.noes(second) == {cast.fay.viewer.person}
    assert films.state(second).clip.named == {cast.fay.viewer.person}
    turned = films.upload(cast.ben, again(whole, tmp_path / "turned.mp4", "-vf", "reverse,hflip"))
    assert not films.noes(turned), "another film of the same things"


def test_who_says_no_later_covers_what_came_after_and_not_what_came_before(
    films: Films, cast: Cast, film: Film, tmp_path: Path
) -> None:
    before = films.out(cast.ben, film(seconds=5))
    named = films.out(cast.ada, film(seconds=5), cast.fay)
    after = films.out(cast.ben, film(seconds=5))
    poor = again(film(seconds=5), tmp_path / "poor.mp4", "-vf", "scale=-2:240", "-c:v", "libx264", "-b:v", "120k")
    found_later = films.out(cast.ben, poor)
    films.no(cast.fay, named)
    assert not films.state(after).clip.visible, "in the same transaction"
    assert films.state(after).clip.holds >= {Hold(HoldKind.NO, cast.fay.viewer.person or 0)}
    assert films.state(before).clip.visible, "nobody is in the first one by naming them in another"
    films.run()
    assert not films.state(found_later).clip.visible
    assert films.state(before).clip.visible


def test_it_covers_what_came_before_where_they_are_in_that_too(
    films: Films, cast: Cast, first: Upload, film: Film
) -> None:
    later = films.out(cast.ada, film(), cast.fay)
    films.no(cast.fay, later)
    assert not films.state(first).clip.visible


def test_each_no_is_lifted_by_its_giver_for_each_clip_and_does_not_come_back(
    films: Films, cast: Cast, first: Upload, film: Film, tmp_path: Path
) -> None:
    films.no(cast.fay, first)
    second = films.upload(cast.ben, film(), early=True)
    films.lift(cast.fay, second)
    assert not films.noes(second)
    assert films.noes(first) == {cast.fay.viewer.person}
    assert films.state(second).clip.shown is None, "she is in it, so her yes is needed"
    with films.app.database.write() as db:
        repeats.meet(db, films.app.keys, second.clip, [first.clip])
        repeats.recognise(db, films.app.keys, second.clip, b"another mark")
    assert not films.noes(second)
    with films.app.database.write() as db:
        answers.say_yes(db, films.app.keys, cast.fay.viewer, second.slug, 1)
    assert films.state(second).clip.visible
    films.no(cast.ada, first)
    assert films.noes(second) == {cast.ada.viewer.person}, "what another says to it later is their own"


def test_a_no_that_was_lifted_does_not_come_back_by_a_third_upload(
    films: Films, cast: Cast, first: Upload, film: Film
) -> None:
    films.no(cast.fay, first)
    second = films.upload(cast.ben, film(), early=True)
    films.lift(cast.fay, first)
    assert (films.noes(first), films.noes(second)) == (set(), {cast.fay.viewer.person})
    third = films.upload(cast.max, film())
    assert films.noes(third) == {cast.fay.viewer.person}
    assert not films.noes(first), "nobody has said it to that one again"


def test_a_no_goes_on_to_a_clip_that_only_what_lies_between_is_like(
    films: Films, cast: Cast, first: Upload, app: App
) -> None:
    between, far = (make_clip(app.database, cast.ben.viewer, caption=each)[0] for each in ("between", "far"))
    with app.database.write() as db:
        repeats.meet(db, app.keys, far, [between])
    films.no(cast.fay, first)
    with app.database.write() as db:
        repeats.meet(db, app.keys, between, [first.clip])
        held = select(holds_table.c.clip_id).where(holds_table.c.giver_id == cast.fay.viewer.person)
        assert set(db.execute(held).scalars()) == {first.clip, between, far}


def test_the_no_of_a_guardian_goes_with_the_child(films: Films, cast: Cast, film: Film) -> None:
    first = films.upload(cast.mia, film())
    films.name(first, cast.max)
    with films.app.database.write() as db:
        publish.publish(db, films.app.keys, cast.mia.viewer, first.slug)
    films.no(cast.gus, first)
    second = films.upload(cast.ben, film())
    assert films.noes(second) == {cast.gus.viewer.person}
    assert films.state(second).clip.named == {cast.mia.viewer.person}
    films.lift(cast.gus, second)
    assert not films.noes(second)


def test_an_owner_s_no_stays_in_the_account(films: Films, cast: Cast, film: Film, app: App) -> None:
    with app.database.write() as db:
        db.execute(update(accounts).where(accounts.c.id == cast.duo.viewer.account).values(publishing_rule="all"))
    first = films.upload(cast.duo, film())
    with app.database.write() as db:
        publish.publish(db, app.keys, cast.duo.viewer, first.slug)
    films.no(cast.ben, first)
    assert films.noes(films.upload(cast.duo, film())) == {cast.ben.viewer.person}
    assert not films.noes(films.upload(cast.ada, film()))


def test_nobody_is_told_who_said_no(films: Films, cast: Cast, first: Upload, film: Film, client: Client) -> None:
    films.no(cast.fay, first)
    second = films.upload(cast.ben, film(), early=True)
    clip = f"/api/v1/clips/{second.slug}"
    paths = (
        clip,
        *(clip + part for part in ("/appearances", "/progress")),
        f"/make/{second.slug}",
        "/me/clips",
        "/inbox",
    )
    answers_to_ben = [client.ask("GET", path, cast.ben) for path in paths]
    assert [each.status for each in answers_to_ben] == [200] * len(paths)
    assert not [each for each in answers_to_ben if re.search(r"\bfay\b", each.text, re.IGNORECASE)]
    assert "Somebody who must agree said no" in answers_to_ben[3].text
    assert "that you said no to" in client.ask("GET", "/inbox", cast.fay).text
    assert second.slug in client.ask("GET", "/me/with-me", cast.fay).text
    films.lift(cast.fay, second)
    with films.app.database.write() as db:
        answers.say_yes(db, films.app.keys, cast.fay.viewer, second.slug, 1)
    assert "fay" in client.ask("GET", clip + "/appearances", cast.ben).text


def test_nothing_of_a_deleted_film_is_left_to_know_it_by(films: Films, cast: Cast, film: Film, client: Client) -> None:
    first = films.out(cast.ada, film(seconds=5), cast.fay)
    second = films.upload(cast.ben, film(seconds=5))
    films.no(cast.fay, first)
    assert films.noes(second) == {cast.fay.viewer.person}
    assert client.ask("DELETE", f"/api/v1/clips/{first.slug}", cast.ada).status < 300
    with films.app.database.write() as db:
        db.execute(delete(clips).where(clips.c.id == first.clip))
        for table in (film_marks, film_moves, same_films):
            named = [column for column in table.c if column.name in {"clip_id", "other_id"}]
            assert not [row for row in db.execute(select(*named)) if first.clip in row]
    assert films.noes(second) == {cast.fay.viewer.person}, "what it covered stays covered"
    third = films.upload(cast.ada, film(seconds=5))
    assert films.noes(third) == {cast.fay.viewer.person}, "by the second one, which is here"


def test_what_a_no_covered_is_found_again_after_a_restore(films: Films, cast: Cast, first: Upload, film: Film) -> None:
    second = films.out(cast.ben, film())
    fay = cast.fay.viewer.person or 0
    with films.app.database.write() as db:
        said = [Entry("no", clip, now(), fay) for clip in (first.clip, second.clip)]
        assert len(restoring.say_no_again(db, said)) == 2
    assert films.noes(second) == {fay}
    films.run()
    assert films.state(second).clip.named == {fay}, "so that she can take it back there"
    films.lift(cast.fay, second)


def test_who_was_named_after_the_backup_takes_their_no_back_after_the_restore(
    films: Films, cast: Cast, film: Film
) -> None:
    out = films.out(cast.ben, film())
    fay = cast.fay.viewer.person or 0
    with films.app.database.write() as db:
        (restored,) = restoring.say_no_again(db, [Entry("no", out.clip, now(), fay)])
        restoring.enter(db, films.app.keys, [restored])
    assert films.state(out).clip.named == {fay}
    with films.app.database.read() as db:
        assert [each for each in ledger_replay.differences(db) if each.startswith("clip")] == []
    films.lift(cast.fay, out)
    assert {hold.kind for hold in films.state(out).clip.holds} == {HoldKind.BASIS}, "no no is a yes"
    with films.app.database.write() as db:
        answers.say_yes(db, films.app.keys, cast.fay.viewer, out.slug, 1)
        assert answers.bring_back(db, films.app.keys, cast.ben.viewer, out.slug).visible


def test_a_mark_says_nothing_to_who_guesses(films: Films, cast: Cast, film: Film) -> None:
    made = films.upload(cast.ada, film())
    with films.app.database.read() as db:
        (mark,) = db.execute(select(film_marks.c.mark).where(film_marks.c.clip_id == made.clip)).scalars().all()
    with films.app.database.write() as db:
        repeats.recognise(db, films.app.keys, made.clip, mark)
        marks: Any = db.execute(select(film_marks.c.mark).where(film_marks.c.clip_id == made.clip)).scalars().all()
    assert len(marks) == 2, "what is kept is not what it is made of"


@pytest.fixture
def child(films: Films, cast: Cast, film: Film) -> Child:
    """Ada's film with a child who is not here, whose father has a link and a mail address."""
    made = films.upload(cast.ada, film())
    with films.app.database.write() as db:
        label = appearing.label(db, films.app.keys, cast.ada.viewer, made.slug, "Tim in red", minor=True)
        link = unregistered.name_guardian(
            db, films.app.keys, cast.ada.viewer, made.slug, label, "https://here.test", "father@there.test"
        )
    return Child(made, label, link)


def test_a_no_by_a_link_goes_with_the_film(films: Films, cast: Cast, film: Film, child: Child, client: Client) -> None:
    with films.app.database.write() as db:
        unregistered.say_no(db, films.app.keys, child.link)
    kinds = {kind: job for kind, job in job_kinds(films.app).items() if kind != "mail"}
    second = Films(films.app, cast, lambda: run_due(films.app.database, kinds)).upload(cast.ben, film(), early=True)
    (label,) = films.noes(second)
    assert label != child.label
    assert films.state(second).clip.shown is None
    with films.app.database.read() as db:
        first, other = (unregistered.question(db, child.link, slug) for slug in ("", second.slug))
        letters = db.execute(select(jobs.c.payload).where(jobs.c.kind == "mail")).scalars().all()
        with pytest.raises(NotFound):
            unregistered.question(db, child.link, "another-clip")
    assert (first.slug, first.words) == (child.upload.slug, "Tim in red")
    assert [(each.slug, each.refused) for each in first.again] == [(second.slug, True)]
    assert (other.words, other.refused) == ("", True)
    told = [each for each in map(json.loads, letters) if "once more" in each["words"]]
    assert [each["to"] for each in told] == ["father@there.test"]
    by_letter = re.findall(r"/answer/(\S+)", told[0]["words"])[0]
    assert "and your no counts there as well" in client.ask("GET", f"/answer/{by_letter}").text
    for path in (f"/api/v1/clips/{second.slug}/appearances", f"/make/{second.slug}", f"/api/v1/clips/{second.slug}"):
        answer = client.ask("GET", path, cast.ben)
        assert answer.status == 200
        assert "Tim" not in answer.text
        assert str(label) not in answer.text


def test_who_brought_the_film_can_do_nothing_to_a_label_that_is_not_theirs(
    films: Films, cast: Cast, film: Film, child: Child
) -> None:
    with films.app.database.write() as db:
        unregistered.say_no(db, films.app.keys, child.link)
    second = films.upload(cast.ben, film())
    (label,) = films.noes(second)
    keys, ben = films.app.keys, cast.ben.viewer
    with films.app.database.write() as db:
        with pytest.raises(NotFound):
            appearing.unlabel(db, keys, ben, second.slug, label)
        with pytest.raises(NotFound):
            unregistered.name_guardian(db, keys, ben, second.slug, label, "https://here.test")
        with pytest.raises(NotFound):
            appearing.take_over(db, keys, cast.ada.viewer, second.slug, label)
    assert films.noes(second) == {label}


def test_each_no_by_a_link_is_lifted_for_each_clip_and_lifting_is_no_yes(
    films: Films, cast: Cast, film: Film, child: Child, client: Client
) -> None:
    keys = films.app.keys
    out = films.out(cast.ben, film())
    with films.app.database.write() as db:
        unregistered.say_no(db, keys, child.link)
    assert not films.state(out).clip.visible
    page = client.ask("GET", f"/answer/{child.link}").text
    assert f"?clip={out.slug}" in page
    with films.app.database.write() as db:
        unregistered.lift(db, keys, child.link, out.slug)
    assert {hold.kind for hold in films.state(out).clip.holds} == {HoldKind.BASIS}
    assert films.noes(child.upload), "that one stays"
    with films.app.database.write() as db:
        unregistered.say_yes(db, keys, child.link, unregistered.question(db, child.link, out.slug).version, out.slug)
        reconsidering.run(db, keys)
        revised = answers.bring_back(db, keys, cast.ben.viewer, out.slug)
    assert revised.visible
    shown = films.state(out)
    assert str(shown.kept_reach.audience) == "friends", "near at most, with a child who is not here"


def test_no_link_reaches_back_to_a_clip_that_was_here_before(films: Films, cast: Cast, film: Film, run: Run) -> None:
    before = films.out(cast.ben, film())
    made = films.upload(cast.ada, film())
    with films.app.database.write() as db:
        label = appearing.label(db, films.app.keys, cast.ada.viewer, made.slug, "Tim", minor=True)
        link = unregistered.name_guardian(db, films.app.keys, cast.ada.viewer, made.slug, label, "https://here.test")
        unregistered.say_no(db, films.app.keys, link)
    run()
    assert films.state(before).clip.visible


def test_what_a_moderator_withholds_is_withheld_when_it_comes_again(
    films: Films, cast: Cast, film: Film, tmp_path: Path
) -> None:
    before = films.out(cast.ben, film(seconds=5))
    first = films.out(cast.ada, film(seconds=5))
    ola = cast.ola.viewer.person or 0
    with films.app.database.write() as db:
        holds.place(db, first.clip, HoldKind.MODERATION, ola)
    copied = films.upload(cast.ben, film(seconds=5), early=True)
    poor = again(film(seconds=5), tmp_path / "poor.mp4", "-vf", "scale=-2:240", "-c:v", "libx264", "-b:v", "120k")
    encoded = films.upload(cast.ben, poor, early=True)
    for upload in (copied, encoded):
        clip = films.state(upload).clip
        assert {(hold.kind, hold.giver) for hold in clip.holds} == {(HoldKind.MODERATION, holds.SERVER)}
        assert not clip.named, "nobody is in it by that"
    assert films.state(copied).clip.shown is None, "before anybody has seen it"
    assert films.state(before).clip.visible, "moderators look at what was here by themselves"
    with films.app.database.write() as db:
        assert {each.slug for each in withheld.by_rule(db, cast.ola.viewer)} == {copied.slug, encoded.slug}
        withheld.let_go(db, films.app.keys, cast.ola.viewer, copied.slug)
    assert not films.state(copied).clip.holds
    assert films.state(first).clip.holds, "each for itself"
