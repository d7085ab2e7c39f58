"""Keeping for the law: from a case, in two steps, by a moderator who is no party; nobody concerned can tell."""

import re

import pytest
from sqlalchemy import select, update

from onstage.accounts.models import ledger, ledger_head, ledger_keys, ledger_mentions, people
from onstage.clips.agreeing import holds
from onstage.clips.models import HoldKind, appearances, clips
from onstage.clips.models import holds as holds_table
from onstage.clips.vaulted import vault_items
from onstage.clock import now
from onstage.jobs.models import jobs
from onstage.moderation import claims, reports
from onstage.moderation.claim_rules import What
from onstage.moderation.claims import Claimant
from onstage.moderation.models import claims as claims_table
from onstage.moderation.reports import Outcome, Reason
from onstage.web.app import App
from tests.cast import Actor, Cast, make_clip
from tests.client import Client

GROUND = "Order 7 <of> the court"


def report(app: App, cast: Cast, slug: str) -> int:
    with app.database.write() as db:
        return reports.report_clip(db, cast.ben.viewer, slug, Reason.CHILD_IN_DANGER, "Look.", now())


def keep(client: Client, who: Actor, number: int, ground: str = GROUND, kind: str = "report") -> int:
    form = {"do": "keep", "ground": ground}
    return client.post(f"/server/keep/{kind}/{number}", who, form=form).status


def kept(app: App) -> int:
    with app.database.read() as db:
        return len(db.execute(select(vault_items.c.id)).all())


def test_it_takes_a_ground_and_a_second_yes(client: Client, cast: Cast, app: App) -> None:
    _clip, slug = make_clip(app.database, cast.ada.viewer)
    number = report(app, cast, slug)
    assert f'href="/server/keep/report/{number}"' in client.get("/server/reports", cast.ola).text
    path = f"/server/keep/report/{number}"
    first = client.get(path, cast.ola)
    assert first.header("cache-control") == "no-store"
    assert "It is no judgement" in first.text
    silent = client.post(path, cast.ola, form={"do": "ask", "ground": "  "})
    assert silent.status == 422
    assert 'id="ground-error"' in silent.text
    long = client.post(path, cast.ola, form={"do": "ask", "ground": "x" * 1001})
    assert (long.status, "x" * 1001 in long.text) == (422, True)
    asked = client.post(path, cast.ola, form={"do": "ask", "ground": GROUND})
    assert "Keep it now?" in asked.text
    assert "Order 7 &lt;of&gt; the court" in asked.text
    assert (kept(app), client.get(f"/c/{slug}", cast.ben).status) == (0, 200)
    assert keep(client, cast.ola, number, ground=" ") == 422
    assert keep(client, cast.ola, number) == 303
    assert (kept(app), client.get(f"/c/{slug}", cast.ben).status) == (1, 404)
    told = re.findall(r"Kept for the law on [^<]*", client.get("/server/reports", cast.ola).text)
    assert len(told) == 1
    assert told[0].endswith("Order 7 &lt;of&gt; the court")
    assert keep(client, cast.ola, number) == 409
    assert told[0] in client.get(path, cast.ola).text


def test_who_placed_it_ends_it_and_the_copy_stays(client: Client, cast: Cast, app: App) -> None:
    _clip, slug = make_clip(app.database, cast.ada.viewer)
    number = report(app, cast, slug)
    keep(client, cast.ola, number)
    with app.database.write() as db:
        db.execute(update(people).where(people.c.id == cast.fay.viewer.person).values(is_server_owner=1))
    path = f"/server/keep/report/{number}"
    assert "No longer withhold" not in client.get(path, cast.fay).text
    assert client.post(path, cast.fay, form={"do": "let_go"}).status == 409
    assert "No longer withhold" in client.get(path, cast.ola).text
    assert client.post(path, cast.ola, form={"do": "let_go"}).status == 303
    assert (kept(app), client.get(f"/c/{slug}", cast.ben).status) == (1, 200)
    assert client.post(path, cast.ola, form={"do": "let_go"}).status == 409


