"""A notice stands as long as what it tells of: whatever is taken back, the number is what the inbox shows as new."""

import re
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import update

from onstage.accounts.models import accounts, members, people
from onstage.accounts.relations import block
from onstage.clips.models import clips
from onstage.clock import DAY, now
from onstage.engagement.likes import unlike
from onstage.jobs.worker import run_due
from onstage.notifications.waking import send_digests
from onstage.server import job_kinds
from tests.cast import Actor, Cast, crowd, make_clip, signed_in
from tests.client import Client

Told = list[tuple[str, str | None, int, str]]


def told(client: Client, cast: Cast, actor: Actor) -> Told:
    """What the inbox has after all that happened is told, read page by page; its number is that of its new ones."""
    run_due(cast.app.database, job_kinds(cast.app))
    items, cursor = [], ""
    while True:
        page = client.get(f"/api/v1/me/inbox?limit=2{cursor}", actor).json
        items += page["items"]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert page["unread"] == sum(each["unread"] for each in items)
    return [(each["kind"], (each["account"] or {}).get("handle"), each["count"], each["words"]) for each in items]


@pytest.fixture
def slug(cast: Cast) -> str:
    return make_clip(cast.app.database, cast.ada.viewer)[1]


def said(client: Client, slug: str, actor: Actor, words: str, parent: str | None = None) -> str:
    answer = client.post(f"/api/v1/clips/{slug}/comments", actor, json={"words": words, "parent": parent})
    assert answer.status == 201
    return str(answer.json["id"])


@pytest.mark.parametrize("what", ["like", "repost"])
def test_who_takes_it_back_is_counted_and_named_no_more(client: Client, cast: Cast, slug: str, what: str) -> None:
    fans = crowd(cast.app, 3)
    for actor in fans:
        client.put(f"/api/v1/clips/{slug}/{what}", actor)
    assert told(client, cast, cast.ada) == [(what, "guest002", 3, "")]
    client.delete(f"/api/v1/clips/{slug}/{what}", fans[2])
    assert told(client, cast, cast.ada) == [(what, "guest001", 2, "")]
    for actor in fans[:2]:
        client.delete(f"/api/v1/clips/{slug}/{what}", actor)
    assert told(client, cast, cast.ada) == []
    client.put("/api/v1/me/inbox/read", cast.ada)
    client.put(f"/api/v1/clips/{slug}/{what}", fans[0])
    assert told(client, cast, cast.ada) == [(what, "guest000", 1, "")]
    assert client.get("/api/v1/me/inbox", cast.ada).json["unread"] == 0, "who does it again is no news"


def test_who_unfollows_or_is_answered_asks_no_more(client: Client, cast: Cast) -> None:
    with cast.app.database.write() as db:
        db.execute(update(accounts).where(accounts.c.handle == "max").values(hand_accepts=1))
    client.put("/api/v1/accounts/ada/follow", cast.ola)
    client.put("/api/v1/accounts/max/follow", cast.ola)
    client.put("/api/v1/accounts/max/follow", cast.ben)
    assert told(client, cast, cast.ada) == [("follow", "ola", 1, "")]
    assert told(client, cast, cast.max) == [("ask", "ben", 1, ""), ("ask", "ola", 1, "")]
    client.delete("/api/v1/accounts/ada/follow", cast.ola)
    client.delete("/api/v1/accounts/max/follow", cast.ben)
    client.put("/api/v1/me/follow-requests/ola", cast.max)
    assert told(client, cast, cast.ada) == told(client, cast, cast.max) == []


def test_words_are_those_that_stand(client: Client, cast: Cast, slug: str) -> None:
    first = said(client, slug, cast.fay, "Lovely")
    second = said(client, slug, cast.fay, "shame")
    assert told(client, cast, cast.ada) == [("comment", "fay", 1, "shame")]
    client.ask("PATCH", f"/api/v1/comments/{second}", cast.fay, json={"words": "Sorry"})
    assert told(client, cast, cast.ada) == [("comment", "fay", 1, "Sorry")]
    client.put(f"/api/v1/comments/{second}/hidden", cast.ada)
    assert told(client, cast, cast.ada) == [("comment", "fay", 1, "Lovely")]
    client.delete(f"/api/v1/comments/{first}", cast.fay)
    assert told(client, cast, cast.ada) == []
    client.delete(f"/api/v1/comments/{second}/hidden", cast.ada)
    assert told(client, cast, cast.ada) == [("comment", "fay", 1, "Sorry")]


