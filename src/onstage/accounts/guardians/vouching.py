"""Vouching: somebody checks that a guardian is one, those concerned hear of it a week ahead and may contest it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import RowMapping, exists, insert, not_, select, update

from onstage import ids
from onstage.accounts import ledger, notices
from onstage.accounts.age import Band
from onstage.accounts.guardians import guarding, proofs
from onstage.accounts.guardians.guarding import Claim
from onstage.accounts.guardianship import guardians_of, wait_for
from onstage.accounts.ledger import Entry
from onstage.accounts.models import (
    Kind,
    accounts,
    form_scans,
    guardianships,
    members,
    people,
    server_choices,
    vouchings,
)
from onstage.accounts.models import Method as Method
from onstage.accounts.notices import Notice
from onstage.accounts.permissions import band
from onstage.accounts.queries import has_sign_in, person_named
from onstage.accounts.viewer import Viewer, secret_hash
from onstage.clock import DAY
from onstage.clock import now as clock_now
from onstage.db.engine import Connection
from onstage.db.inserts import insert_or_set
from onstage.errors import Conflict, Invalid, NotAllowed, NotFound
from onstage.events import GuardianshipBegan
from onstage.jobs.queue import record
from onstage.keys import Keys
from onstage.text import clean

NOTICE = 7 * DAY
PARTY_AFTER = 7 * DAY
BETWEEN_WORDS = DAY
GONE_FOR = 180 * DAY
ONE_HOUSEHOLD = "one_household"
EID_IS_FULL = "eid_is_full"
_WORDS = 1000
_KIND = 60


@dataclass(frozen=True)
class Case:
    """A guardianship in a voucher's hands. `kept`: what is kept of the check; instants in UTC microseconds.

    What waits to be decided: `form`, a form was printed; `scan`, it was handed in; `eid`, who says who they are.
    """

    claim: Claim
    is_accepted: bool
    is_full: bool
    full_at: int | None
    method: Method | None
    kept: Mapping[str, Any]
    contest: str
    contested_at: int | None
    absent_since: int | None
    form: bool
    scan: bool
    eid: str

    @property
    def waits(self) -> bool:
        """Whether it is not full yet, or contested."""
        return not self.is_full or bool(self.contest)


def is_voucher(db: Connection, person: int | None) -> bool:
    """Whether somebody may check guardians here: the server's owner, and whom they named."""
    named = exists().where(people.c.id == person, (people.c.is_server_owner == 1) | (people.c.vouches == 1))
    return bool(db.execute(select(named)).scalar())


def whose_age(db: Connection, viewer: Viewer, handle: str) -> int:
    """The person of that handle, whose age the viewer may settle: a voucher who is no party. Raises NotFound or NotAllowed."""
    if not is_voucher(db, viewer.person):
        raise NotAllowed("Only who was named to check can do this.", code="not-a-voucher")
    who = person_named(db, handle)
    if who is None:
        raise NotFound("There is nobody of that name here.")
    if viewer.person == who.person or viewer.person in {each.guardian for each in guardians_of(db, [who.person])}:
        raise NotAllowed("You are concerned yourself. Somebody else decides this.", code="party")
    return who.person


def vouchers(db: Connection) -> list[str]:
    """The handles of those who were named."""
    rows = (
        select(accounts.c.handle)
        .join_from(people, members, members.c.person_id == people.c.id)
        .join(accounts, (accounts.c.id == members.c.account_id) & (accounts.c.kind == Kind.PERSONAL.value))
        .where(people.c.vouches == 1)
        .order_by(accounts.c.handle)
    )
    return list(db.execute(rows).scalars())


def name_voucher(db: Connection, viewer: Viewer, person: int, vouches: bool) -> None:
    """Let an adult check guardians, or no longer; raises NotAllowed for who does not own the server."""
    if not viewer.is_server_owner:
        raise NotAllowed("Only the server's owner names who checks.")
    if vouches and band(db, person) is not Band.ADULT:
        raise NotAllowed("An adult checks guardians.", field="handle", code="age")
    db.execute(update(people).where(people.c.id == person).values(vouches=int(vouches)))


