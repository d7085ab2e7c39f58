"""Into a joint account: asked in by a link or by handle, agreed to by those who must, and in force when it is time."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, delete, insert, or_, select, update

from onstage import ids
from onstage.accounts import guardianship, ledger, notices
from onstage.accounts.age import Band
from onstage.accounts.guardians import beforehand
from onstage.accounts.guardianship import Agreement, guardians_of, has_full_guardian
from onstage.accounts.joint import everybody, lock, look
from onstage.accounts.ledger import Entry
from onstage.accounts.membership import is_young, owners
from onstage.accounts.models import Role, accounts, invitation_yeses, invitations, members
from onstage.accounts.notices import Notice
from onstage.accounts.permissions import band, narrow_account
from onstage.accounts.queries import need, person_named, role_in
from onstage.accounts.roles import Act
from onstage.accounts.viewer import Viewer, secret_hash
from onstage.clock import DAY, HOUR
from onstage.db.engine import Connection
from onstage.db.inserts import insert_or_set
from onstage.errors import Conflict, Gone, NotAllowed, NotFound
from onstage.events import MemberJoined
from onstage.jobs.queue import record
from onstage.keys import Keys

LASTS = 14 * DAY
ANNOUNCED = 72 * HOUR
_MOST = 100  # open ones of one account
_ENDED = "This invitation has ended. Ask for a new one."


class Waits(StrEnum):
    """What an invitation waits for."""

    ACCEPT = "accept"  # whoever was asked
    OWNERS = "owners"
    GUARDIANS = "guardians"
    TIME = "time"  # guardians of minors in the account were told 72 hours ahead
    NOTHING = "nothing"  # it is done


@dataclass(frozen=True)
class Invitation:
    """An invitation as those whom it concerns see it. Instants in UTC microseconds; `guest`: whom, None for a link."""

    id: int
    account: int
    handle: str
    account_name: str
    role: Role
    made_by: int
    guest: int | None
    until: int
    accepted_at: int | None
    starts_at: int | None
    waits: Waits


def by_link(db: Connection, keys: Keys, viewer: Viewer, handle: str, role: Role, now: int) -> tuple[int, str]:
    """The id and the secret of a link that asks one person in; raises NotFound, NotAllowed or Conflict."""
    secret = ids.token()
    return _ask(db, keys, viewer, handle, role, now, secret=secret), secret


def by_handle(db: Connection, keys: Keys, viewer: Viewer, handle: str, guest: str, role: Role, now: int) -> int:
    """Ask the person of a personal handle in, or a member to be an owner. Raises NotFound, NotAllowed or Conflict."""
    who = person_named(db, guest)
    if who is None:
        raise NotFound("There is nobody of that name here.", field="handle")
    return _ask(db, keys, viewer, handle, role, now, guest=who.person)


def _ask(
    db: Connection,
    keys: Keys,
    viewer: Viewer,
    handle: str,
    role: Role,
    now: int,
    *,
    secret: str | None = None,
    guest: int | None = None,
) -> int:
    account = look(db, viewer, handle).id
    need(db, viewer, Act.NAME_OWNER if role is Role.OWNER else Act.INVITE, account)
    lock(db, account)
    if guest is not None:
        there = role_in(db, account, guest)
        if there is not None and (role is not Role.OWNER or there is Role.OWNER):
            raise Conflict("They are in this account already.", field="handle", code="member-already")
        db.execute(delete(invitations).where(invitations.c.account_id == account, invitations.c.person_id == guest))
    if len(of_account(db, account, now)) >= _MOST:
        raise Conflict("There are %(most)s open invitations. Take one back first.", most=_MOST)
    made = ids.new()
    db.execute(
        insert(invitations).values(
            id=made,
            account_id=account,
            role=role.value,
            made_by=viewer.person,
            secret_hash=None if secret is None else secret_hash(secret),
            person_id=guest,
            created_at=now,
            until=now + LASTS,
        )
    )
    if role is Role.OWNER:
        _said_yes(db, made, viewer.person, now)
    if guest is not None:
        notices.tell(db, [guest], Notice.INVITED, now, by=viewer.person, account=account, role=role)
    about = () if guest is None else (guest,)
    entry = Entry(ledger.Act.MEMBER_INVITED, viewer.person, account, about, fields={"role": role.value})
    ledger.append(db, keys, entry)
    return made


_COLUMNS = (invitations, accounts.c.handle, accounts.c.name.label("account_name"))


def _read(db: Connection, condition: ColumnElement[bool], now: int) -> list[Invitation]:
    rows = db.execute(
        select(*_COLUMNS)
        .join_from(invitations, accounts, accounts.c.id == invitations.c.account_id)
        .where(condition, or_(invitations.c.until > now, invitations.c.accepted_at.is_not(None)))
        .order_by(invitations.c.id)
    ).all()
    return [
        Invitation(
            id=row.id,
            account=row.account_id,
            handle=row.handle,
            account_name=row.account_name,
            role=Role(row.role),
            made_by=row.made_by,
            guest=row.person_id,
            until=row.until,
            accepted_at=row.accepted_at,
            starts_at=row.starts_at,
            waits=_waits(
                db, row.id, row.account_id, Role(row.role), row.person_id, row.accepted_at, row.starts_at, now
            ),
        )
        for row in rows
    ]


def of_account(db: Connection, account: int, now: int) -> list[Invitation]:
    """The open invitations into an account."""
    return _read(db, invitations.c.account_id == account, now)


def of_guest(db: Connection, viewer: Viewer, now: int) -> list[Invitation]:
    """Where the viewer was asked in."""
    return _read(db, invitations.c.person_id == viewer.person, now)


def to_answer(db: Connection, viewer: Viewer, now: int) -> list[Invitation]:
    """What waits for the viewer's yes as an owner of the account or as a guardian of who joins."""
    owning = select(members.c.account_id).where(
        members.c.person_id == viewer.person, members.c.role == Role.OWNER.value
    )
    wards = guardianship.minors_of(db, viewer.person or 0)
    asked = or_(
        (invitations.c.role == Role.OWNER.value) & invitations.c.account_id.in_(owning),
        invitations.c.person_id.in_([each.minor for each in wards]) & invitations.c.accepted_at.is_not(None),
    )
    return [
        each
        for each in _read(db, asked, now)
        if viewer.person in _who_must_answer(db, each.account, each.role, each.guest)
        and viewer.person not in _yeses(db, each.id)
    ]


