"""What contains another clip goes no further than it and is withheld with it, to any depth; its part can be taken out (R15)."""

from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from onstage.accounts.age import Band
from onstage.accounts.models import choices, people
from onstage.clips.agreeing import holds, rows
from onstage.clips.models import Audience, HoldKind, Stage, appearances, clips, contained, renditions
from onstage.clips.models import holds as holds_table
from onstage.clips.rules.life import shown_reach
from onstage.clock import SECOND, now
from onstage.jobs.models import jobs
from onstage.web.app import App
from tests.cast import Actor, Cast, make_clip
from tests.client import Answer, Client
from tests.clips.conftest import Film, Run, send
from tests.clips.test_pipeline import named as named_files
from tests.clips.test_pipeline import row, stored


class Chain:
    """Fay's clip, Ada's that contains a part of it, and Ben's that contains a part of Ada's; all are public."""

    def __init__(self, app: App, client: Client, cast: Cast) -> None:
        self.app, self.client, self.cast = app, client, cast
        self.first, self.first_slug = make_clip(app.database, cast.fay.viewer, caption="a dance")
        self.take, self.take_slug = make_clip(app.database, cast.ada.viewer, caption="my answer")
        self.last, self.last_slug = make_clip(app.database, cast.ben.viewer, caption="and mine")
        self.part = self.say(cast.ada, self.take_slug, self.first_slug, to_seconds=3).json["id"]
        self.say(cast.ben, self.last_slug, self.take_slug, from_seconds=2)

    def api(self, who: Actor, method: str, slug: str, path: str = "", **more: Any) -> Answer:
        return self.client.ask(method, f"/api/v1/clips/{slug}{path}", who, **more)

    def say(self, who: Actor, slug: str, source: str, **places: float) -> Answer:
        return self.api(who, "POST", slug, "/parts", json={"source": source, **places})

    def shown(self, who: Actor | None = None) -> list[bool]:
        """Which of the three somebody sees."""
        slugs = (self.first_slug, self.take_slug, self.last_slug)
        return [self.api(who or self.cast.guest, "GET", slug).status == 200 for slug in slugs]

    def held(self, clip: int) -> list[tuple[str, int]]:
        with self.app.database.read() as db:
            wanted = select(holds_table.c.kind, holds_table.c.giver_id).where(holds_table.c.clip_id == clip)
            return sorted((kind, giver) for kind, giver in db.execute(wanted))


@pytest.fixture
def chain(app: App, client: Client, cast: Cast) -> Chain:
    return Chain(app, client, cast)


def test_a_no_to_the_source_withholds_what_contains_it_to_any_depth(chain: Chain) -> None:
    (listed,) = chain.api(chain.cast.guest, "GET", chain.first_slug, "/takes").json["items"]
    assert listed["slug"] == chain.take_slug
    assert "Clips that contain yours" in chain.client.ask("GET", f"/make/{chain.first_slug}", chain.cast.fay).text
    films = [f"/media/film{slug}" for slug in (chain.first_slug, chain.take_slug, chain.last_slug)]
    assert chain.shown() == [True, True, True]
    assert chain.api(chain.cast.fay, "POST", chain.first_slug, "/no", json={}).status == 204
    assert chain.shown() == [False, False, False]
    assert {chain.client.ask("GET", film, chain.cast.guest).status for film in films} == {404}
    assert chain.held(chain.take) == [("contains", chain.first)]
    assert chain.held(chain.last) == [("contains", chain.take)]
    assert chain.api(chain.cast.ada, "GET", chain.take_slug).status == 200, "its author sees their own"
    assert "contains one that is not shown now" in chain.client.ask("GET", "/inbox", chain.cast.ada).text
    assert chain.api(chain.cast.fay, "DELETE", chain.first_slug, "/no").status == 204
    assert chain.shown() == [True, True, True]
    assert chain.held(chain.last) == []


def test_it_never_goes_back_to_the_source(chain: Chain) -> None:
    assert chain.api(chain.cast.ada, "POST", chain.take_slug, "/no", json={}).status == 204
    assert chain.shown() == [True, False, False]
    assert chain.held(chain.first) == []


