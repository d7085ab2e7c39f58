"""What creators see: a scripted audience comes back as it was, small parts of it are not told, members see the same."""

import csv
import io
import random
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete

from onstage.accounts.leaving import Subject
from onstage.clips.models import Audience, clips
from onstage.clock import DAY, HOUR, now
from onstage.engagement.figures import Figures, Of, Tally, of_account, of_clip, told
from onstage.engagement.purge import purge
from onstage.engagement.recount import differences
from onstage.engagement.tally import Play, PlayKind
from onstage.errors import NotAllowed, NotFound
from tests.cast import Actor, Cast, crowd, make_clip
from tests.client import Client
from tests.engagement.playing import DURATION_MS, play


def watched(clip: int, viewer: bytes, milliseconds: int, **other: Any) -> list[Play]:
    """One play from start to end."""
    begun = play(clip, viewer, kind=PlayKind.START, watched_ms=0, **other)
    left = play(clip, viewer, watched_ms=milliseconds, **other)
    return [begun, replace(left, token=begun.token, play=begun.play)]


def submit(cast: Cast, events: list[Play]) -> None:
    cast.app.plays.submit(events).result(60)


def figures(cast: Cast, actor: Actor, slug: str) -> Figures:
    with cast.app.database.read() as db:
        return of_clip(db, actor.viewer, slug)


