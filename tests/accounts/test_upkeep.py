"""What time itself changes: bands turn at the birthday, and nothing that was chosen changes with them."""

from datetime import date

from sqlalchemy import select, update

from onstage.accounts import growing, upkeep
from onstage.accounts.age import band_of
from onstage.accounts.models import accounts, people
from onstage.clock import now
from onstage.db.engine import Database
from onstage.keys import Keys
from tests.accounts.joining import born, join

KEYS = Keys(b"only for tests")


def test_a_birthday_turns_the_band_and_widens_nothing(database: Database) -> None:
    birth_date = born(16)
    who = join(database, "mia", birth_date=birth_date)
    _, turn = band_of(birth_date, "Europe/Berlin", "UTC", now())
    assert turn is not None
    with database.write() as db:
        upkeep.run(db, KEYS, "UTC", "http://localhost", turn - 1)
        assert db.execute(select(people.c.band)).scalar_one() == "16_17"
        assert growing.turn_bands(db, KEYS, "UTC", turn) == 1
        assert db.execute(select(people.c.band, people.c.band_until)).one() == ("adult", None)
        shown = select(accounts.c.hand_accepts, accounts.c.counts_shown).where(accounts.c.id == who.account)
        assert db.execute(shown).one() == (1, 0)
        assert growing.turn_bands(db, KEYS, "UTC", turn) == 0


def test_one_who_was_asleep_for_years_gets_the_band_of_today(database: Database) -> None:
    join(database, "nia")
    with database.write() as db:
        db.execute(update(people).values(birth_date=date(1990, 5, 4).isoformat(), band="under_13", band_until=1))
        upkeep.run(db, KEYS, "UTC", "http://localhost", now())
        assert db.execute(select(people.c.band, people.c.band_until)).one() == ("adult", None)
