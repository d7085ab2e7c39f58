"""Claims as pages, without scripts and without an account."""

import re
from pathlib import Path

from sqlalchemy import select

from onstage.clips.models import Audience, clips
from onstage.web.app import App
from tests.cast import Actor, Cast, make_clip
from tests.client import Answer, Client


def made(client: Client, actor: Actor, slug: str, **more: str) -> Answer:
    return client.post("/claim", actor, form={"clip": slug, "account": "", "what": "me", "words": "", **more})


def test_a_guest_claims_follows_and_takes_back(app: App, client: Client, cast: Cast) -> None:
    clip, slug = make_clip(app.database, cast.ada.viewer)
    form = client.get(f"/claim?clip={slug}")
    assert form.status == 200
    assert "I am 18 or older" in form.text
    assert "I am 18 or older" not in client.get(f"/claim?clip={slug}", cast.ben).text
    assert made(client, cast.guest, slug, what="").status == 400
    answer = made(client, cast.guest, slug, words="On the <left>")
    link = answer.header("location") or ""
    assert answer.status == 303
    assert link.startswith("/claims/")
    page = client.get(link)
    assert "I am in this" in page.text
    assert page.header("cache-control") == "no-store"
    assert "noindex" in page.text
    assert client.get(f"/c/{slug}").status == 404, "they did not say that they are 18"
    again = made(client, cast.guest, slug)
    assert again.status in {404, 409}
    assert client.post(link, form={"do": "withdraw"}).status == 303
    assert "This was taken back." in client.get(link).text
    assert client.post(link, form={"do": "withdraw"}).status == 409
    assert client.get(f"/c/{slug}").status == 200
    assert client.get("/claims/nothing").status == 404
    with app.database.read() as db:
        assert db.execute(select(clips.c.holds).where(clips.c.id == clip)).scalar_one() == 0


def test_what_a_guest_does_not_see_looks_like_nothing(app: App, client: Client, cast: Cast) -> None:
    _, slug = make_clip(app.database, cast.ada.viewer, audience=Audience.PRIVATE)
    hidden, nothing = made(client, cast.guest, slug), made(client, cast.guest, "never0was0there0")
    assert hidden.status == nothing.status == 404


def test_the_account_answers_and_a_moderator_decides(app: App, client: Client, cast: Cast, tmp_path: Path) -> None:
    _, slug = make_clip(app.database, cast.ada.viewer)
    film = tmp_path / "film"
    film.write_bytes(b"a film of twenty byt")
    app.storage.put(f"film{slug}", film)
    link = made(client, cast.max, slug, words="That is me, dancing.").header("location") or ""
    page = client.get("/settings/claims", cast.ada).text
    assert "That is me, dancing." in page
    assert "max" not in page.replace("max-", "").replace("maxlength", ""), "who it is stays unknown"
    assert "That is me" not in client.get("/settings/claims", cast.ben).text
    which = client.get("/api/v1/me/claims", cast.ada).json["items"][0]["id"]
    contest = {"claim": which, "do": "contest", f"words-{which}": "That is my brother."}
    assert client.post("/settings/claims", cast.ben, form=contest).status == 404
    assert client.post("/settings/claims", cast.ada, form=contest | {f"words-{which}": ""}).status == 422
    assert client.post("/settings/claims", cast.ada, form=contest).status == 303
    assert "That is my brother." in client.get(link).text

    assert "That is my brother." in client.get("/server/claims", cast.ola).text
    assert client.get(f"/server/claims/{which}/film", cast.ola).status == 404, "not before a look"
    looked = client.post("/server/claims", cast.ola, form={"claim": which, "do": "look"})
    assert f"/server/claims/{which}/film" in looked.text
    assert client.get(f"/server/claims/{which}/film", cast.ola).body == b"a film of twenty byt"
    assert client.get(f"/server/claims/{which}/film", cast.ada).status == 403
    decide = {"claim": which, "do": "uphold", f"words-{which}": "One can see it is him."}
    assert client.post("/server/claims", cast.ola, form=decide | {f"words-{which}": ""}).status == 422
    assert client.post("/server/claims", cast.ola, form=decide | {"do": "public"}).status == 403
    assert client.post("/server/claims", cast.ola, form=decide).status == 303
    assert "One can see it is him." in client.get(link).text
    assert "One can see it is him." in client.get("/settings/claims", cast.ada).text
    assert client.get(f"/server/claims/{which}/film", cast.ola).status == 404, "the case is closed"


