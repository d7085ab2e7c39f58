"""A child who is not here: private without their guardian's yes, near with it, withdrawn by the same link for ever."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from onstage.accounts.age import Band
from onstage.accounts.models import accounts, ledger_keys
from onstage.clips.agreeing import appearances, reconsidering, revising
from onstage.clips.ending import restoring
from onstage.clips.labels import clip_labels, label_yeses
from onstage.clips.models import Audience, HoldKind, Stage, holds, renditions, trims
from onstage.clock import now
from onstage.jobs.models import jobs
from onstage.jobs.worker import run_due
from onstage.server import job_kinds
from onstage.storage.journal import Entry
from onstage.web.http import App
from tests.cast import Actor, Cast, make_clip, person
from tests.client import Answer, Client


@dataclass
class Birthday:
    """Ada's draft for her friends, with a child in it who has no account."""

    app: App
    client: Client
    cast: Cast
    clip: int
    slug: str
    label: str = ""
    links: list[str] = field(default_factory=list)

    def api(self, who: Actor, method: str, path: str = "", **more: Any) -> Answer:
        return self.client.ask(method, f"/api/v1/clips/{self.slug}{path}", who, **more)

    def link(self, mail: str = "") -> str:
        """A link for the guardian: the secret."""
        answer = self.api(self.cast.ada, "POST", f"/labels/{self.label}/guardian", json={"mail": mail})
        assert answer.status == 201, answer.text
        self.links.append(answer.json["url"].rpartition("/")[2])
        return self.links[-1]

    def by_link(self, method: str = "GET", path: str = "", secret: str = "", **more: Any) -> Answer:
        """What the guardian does, signed in nowhere."""
        return self.client.ask(method, f"/api/v1/answers/{secret or self.links[-1]}{path}", **more)

    def ask(self) -> Any:
        return self.api(self.cast.ada, "POST", "/publish").json

    def sees(self, who: Actor) -> bool:
        return self.api(who, "GET").status == 200

    def letters(self) -> list[dict[str, Any]]:
        with self.app.database.read() as db:
            return list(db.execute(select(jobs.c.payload).where(jobs.c.kind == "mail")).scalars())


@pytest.fixture
def birthday(app: App, client: Client, cast: Cast, tmp_path: Path) -> Birthday:
    clip, slug = make_clip(
        app.database, cast.ada.viewer, caption="cake", audience=Audience.FRIENDS, published=False, stage=Stage.DRAFT
    )
    film = tmp_path / "film"
    film.write_bytes(b"a film" * 100)
    app.storage.put(f"film{slug}", film)
    made = Birthday(app, client, cast, clip, slug)
    made.label = made.api(cast.ada, "POST", "/labels", json={"words": "Tim", "minor": True}).json["id"]
    return made


def test_without_a_guardian_it_is_for_its_author_alone(birthday: Birthday) -> None:
    assert birthday.api(birthday.cast.ada, "POST", "/publish").status == 403
    birthday.api(birthday.cast.ada, "PATCH", json={"audience": "private"})
    assert birthday.ask()["stage"] == "none"
    assert not birthday.sees(birthday.cast.fay)


def test_with_the_guardians_yes_it_is_near_at_most(birthday: Birthday) -> None:
    birthday.link()
    assert birthday.by_link().json["why"] is None  # nothing is asked yet
    assert birthday.client.get(f"/answer/{birthday.links[0]}/film").status == 404
    birthday.api(birthday.cast.ada, "PATCH", json={"audience": "public"})
    assert birthday.api(birthday.cast.ada, "POST", "/publish").status == 403
    birthday.api(birthday.cast.ada, "PATCH", json={"audience": "friends"})
    assert birthday.ask()["stage"] == "asked"
    asked = birthday.by_link().json
    assert (asked["why"], asked["version"], asked["caption"], asked["label"]) == ("answer", 1, "cake", "Tim")
    assert birthday.client.get(asked["film_url"]).status == 200
    assert not birthday.sees(birthday.cast.fay)
    assert birthday.by_link("POST", "/yes", json={"version": 2}).status == 409
    assert birthday.by_link("POST", "/yes", json={"version": 1}).status == 204
    assert birthday.sees(birthday.cast.fay)
    assert not birthday.sees(birthday.cast.ben)  # he follows her and is no friend


