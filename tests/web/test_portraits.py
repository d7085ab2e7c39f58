"""What a joint account with minors shows of itself, by the API and on the pages: who sees what waits, and who does not."""

import random
from threading import Barrier, Thread

import pytest
from sqlalchemy import insert, select, update

from onstage.accounts.doors.passwords import hashed
from onstage.accounts.models import accounts, members, people, sessions
from onstage.clips.portraits import reconsidering
from onstage.clips.portraits.models import portrait_noes, portraits, portraits_withheld
from onstage.clips.portraits.record import load
from onstage.clock import DAY, MINUTE, now
from onstage.jobs.models import jobs
from onstage.jobs.worker import run_due
from onstage.server import job_kinds
from onstage.web.app import App
from tests.accounts.joining import PASSWORD
from tests.accounts.test_avatars import png
from tests.cast import KEYS, Actor, Cast, joint, signed_in
from tests.client import Client

AT = "/api/v1/accounts/troupe/portrait"
SECRET = "a-word-that-only-those-may-read"


@pytest.fixture
def troupe(cast: Cast) -> Actor:
    """Ada as a joint account that she owns with ben, in which mia is, who is 12."""
    with cast.app.database.write() as db:
        made = joint(db, "troupe", cast.ada.viewer, cast.ben.viewer)
        row = {"account_id": made.account, "person_id": cast.mia.viewer.person, "role": "creator", "since": now()}
        db.execute(insert(members).values(row))
    return Actor(made)


def work(app: App) -> None:
    while run_due(app.database, job_kinds(app)):
        pass


def test_what_waits_is_for_those_who_must_see_it_and_nobody_else(cast: Cast, client: Client, troupe: Actor) -> None:
    client.put("/api/v1/me/avatar", troupe, body=png())
    work(cast.app)
    assert client.ask("PATCH", "/api/v1/me", troupe, json={"name": SECRET, "bio": SECRET}).status == 200
    state = client.get(AT, troupe).json
    assert (state["shown"]["name"], state["asked"]["portrait"]["name"], state["asked"]["guardians"]) == (
        "Troupe", SECRET, 2,
    )  # fmt: skip
    picture = state["asked"]["portrait"]["avatar_url"]
    for who in (cast.gus, cast.gil, troupe, cast.ben):
        assert SECRET in client.get("/inbox/portraits/troupe", who).text
        shown = client.get(picture, who)
        assert (shown.status, shown.header("cache-control")) == (200, "private, no-store")
    assert client.get("/inbox/portraits/troupe", cast.mia).status == 200
    work(cast.app)
    for who in (cast.gus, cast.gil):
        assert SECRET in client.get("/inbox", who).text
        assert [each["asked"]["answers"] for each in client.get("/api/v1/me/portraits", who).json] == [True]
    assert "wants to look different" in client.get("/inbox", cast.mia).text
    strangers = (cast.fay, cast.eve, cast.max, cast.ola, cast.guest)
    places = ("/@troupe", "/inbox", "/inbox/portraits/troupe", AT, "/api/v1/me/portraits", "/search?q=troupe",
              "/api/v1/accounts/troupe", "/api/v1/me/inbox")  # fmt: skip
    for who in strangers:
        assert client.get(picture, who).status == 404
        for place in places:
            assert SECRET not in client.get(place, who).text, (place, who.viewer.handle)
        assert client.get(AT, who).status in {401, 404}


def test_two_guardians_agree_and_one_says_no_a_week_later(cast: Cast, client: Client, troupe: Actor) -> None:
    client.put("/api/v1/me/avatar", troupe, body=png())
    work(cast.app)
    for who in (cast.gus, cast.gil):
        assert client.post(f"{AT}/yes", who, json={"version": 2}).status == 409
        assert client.post(f"{AT}/yes", who, json={"version": 1}).status == 204
    picture = client.get("/api/v1/accounts/troupe", cast.guest).json["avatar_url"]
    assert client.get(picture, cast.guest).status == 200
    assert client.put(f"{AT}/refusal", cast.eve).status == 404
    assert client.put(f"{AT}/refusal", cast.gil).status == 204
    assert client.get(picture, cast.guest).status == 404
    seen = client.get("/api/v1/accounts/troupe", cast.guest).json
    assert (seen["avatar_url"], seen["name"]) == (None, "troupe")
    page = client.get("/settings/profile", troupe).text
    assert "Somebody who may decide said no" in page
    assert "gil" not in page.lower()
    assert client.ask("DELETE", f"{AT}/refusal", cast.gus).status == 409
    assert client.ask("DELETE", f"{AT}/refusal", cast.gil).status == 204
    assert client.get(picture, cast.guest).status == 200