def test_the_same_by_the_api(app: App, client: Client, cast: Cast) -> None:
    _, slug = make_clip(app.database, cast.ada.viewer)
    secret = client.post("/api/v1/claims", json={"what": "intimate", "clip": slug}).json["secret"]
    assert client.get(f"/api/v1/clips/{slug}").status == 404
    which = client.get("/api/v1/me/claims", cast.ada).json["items"][0]["id"]
    no = {"accept": False, "words": "It is a statue."}
    assert client.post(f"/api/v1/me/claims/{which}/answer", cast.ada, json=no).status == 204
    (waiting,) = client.get("/api/v1/server/claims", cast.ola).json["items"]
    assert waiting["id"] == which
    verdict = {"decision": "reject", "words": "It is a statue."}
    assert client.post(f"/api/v1/server/claims/{which}/decide", cast.ola, json=verdict).status == 204
    assert client.get(f"/api/v1/clips/{slug}").status == 200
    case = client.get(f"/api/v1/claims/{secret}").json
    assert (case["state"], case["decision"]) == ("rejected", "It is a statue.")
    assert client.post(f"/api/v1/claims/{secret}/appeal", json={"words": "It is not."}).status == 204
    assert client.get(f"/api/v1/claims/{secret}").json["state"] == "contested"


def test_an_account_can_be_claimed_too(client: Client, cast: Cast) -> None:
    answer = client.post("/claim", cast.ben, form={"clip": "", "account": "ada", "what": "child", "words": ""})
    assert answer.status == 303
    assert client.post("/claim", cast.ben, form={"clip": "", "account": "", "what": "child", "words": ""}).status == 422


def test_a_form_that_is_sent_twice_makes_one_case_and_both_lead_to_it(app: App, client: Client, cast: Cast) -> None:
    """The first one withholds the clip: without this the second, which is what a browser shows, finds nothing."""
    _, slug = make_clip(app.database, cast.ada.viewer)
    once = re.search(r'name="once" value="([\w-]+)"', client.get(f"/claim?clip={slug}").text)
    assert once is not None
    links = {made(client, cast.guest, slug, what="child", once=once[1]).header("location") for _twice in range(2)}
    assert links == {f"/claims/{once[1]}"}
    assert len(client.get("/api/v1/me/claims", cast.ada).json["items"]) == 1
    assert made(client, cast.guest, slug, what="child", once="guessable").status == 404


def test_a_case_says_how_far_it_is_after_an_appeal_and_after_its_end(app: App, client: Client, cast: Cast) -> None:
    _, slug = make_clip(app.database, cast.ada.viewer)
    link = made(client, cast.guest, slug, what="child").header("location") or ""
    which = client.get("/api/v1/me/claims", cast.ada).json["items"][0]["id"]
    words = {f"words-{which}": "A reason of many words, with what is needed"}
    client.post("/settings/claims", cast.ada, form={"do": "contest", "claim": which, **words})
    client.post("/server/claims", cast.ola, form={"do": "reject", "claim": which, **words})
    assert client.post(link, form={"do": "appeal", "words": "Look at the left"}).status == 303
    page, room = client.get(link).text, client.get("/server/claims", cast.ola).text
    assert "Another look was asked for." in page
    assert "Until" in page
    for shown in (page, room):
        assert "Look at the left" in shown
        assert words[f"words-{which}"] in shown, "the first decision too"
    assert "Look at the left" not in client.get("/settings/claims", cast.ada).text
    assert client.post(link, form={"do": "something else"}).status == 303
    assert "Another look was asked for." in client.get(link).text
    assert client.post(link, form={"do": "withdraw"}).status == 303
    ended = client.get(link).text
    assert "This was taken back." in ended
    assert "Until" not in ended