def test_a_guardian_withdraws_by_the_same_link_after_edits_too(birthday: Birthday) -> None:
    birthday.link()
    birthday.ask()
    birthday.by_link("POST", "/yes", json={"version": 1})
    birthday.api(birthday.cast.ada, "PATCH", json={"caption": "cake and candles"})
    asked = birthday.by_link().json
    assert (asked["version"], asked["agreed"], asked["caption"]) == (2, False, "cake and candles")
    assert [each["what"] for each in asked["changed"]] == ["caption"]
    assert birthday.sees(birthday.cast.fay)  # the first version stays while the second waits
    page = birthday.client.get(f"/answer/{birthday.links[0]}")
    assert "The words were: cake" in page.text
    assert birthday.by_link("POST", "/no").status == 204
    assert not birthday.sees(birthday.cast.fay)
    assert birthday.by_link().json["refused"]
    with birthday.app.database.read() as db:
        given = db.execute(select(holds.c.kind, holds.c.giver_id)).all()
    assert [tuple(row) for row in given] == [("no", int(birthday.label))]
    assert birthday.by_link("DELETE", "/no").status == 204
    assert birthday.sees(birthday.cast.fay)  # the yes to what was shown still stands


def test_the_author_makes_no_links_once_a_guardian_has_answered(birthday: Birthday) -> None:
    first, second = birthday.link(), birthday.link()
    birthday.ask()
    assert birthday.by_link("POST", "/no", secret=first).status == 204
    made = birthday.api(birthday.cast.ada, "POST", f"/labels/{birthday.label}/guardian", json={})
    assert (made.status, made.json["type"].rpartition(":")[2]) == (409, "answered")
    assert birthday.by_link(secret=second).json["refused"]  # all links lead to one answer
    assert birthday.by_link(secret="x" * 43).status == 404


def test_a_letter_goes_out_for_each_question_and_holds_its_own_link(birthday: Birthday) -> None:
    birthday.link("mum@example.org")
    assert birthday.letters() == []
    birthday.ask()
    run_due(birthday.app.database, {k: v for k, v in job_kinds(birthday.app).items() if k != "mail"})
    (letter,) = birthday.letters()
    assert "mum@example.org" in str(letter)
    secret = str(letter).partition("/answer/")[2][:43]
    assert birthday.by_link(secret=secret).json["why"] == "answer"
    assert (
        birthday.api(birthday.cast.ada, "POST", f"/labels/{birthday.label}/guardian", json={"mail": "no"}).status == 422
    )


def test_only_an_adult_who_runs_the_account_names_a_guardian(birthday: Birthday) -> None:
    path = f"/labels/{birthday.label}/guardian"
    assert birthday.api(birthday.cast.ben, "POST", path, json={}).status == 404
    with birthday.app.database.write() as db:
        teen = Actor(person(db, "teen", band=Band.FROM_16))
    _clip, slug = make_clip(birthday.app.database, teen.viewer, published=False, stage=Stage.DRAFT)
    with birthday.app.database.write() as db:
        label = appearances.label(db, birthday.app.keys, teen.viewer, slug, "Tim", minor=True)
    made = birthday.client.ask("POST", f"/api/v1/clips/{slug}/labels/{label}/guardian", teen, json={})
    assert (made.status, made.json["type"].rpartition(":")[2]) == (403, "age")


def test_who_was_asked_about_stays_named(birthday: Birthday) -> None:
    birthday.link()
    birthday.ask()
    birthday.api(birthday.cast.ada, "POST", "/recall")
    assert birthday.api(birthday.cast.ada, "DELETE", f"/labels/{birthday.label}").status == 403


def test_that_is_me(birthday: Birthday) -> None:
    birthday.link()
    birthday.ask()
    birthday.by_link("POST", "/yes", json={"version": 1})
    assert birthday.sees(birthday.cast.fay)
    assert (
        "Does one of these mean you?"
        in birthday.client.ask("GET", f"/claim?clip={birthday.slug}", birthday.cast.fay).text
    )
    assert birthday.api(birthday.cast.fay, "POST", f"/labels/{birthday.label}/me").status == 204
    (asked,) = birthday.client.ask("GET", "/api/v1/me/questions", birthday.cast.fay).json
    assert asked["why"] == "answer"  # it waits for her own yes now
    assert birthday.by_link().status == 404
    with birthday.app.database.read() as db:
        assert not db.execute(select(clip_labels.c.id)).first()
        assert not db.execute(select(label_yeses.c.label_id)).first()
        assert db.execute(select(holds.c.kind)).scalar() == HoldKind.BASIS
        assert not db.execute(select(ledger_keys.c.alias).where(ledger_keys.c.id == int(birthday.label))).first()
    assert birthday.api(birthday.cast.fay, "POST", "/yes", json={"version": asked["version"]}).status == 204
    assert birthday.api(birthday.cast.fay, "POST", "/bring-back").status == 204
    assert birthday.api(birthday.cast.fay, "POST", "/labels/1/me").status == 409


