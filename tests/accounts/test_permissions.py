"""What real people and accounts may loosen: the age table asked with their band and their choices."""

import pytest
from sqlalchemy import insert, select, update

from onstage.accounts import permissions
from onstage.accounts.age import Accepting, Band, Choice, Marked, Personal, Reach, Row, Who, options
from onstage.accounts.models import accounts, members, people
from onstage.accounts.viewer import Viewer
from onstage.clock import DAY, now
from onstage.db.engine import Connection, Database
from onstage.errors import NotAllowed
from tests.accounts.joining import born, join, signed_in
from tests.cast import Cast


def columns(db: Connection, account: int | None) -> tuple[int, int]:
    row = db.execute(select(accounts.c.hand_accepts, accounts.c.counts_shown).where(accounts.c.id == account)).one()
    return row[0], row[1]


def minor(database: Database) -> Viewer:
    return signed_in(database, join(database, "mia", birth_date=born(16)))


def test_a_sixteen_year_old_loosens_what_the_table_lets_them(database: Database) -> None:
    mia = minor(database)
    assert mia.person is not None
    with database.write() as db:
        assert permissions.value_for(db, mia.person, Row.AUDIENCE) is Reach.FOLLOWERS
        permissions.choose(db, mia, Row.AUDIENCE, Reach.PUBLIC)
        permissions.choose(db, mia, Row.FEED, Personal.ON)
        assert permissions.value_for(db, mia.person, Row.AUDIENCE) is Reach.PUBLIC
        assert permissions.value_for(db, mia.person, Row.FEED) is Personal.ON
        permissions.choose(db, mia, Row.AUDIENCE, Reach.FRIENDS)
        assert permissions.value_for(db, mia.person, Row.AUDIENCE) is Reach.FRIENDS
        assert permissions.chosen(db, mia.person) == {Row.AUDIENCE: Reach.FRIENDS, Row.FEED: Personal.ON}


@pytest.mark.parametrize(
    ("row", "value"),
    [
        (Row.SEES_MARKED, Marked.YES),
        (Row.DOWNLOAD, Choice.YES),
        (Row.NIGHT_PUSH, Choice.YES),
        (Row.MESSAGES, Who.EVERYONE),
        (Row.HAND_ACCEPTS, Accepting.GUARDIAN),
        (Row.AUDIENCE, Who.EVERYONE),
    ],
)
def test_and_nothing_more(database: Database, row: Row, value: Choice | Who | Accepting) -> None:
    mia = minor(database)
    with database.write() as db, pytest.raises(NotAllowed):
        permissions.choose(db, mia, row, value)


def test_rows_about_accounts_change_the_personal_account(database: Database) -> None:
    mia = minor(database)
    with database.write() as db:
        assert columns(db, mia.account) == (1, 0)
        permissions.set_hand_accepts(db, mia, by_hand=False)
        permissions.choose(db, mia, Row.COUNTS_SHOWN, Choice.YES)
        assert columns(db, mia.account) == (0, 1)
        permissions.set_hand_accepts(db, mia, by_hand=True)
        permissions.set_counts_shown(db, mia, shown=False)
        assert columns(db, mia.account) == (1, 0)


def test_a_past_band_keeps_the_stricter_one_in_force(database: Database) -> None:
    mia = minor(database)
    assert mia.person is not None
    with database.write() as db:
        db.execute(update(people).values(band_until=now() - DAY))
        assert permissions.band(db, mia.person) is Band.FROM_16
        with pytest.raises(NotAllowed):
            permissions.choose(db, mia, Row.SEES_MARKED, Marked.YES)


def test_marked_content_is_an_adults_choice(cast: Cast) -> None:
    with cast.app.database.write() as db:
        permissions.choose(db, cast.ada.viewer, Row.SEES_MARKED, Marked.YES)
        marked = select(people.c.sees_marked).where(people.c.id == cast.ada.viewer.person)
        assert db.execute(marked).scalar_one() == 1
        permissions.choose(db, cast.ada.viewer, Row.SEES_MARKED, Marked.NO)
        assert db.execute(marked).scalar_one() == 0


def test_a_joint_account_follows_its_strictest_member(cast: Cast) -> None:
    with cast.app.database.write() as db:
        permissions.set_counts_shown(db, cast.duo.viewer, shown=False)
        permissions.set_counts_shown(db, cast.duo.viewer, shown=True)
        row = {"account_id": cast.duo.viewer.account, "person_id": cast.max.viewer.person}
        db.execute(insert(members).values(**row, role="creator", since=now()))
        with pytest.raises(NotAllowed):
            permissions.set_counts_shown(db, cast.duo.viewer, shown=True)
        permissions.choose(db, cast.max.viewer, Row.COUNTS_SHOWN, Choice.YES)
        permissions.set_counts_shown(db, cast.duo.viewer, shown=True)


def test_an_adults_own_choice_does_not_bind_their_joint_account(cast: Cast) -> None:
    with cast.app.database.write() as db:
        permissions.choose(db, cast.ben.viewer, Row.COUNTS_SHOWN, Choice.NO)
        permissions.set_counts_shown(db, cast.duo.viewer, shown=True)
        assert columns(db, cast.ben.viewer.account)[1] == 0
        assert columns(db, cast.duo.viewer.account)[1] == 1


def test_only_owners_set_what_a_joint_account_shows(cast: Cast) -> None:
    with cast.app.database.write() as db:
        whose = (members.c.account_id == cast.duo.viewer.account) & (members.c.person_id == cast.duo.viewer.person)
        db.execute(update(members).where(whose).values(role="editor"))
        with pytest.raises(NotAllowed):
            permissions.set_counts_shown(db, cast.duo.viewer, shown=False)


def test_every_option_of_an_adult_can_be_chosen_and_holds(cast: Cast) -> None:
    person = cast.ada.viewer.person
    assert person is not None
    with cast.app.database.write() as db:
        for row in Row:
            for option in options(row, Band.ADULT):
                permissions.choose(db, cast.ada.viewer, row, option)
                assert permissions.value_for(db, person, row) == option