def cases(db: Connection, viewer: Viewer, now: int) -> list[Case]:
    """What the viewer may check or decide: what waits for them first, then what is settled; each oldest first."""
    rows = db.execute(
        select(guardianships).where(guardianships.c.ended_at.is_(None)).order_by(guardianships.c.id)
    ).all()
    mine = [row._mapping for row in rows if is_voucher(db, viewer.person) and _may_judge(db, viewer, row._mapping, now)]
    named = {each.id: each for each in guarding.claims(db, guardianships.c.id.in_([row["id"] for row in mine]))}
    found = [_case(db, row, named[row["id"]]) for row in mine if row["id"] in named]
    return sorted(found, key=lambda each: (not each.waits, each.claim.id))


def check(
    db: Connection, keys: Keys, viewer: Viewer, guardianship: int, method: Method, said: Mapping[str, str], now: int
) -> int | None:
    """Enter how a guardianship was checked; gives the instant at which it becomes full, None for a carer.

    `said` has what is kept: `channel` (word), `document` (met, the kind only), `code` (form).
    Raises NotFound, NotAllowed for who is a party, Invalid, and Conflict for one that is full or under way.
    """
    row = judged(db, viewer, guardianship, now)
    if row["is_full"] or row["full_at"] is not None:
        raise Conflict("This guardianship has been checked already.", code="checked-already")
    if method is Method.OWN_WORD:
        raise Invalid("Your own word is for yourself.", field="method")
    if method is Method.WORD:
        if _is_second_word(db, row, said.get("channel", ""), now):
            _accept_first(db, keys, row, viewer, now)
        return None
    kept = _kept(db, row, method, said)
    _accept_first(db, keys, row, viewer, now)
    return _to_be_full(db, keys, row, viewer, method, kept, now)


def own_word(db: Connection, keys: Keys, viewer: Viewer, minor: int, now: int) -> int:
    """The owner of a server for one household vouches for themselves; gives when it is full. Raises NotAllowed."""
    others = exists().where(people.c.vouches == 1, people.c.id != viewer.person)
    if not viewer.is_server_owner or not is_one_household(db) or db.execute(select(others)).scalar():
        raise NotAllowed("Somebody else here has to check this.", code="needs-voucher")
    row = guarding.live(db, viewer.person, minor)
    if row["is_full"] or row["full_at"] is not None:
        raise Conflict("This guardianship has been checked already.", code="checked-already")
    return _to_be_full(db, keys, row, viewer, Method.OWN_WORD, {}, now)


def is_one_household(db: Connection) -> bool:
    """Whether the server's owner says that only their own household lives here."""
    return _said(db, ONE_HOUSEHOLD)


def eid_is_enough(db: Connection) -> bool:
    """Whether the server's owner allows an eID as the check of a guardian."""
    return _said(db, EID_IS_FULL)


def _said(db: Connection, row: str) -> bool:
    said = select(server_choices.c.value).where(server_choices.c.row == row)
    return bool(db.execute(said).scalar() == "yes")


def say_one_household(db: Connection, viewer: Viewer, *, is_one: bool = True) -> None:
    """The server's owner says that only their own household lives here, or no longer; raises NotAllowed."""
    _say(db, viewer, ONE_HOUSEHOLD, is_one)


def say_eid_is_enough(db: Connection, viewer: Viewer, *, is_enough: bool) -> None:
    """The server's owner allows an eID as the check of a guardian, or no longer; raises NotAllowed."""
    _say(db, viewer, EID_IS_FULL, is_enough)


def _say(db: Connection, viewer: Viewer, row: str, yes: bool) -> None:
    if not viewer.is_server_owner:
        raise NotAllowed("Only the server's owner can say this.")
    insert_or_set(db, server_choices, row=row, value="yes" if yes else "no", at=clock_now())


def contest(db: Connection, keys: Keys, viewer: Viewer, guardianship: int, words: str, now: int) -> None:
    """The minor or an earlier guardian says that it is not so, before it becomes full; a voucher then decides.

    Raises NotFound, Invalid or Conflict.
    """
    row = db.execute(select(guardianships).where(guardianships.c.id == guardianship)).first()
    concerned = row is not None and (
        row.minor_id == viewer.person
        or any(each.guardian == viewer.person for each in guardians_of(db, [row.minor_id]))
    )
    if row is None or not concerned or row.guardian_id == viewer.person or row.full_at is None or row.is_full:
        raise NotFound("There is nothing to contest.")
    said = sentence(words)
    checked = _last_check(db, guardianship)
    if checked["contested_at"] is not None:
        raise Conflict("It is contested already, and will be decided.")
    values = {"contested_by": viewer.person, "contested_at": now, "contest": said}
    db.execute(update(vouchings).where(vouchings.c.id == checked["id"]).values(values))
    deciders = db.execute(
        select(people.c.id).where((people.c.is_server_owner == 1) | (people.c.vouches == 1))
    ).scalars()
    to = {row.guardian_id, *deciders}
    notices.tell(db, to, Notice.CONTESTED, now, about=row.minor_id, by=viewer.person, guardian=row.guardian_id)
    ledger.append(db, keys, Entry(ledger.Act.GUARDIANSHIP_CONTESTED, viewer.person, about=(row.minor_id,)))


