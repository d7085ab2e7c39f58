"""Becoming a guardian and ceasing to be one; what guardians agree on. Checking that somebody is one is in `vouching`."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, RowMapping, func, insert, select, update

from onstage import ids
from onstage.accounts import ledger, notices
from onstage.accounts.age import Band
from onstage.accounts.doors import recovery
from onstage.accounts.doors.recovery import Purpose
from onstage.accounts.guardians import beforehand, proofs
from onstage.accounts.guardianship import LIVE, Agreement, guardians_of, minors_of, wait_for
from onstage.accounts.ledger import Entry
from onstage.accounts.models import Kind, accounts, guardianships, members, vouchings
from onstage.accounts.notices import Notice
from onstage.accounts.permissions import band, need_guardian
from onstage.accounts.queries import by_handle
from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection
from onstage.errors import Conflict, NotAllowed, NotFound
from onstage.events import GuardiansAgreed, GuardianshipAnnulled, GuardianshipBegan, GuardianshipEnded
from onstage.jobs.queue import record
from onstage.keys import Keys

_MOST_CLAIMS = 5
MINORS = frozenset({Band.UNDER_13, Band.FROM_13, Band.FROM_16})
_OWN_WORD_FROM = frozenset({Band.FROM_13, Band.FROM_16})


@dataclass(frozen=True)
class Claim:
    """Somebody says that they are a guardian; `id` is the guardianship's. Instants in UTC microseconds."""

    id: int
    guardian: int
    guardian_handle: str
    guardian_name: str
    minor: int
    minor_handle: str
    minor_name: str
    claimed_at: int


def claim(db: Connection, keys: Keys, viewer: Viewer, handle: str, now: int) -> None:
    """Say that one is a guardian of the person of that handle; nothing is seen until it is accepted.

    It looks the same for a minor and for an adult, so that nobody learns an age by it. Raises NotFound, NotAllowed for
    who is no adult, Conflict for oneself, a guardian already, or too many open claims.
    """
    minor = _person_of(db, viewer, handle)
    _may_guard(db, viewer, minor)
    mine = (guardianships.c.guardian_id == viewer.person) & _OPEN_CLAIM
    if int(db.execute(select(func.count()).select_from(guardianships).where(mine)).scalar_one()) >= _MOST_CLAIMS:
        raise Conflict("You have %(most)s claims open. Wait until one is answered.", most=_MOST_CLAIMS)
    _begin(db, viewer.person, minor, now, accepted_by=None)
    asked = {minor, *(each.guardian for each in guardians_of(db, [minor]))}
    notices.tell(db, asked, Notice.GUARDIAN_CLAIMED, now, about=minor, by=viewer.person)
    ledger.append(db, keys, Entry(ledger.Act.GUARDIANSHIP_CLAIMED, viewer.person, about=(minor,)))


_OPEN_CLAIM = guardianships.c.ended_at.is_(None) & guardianships.c.accepted_at.is_(None)


def ask_in(db: Connection, viewer: Viewer, minor: int, now: int) -> str:
    """The secret of a one-time link with which an adult becomes a carer of this person.

    From 13 a minor asks for themselves; else a full guardian does. Raises NotFound or NotAllowed.
    """
    if viewer.person == minor:
        if viewer.band not in _OWN_WORD_FROM:
            raise NotAllowed("One of your guardians does this for you.", code="age")
    else:
        need_guardian(db, viewer, minor, full=True)
    return recovery.make_link(db, Purpose.GUARDIAN, now, person=minor, made_by=viewer.person)


def come_in(db: Connection, keys: Keys, viewer: Viewer, secret: str, now: int) -> int:
    """Become a carer by such a link; gives the minor. Raises Gone, NotAllowed or Conflict."""
    link = recovery.take(db, Purpose.GUARDIAN, secret, now)
    assert link.person is not None
    _may_guard(db, viewer, link.person)
    if band(db, link.person) not in MINORS:
        raise NotAllowed("They are of age, and need no guardian.", code="of-age")
    _begin(db, viewer.person, link.person, now, accepted_by=link.made_by)
    _accepted(db, keys, viewer.person or 0, link.person, link.made_by, now)
    return link.person


def open_claims(db: Connection, viewer: Viewer) -> list[Claim]:
    """The claims that the viewer may answer: about themselves from 13, and about whom they are a full guardian of."""
    full = [each.minor for each in minors_of(db, viewer.person or 0) if each.full]
    may = [viewer.person, *full] if viewer.band in _OWN_WORD_FROM or viewer.band is Band.ADULT else full
    return claims(db, _OPEN_CLAIM & guardianships.c.minor_id.in_(may))