def test_who_names_one_no_more_is_gone(client: Client, cast: Cast, slug: str) -> None:
    both = said(client, slug, cast.fay, "with @BEN and @ola")
    assert told(client, cast, cast.ben) == [("mention", "fay", 1, "with @BEN and @ola")]
    client.ask("PATCH", f"/api/v1/comments/{both}", cast.fay, json={"words": "with @benny, x@ben and @ola"})
    assert told(client, cast, cast.ben) == []
    assert told(client, cast, cast.ola) == [("mention", "fay", 1, "with @benny, x@ben and @ola")]


def test_an_answer_that_names_one_is_an_answer(client: Client, cast: Cast, slug: str) -> None:
    first = said(client, slug, cast.ben, "Where?")
    said(client, slug, cast.fay, "At home, @ben, not at @ola's, says @ada", first)
    assert [kind for kind, *_ in told(client, cast, cast.ben)] == ["reply"]
    assert [kind for kind, *_ in told(client, cast, cast.ola)] == ["mention"]
    assert [kind for kind, *_ in told(client, cast, cast.ada)] == ["comment"]


def test_what_was_approved_is_told_with_the_answers_it_had(client: Client, cast: Cast, slug: str) -> None:
    client.put("/api/v1/me/comments/rules", cast.ada, json={"holds_all": True, "held_words": []})
    held, hidden = said(client, slug, cast.fay, "well"), said(client, slug, cast.ola, "so")
    said(client, slug, cast.ada, "Well done", held)
    assert told(client, cast, cast.ada) == told(client, cast, cast.fay) == []
    client.put(f"/api/v1/comments/{hidden}/hidden", cast.ada)
    for comment in (held, hidden):
        client.delete(f"/api/v1/comments/{comment}/hidden", cast.ada)
    assert told(client, cast, cast.ada) == [("comment", "ola", 2, "so")]
    assert told(client, cast, cast.fay) == [("reply", "ada", 1, "Well done")]


def test_what_was_said_below_a_hidden_comment_is_told_once_it_is_shown(client: Client, cast: Cast, slug: str) -> None:
    first = said(client, slug, cast.fay, "well")
    said(client, slug, cast.ola, "so", first)
    assert told(client, cast, cast.fay) == [("reply", "ola", 1, "so")]
    client.put("/api/v1/me/inbox/read", cast.fay)
    client.put(f"/api/v1/comments/{first}/hidden", cast.ada)
    said(client, slug, cast.ada, "why?", first)
    assert told(client, cast, cast.fay) == []
    client.delete(f"/api/v1/comments/{first}/hidden", cast.ada)
    assert told(client, cast, cast.fay) == [("reply", "ada", 2, "why?")]
    client.put("/api/v1/me/inbox/read", cast.fay)
    client.put(f"/api/v1/comments/{first}/hidden", cast.ada)
    client.delete(f"/api/v1/comments/{first}/hidden", cast.ada)
    assert told(client, cast, cast.fay) == [("reply", "ada", 2, "why?")]
    assert client.get("/api/v1/me/inbox", cast.fay).json["unread"] == 0


def hold(cast: Cast, slug: str) -> None:
    with cast.app.database.write() as db:
        db.execute(update(clips).where(clips.c.slug == slug).values(holds=1))


def block_fay(cast: Cast, _slug: str) -> None:
    with cast.app.database.write() as db:
        block(db, cast.ben.viewer, "fay", now())


def be_blocked_by_fay(cast: Cast, _slug: str) -> None:
    with cast.app.database.write() as db:
        block(db, cast.fay.viewer, "ben", now())