def find(db: Connection, secret: str, now: int) -> Invitation:
    """The invitation behind a link; raises Gone when it was used, taken back, or is too old."""
    found = _read(db, invitations.c.secret_hash == secret_hash(secret), now)
    if not found:
        raise Gone(_ENDED, code="invitation-ended")
    return found[0]


def take_up(db: Connection, keys: Keys, viewer: Viewer, secret: str, now: int) -> Invitation:
    """Say yes by a link, which is then the viewer's alone. Raises Gone, Conflict or NotAllowed."""
    found = find(db, secret, now)
    taken = (invitations.c.id == found.id) & invitations.c.person_id.is_(None)
    there = role_in(db, found.account, viewer.person)
    if there is not None and (found.role is not Role.OWNER or there is Role.OWNER):
        raise Conflict("You are in this account already.", code="member-already")
    if not db.execute(update(invitations).where(taken).values(person_id=viewer.person, secret_hash=None)).rowcount:
        raise Gone(_ENDED, code="invitation-ended")
    return accept(db, keys, viewer, found.id, now)


def accept(db: Connection, keys: Keys, viewer: Viewer, invitation: int, now: int) -> Invitation:
    """Say yes for oneself; whoever must agree is asked now. Raises NotFound or Gone."""
    found = _mine(db, viewer, invitation, now)
    if found.accepted_at is not None:
        return found  # pressed twice: nobody is told twice, and no time begins anew
    assert viewer.person is not None
    lock(db, found.account)
    if is_young(db, viewer.person) and not has_full_guardian(db, viewer.person):
        raise NotAllowed("First somebody must be your guardian here. Then you can join.", code="frozen")
    told = _guardians_told(db, found, viewer.person)
    values = {"accepted_at": now, "starts_at": now + ANNOUNCED if told else now}
    db.execute(update(invitations).where(invitations.c.id == invitation).values(values))
    asked = _who_must_answer(db, found.account, found.role, viewer.person)
    for to, kind in ((told, Notice.ADULT_JOINS), (asked, Notice.AGREE_TO_MEMBER)):
        notices.tell(
            db,
            to,
            kind,
            now,
            about=viewer.person,
            by=viewer.person,
            account=found.account,
            role=found.role,
            on=now + ANNOUNCED,
        )
    return settle(db, keys, invitation, now)