def decide(db: Connection, keys: Keys, viewer: Viewer, guardianship: int, upheld: bool, reason: str, now: int) -> None:
    """Decide a contest with a reason: upheld, the guardianship stays a carer's. Raises NotFound or Invalid."""
    row = judged(db, viewer, guardianship, now)
    checked = _last_check(db, guardianship)
    if row["is_full"] or checked["contested_at"] is None:
        raise NotFound("There is nothing to decide.")
    why = sentence(reason)
    full_at = None if upheld else max(row["full_at"] or now, now)
    db.execute(update(guardianships).where(guardianships.c.id == guardianship).values(full_at=full_at))
    verdict = {"decision": "refused" if upheld else "accepted", "reason": why, "contested_at": None}
    db.execute(update(vouchings).where(vouchings.c.id == checked["id"]).values(**verdict, decided_at=now))
    to = {row["guardian_id"], row["minor_id"], *(each.guardian for each in guardians_of(db, [row["minor_id"]]))}
    about = row["minor_id"]
    told = {"about": about, "by": viewer.person, "guardian": row["guardian_id"]}
    notices.tell(db, to, Notice.CONTEST_DECIDED, now, **told, upheld=upheld, reason=why)
    fields = {"kind": str(verdict["decision"])}
    entry = Entry(ledger.Act.GUARDIANSHIP_DECIDED, viewer.person, about=(row["guardian_id"], about), fields=fields)
    ledger.append(db, keys, entry)


def judge_end(
    db: Connection, keys: Keys, viewer: Viewer, guardianship: int, reason: str, now: int, *, annul: bool
) -> None:
    """A voucher ends a guardianship: as one that never was, or because the guardian has been gone for 180 days.

    Raises NotFound, NotAllowed or Invalid.
    """
    row = judged(db, viewer, guardianship, now)
    why = sentence(reason)
    gone = row["absent_since"] is not None and _last_seen(db, row["guardian_id"]) <= now - GONE_FOR
    if not annul and not gone:
        raise NotAllowed("Only who has not been here for 180 days is ended by others.", code="not-gone")
    guarding.end(db, keys, guardianship, viewer.person, now, how="annulled" if annul else "ended", reason=why)


def turn_full(db: Connection, keys: Keys, now: int) -> int:
    """Make those full whose week is over and whom nobody contests; returns how many."""
    contested = exists().where(vouchings.c.guardianship_id == guardianships.c.id, vouchings.c.contested_at.is_not(None))
    due = select(guardianships).where(
        guardianships.c.full_at <= now, guardianships.c.is_full == 0, guardianships.c.ended_at.is_(None), ~contested
    )
    rows = [row._mapping for row in db.execute(due.order_by(guardianships.c.id)).all()]
    for row in rows:
        _make_full(db, keys, row, now)
    return len(rows)


def _to_be_full(
    db: Connection, keys: Keys, row: RowMapping, viewer: Viewer, method: Method, kept: Mapping[str, Any], now: int
) -> int:
    """Seven days ahead, those concerned are told; where there is nobody to tell, it is full at once."""
    guardian, minor = row["guardian_id"], row["minor_id"]
    told = {each.guardian for each in guardians_of(db, [minor])} - {guardian}
    if has_sign_in(db, minor):
        told.add(minor)
    full_at = now + NOTICE if told else now
    made = {"id": ids.new(), "guardianship_id": row["id"], "method": method.value, "begun_at": now}
    decided = {"voucher_id": viewer.person, "decided_at": now, "decision": "accepted"}
    db.execute(insert(vouchings).values(**made, **decided, kept=msgspec.json.encode(kept).decode()))
    proofs.forget(db, vouchings.c.guardianship_id == row["id"])
    db.execute(update(guardianships).where(guardianships.c.id == row["id"]).values(full_at=full_at))
    concerned = {"about": minor, "by": viewer.person, "guardian": guardian}
    notices.tell(db, {*told, guardian}, Notice.FULL_SOON, now, **concerned, on=full_at)
    fields: dict[str, str | int | bool | None] = {"mode": method.value, "party": _is_party(db, viewer, row)}
    entry = Entry(ledger.Act.GUARDIANSHIP_NOTICED, viewer.person, about=(guardian, minor), fields=fields)
    ledger.append(db, keys, entry)
    if not told:
        _make_full(db, keys, row, now)
    return full_at