def test_the_settings_say_what_waits_and_for_how_many(cast: Cast, client: Client, troupe: Actor) -> None:
    assert "guardians are asked" in client.get("/settings/profile", troupe).text
    words = {"do": "save", "name": "Dancers", "bio": "We dance.", "handle": "troupe"}
    saved = client.post("/settings/profile", troupe, parts=words)
    assert saved.header("location") == "/settings/profile?did=asked"
    page = client.get("/settings/profile", troupe).text
    assert "It waits for 2 more guardians." in page
    assert 'value="Dancers"' in page, "what is changed next is changed in what waits"
    back = client.post("/inbox/portraits/troupe", troupe, form={"do": "recall"})
    assert back.header("location") == "/inbox/portraits/troupe?did=recall"
    assert client.get(AT, troupe).json["asked"] is None


def test_words_reach_those_who_run_it_and_name_nobody_unless_they_want(
    cast: Cast, client: Client, troupe: Actor
) -> None:
    client.ask("PATCH", "/api/v1/me", troupe, json={"name": "Tiny dancers"})
    assert "Ask for a change" in client.get("/inbox/portraits/troupe", cast.gus).text
    assert client.post(f"{AT}/wish", cast.fay, json={"words": SECRET}).status == 404
    assert client.post(f"{AT}/wish", cast.gus, json={"words": " "}).status == 422
    assert client.post(f"{AT}/wish", cast.gus, json={"words": "A shorter name"}).status == 204
    form = {"do": "no", "version": "1", "words": "Not that name", "known": "1"}
    assert client.post("/inbox/portraits/troupe", cast.gil, form=form).status == 303
    asked = client.get(AT, troupe).json
    assert asked["asked"] is None
    assert [(each["words"], each["by"] and each["by"]["handle"]) for each in asked["wishes"]] == [
        ("Not that name", "gil"), ("A shorter name", None),
    ]  # fmt: skip
    for place in ("/settings/profile", "/inbox/portraits/troupe"):
        assert "A shorter name" in client.get(place, troupe).text
        assert "gus" not in client.get(place, troupe).text.lower()
    for who in (cast.gus, cast.mia):
        assert "Not that name" not in client.get("/inbox/portraits/troupe", who).text
    client.ask("PATCH", "/api/v1/me", troupe, json={"name": "Dancers"})
    assert client.post(f"{AT}/yes", cast.gus, json={"version": 2}).status == 204
    client.post("/inbox/portraits/troupe", cast.gil, form={"do": "yes", "version": "2", "words": "Lovely"})
    last = client.get(AT, troupe).json
    assert (last["asked"], last["wishes"][0]["words"]) == (None, "Lovely"), "words beside the last yes arrive too"


def test_a_no_with_words_counts_when_the_last_yes_came_before_it(cast: Cast, client: Client, troupe: Actor) -> None:
    client.ask("PATCH", "/api/v1/me", troupe, json={"name": "Tiny dancers"})
    for who in (cast.gus, cast.gil):
        assert client.post(f"{AT}/yes", who, json={"version": 1}).status == 204
    form = {"do": "no", "version": "1", "words": "After all, no"}
    answered = client.post("/inbox/portraits/troupe", cast.gil, form=form)
    assert answered.header("location") == "/inbox/portraits/troupe?did=withhold"
    state = client.get(AT, troupe).json
    assert (state["shown"]["name"], [each["words"] for each in state["wishes"]]) == ("troupe", ["After all, no"])


def test_a_no_counts_however_many_words_come_with_it(cast: Cast, client: Client, troupe: Actor) -> None:
    client.ask("PATCH", "/api/v1/me", troupe, json={"name": "Dancers"})
    form = {"do": "no", "version": "1", "words": "1" * 5000}
    assert client.post("/inbox/portraits/troupe", cast.gus, form=form).status == 303
    client.ask("PATCH", "/api/v1/me", troupe, json={"name": "Tiny dancers"})
    assert client.post(f"{AT}/no", cast.gil, json={"version": 2, "words": "2" * 5000}).status == 204
    state = client.get(AT, troupe).json
    assert (state["asked"], [each["words"] for each in state["wishes"]]) == (None, ["2" * 1000, "1" * 1000])


def test_words_too_long_stay_in_the_form(cast: Cast, client: Client, troupe: Actor) -> None:
    client.ask("PATCH", "/api/v1/me", troupe, json={"name": "Tiny dancers"})
    form = {"do": "wish", "version": "1", "words": "short " * 300}
    page = client.post("/inbox/portraits/troupe", cast.gus, form=form)
    assert page.status == 422
    assert "Write 1 to 1000 characters." in page.text
    assert "short short" in page.text
    assert client.post("/inbox/portraits/troupe", cast.gus, form={"do": "wish", "version": "1"}).status == 422


