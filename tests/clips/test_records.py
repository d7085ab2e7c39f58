"""Records of time and money: counted right, by each rule, kept when a clip goes, read by the minor, entered by adults."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from onstage.accounts.leaving import NOBODY, Subject, purge
from onstage.accounts.models import members, people
from onstage.accounts.viewer import Viewer
from onstage.clips import records
from onstage.clips.models import appearances, clips, erased_time
from onstage.clips.record_rules import Month, Rule, Shown, months
from onstage.clock import DAY, SECOND, now, to_datetime
from onstage.errors import Invalid, NotAllowed, NotFound
from onstage.web.app import App
from tests.cast import Cast, make_clip, stand_for

MINUTE = 60_000_000
CHILD = date(2014, 6, 1)


def one(shown: list[Shown], income: int, rule: Rule, birth: date | None = CHILD, month: str = "2026-03") -> Month:
    return next(each for each in months(shown, {month: income}, {}, rule, birth) if each.month == month)


def day(number: int, minutes: int, with_minor: int, month: int = 3) -> Shown:
    return Shown(date(2026, month, number), 2, minutes * MINUTE, 1, with_minor * MINUTE)


@pytest.mark.parametrize(
    ("rule", "with_minor", "income", "aside"),
    [
        (Rule.NONE, 50, 10_000, 0),
        (Rule.ILLINOIS, 50, 10_000, 2_500),
        (Rule.ILLINOIS, 29, 10_000, 0),
        (Rule.CALIFORNIA, 50, 10_000, 3_250),
        (Rule.CALIFORNIA, 29, 10_000, 0),
        (Rule.CALIFORNIA, 30, 10_001, 1_951),
        (Rule.MINNESOTA, 50, 10_000, 10_000),
        (Rule.UTAH, 1, 20_000_000, 3_000_000),
        (Rule.UTAH, 1, 15_000_000, 0),
        (Rule.UTAH, 0, 20_000_000, 0),
        (Rule.FRANCE, 50, 10_000, None),
    ],
)
def test_each_rule_gives_its_amount(rule: Rule, with_minor: int, income: int, aside: int | None) -> None:
    assert one([day(5, 100, with_minor)], income, rule).to_set_aside == aside


def test_age_on_the_first_of_the_month_decides() -> None:
    shown = [day(5, 100, 50)]
    assert one(shown, 1000, Rule.MINNESOTA, date(2012, 3, 2)).to_set_aside == 1000
    assert one(shown, 1000, Rule.MINNESOTA, date(2012, 3, 1)).to_set_aside == 250
    assert one(shown, 1000, Rule.ILLINOIS, date(2010, 3, 2)).to_set_aside == 250
    assert one(shown, 1000, Rule.ILLINOIS, date(2010, 3, 1)).to_set_aside == 0
    assert one(shown, 1000, Rule.ILLINOIS, None).to_set_aside == 250, "age not stated means minor"


def test_thirty_days_reach_over_the_end_of_a_month() -> None:
    shown = [day(20, 10, 10, month=2), day(10, 90, 0)]
    found = one(shown, 1000, Rule.ILLINOIS)
    assert (found.share, round(found.rolling, 2)) == (0.0, 1.0), "on the first of March only February's clip counts"
    late = one([day(1, 10, 10, month=1), day(10, 90, 0)], 1000, Rule.ILLINOIS)
    assert late.rolling == 0.0


figures = st.builds(
    lambda d, us, part: Shown(date(2026, 1 + d // 28, 1 + d % 28), 1, us, int(part > 0), int(us * part)),
    st.integers(0, 200),
    st.integers(0, 10**9),
    st.floats(0, 1),
)


@settings(deadline=None)
@given(shown=st.lists(figures, max_size=30), income=st.integers(0, 10**9), rule=st.sampled_from(Rule))
def test_figures_add_up(shown: list[Shown], income: int, rule: Rule) -> None:
    found = months(shown, {"2026-02": income}, {}, rule, CHILD)
    assert sum(each.us for each in found) == sum(each.us for each in shown)
    assert sum(each.us_with for each in found) == sum(each.us_with for each in shown)
    for each in found:
        assert 0 <= each.share <= 1
        assert 0 <= each.rolling <= 1
        assert each.to_set_aside is None or 0 <= each.to_set_aside <= each.income


@pytest.fixture
def band(app: App, cast: Cast) -> Viewer:
    """Max, sixteen, as a member of the account that ada and ben run, with one clip there beside one of ada's."""
    duo = cast.duo.viewer.account
    with app.database.write() as db:
        row = {"account_id": duo, "person_id": cast.max.viewer.person, "role": "creator", "since": now()}
        db.execute(insert(members).values(row))
    as_duo = replace(cast.max.viewer, account=duo)
    for who in (as_duo, cast.duo.viewer):
        make_clip(app.database, who)
    make_clip(app.database, as_duo, published=False)
    return as_duo