def test_of_a_claim_too(client: Client, cast: Cast, app: App) -> None:
    clip, slug = make_clip(app.database, cast.ada.viewer)
    with app.database.write() as db:
        who = Claimant(cast.ben.viewer, "1.2.3.4", adult=True)
        secret = claims.open_claim(
            db, app.keys, who, What.ME, slug=slug, handle=None, words="That is me there.", now=now()
        )
        claim = claims.follow(db, secret).id
        claims.answer(db, app.keys, cast.ada.viewer, claim, False, "It is not.", now())
    assert f'href="/server/keep/claim/{claim}"' in client.get("/server/claims", cast.ola).text
    assert keep(client, cast.ola, claim, kind="claim") == 303
    assert "Kept for the law on" in client.get("/server/claims", cast.ola).text
    with app.database.read() as db:
        assert holds.is_held_by(db, clip, HoldKind.PRESERVED, cast.ola.viewer.person or 0)
        assert db.execute(select(claims_table.c.state)).scalar_one() == "contested", "nothing is judged by it"


def test_nobody_else_comes_near_it(client: Client, cast: Cast, app: App) -> None:
    _clip, slug = make_clip(app.database, cast.ada.viewer)
    number = report(app, cast, slug)
    path = f"/server/keep/report/{number}"
    for who in (cast.ada, cast.ben, cast.max):
        assert client.get(path, who).status == 403
        assert keep(client, who, number) == 403
    assert client.get(path).status == 303
    for wrong in (
        "/server/keep",
        "/server/keep/report/5",
        f"/server/keep/claim/{number}",
        f"/server/keep/cake/{number}",
    ):
        assert client.get(wrong, cast.ola).status == 404
        assert client.post(wrong, cast.ola, form={"do": "keep", "ground": GROUND}).status == 404
    assert client.get("/server/keep/report/x", cast.ola).status == 404
    with app.database.write() as db:
        reports.settle(db, app.keys, cast.ola.viewer, number, Outcome.DISMISS, "Nothing.", now())
    assert keep(client, cast.ola, number) == 404
    assert kept(app) == 0


@pytest.mark.parametrize("party", ["author", "member", "guardian", "appears"])
def test_no_party_keeps_anything(client: Client, cast: Cast, app: App, party: str) -> None:
    by = {"author": cast.ada, "member": cast.duo, "guardian": cast.mia, "appears": cast.ada}[party]
    who = {"author": cast.ada, "member": cast.ben, "guardian": cast.gus, "appears": cast.fay}[party]
    clip, slug = make_clip(app.database, by.viewer)
    with app.database.write() as db:
        db.execute(update(people).where(people.c.id == who.viewer.person).values(is_server_owner=1))
        number = reports.report_clip(db, cast.max.viewer, slug, Reason.ILLEGAL, "", now())
        if party == "appears":
            row = {"clip_id": clip, "person_id": who.viewer.person, "sticks": 1, "at": now()}
            db.execute(appearances.insert().values(row))
    assert keep(client, who, number) == (403 if party == "appears" else 404)
    assert kept(app) == 0


LOOKED_AT = (
    "/c/{slug}",
    "/c/{slug}/edit",
    "/make/{slug}",
    "/me/clips",
    "/inbox",
    "/settings/claims",
    "/settings/record",
    "/settings/deleted",
    "/figures/{slug}",
    "/@{handle}",
    "/api/v1/clips/{slug}",
    "/api/v1/clips/{slug}/progress",
    "/api/v1/clips/{slug}/figures",
    "/api/v1/me/inbox",
    "/api/v1/me/clips",
    "/api/v1/me/figures",
    "/api/v1/me/ledger",
    "/api/v1/me/notifications",
    "/api/v1/accounts/{handle}",
)