def test_a_yes_on_the_page_asks_who_is_there(cast: Cast, client: Client, troupe: Actor) -> None:
    client.ask("PATCH", "/api/v1/me", troupe, json={"bio": "We dance."})
    with cast.app.database.write() as db:
        gus = cast.gus.viewer.person
        db.execute(update(people).where(people.c.id == gus).values(password_hash=hashed(PASSWORD)))
        db.execute(update(sessions).where(sessions.c.person_id == gus).values(checked_at=now() - 10 * MINUTE))
    asked = client.post("/inbox/portraits/troupe", cast.gus, form={"do": "yes", "version": "1"})
    assert "Is it you?" in asked.text
    wrong = {"do": "yes", "version": "1", "password": "not it at all"}
    assert client.post("/inbox/portraits/troupe", cast.gus, form=wrong).status == 403
    said = client.post("/inbox/portraits/troupe", cast.gus, form={**wrong, "password": PASSWORD})
    assert said.header("location") == "/inbox/portraits/troupe?did=yes"
    assert client.get(AT, troupe).json["asked"]["guardians"] == 1


def test_whose_answer_is_missing_is_reminded(cast: Cast, client: Client, troupe: Actor) -> None:
    client.ask("PATCH", "/api/v1/me", troupe, json={"bio": "We dance."})
    work(cast.app)
    told = [each["kind"] for each in client.get("/api/v1/me/inbox", cast.gus).json["items"]]
    assert told == ["portrait"]
    client.post(f"{AT}/yes", cast.gus, json={"version": 1})
    with cast.app.database.write() as db:
        db.execute(
            update(people)
            .where(people.c.id.in_([cast.gus.viewer.person, cast.gil.viewer.person]))
            .values(mail="x@example.org")
        )
        db.execute(update(portraits).values(asked_at=now() - 2 * DAY))
        reconsidering.run(db, KEYS)
        reconsidering.run(db, KEYS)
    work(cast.app)
    with cast.app.database.read() as db:
        letters = db.execute(select(jobs.c.person_id).where(jobs.c.kind == "mail")).scalars().all()
    assert letters == [cast.gil.viewer.person]


class Asking(Thread):
    """Somebody who sends one request after another, at random."""

    def __init__(self, client: Client, who: Actor, acts: list[str], start: Barrier) -> None:
        super().__init__()
        self.client, self.who, self.acts, self.begin = client, who, acts, start
        self.pick, self.statuses = random.Random(who.viewer.handle), list[int]()

    def run(self) -> None:
        self.begin.wait()
        for turn in range(12):
            match self.pick.choice(self.acts):
                case "edit":
                    words = {"bio": f"words {turn}"}
                    answer = self.client.ask("PATCH", "/api/v1/me", self.who, json=words)
                case "withhold":
                    answer = self.client.put(f"{AT}/refusal", self.who)
                case "lift":
                    answer = self.client.ask("DELETE", f"{AT}/refusal", self.who)
                case act:
                    answer = self.client.post(f"{AT}/{act}", self.who, json={"version": turn // 4 + 1})
            self.statuses.append(answer.status)


@pytest.mark.parametrize("turn", range(2))
def test_requests_at_the_same_moment_are_all_answered(cast: Cast, client: Client, troupe: Actor, turn: int) -> None:
    with cast.app.database.write() as db:
        ben = Actor(signed_in(db, cast.ben.viewer.person, troupe.viewer.account, "ben as troupe"), "ben as troupe")
    start = Barrier(4)
    asking = [
        Asking(client, troupe, ["edit", "recall"][: turn + 1], start),
        Asking(client, ben, ["edit", "recall"], start),
        Asking(client, cast.gus, ["yes", "yes", "no", "withhold", "lift"], start),
        Asking(client, cast.gil, ["yes", "yes", "lift"], start),
    ]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    for thread in asking:
        assert len(thread.statuses) == 12
        assert all(status < 500 for status in thread.statuses), thread.statuses
    with cast.app.database.read() as db:
        found = load(db, troupe.viewer.account or 0)
        held = db.execute(select(portrait_noes.c.person_id)).scalars().all()
        away = db.execute(select(portraits_withheld.c.account_id)).first()
        shown = db.execute(select(accounts.c.bio).where(accounts.c.id == troupe.viewer.account)).scalar()
    assert bool(held) == (away is not None) == found.withheld
    assert not (found.withheld and shown)
    assert found.working is None or not found.is_ready