def _make_full(db: Connection, keys: Keys, row: RowMapping, now: int) -> None:
    guardian, minor = row["guardian_id"], row["minor_id"]
    wait_for(db, minor)
    db.execute(update(guardianships).where(guardianships.c.id == row["id"]).values(is_full=1, full_at=now))
    record(db, GuardianshipBegan(guardian, minor, full=True))
    to = {guardian, minor, *(each.guardian for each in guardians_of(db, [minor]))}
    notices.tell(db, to, Notice.FULL_NOW, now, about=minor, guardian=guardian)
    ledger.append(db, keys, Entry(ledger.Act.GUARDIANSHIP_FULL, None, about=(guardian, minor)))


def _kept(db: Connection, row: RowMapping, method: Method, said: Mapping[str, str]) -> dict[str, Any]:
    match method:
        case Method.MET:
            return {"document": _short(said.get("document", ""), "document")}
        case Method.FORM:
            given = secret_hash(said.get("code", "").strip().lower())
            printed = (vouchings.c.guardianship_id == row["id"]) & (vouchings.c.code_hash == given)
            if not db.execute(select(vouchings.c.id).where(printed, proofs.WAITS)).first():
                raise Invalid("This code is not on the form of this guardian.", field="code")
            return {}
        case Method.EID:
            return _eid(db, row)
    raise Invalid("There is no such way to check.", field="method")


def _is_second_word(db: Connection, row: RowMapping, channel: str, now: int) -> bool:
    """The first word is written down; the second must come another way and at least a day later."""
    how = _short(channel, "channel")
    words = (vouchings.c.guardianship_id == row["id"]) & (vouchings.c.method == Method.WORD.value)
    before = db.execute(select(vouchings).where(words).order_by(vouchings.c.id)).first()
    if before is not None and (
        msgspec.json.decode(before.kept)["channel"].casefold() == how.casefold()
        or now - before.begun_at < BETWEEN_WORDS
    ):
        raise Invalid("The second word comes by another way, and at least a day after the first.", field="channel")
    made = {"id": ids.new(), "guardianship_id": row["id"], "method": Method.WORD.value, "begun_at": now}
    db.execute(insert(vouchings).values(**made, kept=msgspec.json.encode({"channel": how}).decode()))
    return before is not None


def _eid(db: Connection, row: RowMapping) -> dict[str, Any]:
    """Of the eID that they have shown, who issued it and the day."""
    if not eid_is_enough(db):
        raise NotAllowed("The owner of this server has not allowed this way.", code="eid-not-allowed")
    others = {row["minor_id"], *(each.guardian for each in guardians_of(db, [row["minor_id"]]))} - {row["guardian_id"]}
    if row["accepted_by"] not in others:
        raise Invalid("With an eID, the child from 13 or another guardian accepts first.", field="method")
    shown = waiting(db, row["id"]).get(Method.EID)
    if shown is None or "issuer" not in shown:
        raise Invalid("They have not shown an eID here yet.", field="method", code="no-eid")
    return shown


def waiting(db: Connection, guardianship: int) -> dict[Method, dict[str, Any]]:
    """What was handed in and waits, by method."""
    rows = select(vouchings.c.method, vouchings.c.kept).where(proofs.WAITS, vouchings.c.guardianship_id == guardianship)
    return {Method(row.method): msgspec.json.decode(row.kept) for row in db.execute(rows)}


def _accept_first(db: Connection, keys: Keys, row: RowMapping, viewer: Viewer, now: int) -> None:
    """A voucher's check is an acceptance too, where nobody has given one."""
    if band(db, row["minor_id"]) not in guarding.MINORS:
        raise NotAllowed("They are of age, and need no guardian.", code="of-age")
    if row["accepted_at"] is None:
        found = guarding.claims(db, guardianships.c.id == row["id"])[0]
        guarding.accept(db, keys, found, viewer.person, now)