def test_the_curve_of_a_scripted_audience_is_the_truth(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    chance = random.Random(3)
    stays = [chance.choice([500, 1500, chance.randrange(0, DURATION_MS), DURATION_MS]) for _ in range(400)]
    for number, stay in enumerate(stays):
        submit(cast, watched(clip, b"a%d" % number, stay))
    found = figures(cast, cast.ada, slug)
    last = DURATION_MS // 1000 - 1
    truth = [sum(min(stay // 1000, last) >= second for stay in stays) / len(stays) for second in range(last + 1)]
    assert found.curve == pytest.approx(truth)
    assert found.curve[0] == 1
    assert found.average == pytest.approx(sum(stays) / (len(stays) * DURATION_MS))
    assert found.total.views == found.total.viewers == sum(stay >= 2000 for stay in stays)
    assert found.total.skips == sum(stay < 2000 for stay in stays)


def test_days_and_surfaces_add_up_and_small_ones_are_not_told(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    sizes = {("for_you", 3): 20, ("following", 2): 7, ("search", 1): 4, ("clip", 0): 12}
    for (surface, ago), size in sizes.items():
        at = now() - ago * DAY
        for number in range(size):
            who = f"a{surface}{number}".encode()
            submit(cast, watched(clip, who, 3000, surface=surface, issued_at=at - HOUR, happened_at=at, received_at=at))
    found = figures(cast, cast.ada, slug)
    assert found.total.views == found.total.viewers == sum(sizes.values())
    assert {each.what: each.tally.views for each in found.surfaces} == {"for_you": 20, "clip": 12}
    assert [each.tally.views for each in found.days] == [20, 12]
    assert found.left_out


def test_what_a_clip_leaves_out_is_not_the_account_less_its_other_clips(cast: Cast) -> None:
    """Two came to one clip by search, twenty to another: the account's twenty-two would tell of the two."""
    (big, _), (small, slug) = (make_clip(cast.app.database, cast.ada.viewer) for _ in range(2))
    for clip, surface, size in ((big, "search", 20), (big, "clip", 9), (small, "search", 2), (small, "for_you", 8)):
        for number in range(size):
            submit(cast, watched(clip, f"a{clip}{surface}{number}".encode(), 3000, surface=surface))
    assert figures(cast, cast.ada, slug).surfaces == []
    with cast.app.database.read() as db:
        found = of_account(db, cast.ada.viewer)
    assert [each.what for each in found.surfaces] == ["clip"]
    assert found.left_out
    assert found.total.viewers == 39


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ([], []),
        ([4], []),
        ([5], [5]),
        ([0, 5], []),
        ([0, 5, 6], [6]),
        ([4, 9], []),
        ([4, 9, 20], [20]),
        ([2, 2, 9], []),
        ([3, 2, 9], [9]),
        ([5, 6, 7], [5, 6, 7]),
    ],
)
def test_what_is_left_out_can_not_be_worked_out(sizes: list[int], shown: list[int]) -> None:
    parts = [Of(place, size, Tally(viewers=size)) for place, size in enumerate(sizes)]
    assert sorted(part.viewers for part in told(parts, lambda part: part.viewers)) == shown


def test_an_audience_of_four_has_no_curve(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer)
    for number in range(4):
        submit(cast, watched(clip, b"a%d" % number, 3000))
    found = figures(cast, cast.ada, slug)
    assert (found.total.views, found.curve, found.days, found.surfaces) == (4, [], [], [])


def test_all_members_of_a_joint_account_see_the_same_and_nobody_else_sees_any(cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.duo.viewer)
    for number in range(9):
        submit(cast, watched(clip, b"a%d" % number, 3000))
    assert figures(cast, cast.ada, slug) == figures(cast, cast.ben, slug) == figures(cast, cast.duo, slug)
    for actor in (cast.fay, cast.eve, cast.max, cast.ola):
        with pytest.raises(NotAllowed):
            figures(cast, actor, slug)
    _, hidden = make_clip(cast.app.database, cast.ada.viewer, audience=Audience.PRIVATE)
    with pytest.raises(NotFound):
        figures(cast, cast.ben, hidden)


def test_an_account_is_the_sum_of_its_clips(cast: Cast) -> None:
    found = [make_clip(cast.app.database, cast.ada.viewer)[0] for _ in range(3)]
    for place, clip in enumerate(found):
        for number in range(6 + place):
            submit(cast, watched(clip, b"a%d" % number, 4000))
    with cast.app.database.read() as db:
        account = of_account(db, cast.ada.viewer)
        assert of_account(db, cast.fay.viewer).total == Tally()
    assert (account.total.views, account.total.viewers, account.total.plays) == (21, 8, 21)
    assert account.average == pytest.approx(0.5)
    assert [(day.viewers, day.tally.views) for day in account.days] == [(8, 21)]


def test_viewers_of_an_account_are_persons_however_many_of_its_clips_they_saw(client: Client, cast: Cast) -> None:
    first, _ = make_clip(cast.app.database, cast.ada.viewer)
    second, _ = make_clip(cast.app.database, cast.ada.viewer)
    elsewhere, _ = make_clip(cast.app.database, cast.fay.viewer)
    yesterday = now() - DAY
    for number in range(8):
        for clip in (first, elsewhere):
            past = {"issued_at": yesterday - HOUR, "happened_at": yesterday, "received_at": yesterday}
            submit(cast, watched(clip, b"a%d" % number, 4000, **past))
    both = [each for n in range(6, 16) for each in watched(second, b"a%d" % n, 4000, surface="search")]
    again = [each for n in range(3, 8) for each in watched(first, b"a%d" % n, 4000)]
    submit(cast, both + again)
    with cast.app.database.read() as db:
        account = of_account(db, cast.ada.viewer)
    assert (account.total.viewers, account.total.views) == (16, 8 + 10 + 5)
    assert [(day.viewers, day.tally.views) for day in account.days] == [(8, 8), (13, 15)]
    assert {each.what: each.viewers for each in account.surfaces} == {"for_you": 8, "search": 8}
    told_ = client.get("/api/v1/me/figures", cast.ada).json
    table = list(csv.DictReader(io.StringIO(client.get("/api/v1/me/figures.csv", cast.ada).text)))
    assert told_["total"]["viewers"] == int(table[0]["viewers"]) == 16
    assert [day["counted"]["viewers"] for day in told_["days"]] == [8, 13]
    assert '<dd class="numbers">16</dd>' in client.get("/figures", cast.ada).text


def test_who_saw_an_erased_clip_stays_a_viewer_of_its_account(cast: Cast) -> None:
    clips_ = [make_clip(cast.app.database, cast.ada.viewer)[0] for _ in range(2)]
    for number in range(8):
        submit(cast, watched(clips_[number % 2], b"a%d" % number, 4000))
    with cast.app.database.write() as db:
        purge(db, Subject(0, clips=(clips_[0],)))
        db.execute(delete(clips).where(clips.c.id == clips_[0]))
    submit(cast, watched(clips_[1], b"a0", 4000))
    with cast.app.database.read() as db:
        assert of_account(db, cast.ada.viewer).total.viewers == 8
        assert differences(db) == []


def test_new_followers_stand_in_the_file_too(client: Client, cast: Cast) -> None:
    for actor in crowd(cast.app, 6):
        client.put("/api/v1/accounts/ada/follow", actor)
    told_ = client.get("/api/v1/me/figures", cast.ada).json["new_followers"]
    table = list(csv.DictReader(io.StringIO(client.get("/api/v1/me/figures.csv", cast.ada).text)))
    rows = [{"day": row["of"], "followers": int(row["followers"])} for row in table if row["part"] == "new_followers"]
    assert rows == told_
    assert rows[-1]["followers"] in range(6, 20)


def test_page_api_and_export_say_the_same(client: Client, cast: Cast) -> None:
    clip, slug = make_clip(cast.app.database, cast.ada.viewer, caption="=2+5")
    for number in range(40):
        submit(cast, watched(clip, b"a%d" % number, 4000))
    told_ = client.get(f"/api/v1/clips/{slug}/figures", cast.ada).json
    table = list(csv.DictReader(io.StringIO(client.get(f"/api/v1/clips/{slug}/figures.csv", cast.ada).text)))
    total = next(row for row in table if row["part"] == "total")
    assert told_["total"]["views"] == int(total["views"]) == client.get(f"/api/v1/clips/{slug}").json["views"] == 40
    assert float(total["average_watched"]) == told_["average_watched"] == 0.5
    curve = [float(row["still_watching"]) for row in table if row["part"] == "second"]
    assert curve == pytest.approx(told_["curve"], abs=1e-6)
    shown = client.get(f"/figures/{slug}", cast.ada).text
    assert '<dd class="numbers">40</dd>' in shown
    assert "<svg" in shown
    assert client.get("/api/v1/me/figures", cast.ada).json["total"]["views"] == 40
    assert 'href="/figures/' + slug in client.get("/figures", cast.ada).text
    for path in (f"/api/v1/clips/{slug}/figures", f"/api/v1/clips/{slug}/figures.csv", f"/figures/{slug}"):
        assert client.get(path, cast.fay).status == 403
        assert client.get(path).status in {303, 401}