def own_claims(db: Connection, viewer: Viewer) -> list[Claim]:
    """What the viewer has said and nobody has answered."""
    return claims(db, _OPEN_CLAIM & (guardianships.c.guardian_id == viewer.person))


def claims(db: Connection, condition: ColumnElement[bool]) -> list[Claim]:
    """Guardianships as claims, oldest first."""
    of_guardian, of_minor = accounts.alias(), accounts.alias()
    guarding, guarded = members.alias(), members.alias()
    rows = db.execute(
        select(
            guardianships.c.id,
            guardianships.c.guardian_id,
            of_guardian.c.handle,
            of_guardian.c.name,
            guardianships.c.minor_id,
            of_minor.c.handle,
            of_minor.c.name,
            guardianships.c.claimed_at,
        )
        .select_from(guardianships)
        .join(guarding, guarding.c.person_id == guardianships.c.guardian_id)
        .join(of_guardian, (of_guardian.c.id == guarding.c.account_id) & (of_guardian.c.kind == Kind.PERSONAL.value))
        .join(guarded, guarded.c.person_id == guardianships.c.minor_id)
        .join(of_minor, (of_minor.c.id == guarded.c.account_id) & (of_minor.c.kind == Kind.PERSONAL.value))
        .where(condition)
        .order_by(guardianships.c.id)
    )
    return [Claim(*row) for row in rows]


def answer(db: Connection, keys: Keys, viewer: Viewer, guardianship: int, yes: bool, now: int) -> None:
    """Accept somebody as a carer, or refuse. Raises NotFound, and NotAllowed where there is nobody to be guarded."""
    found = next((each for each in open_claims(db, viewer) if each.id == guardianship), None)
    if found is None:
        raise NotFound("There is no such claim, or it has been answered.")
    if not yes:
        refuse(db, keys, found, viewer.person, now)
        return
    if band(db, found.minor) not in MINORS:
        raise NotAllowed("You are of age, and need no guardian.", code="of-age")
    accept(db, keys, found, viewer.person, now)


def accept(db: Connection, keys: Keys, found: Claim, by: int | None, now: int) -> None:
    """Make a claim a carer's guardianship."""
    wait_for(db, found.minor)
    one = guardianships.c.id == found.id
    db.execute(update(guardianships).where(one).values(accepted_at=now, accepted_by=by))
    _accepted(db, keys, found.guardian, found.minor, by, now)


def refuse(db: Connection, keys: Keys, found: Claim, by: int | None, now: int) -> None:
    """End a claim before it began; the claimer is told."""
    db.execute(update(guardianships).where(guardianships.c.id == found.id).values(ended_at=now, end="refused"))
    notices.tell(db, [found.guardian], Notice.GUARDIAN_REFUSED, now, about=found.minor, by=by)
    ledger.append(db, keys, Entry(ledger.Act.GUARDIANSHIP_REFUSED, by, about=(found.guardian, found.minor)))


def end_own(db: Connection, keys: Keys, viewer: Viewer, minor: int, now: int) -> None:
    """Be somebody's guardian no longer; nobody ends another's. Raises NotFound."""
    need_guardian(db, viewer, minor)
    end(db, keys, live(db, viewer.person, minor)["id"], viewer.person, now, how="ended")


def end(db: Connection, keys: Keys, guardianship: int, by: int | None, now: int, *, how: str, reason: str = "") -> None:
    """End a guardianship from now on (`ended`, `grown_up`), or as one that never was (`annulled`); they read the reason."""
    one = select(guardianships).where(guardianships.c.id == guardianship)
    wait_for(db, db.execute(one).one().minor_id)
    row = db.execute(one.with_for_update()).one()._mapping
    db.execute(update(guardianships).where(guardianships.c.id == guardianship).values(ended_at=now, end=how))
    guardian, minor = row["guardian_id"], row["minor_id"]
    beforehand.guardian_left(db, guardian, minor)
    proofs.forget(db, vouchings.c.guardianship_id == guardianship)
    annulled = how == "annulled"
    record(db, GuardianshipAnnulled(guardian, minor) if annulled else GuardianshipEnded(guardian, minor))
    kind = Notice.GUARDIAN_ANNULLED if annulled else Notice.GUARDIAN_ENDED
    to = {guardian, minor, *(each.guardian for each in guardians_of(db, [minor]))}
    notices.tell(db, to, kind, now, about=minor, by=by, guardian=guardian, reason=reason)
    act = ledger.Act.GUARDIANSHIP_ANNULLED if annulled else ledger.Act.GUARDIANSHIP_ENDED
    ledger.append(db, keys, Entry(act, by, about=(guardian, minor)))


