"""Yes beforehand: a guardian agrees to what is still to come of one minor in one account, as far as it is near (consent.md R9)."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, delete, select

from onstage.accounts import ledger
from onstage.accounts.age import Band
from onstage.accounts.doors.sessions import need_check
from onstage.accounts.guardianship import guardians_of, wait_for
from onstage.accounts.ledger import Entry
from onstage.accounts.models import accounts, yeses_beforehand
from onstage.accounts.notices import Notice, tell
from onstage.accounts.permissions import band, need_guardian
from onstage.accounts.queries import by_handle
from onstage.accounts.viewer import Viewer
from onstage.clock import DAY
from onstage.db.engine import Connection
from onstage.db.inserts import insert_or_set
from onstage.errors import Invalid, NotAllowed, NotFound
from onstage.events import SaidBeforehandEnded
from onstage.jobs.queue import record
from onstage.keys import Keys

LONGEST = 365 * DAY
_ASKED = frozenset({Band.UNDER_13, Band.FROM_13})


class Width(StrEnum):
    """What it covers: all that is near, or, by joining an account, what its members alone see."""

    NEAR = "near"
    MEMBERS = "members"


@dataclass(frozen=True)
class Said:
    """What one guardian has said about one minor in one account; `until` in UTC microseconds, None: while a member."""

    minor: int
    guardian: int
    handle: str
    name: str
    avatar: str | None
    width: Width
    until: int | None


def say(db: Connection, keys: Keys, viewer: Viewer, minor: int, handle: str, until: int, now: int) -> None:
    """Agree beforehand to near clips with this minor in the account of that handle, `until` an instant.

    Raises NotFound, NotAllowed for who is no full guardian, where guardians aren't asked, or whose last sign-in check is
    older than five minutes (`check-needed`), and Invalid for more than twelve months.
    """
    need_guardian(db, viewer, minor, full=True)
    need_check(viewer, now)
    if band(db, minor) not in _ASKED:
        raise NotAllowed("At this age guardians are not asked for their yes.", code="age")
    if not now < until <= now + LONGEST:
        raise Invalid("Choose a day within the next twelve months.", field="until")
    account = by_handle(db, viewer, handle)["id"]
    wait_for(db, minor)
    _keep(db, minor, viewer.person or 0, account, Width.NEAR, until, now)
    others = _concerned(db, minor)
    tell(db, others, Notice.SAID_BEFOREHAND, now, about=minor, by=viewer.person, account=account, on=until)
    _enter(db, keys, ledger.Act.STANDING_YES, viewer.person or 0, account, minor, Width.NEAR)


def stop(db: Connection, keys: Keys, viewer: Viewer, minor: int, handle: str, now: int) -> None:
    """Take back all that one has said beforehand about this minor in that account; what waits is asked again.

    What has gone out stays, and can be said no to. Raises NotFound.
    """
    need_guardian(db, viewer, minor)
    account = by_handle(db, viewer, handle)["id"]
    wait_for(db, minor)
    mine = (yeses_beforehand.c.minor_id == minor) & (yeses_beforehand.c.guardian_id == viewer.person)
    widths = _end(db, mine & (yeses_beforehand.c.account_id == account))
    if not widths:
        raise NotFound("You have said no yes beforehand there.")
    tell(db, _concerned(db, minor), Notice.BEFOREHAND_ENDED, now, about=minor, by=viewer.person, account=account)
    for width in widths:
        _enter(db, keys, ledger.Act.STANDING_YES_ENDED, viewer.person or 0, account, minor, width)


def joined(db: Connection, keys: Keys, account: int, minor: int, agreed: Collection[int], now: int) -> None:
    """A minor has come into an account: who agreed to that as their guardian agreed to what its members see."""
    for each in guardians_of(db, [minor]):
        if each.full and each.guardian in agreed:
            _keep(db, minor, each.guardian, account, Width.MEMBERS, 0, now)
            _enter(db, keys, ledger.Act.STANDING_YES, each.guardian, account, minor, Width.MEMBERS)


def member_left(db: Connection, account: int, minor: int) -> None:
    """With the membership ends what was said because of it, or in sight of it."""
    _end(db, (yeses_beforehand.c.account_id == account) & (yeses_beforehand.c.minor_id == minor))


def guardian_left(db: Connection, guardian: int, minor: int) -> None:
    """With a guardianship ends what was said by it."""
    _end(db, (yeses_beforehand.c.guardian_id == guardian) & (yeses_beforehand.c.minor_id == minor))


def forget_over(db: Connection, now: int) -> None:
    """What was said until a day that has come counts no more, and is asked again where something waits."""
    _end(db, (yeses_beforehand.c.width == Width.NEAR.value) & (yeses_beforehand.c.until <= now))


def of_minor(db: Connection, minor: int, now: int, *, guardian: int | None = None) -> list[Said]:
    """What holds for a minor now, or what one guardian of theirs has said, by account."""
    wanted = yeses_beforehand.c.minor_id == minor
    if guardian is not None:
        wanted &= yeses_beforehand.c.guardian_id == guardian
    return _read(db, wanted, now)


def in_account(db: Connection, account: int, minors: Collection[int], now: int) -> list[Said]:
    """What holds in an account for these minors."""
    return _read(db, (yeses_beforehand.c.account_id == account) & yeses_beforehand.c.minor_id.in_(minors), now)


def how_many(db: Connection, account: int, minors: Collection[int], now: int) -> dict[int, tuple[int, int]]:
    """By minor: how many full guardians have said yes beforehand to what is near there, and how many there are; 0 left out."""
    said = {(each.minor, each.guardian) for each in in_account(db, account, minors, now) if each.width is Width.NEAR}
    found: dict[int, tuple[int, int]] = {}
    for each in guardians_of(db, minors):
        if each.full:
            count, full = found.get(each.minor, (0, 0))
            found[each.minor] = (count + ((each.minor, each.guardian) in said), full + 1)
    return {minor: counted for minor, counted in found.items() if counted[0]}


def _read(db: Connection, wanted: ColumnElement[bool], now: int) -> list[Said]:
    of = yeses_beforehand.c
    rows = db.execute(
        select(yeses_beforehand, accounts.c.handle, accounts.c.name, accounts.c.avatar)
        .join_from(yeses_beforehand, accounts, accounts.c.id == of.account_id)
        .where(wanted, (of.until > now) | (of.width == Width.MEMBERS.value))
        .order_by(accounts.c.handle, of.width.desc(), of.guardian_id)
    ).all()
    return [
        Said(
            row.minor_id, row.guardian_id, row.handle, row.name, row.avatar, Width(row.width), row.until or None,
        )
        for row in rows
    ]  # fmt: skip


def _keep(db: Connection, minor: int, guardian: int, account: int, width: Width, until: int, now: int) -> None:
    key = {"minor_id": minor, "guardian_id": guardian, "account_id": account, "width": width.value}
    insert_or_set(db, yeses_beforehand, **key, at=now, until=until)


def _end(db: Connection, which: ColumnElement[bool]) -> list[Width]:
    gone = db.execute(
        delete(yeses_beforehand).where(which).returning(yeses_beforehand.c.width, yeses_beforehand.c.minor_id)
    ).all()
    for minor in sorted({row.minor_id for row in gone}):
        record(db, SaidBeforehandEnded(minor))
    return sorted(Width(row.width) for row in gone)


def _concerned(db: Connection, minor: int) -> set[int]:
    return {minor, *(each.guardian for each in guardians_of(db, [minor]))}


def _enter(db: Connection, keys: Keys, act: ledger.Act, by: int, account: int, minor: int, width: Width) -> None:
    ledger.append(db, keys, Entry(act, by, account, (minor,), fields={"reach": width.value}))