def test_two_sources_each_withhold_it_for_themselves(chain: Chain, cast: Cast) -> None:
    other, slug = make_clip(chain.app.database, cast.ola.viewer)
    assert chain.say(cast.ada, chain.take_slug, slug).status == 201
    for who, which in ((cast.fay, chain.first_slug), (cast.ola, slug)):
        assert chain.api(who, "POST", which, "/no", json={}).status == 204
    assert chain.held(chain.take) == [("contains", chain.first), ("contains", other)]
    assert chain.api(cast.fay, "DELETE", chain.first_slug, "/no").status == 204
    assert chain.shown() == [True, False, False]
    assert chain.api(cast.ola, "DELETE", slug, "/no").status == 204
    assert chain.shown() == [True, True, True]


@pytest.mark.parametrize("kind", [HoldKind.CLAIM, HoldKind.MODERATION, HoldKind.SCREENING, HoldKind.PRESERVED])
def test_every_hold_reaches_it(chain: Chain, kind: HoldKind) -> None:
    with chain.app.database.write() as db:
        holds.place(db, chain.first, kind, 7)
    assert chain.shown() == [False, False, False]
    with chain.app.database.write() as db:
        holds.lift(db, chain.first, kind, 7)
    assert chain.shown() == [True, True, True]


def test_deleting_the_source_reaches_it_and_what_is_erased_never_frees_it(chain: Chain, run: Run, cast: Cast) -> None:
    assert chain.api(cast.fay, "DELETE", chain.first_slug).status == 200
    assert chain.shown() == [False, False, False]
    assert chain.api(cast.fay, "POST", chain.first_slug, "/restore").status == 200
    assert chain.shown() == [True, True, True]
    chain.api(cast.fay, "DELETE", chain.first_slug)
    with chain.app.database.write() as db:
        db.execute(update(holds_table).values(since=now() - 60 * SECOND))
        db.execute(update(jobs).values(due_at=0))
    run()
    assert row(chain.app.database, chain.take).holds == 1
    assert chain.shown() == [False, False, False]
    (part,) = chain.api(cast.ada, "GET", chain.take_slug, "/parts").json["items"]
    assert (part["source"], part["account"], part["withholds"]) == (None, None, True)
    page = chain.client.ask("GET", f"/make/{chain.take_slug}", cast.ada).text
    assert "It contains a clip that is not shown now." in page
    assert "A clip that is not shown now" in page


def test_it_goes_no_further_than_the_source(chain: Chain, cast: Cast) -> None:
    def reach(clip: int) -> tuple[int, int]:
        found = row(chain.app.database, clip)
        return found.recommended, found.leaves_server

    assert reach(chain.last) == (1, 1)
    choice = {"value": "no"}
    assert chain.client.ask("PUT", "/api/v1/me/choices/leaves_server", cast.fay, json=choice).status == 200
    assert reach(chain.take) == reach(chain.last) == (1, 0)
    limit = {"audience": "friends"}
    assert chain.api(cast.fay, "PUT", chain.first_slug, "/limit", json=limit).status in {200, 204}
    assert chain.shown() == [False, False, False], "near clips have no takes"
    with chain.app.database.read() as db:
        record = rows.load(db, chain.take)
    assert shown_reach(record.clip, record.facts) is None


def test_who_allows_no_takes_has_none(chain: Chain, cast: Cast) -> None:
    assert chain.client.ask("PUT", "/api/v1/me/choices/takes", cast.fay, json={"value": "friends"}).status == 200
    assert chain.shown() == [True, True, True], "Ada is her friend, and was one who may"
    _new, slug = make_clip(chain.app.database, cast.ben.viewer, published=False, stage=Stage.DRAFT)
    refused = chain.say(cast.ben, slug, chain.first_slug)
    assert (refused.status, refused.json["title"]) == (403, "no-takes")
    assert chain.client.ask("PUT", "/api/v1/me/choices/takes", cast.fay, json={"value": "nobody"}).status == 200
    assert chain.shown() == [True, False, False], "narrower at once, for what is there too"
    assert chain.client.ask("PUT", "/api/v1/me/choices/takes", cast.fay, json={"value": "everyone"}).status == 200
    assert chain.shown() == [True, False, False], "wider for new clips only"


def test_the_server_s_owner_can_allow_none(chain: Chain, cast: Cast) -> None:
    assert chain.client.ask("PUT", "/api/v1/server/choices/takes", cast.ola, json={"value": "nobody"}).status in {
        200,
        204,
    }
    assert chain.shown() == [True, False, False]
    assert [row(chain.app.database, clip).takes for clip in (chain.first, chain.take, chain.last)] == [0, 0, 0]


