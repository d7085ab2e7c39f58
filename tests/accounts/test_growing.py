"""Growing up, with time travelling: announced before, at the right midnight, over 29 February and a changed zone."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert, select, update

from onstage.accounts import growing, permissions, upkeep
from onstage.accounts.age import Band, Choice, Reach, Row, band_of
from onstage.accounts.guardianship import guardians_of
from onstage.accounts.models import choices, guardianships, members, notices, people
from onstage.accounts.viewer import find
from onstage.clips.ending import past_childhood
from onstage.clips.models import Audience, clips
from onstage.clips.queries import VISIBLE, asked_by
from onstage.clock import DAY, HOUR, SECOND
from onstage.db.engine import Connection
from onstage.errors import NotAllowed, NotFound
from onstage.events import CameOfAge
from tests.cast import SIGN_IN, Actor, Cast, make_clip, stand_for


def instant(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * SECOND  # type: ignore[misc, arg-type]


def born(db: Connection, actor: Actor, day: date, zone: str, now: int) -> int:
    """Let somebody have this birth date in this zone; gives the person."""
    person = actor.viewer.person
    assert person is not None
    band, until = band_of(day, zone, "UTC", now)
    values = {"birth_date": day.isoformat(), "zone": zone, "band": band.value, "band_until": until}
    db.execute(update(people).where(people.c.id == person).values(**values))
    return person


def run(cast: Cast, now: int) -> None:
    with cast.app.database.write() as db:
        upkeep.run(db, cast.app.keys, "UTC", "http://localhost", now)


def band(cast: Cast, actor: Actor) -> str:
    with cast.app.database.read() as db:
        return str(db.execute(select(people.c.band).where(people.c.id == actor.viewer.person)).scalar_one())


def told(cast: Cast, actor: Actor, kind: str) -> int:
    with cast.app.database.read() as db:
        theirs = (notices.c.person_id == actor.viewer.person) & (notices.c.kind == kind)
        return len(db.execute(select(notices.c.id).where(theirs)).all())


@pytest.mark.parametrize(
    ("day", "zone", "turns"),
    [
        (date(2013, 6, 15), "Europe/Berlin", instant(2026, 6, 15)),  # UTC's midnight is the later one
        (date(2013, 6, 15), "America/Los_Angeles", instant(2026, 6, 15, 7)),  # their own is
        (date(2012, 2, 29), "UTC", instant(2025, 3, 1)),  # no leap year: counts as 1 March
        (date(2012, 2, 29), "Pacific/Auckland", instant(2025, 3, 1)),
    ],
)
def test_a_band_turns_at_the_later_midnight_and_was_announced_two_weeks_before(
    cast: Cast, day: date, zone: str, turns: int
) -> None:
    with cast.app.database.write() as db:
        born(db, cast.mia, day, zone, turns - 30 * DAY)
    run(cast, turns - 15 * DAY)
    assert told(cast, cast.mia, "band_soon") == 0
    for moment in (turns - 13 * DAY, turns - 12 * DAY, turns - SECOND):
        run(cast, moment)
        assert band(cast, cast.mia) == "under_13"
        assert (told(cast, cast.mia, "band_soon"), told(cast, cast.gus, "band_soon")) == (1, 1)
    run(cast, turns)
    assert band(cast, cast.mia) == "13_15"
    assert (told(cast, cast.mia, "band_now"), told(cast, cast.gil, "band_now")) == (1, 1)
    run(cast, turns + HOUR)
    assert told(cast, cast.mia, "band_now") == 1


def test_at_sixteen_guardians_set_time_and_nothing_else(cast: Cast) -> None:
    turns = instant(2026, 6, 15)
    with cast.app.database.write() as db:
        mia = born(db, cast.mia, date(2010, 6, 15), "Europe/Berlin", turns - DAY)
        for guardian in (cast.gus, cast.gil):
            permissions.choose_for(db, cast.app.keys, guardian.viewer, mia, Row.AUDIENCE, Reach.PRIVATE, turns - DAY)
    run(cast, turns)
    with cast.app.database.write() as db:
        db.execute(update(people).where(people.c.id == mia).values(band_until=None))
        assert permissions.value_for(db, mia, Row.AUDIENCE) is Reach.FOLLOWERS
        with pytest.raises(NotAllowed):
            permissions.choose_for(db, cast.app.keys, cast.gus.viewer, mia, Row.AUDIENCE, Reach.PRIVATE, turns)


def test_at_eighteen_guardianship_ends_and_nothing_gets_wider_until_one_is_done(cast: Cast) -> None:
    turns = instant(2026, 6, 15)
    with cast.app.database.write() as db:
        max_ = born(db, cast.max, date(2008, 6, 15), "Europe/Berlin", turns - DAY)
        stand_for(db, cast.ada.viewer, cast.max.viewer, is_full=1)
        db.execute(
            insert(choices).values(person_id=max_, setter_id=cast.ada.viewer.person, row="daily_limit", value="5", at=1)
        )
    run(cast, turns)
    with cast.app.database.write() as db:
        assert guardians_of(db, [max_]) == []
        end = select(guardianships.c.end).where(guardianships.c.minor_id == max_)
        assert db.execute(end).scalar_one() == "grown_up"
        assert db.execute(select(choices.c.row).where(choices.c.person_id == max_)).all() == []
        grown = find(db, "browser", SIGN_IN + "max")
        assert grown is not None
        assert grown.band is Band.ADULT
        assert permissions.value_for(db, max_, Row.RECOMMENDED) is Choice.NO
        assert permissions.value_for(db, max_, Row.LEAVES_SERVER) is Choice.NO
        growing.has_chosen(db, grown)
        assert permissions.value_for(db, max_, Row.RECOMMENDED) is Choice.YES
    assert told(cast, cast.ada, "guardian_ended") == 1


def test_family_accounts_with_clips_of_theirs_are_theirs_too_at_eighteen(cast: Cast) -> None:
    turns, duo = instant(2026, 6, 15), cast.duo.viewer.account or 0
    with cast.app.database.write() as db:
        max_ = born(db, cast.max, date(2008, 6, 15), "Europe/Berlin", turns - DAY)
        db.execute(insert(members).values(account_id=duo, person_id=max_, role="creator", since=1))
    run(cast, turns)
    with cast.app.database.write() as db:
        past_childhood.hand_over(db, cast.app.keys, CameOfAge(max_))
        assert role(db, duo, max_) == "creator", "duo is a group of equals"
        db.execute(update(people.metadata.tables["accounts"]).values(joint_kind="family"))
        past_childhood.hand_over(db, cast.app.keys, CameOfAge(max_))
        assert role(db, duo, max_) == "creator", "nothing there is of max"
    clip, _ = make_clip(cast.app.database, cast.max.viewer)
    with cast.app.database.write() as db:
        db.execute(update(clips).where(clips.c.id == clip).values(account_id=duo))
        past_childhood.hand_over(db, cast.app.keys, CameOfAge(max_))
        assert role(db, duo, max_) == "owner"
        creators = past_childhood.creators(db, duo)
        assert creators == {max_}
        with pytest.raises(NotAllowed):
            growing.end_others_ownership(db, cast.app.keys, cast.ada.viewer, duo, creators, turns)
        growing.end_others_ownership(db, cast.app.keys, cast.max.viewer, duo, creators, turns)
        assert role(db, duo, cast.ada.viewer.person) == "editor"


def role(db: Connection, account: int, person: int | None) -> str:
    theirs = (members.c.account_id == account) & (members.c.person_id == person)
    return str(db.execute(select(members.c.role).where(theirs)).scalar_one())


def test_hide_is_a_no_of_theirs_and_delete_deletes(cast: Cast) -> None:
    hidden, slug = make_clip(cast.app.database, cast.max.viewer, audience=Audience.FOLLOWERS)
    gone, other = make_clip(cast.app.database, cast.max.viewer)
    _, of_ada = make_clip(cast.app.database, cast.ada.viewer)
    with cast.app.database.write() as db, pytest.raises(NotFound):
        past_childhood.hide(db, cast.app.keys, cast.max.viewer, slug)
    with cast.app.database.write() as db:
        values = {"came_of_age_at": instant(2036, 1, 1), "choosing_since": 1}
        db.execute(update(people).where(people.c.id == cast.max.viewer.person).values(**values))
        assert past_childhood.undecided(db, cast.max.viewer) == [gone, hidden]
        past_childhood.hide(db, cast.app.keys, cast.max.viewer, slug)
        past_childhood.delete(db, cast.app.keys, cast.max.viewer, other)
        assert past_childhood.undecided(db, cast.max.viewer) == []
        with pytest.raises(NotFound):
            past_childhood.hide(db, cast.app.keys, cast.max.viewer, of_ada)
        left = select(clips.c.id).where(clips.c.id.in_([hidden, gone]), VISIBLE)
        assert db.execute(left, asked_by(cast.ben.viewer)).all() == []


def test_a_minors_zone_changes_after_a_day_and_an_adults_at_once(cast: Cast) -> None:
    now = instant(2026, 6, 10)
    with cast.app.database.write() as db:
        mia = born(db, cast.mia, date(2013, 6, 15), "Europe/Berlin", now)
        at = growing.set_zone(db, cast.app.keys, cast.mia.viewer, "America/Los_Angeles", "UTC", now)
        assert at == now + DAY
        growing.set_zone(db, cast.app.keys, cast.ada.viewer, "Asia/Tokyo", "UTC", now)
        zone = select(people.c.zone).where(people.c.id == cast.ada.viewer.person)
        assert db.execute(zone).scalar_one() == "Asia/Tokyo"
    assert told(cast, cast.gus, "zone") == 1
    theirs = select(people.c.zone, people.c.band_until).where(people.c.id == mia)
    run(cast, now + DAY - SECOND)
    with cast.app.database.read() as db:
        assert db.execute(theirs).one() == ("Europe/Berlin", instant(2026, 6, 15))
    run(cast, now + DAY)
    with cast.app.database.read() as db:
        assert db.execute(theirs).one() == ("America/Los_Angeles", instant(2026, 6, 15, 7)), "no sooner than there"


def test_nobody_gets_younger_by_flying_west(cast: Cast) -> None:
    turns = instant(2026, 6, 15)
    with cast.app.database.write() as db:
        born(db, cast.mia, date(2013, 6, 15), "Europe/Berlin", turns - DAY)
    run(cast, turns)
    with cast.app.database.write() as db:
        growing.set_zone(db, cast.app.keys, cast.mia.viewer, "America/Los_Angeles", "UTC", turns - DAY + HOUR)
    run(cast, turns + 2 * HOUR)
    assert band(cast, cast.mia) == "13_15"


def test_a_birth_date_moves_freely_towards_younger_and_towards_older_by_a_voucher(cast: Cast) -> None:
    now = instant(2026, 6, 10)
    keys = cast.app.keys
    with cast.app.database.write() as db:
        max_ = born(db, cast.max, date(2009, 6, 1), "Europe/Berlin", now)
        growing.correct_birth_date(db, keys, cast.max.viewer, max_, date(2011, 6, 1), "UTC", now)
        assert permissions.band(db, max_) is Band.FROM_13
        with pytest.raises(NotAllowed):
            growing.correct_birth_date(db, keys, cast.max.viewer, max_, date(2009, 6, 1), "UTC", now)
        growing.correct_birth_date(db, keys, cast.ola.viewer, max_, date(2009, 6, 1), "UTC", now)
        assert permissions.band(db, max_) is Band.FROM_16
        growing.correct_birth_date(db, keys, cast.ola.viewer, max_, None, "UTC", now)
        assert permissions.band(db, max_) is Band.UNKNOWN
        with pytest.raises(NotAllowed):
            growing.correct_birth_date(db, keys, cast.max.viewer, max_, date(1990, 1, 1), "UTC", now)