def decline(db: Connection, keys: Keys, viewer: Viewer, invitation: int, now: int) -> None:
    """Say no, or take one's yes back before it is in force; nothing is left. Raises NotFound."""
    found = _mine(db, viewer, invitation, now)
    db.execute(delete(invitations).where(invitations.c.id == found.id))
    ledger.append(db, keys, Entry(ledger.Act.MEMBER_DECLINED, viewer.person, found.account))


def take_back(db: Connection, viewer: Viewer, handle: str, invitation: int) -> None:
    """End an open invitation of an account that one runs. Raises NotFound or NotAllowed."""
    account = look(db, viewer, handle).id
    need(db, viewer, Act.INVITE, account)
    lock(db, account)
    one = (invitations.c.id == invitation) & (invitations.c.account_id == account)
    if not db.execute(delete(invitations).where(one)).rowcount:
        raise NotFound("There is no such invitation any more.")


def answer(db: Connection, keys: Keys, viewer: Viewer, invitation: int, yes: bool, now: int) -> Invitation | None:
    """An owner or a guardian who is asked says yes or no; a no ends the invitation (None). Raises NotFound."""
    found = next((each for each in to_answer(db, viewer, now) if each.id == invitation), None)
    if found is None:
        raise NotFound("Nobody asks you this, or it has been settled.")
    lock(db, found.account)
    about = () if found.guest is None else (found.guest,)
    if not yes:
        db.execute(delete(invitations).where(invitations.c.id == invitation))
        ledger.append(db, keys, Entry(ledger.Act.MEMBER_DECLINED, viewer.person, found.account, about))
        hear = {found.made_by, *about} - {viewer.person} if about else set()
        notices.tell(db, hear, Notice.NOT_JOINED, now, about=found.guest, account=found.account)
        return None
    if _is_guardian_only(db, viewer, found) and not _is_full(db, viewer, found):
        raise NotAllowed("Only a full guardian can say yes. You may say no.", code="not-full")
    _said_yes(db, invitation, viewer.person, now)
    return settle(db, keys, invitation, now)


def settle(db: Connection, keys: Keys, invitation: int, now: int) -> Invitation:
    """Put an invitation into force if nothing is left to wait for."""
    found = _read(db, invitations.c.id == invitation, now)[0]
    if found.waits is not Waits.NOTHING or found.guest is None:
        return found
    before = role_in(db, found.account, found.guest)
    row = {"account_id": found.account, "person_id": found.guest, "role": found.role.value, "wanted_rule": None}
    insert_or_set(db, members, **row, since=now)
    if is_young(db, found.guest):
        beforehand.joined(db, keys, found.account, found.guest, _yeses(db, invitation), now)
    db.execute(delete(invitations).where(invitations.c.id == invitation))
    narrow_account(db, found.account)
    record(db, MemberJoined(found.account, found.guest, found.role.value))
    told = {*everybody(db, found.account), *(each.guardian for each in guardians_of(db, [found.guest]))}
    told.discard(found.guest)
    is_new = before is None
    notices.tell(db, told, Notice.JOINED, now, about=found.guest, account=found.account, role=found.role, new=is_new)
    act = ledger.Act.MEMBER_JOINED if is_new else ledger.Act.MEMBER_ROLE
    about = tuple(sorted(told)) if is_new else (found.guest, *sorted(told))
    ledger.append(db, keys, Entry(act, found.guest, found.account, about, fields={"role": found.role.value}))
    return found