def test_who_is_named_and_allows_none_ends_the_takes_of_others_clips_too(chain: Chain, cast: Cast) -> None:
    clip, slug = make_clip(chain.app.database, cast.fay.viewer, published=False, stage=Stage.DRAFT)
    assert chain.api(cast.fay, "PUT", slug, "/appearances/ada", json={}).status == 204
    assert chain.api(cast.fay, "POST", slug, "/publish").json["stage"] == "asked"
    assert chain.api(cast.ada, "POST", slug, "/yes", json={"version": 1}).status == 204
    _take, take_slug = make_clip(chain.app.database, cast.ben.viewer)
    assert chain.say(cast.ben, take_slug, slug).status == 201
    assert chain.client.ask("PUT", "/api/v1/me/choices/takes", cast.ada, json={"value": "nobody"}).status == 200
    assert row(chain.app.database, clip).takes == 0
    assert [chain.api(cast.guest, "GET", each).status for each in (slug, take_slug)] == [200, 404]


@pytest.mark.parametrize(
    ("audience", "marked", "takes"),
    [
        (Audience.UNLISTED, False, 1),
        (Audience.FOLLOWERS, False, 1),
        (Audience.PUBLIC, True, 1),
        (Audience.PUBLIC, False, 0),
    ],
)
def test_only_what_everybody_sees_and_allows_can_be_taken(
    chain: Chain, cast: Cast, audience: Audience, marked: bool, takes: int
) -> None:
    clip, slug = make_clip(chain.app.database, cast.ada.viewer, audience=audience, marked=marked)
    with chain.app.database.write() as db:
        db.execute(update(clips).where(clips.c.id == clip).values(takes=takes))
    _new, mine = make_clip(chain.app.database, cast.ben.viewer, published=False, stage=Stage.DRAFT)
    assert chain.say(cast.ben, mine, slug).status in {403, 404}


def test_the_strictest_of_all_in_it_says_from_whom_takes_are_taken(chain: Chain, cast: Cast) -> None:
    with chain.app.database.write() as db:
        db.execute(insert(appearances).values(clip_id=chain.first, person_id=cast.max.viewer.person, at=now()))
        row_ = {"person_id": cast.max.viewer.person, "setter_id": cast.max.viewer.person, "at": now()}
        db.execute(insert(choices).values(**row_, row="takes", value="nobody"))
    _new, slug = make_clip(chain.app.database, cast.ada.viewer, published=False, stage=Stage.DRAFT)
    assert chain.say(cast.ada, slug, chain.first_slug).status == 403
    with chain.app.database.write() as db:
        db.execute(update(choices).where(choices.c.row == "takes").values(value="friends"))
    assert chain.say(cast.ada, slug, chain.first_slug).status == 201


def test_who_may_comment_follows_the_youngest_in_what_it_contains(chain: Chain, cast: Cast) -> None:
    _clip, slug = make_clip(chain.app.database, cast.max.viewer)
    with chain.app.database.write() as db:
        db.execute(update(clips).where(clips.c.slug == slug).values(commenters="friends"))
        whose = {"person_id": cast.max.viewer.person, "setter_id": cast.max.viewer.person, "at": now()}
        db.execute(insert(choices).values(**whose, row="takes", value="everyone"))
    take, take_slug = make_clip(chain.app.database, cast.ben.viewer)
    assert row(chain.app.database, take).commenters == "everyone"
    assert chain.say(cast.ben, take_slug, slug).status == 201
    assert row(chain.app.database, take).commenters == "friends"
    wider = chain.client.ask("PATCH", f"/api/v1/clips/{take_slug}", cast.ben, json={"commenters": "everyone"})
    assert (wider.status, wider.json["title"]) == (403, "age")
    again, again_slug = make_clip(chain.app.database, cast.ada.viewer)
    assert chain.say(cast.ada, again_slug, take_slug).status == 201
    assert row(chain.app.database, again).commenters == "friends", "to any depth"


def test_turning_18_widens_nothing_until_one_chooses(chain: Chain, cast: Cast) -> None:
    first, slug = make_clip(chain.app.database, cast.max.viewer)
    with chain.app.database.write() as db:
        whose = people.c.id == cast.max.viewer.person
        db.execute(update(people).where(whose).values(band=Band.ADULT.value, choosing_since=now()))
    _new, mine = make_clip(chain.app.database, cast.ben.viewer, published=False, stage=Stage.DRAFT)
    assert chain.say(cast.ben, mine, slug).status == 403
    with chain.app.database.write() as db:
        db.execute(update(people).where(whose).values(choosing_since=None))
    assert chain.say(cast.ben, mine, slug).status == 201
    assert row(chain.app.database, first).holds == 0


