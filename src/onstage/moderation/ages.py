"""An age in doubt: clips of that person are withheld, none is deleted, until a voucher has settled it (consent.md R13)."""

from collections.abc import Callable, Iterable
from datetime import date

from onstage.accounts import growing
from onstage.accounts.viewer import Viewer
from onstage.clips import cases
from onstage.clips.agreeing import holds
from onstage.clips.agreeing.narrowing import narrow
from onstage.clips.models import HoldKind
from onstage.clock import SERVER_ZONE
from onstage.db.engine import Connection
from onstage.keys import Keys


def doubt(db: Connection, keys: Keys, moderator: Viewer, person: int, now: int) -> None:
    """A moderator shares a reported doubt. Raises Conflict where the age is unknown already."""
    growing.doubt_age(db, keys, moderator, person, SERVER_ZONE, now)
    _each(db, keys, cases.made_by(db, person), person, holds.place)


def settle(db: Connection, keys: Keys, voucher: Viewer, person: int, born: date | None, now: int) -> None:
    """A voucher enters what they saw, or that it is not known: with a birth date the doubt has ended.

    `voucher`: one whom the caller knows to be one. What still lacks a yes waits for it under `basis`.
    """
    growing.correct_birth_date(db, keys, voucher, person, born, SERVER_ZONE, now)
    if born is None:
        return
    narrow(db, keys, person)
    _each(db, keys, cases.held_for(db, HoldKind.SCREENING, person), person, holds.lift)


def _each(
    db: Connection,
    keys: Keys,
    clip_ids: Iterable[int],
    person: int,
    change: Callable[[Connection, int, HoldKind, int], bool],
) -> None:
    for clip in clip_ids:
        if change(db, clip, HoldKind.SCREENING, person):
            holds.enter(db, keys, clip, HoldKind.SCREENING, None, placed=change is holds.place)