def judged(db: Connection, viewer: Viewer, guardianship: int, now: int, *, locked: bool = True) -> RowMapping:
    """A live guardianship that the viewer may judge, locked but for who only reads; raises NotFound or NotAllowed."""
    if not is_voucher(db, viewer.person):
        raise NotAllowed("Only who was named to check guardians can do this.", code="not-a-voucher")
    one = (guardianships.c.id == guardianship) & guardianships.c.ended_at.is_(None)
    found = select(guardianships).where(one)
    row = db.execute(found.with_for_update() if locked else found).first()
    if row is None:
        raise NotFound("There is no such guardianship.")
    if not _may_judge(db, viewer, row._mapping, now):
        raise NotAllowed("You are concerned yourself. Somebody else decides this.", code="party")
    return row._mapping


def _may_judge(db: Connection, viewer: Viewer, row: RowMapping, now: int) -> bool:
    """Nobody judges what concerns them; where nobody else can, the server's owner may after a week (R11), of others."""
    if not _is_party(db, viewer, row):
        return True
    if viewer.person in {row["guardian_id"], row["minor_id"]} or not viewer.is_server_owner:
        return False
    named = db.execute(select(people.c.id).where((people.c.is_server_owner == 1) | (people.c.vouches == 1))).scalars()
    others = [each for each in named if each != viewer.person and each not in _parties(db, row)]
    return not others and row["claimed_at"] <= now - PARTY_AFTER


def _is_party(db: Connection, viewer: Viewer, row: RowMapping) -> bool:
    return viewer.person in _parties(db, row)


def _parties(db: Connection, row: RowMapping) -> set[int]:
    """Guardian and minor, and the guardians of either."""
    both = {row["guardian_id"], row["minor_id"]}
    return both | {each.guardian for each in guardians_of(db, both)}


def _case(db: Connection, row: RowMapping, claim: Claim) -> Case:
    of_it = vouchings.c.guardianship_id == row["id"]
    checked = db.execute(
        select(vouchings).where(of_it, not_(proofs.WAITS)).order_by(vouchings.c.id.desc()).limit(1)
    ).first()
    handed_in = waiting(db, row["id"])
    scan = select(form_scans.c.vouching_id).join(vouchings).where(of_it, proofs.WAITS)
    return Case(
        claim=claim,
        is_accepted=row["accepted_at"] is not None,
        is_full=bool(row["is_full"]),
        full_at=row["full_at"],
        method=None if checked is None else Method(checked.method),
        kept={} if checked is None else msgspec.json.decode(checked.kept),
        contest="" if checked is None or checked.contested_at is None else checked.contest,
        contested_at=None if checked is None else checked.contested_at,
        absent_since=row["absent_since"],
        form=Method.FORM in handed_in,
        scan=db.execute(scan).first() is not None,
        eid=handed_in.get(Method.EID, {}).get("issuer", ""),
    )


def _last_check(db: Connection, guardianship: int) -> RowMapping:
    decided = (vouchings.c.guardianship_id == guardianship) & (vouchings.c.decision == "accepted")
    row = db.execute(select(vouchings).where(decided).order_by(vouchings.c.id.desc()).limit(1)).first()
    if row is None:
        raise NotFound("This guardianship has not been checked.")
    return row._mapping


def _last_seen(db: Connection, person: int) -> int:
    seen, made = db.execute(select(people.c.seen_at, people.c.created_at).where(people.c.id == person)).one()
    return int(seen or made)


def _short(words: str, field: str) -> str:
    said = " ".join(clean(words).split())
    if not 1 <= len(said) <= _KIND:
        raise Invalid("Say it in at most %(most)s characters. No numbers of documents.", field=field, most=_KIND)
    if sum(letter.isdigit() for letter in said) > 3:
        raise Invalid("Only the kind is kept, never a number.", field=field)
    return said


def sentence(words: str) -> str:
    """Words that give a reason, tidied; raises Invalid."""
    said = clean(words)
    if not 1 <= len(said) <= _WORDS:
        raise Invalid("Give a reason, in at most %(most)s characters.", field="reason", most=_WORDS)
    return said