def test_a_clip_never_contains_itself(chain: Chain, cast: Cast) -> None:
    assert chain.say(cast.fay, chain.first_slug, chain.first_slug).status == 422
    assert chain.say(cast.fay, chain.first_slug, chain.last_slug).status == 422, "nor by way of others"
    assert chain.say(cast.ada, chain.take_slug, chain.first_slug).status == 409, "said already"
    assert chain.say(cast.ben, chain.take_slug, chain.first_slug).status in {403, 404}, "it is hers to say"
    assert chain.say(cast.ben, chain.last_slug, "AAAAAAAAAAAAAAAA").status == 404
    assert chain.say(cast.ben, chain.last_slug, chain.first_slug, from_seconds=9).status == 422
    assert chain.say(cast.ben, chain.last_slug, chain.first_slug, from_seconds=2, to_seconds=2).status == 422


def test_what_contains_a_withheld_clip_is_not_published(chain: Chain, cast: Cast) -> None:
    _new, slug = make_clip(chain.app.database, cast.ben.viewer, published=False, stage=Stage.DRAFT)
    part = chain.say(cast.ben, slug, chain.first_slug).json["id"]
    assert chain.api(cast.fay, "POST", chain.first_slug, "/no", json={}).status == 204
    assert chain.api(cast.ben, "POST", slug, "/publish").status == 409
    assert chain.say(cast.ada, chain.take_slug, chain.first_slug).status in {403, 404, 409}
    refused = chain.api(cast.ben, "DELETE", slug, f"/parts/{part}")
    assert (refused.status, refused.json["title"]) == (409, "take-out"), "a word does not end what withholds it"
    chain.api(cast.fay, "DELETE", chain.first_slug, "/no")
    assert chain.api(cast.ben, "DELETE", slug, f"/parts/{part}").status == 204
    assert chain.api(cast.ben, "POST", slug, "/publish").status == 200


def test_who_is_asked_reads_what_it_contains_and_that_others_may_use_it(chain: Chain, cast: Cast) -> None:
    _new, slug = make_clip(chain.app.database, cast.ada.viewer, published=False, stage=Stage.DRAFT)
    assert chain.api(cast.ada, "PUT", slug, "/appearances/fay", json={}).status == 204
    assert chain.say(cast.ada, slug, chain.last_slug, from_seconds=1, to_seconds=4).status == 201
    assert chain.api(cast.ada, "POST", slug, "/publish").json["stage"] == "asked"
    (asked,) = chain.client.ask("GET", "/api/v1/me/questions", cast.fay).json
    assert ([by["handle"] for by in asked["contains"]], asked["takes"]) == (["ben"], True)
    page = chain.client.ask("GET", "/inbox", cast.fay).text
    assert "It contains a clip of" in page
    assert "Others may use it in theirs" in page
    assert chain.api(cast.fay, "POST", slug, "/yes", json={"version": asked["version"]}).status == 204
    assert "with a part of" in chain.client.get(f"/c/{slug}").text
    (shown,) = chain.api(cast.guest, "GET", slug, "/parts").json["items"]
    assert (shown["source"], shown["from_seconds"], shown["to_seconds"]) == (chain.last_slug, 1, 4)


def test_who_refused_a_draft_reads_nothing_of_what_is_in_it_then(chain: Chain, cast: Cast) -> None:
    _new, slug = make_clip(chain.app.database, cast.ada.viewer, published=False, stage=Stage.DRAFT)
    chain.api(cast.ada, "PUT", slug, "/appearances/fay", json={})
    assert chain.say(cast.ada, slug, chain.last_slug).status == 201
    chain.api(cast.ada, "POST", slug, "/publish")
    assert len(chain.api(cast.fay, "GET", slug, "/parts").json["items"]) == 1
    assert chain.api(cast.fay, "POST", slug, "/no", json={}).status == 204
    assert chain.api(cast.fay, "GET", slug, "/parts").json["items"] == []
    assert len(chain.api(cast.ada, "GET", slug, "/parts").json["items"]) == 1