def settle_due(db: Connection, keys: Keys, now: int) -> int:
    """Put into force what only had to wait for its time, and forget what nobody took up; returns how many came in."""
    db.execute(delete(invitations).where(invitations.c.until <= now - LASTS))
    due = select(invitations.c.id).where(invitations.c.starts_at <= now, invitations.c.accepted_at.is_not(None))
    settled = [
        settle(db, keys, invitation, now) for invitation in db.execute(due.order_by(invitations.c.id)).scalars().all()
    ]
    return sum(each.waits is Waits.NOTHING for each in settled)


def _mine(db: Connection, viewer: Viewer, invitation: int, now: int) -> Invitation:
    found = next((each for each in of_guest(db, viewer, now) if each.id == invitation), None)
    if found is None:
        raise NotFound(_ENDED)
    return found


def _guardians_told(db: Connection, found: Invitation, guest: int) -> set[int]:
    """Who hears of an adult 72 hours before: guardians of minors in the account, but for who asked and who comes."""
    if band(db, guest) is not Band.ADULT or role_in(db, found.account, guest) is not None:
        return set()
    minors = [each for each in everybody(db, found.account) if band(db, each) is not Band.ADULT]
    return {each.guardian for each in guardians_of(db, minors)} - {guest, found.made_by}


def _who_must_answer(db: Connection, account: int, role: Role, guest: int | None) -> set[int]:
    asked = set(owners(db, account)) - {guest or 0} if role is Role.OWNER else set()
    if guest is not None and is_young(db, guest):
        asked |= {each.guardian for each in guardians_of(db, [guest])}
    return asked


def _waits(
    db: Connection,
    invitation: int,
    account: int,
    role: Role,
    guest: int | None,
    accepted_at: int | None,
    starts_at: int | None,
    now: int,
) -> Waits:
    if guest is None or accepted_at is None:
        return Waits.ACCEPT
    yes = _yeses(db, invitation)
    if role is Role.OWNER and not set(owners(db, account)) - {guest} <= yes:
        return Waits.OWNERS
    if is_young(db, guest) and not _guardians_agree(db, guest, yes):
        return Waits.GUARDIANS
    return Waits.TIME if starts_at is not None and starts_at > now else Waits.NOTHING


def _guardians_agree(db: Connection, minor: int, yes: Collection[int]) -> bool:
    """Joining is near (consent.md R9): any or all of the full guardians, absent ones passed over where that counts."""
    full = [each for each in guardians_of(db, [minor]) if each.full]
    said = [each for each in full if each.guardian in yes]
    if guardianship.agreement(db, minor) is Agreement.ANY:
        return bool(said)
    passed_over = guardianship.absence_counts(db, minor)
    return bool(said) and all(each in said or (each.absent and passed_over) for each in full)


def _said_yes(db: Connection, invitation: int, person: int | None, now: int) -> None:
    insert_or_set(db, invitation_yeses, invitation_id=invitation, person_id=person, at=now)


def _yeses(db: Connection, invitation: int) -> set[int]:
    said = select(invitation_yeses.c.person_id).where(invitation_yeses.c.invitation_id == invitation)
    return set(db.execute(said).scalars())


def _is_guardian_only(db: Connection, viewer: Viewer, found: Invitation) -> bool:
    return found.role is not Role.OWNER or viewer.person not in owners(db, found.account)


def _is_full(db: Connection, viewer: Viewer, found: Invitation) -> bool:
    return any(each.full for each in guardians_of(db, [found.guest or 0]) if each.guardian == viewer.person)