@pytest.mark.parametrize("change", [hold, block_fay, be_blocked_by_fay])
def test_what_one_may_not_see_or_hear_any_more_is_not_counted(
    client: Client, cast: Cast, slug: str, change: Callable[[Cast, str], None]
) -> None:
    first = said(client, slug, cast.ben, "Where?")
    said(client, slug, cast.fay, "At home", first)
    with cast.app.database.write() as db:
        db.execute(update(people).where(people.c.id == cast.ben.viewer.person).values(mail="ben@example.org"))
    client.put("/api/v1/me/digest", cast.ben, json={"digest": True})
    assert len(told(client, cast, cast.ben)) == 1
    change(cast, slug)
    assert told(client, cast, cast.ben) == []
    with cast.app.database.write() as db:
        assert send_digests(db, "https://stage.example", "Onstage", now() + DAY) == 0


def test_the_number_goes_down_in_an_open_page(client: Client, cast: Cast, slug: str) -> None:
    client.put(f"/api/v1/clips/{slug}/like", cast.fay)
    assert len(told(client, cast, cast.ada)) == 1

    def take_back() -> None:
        with cast.app.database.write() as db:
            unlike(db, cast.fay.viewer, slug)

    later = threading.Timer(1.5, take_back)
    later.start()
    answer = client.get("/api/v1/events", cast.ada, most=20, until=lambda body: b'{"count":0}' in body)
    later.join()
    assert answer.body.index(b'{"count":1}') < answer.body.index(b'{"count":0}')


def test_a_claim_is_new_to_those_who_can_answer_it(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.duo.viewer)
    with cast.app.database.write() as db:
        db.execute(update(members).where(members.c.person_id == cast.ben.viewer.person).values(role="editor"))
        editor = Actor(signed_in(db, cast.ben.viewer.person, cast.duo.viewer.account, "an editor"), "an editor")
    secret = client.post("/api/v1/claims", cast.ola, json={"what": "me", "clip": slug}).json["secret"]
    assert told(client, cast, cast.duo) == told(client, cast, cast.ada) == [("claim", None, 0, "")]
    assert told(client, cast, editor) == []
    assert "is-new" not in client.get("/inbox", cast.duo).text
    client.post(f"/api/v1/claims/{secret}/withdraw", cast.ola)
    assert told(client, cast, cast.duo) == told(client, cast, cast.ada) == []


def test_what_comes_while_the_inbox_is_read_stays_new(client: Client, cast: Cast, slug: str) -> None:
    client.put(f"/api/v1/clips/{slug}/like", cast.fay)
    told(client, cast, cast.ada)
    until = client.get("/inbox", cast.ada).text.partition('data-inbox="')[2].partition('"')[0]
    client.put("/api/v1/accounts/ada/follow", cast.ola)
    told(client, cast, cast.ada)
    for wrong in ("0.5", "yesterday", until.removesuffix("Z")):
        assert client.put(f"/api/v1/me/inbox/read?until={wrong}", cast.ada).status == 422
    assert client.put(f"/api/v1/me/inbox/read?until={until}", cast.ada).status == 204
    items = client.get("/api/v1/me/inbox", cast.ada).json["items"]
    assert [(each["kind"], each["unread"]) for each in items] == [("follow", True), ("like", False)]


def test_the_page_goes_on_with_what_came_before(client: Client, cast: Cast) -> None:
    slugs = [make_clip(cast.app.database, cast.ada.viewer)[1] for _ in range(45)]
    for slug in slugs:
        client.put(f"/api/v1/clips/{slug}/like", cast.fay)
    told(client, cast, cast.ada)
    first = client.get("/inbox", cast.ada).text
    more = first.partition('href="/inbox?before=')[2].partition('"')[0]
    second = client.get(f"/inbox?before={more}", cast.ada).text
    shown = [re.findall(r'<a class="cover tiny" href="/c/([a-z0-9]+)"', each) for each in (first, second)]
    assert [len(each) for each in shown] == [40, 5]
    assert sorted(shown[0] + shown[1]) == sorted(slugs)
    assert "/inbox?before=" not in second
    assert client.get("/inbox?before=nothing", cast.ada).status == 404