def test_what_is_refused_on_the_page_stands_beside_its_field(chain: Chain, cast: Cast) -> None:
    typed = {"caption": "kept", "audience": "public", "commenters": "everyone", "do": "part", "source": chain.last_slug}
    form = {**typed, "part_starts": "3", "part_ends": "2"}
    answer = chain.client.ask("POST", f"/make/{chain.first_slug}", cast.fay, parts={**form, "source": chain.last_slug})
    assert answer.status == 422, "it would contain itself"
    _new, slug = make_clip(chain.app.database, cast.ada.viewer, published=False, stage=Stage.DRAFT)
    answer = chain.client.ask("POST", f"/make/{slug}", cast.ada, parts=form)
    assert answer.status == 422
    assert "It ends before it begins." in answer.text
    assert 'id="part_ends-error"' in answer.text
    assert f'value="{chain.last_slug}"' in answer.text


def test_saying_it_makes_a_question_a_draft_again_and_the_next_one_tells_it(chain: Chain, cast: Cast) -> None:
    _new, slug = make_clip(chain.app.database, cast.ada.viewer, published=False, stage=Stage.DRAFT)
    chain.api(cast.ada, "PUT", slug, "/appearances/fay", json={})
    chain.api(cast.ada, "POST", slug, "/publish")
    version = chain.client.ask("GET", "/api/v1/me/questions", cast.fay).json[0]["version"]
    assert chain.say(cast.ada, slug, chain.last_slug, to_seconds=2).status == 201
    assert chain.api(cast.fay, "POST", slug, "/yes", json={"version": version}).status in {404, 409}
    chain.api(cast.ada, "POST", slug, "/publish")
    assert chain.api(cast.fay, "POST", slug, "/yes", json={"version": version + 1}).status == 204
    assert chain.client.ask("PATCH", f"/api/v1/clips/{slug}", cast.ada, json={"caption": "other"}).status == 200
    (asked,) = chain.client.ask("GET", "/api/v1/me/questions", cast.fay).json
    assert [change["what"] for change in asked["changed"]] == ["caption"]


def test_a_guest_is_told_only_of_clips_that_they_see(chain: Chain, cast: Cast) -> None:
    assert len(chain.api(cast.guest, "GET", chain.take_slug, "/parts").json["items"]) == 1
    with chain.app.database.write() as db:
        db.execute(update(clips).where(clips.c.id == chain.first).values(audience="unlisted"))
    assert chain.api(cast.guest, "GET", chain.take_slug, "/parts").json["items"] == []
    assert "with a part of" not in chain.client.get(f"/c/{chain.take_slug}").text


def _taken(app: App, cast: Cast, film: Film, run: Run, client: Client) -> tuple[Chain, int, str]:
    """A film of four seconds of Ada's that is out, with a part of Fay's clip in its first second."""
    chain = Chain(app, client, cast)
    made = send(app, cast.ada.viewer, film(4, "400x712").read_bytes())
    run()
    captions = "WEBVTT\n\n00:00.200 --> 00:00.800\nhers\n\n00:01.200 --> 00:02.000\nmine\n"
    path = f"/api/v1/clips/{made.slug}/captions/en"
    assert client.ask("PUT", path, cast.ada, body=captions.encode()).status == 200
    assert chain.say(cast.ada, made.slug, chain.first_slug, to_seconds=1).status == 201
    assert chain.api(cast.ada, "POST", made.slug, "/publish").json["stage"] == "none"
    run()
    return chain, made.clip, made.slug