def test_the_minor_reads_and_adult_owners_enter(app: App, cast: Cast, band: Viewer) -> None:
    month = f"{to_datetime(now() - DAY):%Y-%m}"
    with app.database.write() as db:
        mine = records.find(db, cast.max.viewer, "duo", "max")
        assert not mine.may_enter
        hers = records.find(db, cast.ada.viewer, "duo", "max")
        records.choose(db, hers, Rule.CALIFORNIA, "USD")
        records.enter(db, cast.ada.viewer, hers, month=month, cents=10_000, words="A shop", deposit=False)
        records.enter(db, cast.ben.viewer, hers, month=month, cents=3_000, words="A bank", deposit=True)
        with pytest.raises(NotAllowed):
            records.enter(db, cast.max.viewer, mine, month=month, cents=1, words="", deposit=False)
        with pytest.raises(NotAllowed):
            records.choose(db, mine, Rule.NONE, "EUR")
        for wrong in ({"month": "2026-13"}, {"cents": 0}, {"words": "x" * 201}):
            given_ = {"month": month, "cents": 5, "words": "", "deposit": False} | wrong
            with pytest.raises(Invalid):
                records.enter(db, cast.ada.viewer, hers, **given_)  # type: ignore[arg-type]
        with pytest.raises(Invalid):
            records.choose(db, hers, Rule.NONE, "euro")
        record = records.read(db, mine)
        for stranger in (cast.fay, cast.eve, cast.guest):
            assert records.subjects(db, stranger.viewer) == []
        with pytest.raises(NotFound):
            records.find(db, cast.fay.viewer, "duo", "max")
        assert [each.minor_handle for each in records.subjects(db, cast.ada.viewer)] == ["max"], "adults have no record"
    (found,) = record.months
    assert (found.clips, found.clips_with, found.us, found.us_with) == (2, 1, 16_000_000, 8_000_000)
    assert (found.income, found.to_set_aside, found.deposited) == (10_000, 3_250, 3_000)
    assert [note.words for note in record.notes] == ["A shop", "A bank"]


def test_what_is_deleted_still_counts_and_is_not_named(app: App, cast: Cast, band: Viewer) -> None:
    with app.database.write() as db:
        before = records.read(db, records.find(db, cast.max.viewer, "duo", "max")).months
        every = db.execute(select(clips.c.id)).scalars().all()
        purge(db, Subject(NOBODY, clips=tuple(every)), app.purgers)
        after = records.read(db, records.find(db, cast.max.viewer, "duo", "max")).months
    assert after == before


def test_a_child_whom_others_film_has_a_record_with_the_seconds_of_the_name(app: App, cast: Cast) -> None:
    """The clips are of a mother's account, and of one of others whose child she is not."""
    with app.database.write() as db:
        stand_for(db, cast.ada.viewer, cast.max.viewer)
    hers, drafted = (
        make_clip(app.database, cast.ada.viewer)[0],
        make_clip(app.database, cast.ada.viewer, published=False)[0],
    )
    make_clip(app.database, cast.ada.viewer)
    of_a_friend = make_clip(app.database, cast.fay.viewer)[0]
    places = {hers: (2 * SECOND, 5 * SECOND), drafted: (0, None), of_a_friend: (0, None)}
    with app.database.write() as db:
        for clip, (start, end) in places.items():
            row = {"clip_id": clip, "person_id": cast.max.viewer.person, "sticks": 1, "at": now()}
            db.execute(insert(appearances).values(**row, from_us=start, to_us=end))
        for reader in (cast.ada, cast.max):
            (subject,) = records.subjects(db, reader.viewer)
            assert (subject.account_handle, subject.minor_handle) == ("ada", "max")
        (found,) = records.read(db, subject).months
        assert (found.clips, found.us, found.clips_with, found.us_with) == (2, 16 * SECOND, 1, 3 * SECOND)
        db.execute(update(appearances).where(appearances.c.clip_id == hers).values(from_us=6 * SECOND, to_us=None))
        assert records.read(db, subject).months[0].us_with == 2 * SECOND
        assert records.subjects(db, cast.fay.viewer) == [], "what is to be set aside would tell how old a friend is"


def test_the_seconds_of_a_named_child_outlast_the_clips(app: App, cast: Cast) -> None:
    """Of a mother's clips, one after the other, and of somebody's whose child they are not."""
    with app.database.write() as db:
        stand_for(db, cast.ada.viewer, cast.max.viewer)
    both = [make_clip(app.database, cast.ada.viewer, ago=ago)[0] for ago in (2 * DAY, 2 * DAY)]
    without = make_clip(app.database, cast.ada.viewer)[0]
    of_a_friend = make_clip(app.database, cast.fay.viewer)[0]
    places = {both[0]: (2 * SECOND, 5 * SECOND), both[1]: (7 * SECOND, None), of_a_friend: (0, None)}
    with app.database.write() as db:
        for clip, (start, end) in places.items():
            row = {"clip_id": clip, "person_id": cast.max.viewer.person, "sticks": 1, "at": now()}
            db.execute(insert(appearances).values(**row, from_us=start, to_us=end))
        (subject,) = records.subjects(db, cast.max.viewer)
        before = records.read(db, subject).months
        assert sum(each.us_with for each in before) == 4 * SECOND
        for clip in (*both, without, of_a_friend):
            purge(db, Subject(NOBODY, clips=(clip,)), app.purgers)
            assert records.read(db, subject).months == before
        assert records.subjects(db, cast.max.viewer) == [subject]
        assert records.subjects(db, cast.fay.viewer) == []
        kept = db.execute(select(erased_time.c.person_id).distinct()).scalars().all()
        assert set(kept) == {cast.ada.viewer.person, cast.max.viewer.person}
        purge(db, Subject(cast.max.viewer.person or 0), app.purgers)
        db.execute(delete(people).where(people.c.id == cast.max.viewer.person))
        assert records.subjects(db, cast.ada.viewer) == []
        assert set(db.execute(select(erased_time.c.person_id)).scalars()) == {cast.ada.viewer.person}


def test_a_minor_of_unknown_age_has_a_record_too(app: App, cast: Cast) -> None:
    make_clip(app.database, cast.max.viewer)
    with app.database.write() as db:
        db.execute(update(people).where(people.c.id == cast.max.viewer.person).values(birth_date=None))
        (subject,) = records.subjects(db, cast.max.viewer)
        assert records.read(db, subject).months[0].share == 1.0