def test_to_everybody_else_it_is_any_withholding(client: Client, cast: Cast, app: App) -> None:
    """Two clips of a child's, alike in all but that one is withheld by its moderator and the other kept for the law."""
    shown: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for kind in (HoldKind.MODERATION, HoldKind.PRESERVED):
        clip, slug = make_clip(app.database, cast.mia.viewer, caption="A day out")
        with app.database.write() as db:
            number = reports.report_clip(db, cast.max.viewer, slug, Reason.ILLEGAL, "", now())
        if kind is HoldKind.PRESERVED:
            assert keep(client, cast.ola, number) == 303
        else:
            with app.database.write() as db:
                reports.settle(db, app.keys, cast.ola.viewer, number, Outcome.HOLD, GROUND, now())
        for name in ("mia", "gus", "max", "guest"):
            who = cast.everybody[name]
            for path in LOOKED_AT:
                answer = client.get(path.format(slug=slug, handle="mia"), who)
                shown.setdefault((name, path), []).append((answer.status, same(answer.text, slug, clip)))
        for name in ("mia", "gus"):
            text = (
                client.get("/settings/record", cast.everybody[name]).text
                + client.get("/api/v1/me/ledger", cast.everybody[name]).text
            )
            assert not re.search(r"preserv|vault|for the law|Order 7", text, re.IGNORECASE)
        with app.database.write() as db:
            db.execute(holds_table.delete())
            db.execute(clips.delete())
            db.execute(ledger.delete())
            db.execute(ledger_mentions.delete())
            db.execute(ledger_head.delete())
            db.execute(ledger_keys.delete())
            db.execute(jobs.delete())
    different = [where for where, (one, other) in shown.items() if one != other]
    assert different == []


def same(text: str, slug: str, clip: int) -> str:
    """Without what is another one each time: names, numbers, instants, hashes, random tokens."""
    for name in (slug, str(clip)):
        text = text.replace(name, "*")
    text = re.sub(r'nonce="[^"]*"|nonce-[\w+/=-]+', "", text)
    text = re.sub(r"[0-9a-f]{24,}", "#", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)", "T", text)
    return re.sub(r'"[\w-]{40,}"|\b\d{15,19}\b', "#", text)


def test_by_the_api_with_the_same_guards(client: Client, cast: Cast, app: App) -> None:
    _clip, slug = make_clip(app.database, cast.ada.viewer)
    number = report(app, cast, slug)
    at, ground = f"/api/v1/server/keep/report/{number}", {"ground": GROUND}
    for who, status in ((cast.ada, 403), (cast.ben, 403), (cast.guest, 401)):
        assert client.get(at, who).status == status
        assert client.post(at, who, json=ground).status == status
        assert client.ask("DELETE", at, who).status == status
    assert client.get(at, cast.ola).json == []
    assert client.post(at, cast.ola, json={"ground": " "}).status == 422
    assert client.post(at, cast.ola, json={"ground": "x" * 1001}).status == 422
    for wrong in (f"claim/{number}", "report/5"):
        assert client.post(f"/api/v1/server/keep/{wrong}", cast.ola, json=ground).status == 404
    assert client.post(f"/api/v1/server/keep/cake/{number}", cast.ola, json=ground).status == 422
    assert (kept(app), client.get(f"/c/{slug}", cast.ben).status) == (0, 200)
    assert client.post(at, cast.ola, json=ground).status == 204
    assert client.post(at, cast.ola, json=ground).status == 409
    (told,) = client.get(at, cast.ola).json
    assert (told.keys(), told["ground"]) == ({"at", "until", "ground"}, GROUND)
    assert told["at"] < told["until"]
    assert (kept(app), client.get(f"/c/{slug}", cast.ben).status) == (1, 404)
    assert client.ask("DELETE", at, cast.ola).status == 204
    assert client.ask("DELETE", at, cast.ola).status == 409
    assert (kept(app), client.get(f"/c/{slug}", cast.ben).status) == (1, 200)


def test_no_party_keeps_anything_by_the_api(client: Client, cast: Cast, app: App) -> None:
    _clip, slug = make_clip(app.database, cast.ada.viewer)
    number = report(app, cast, slug)
    with app.database.write() as db:
        db.execute(update(people).where(people.c.id == cast.ada.viewer.person).values(is_server_owner=1))
    at = f"/api/v1/server/keep/report/{number}"
    assert client.get(at, cast.ada).status == 404
    assert client.post(at, cast.ada, json={"ground": GROUND}).status == 404
    assert kept(app) == 0