def test_a_stranger_takes_no_label_over(birthday: Birthday) -> None:
    birthday.link()
    with birthday.app.database.write() as db:
        db.execute(update(accounts).where(accounts.c.id == birthday.cast.ada.viewer.account).values(hand_accepts=1))
    birthday.api(birthday.cast.ada, "PATCH", json={"audience": "followers"})
    birthday.ask()
    birthday.by_link("POST", "/yes", json={"version": 1})
    assert birthday.sees(birthday.cast.ben)
    taken = birthday.api(birthday.cast.ben, "POST", f"/labels/{birthday.label}/me")
    assert (taken.status, taken.json["type"].rpartition(":")[2]) == (403, "not-near")


def test_the_pages(birthday: Birthday) -> None:
    ada = birthday.cast.ada
    path = f"/make/{birthday.slug}"
    shown = birthday.client.ask("POST", path, ada, parts={"do": "guardian", "of": birthday.label, "mail": ""})
    secret = shown.text.partition("/answer/")[2][:43]
    assert "a parent has a link" in shown.text
    birthday.links.append(secret)
    assert "Nothing is asked of you now" in birthday.client.get(f"/answer/{secret}").text
    birthday.ask()
    page = birthday.client.get(f"/answer/{secret}")
    assert "May this film be shown?" in page.text
    assert "no-store" in (page.header("cache-control") or "")
    done = birthday.client.ask("POST", f"/answer/{secret}", form={"do": "yes", "version": "1"})
    assert done.status == 303
    assert birthday.sees(birthday.cast.fay)
    assert birthday.client.ask("POST", f"/answer/{secret}", form={"do": "no"}).status == 303
    assert "Take my no back" in birthday.client.get(f"/answer/{secret}").text
    assert not birthday.sees(birthday.cast.fay)


def test_a_cut_that_is_asked_about_is_what_they_see(birthday: Birthday, tmp_path: Path) -> None:
    """Beside what is published waits another film: behind the link is the one that they are asked about."""
    birthday.link()
    birthday.ask()
    birthday.by_link("POST", "/yes", json={"version": 1})
    cut = tmp_path / "cut"
    cut.write_bytes(b"a cut" * 50)
    birthday.app.storage.put(f"cut{birthday.slug}", cut)
    with birthday.app.database.write() as db:
        film = {"key": f"cut{birthday.slug}", "clip_id": birthday.clip, "width": 540, "height": 960, "aside": 1}
        db.execute(insert(renditions).values(**film, bytes=250, bitrate=1000, codecs="avc1.64001f"))
        db.execute(insert(trims).values(clip_id=birthday.clip, from_us=0, to_us=2_000_000, state="done"))
        assert birthday.cast.ada.viewer.person is not None
        revising.recut(db, birthday.app.keys, birthday.cast.ada.viewer.person, birthday.clip, f"cut{birthday.slug}")
    assert [each["what"] for each in birthday.by_link().json["changed"]] == ["cut"]
    assert birthday.client.get(f"/answer/{birthday.links[0]}/film").body == b"a cut" * 50


def test_after_a_restore_the_no_of_a_guardian_who_was_named_since_stands(birthday: Birthday) -> None:
    birthday.api(birthday.cast.ada, "PATCH", json={"audience": "private"})
    assert birthday.ask()["stage"] == "none"
    with birthday.app.database.write() as db:
        restoring.say_no_again(db, [Entry("no", birthday.clip, now(), int(birthday.label))])
        reconsidering.run(db, birthday.app.keys)
    with birthday.app.database.read() as db:
        of_clip = select(holds.c.giver_id).where(holds.c.clip_id == birthday.clip, holds.c.kind == HoldKind.NO.value)
        assert db.execute(of_clip).scalars().all() == [int(birthday.label)]
    again = birthday.api(birthday.cast.ada, "POST", f"/labels/{birthday.label}/guardian", json={})
    assert again.status == 409, "nobody else gets a link that takes it back"