def test_a_part_is_taken_out_and_the_clip_is_shown_without_it_and_nobody_is_asked(
    app: App, client: Client, cast: Cast, film: Film, run: Run
) -> None:
    chain, clip, slug = _taken(app, cast, film, run, client)
    with app.database.write() as db:
        old = set(db.execute(select(renditions.c.key).where(renditions.c.clip_id == clip)).scalars())
        yeses = rows.load(db, clip).clip.yeses
    assert chain.api(cast.fay, "POST", chain.first_slug, "/no", json={}).status == 204
    assert chain.api(cast.guest, "GET", slug).status == 404
    (part,) = chain.api(cast.ada, "GET", slug, "/parts").json["items"]
    assert chain.api(cast.ada, "DELETE", slug, f"/parts/{part['id']}").status == 409
    out = f"/parts/{part['id']}/out"
    assert chain.api(cast.ada, "POST", slug, out, json={"left": "before"}).status == 422, "nothing would be left"
    assert chain.api(cast.ben, "POST", slug, out, json={"left": "after"}).status == 404
    page = client.ask("GET", f"/make/{slug}", cast.ada).text
    assert "Keep 0:01–0:04" in page
    assert "Keep 0:00–" not in page
    form = {"do": "part_out", "of": part["id"], "left": "after"}
    assert client.ask("POST", f"/make/{slug}", cast.ada, parts=form).status == 303
    assert "It is being taken out." in client.ask("GET", f"/make/{slug}", cast.ada).text
    assert chain.api(cast.guest, "GET", slug).status == 404, "not before it is done"
    run()
    shown = chain.api(cast.guest, "GET", slug)
    assert (shown.status, round(shown.json["duration_seconds"])) == (200, 3)
    assert chain.shown() == [False, False, False]
    with app.database.read() as db:
        record = rows.load(db, clip)
        assert record.clip.yeses == yeses
        assert db.execute(select(func.count()).select_from(contained).where(contained.c.clip_id == clip)).scalar() == 0
        assert old.isdisjoint(db.execute(select(renditions.c.key).where(renditions.c.clip_id == clip)).scalars())
    assert stored(app) <= named_files(app.database), "nothing of the film before is left"
    words = client.ask("GET", f"/api/v1/clips/{slug}/captions/en", cast.ada).text
    assert "mine" in words
    assert "hers" not in words


def test_a_draft_beside_follows_what_is_left(app: App, client: Client, cast: Cast, film: Film, run: Run) -> None:
    chain, clip, slug = _taken(app, cast, film, run, client)
    assert chain.api(cast.ada, "PUT", slug, "/appearances/fay", json={"from_seconds": 2, "to_seconds": 3}).status == 204
    (part,) = chain.api(cast.ada, "GET", slug, "/parts").json["items"]
    out = f"/parts/{part['id']}/out"
    busy = chain.api(cast.ada, "POST", slug, out, json={"left": "after"})
    assert (busy.status, busy.json["title"]) == (409, "busy"), "Fay is asked"
    assert chain.api(cast.ada, "POST", slug, "/recall").status == 204
    assert chain.api(cast.ada, "POST", slug, out, json={"left": "after"}).status == 202
    run()
    (named,) = chain.api(cast.ada, "GET", slug, "/appearances").json["named"]
    assert (named["from_seconds"], named["to_seconds"]) == (1, 2)
    assert row(app.database, clip).holds == 0


def test_a_cut_that_can_be_had_back_frees_nothing(app: App, client: Client, cast: Cast, film: Film, run: Run) -> None:
    chain = Chain(app, client, cast)
    made = send(app, cast.ada.viewer, film(4, "400x712").read_bytes())
    run()
    part = chain.say(cast.ada, made.slug, chain.first_slug, to_seconds=1).json["id"]
    assert chain.api(cast.fay, "POST", chain.first_slug, "/no", json={}).status == 204
    cut = {"from_seconds": 1.5, "to_seconds": 4}
    assert chain.api(cast.ada, "POST", made.slug, "/trim", json=cut).status == 202
    run()
    assert chain.api(cast.ada, "DELETE", made.slug, f"/parts/{part}").status == 409, "the whole waits aside"
    page = client.ask("GET", f"/make/{made.slug}", cast.ada).text
    assert "Choose the whole film again first" in page
    assert chain.api(cast.ada, "DELETE", made.slug, "/trim").status == 200
    run()
    out = chain.api(cast.ada, "POST", made.slug, f"/parts/{part}/out", json={"left": "after"})
    assert out.status == 202
    run()
    assert row(app.database, made.clip).holds == 0
    assert chain.api(cast.ada, "POST", made.slug, "/publish").json["stage"] == "none"


def test_a_part_that_a_trim_has_cut_away_is_taken_back_by_a_word(
    app: App, client: Client, cast: Cast, film: Film, run: Run
) -> None:
    chain, _clip, slug = _taken(app, cast, film, run, client)
    cut = {"from_seconds": 1.5, "to_seconds": 4}
    assert chain.api(cast.ada, "POST", slug, "/trim", json=cut).status in {200, 202}
    run()
    (part,) = chain.api(cast.ada, "GET", slug, "/parts").json["items"]
    assert (part["from_seconds"], part["to_seconds"]) == (0, 0)
    assert chain.api(cast.ada, "DELETE", slug, f"/parts/{part['id']}").status == 204
    assert chain.api(cast.ada, "GET", slug, "/parts").json["items"] == []