def live(db: Connection, guardian: int | None, minor: int) -> RowMapping:
    """The row of an accepted guardianship that has not ended; raises NotFound."""
    both = (guardianships.c.guardian_id == guardian) & (guardianships.c.minor_id == minor)
    row = db.execute(select(guardianships).where(both, LIVE)).first()
    if row is None:
        raise NotFound("They are no guardian of this person.")
    return row._mapping


def set_agreement(db: Connection, keys: Keys, viewer: Viewer, minor: int, wanted: Agreement, now: int) -> None:
    """Whether one guardian's yes is enough for near clips, as far as the viewer is concerned; all must want `any`."""
    need_guardian(db, viewer, minor, full=wanted is Agreement.ANY)
    _set_own(db, viewer, minor, agreement=wanted.value)
    notices.tell(db, _others(db, viewer, minor), Notice.AGREEMENT, now, about=minor, by=viewer.person, agreement=wanted)
    _enter_own(db, keys, viewer, minor, "agreement", wanted.value)


def set_absence_counts(db: Connection, keys: Keys, viewer: Viewer, minor: int, counts: bool, now: int) -> None:
    """Whether an absent guardian is passed over; one guardian who says no is enough."""
    need_guardian(db, viewer, minor)
    _set_own(db, viewer, minor, absence_counts=int(counts))
    notices.tell(db, _others(db, viewer, minor), Notice.AGREEMENT, now, about=minor, by=viewer.person, absence=counts)
    _enter_own(db, keys, viewer, minor, "absence", "on" if counts else "off")


def _enter_own(db: Connection, keys: Keys, viewer: Viewer, minor: int, row: str, kind: str) -> None:
    about = (minor, *sorted(_others(db, viewer, minor) - {minor}))
    fields = {"row": row, "kind": kind}
    ledger.append(db, keys, Entry(ledger.Act.GUARDIANS_AGREED, viewer.person, about=about, fields=fields))


def _set_own(db: Connection, viewer: Viewer, minor: int, **values: object) -> None:
    both = (guardianships.c.guardian_id == viewer.person) & (guardianships.c.minor_id == minor)
    wait_for(db, minor)
    db.execute(update(guardianships).where(both, LIVE).values(values))
    record(db, GuardiansAgreed(minor))


def _others(db: Connection, viewer: Viewer, minor: int) -> set[int]:
    return {minor, *(each.guardian for each in guardians_of(db, [minor]))} - {viewer.person or 0}


def begin_for(db: Connection, keys: Keys, guardian: int, minor: int, by: int | None, now: int) -> int:
    """A carer's guardianship that needs no answer any more; gives its id."""
    made = _begin(db, guardian, minor, now, accepted_by=by)
    _accepted(db, keys, guardian, minor, by, now)
    return made


def _begin(db: Connection, guardian: int | None, minor: int, now: int, *, accepted_by: int | None) -> int:
    made = ids.new()
    wait_for(db, minor)
    row = {"id": made, "guardian_id": guardian, "minor_id": minor, "claimed_at": now}
    accepted = {} if accepted_by is None else {"accepted_at": now, "accepted_by": accepted_by}
    db.execute(insert(guardianships).values(**row, **accepted))
    return made


def _accepted(db: Connection, keys: Keys, guardian: int, minor: int, by: int | None, now: int) -> None:
    record(db, GuardianshipBegan(guardian, minor, full=False))
    to = {guardian, minor, *(each.guardian for each in guardians_of(db, [minor]))}
    notices.tell(db, to, Notice.GUARDIAN_ACCEPTED, now, about=minor, by=by, guardian=guardian)
    ledger.append(db, keys, Entry(ledger.Act.GUARDIANSHIP_ACCEPTED, by, about=(guardian, minor)))


def _may_guard(db: Connection, viewer: Viewer, minor: int) -> None:
    if viewer.band is not Band.ADULT:
        raise NotAllowed("A guardian is an adult.", code="age")
    if viewer.person == minor:
        raise Conflict("That is you.", field="handle")
    between = (guardianships.c.guardian_id == viewer.person) & (guardianships.c.minor_id == minor)
    if db.execute(select(guardianships.c.id).where(between, guardianships.c.ended_at.is_(None))).first():
        raise Conflict("You have said so already.", field="handle", code="claimed-already")


def _person_of(db: Connection, viewer: Viewer, handle: str) -> int:
    account = by_handle(db, viewer, handle)
    if account["kind"] != Kind.PERSONAL:
        raise NotFound("This account is nobody's own. Give the handle of the person.", field="handle")
    return int(db.execute(select(members.c.person_id).where(members.c.account_id == account["id"])).scalar_one())
