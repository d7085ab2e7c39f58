"""`onstage ledger replay`: the server's own ledger read again, from its first entry on, beside what its tables hold."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any, TypeVar

from sqlalchemy import select

from onstage.accounts import chain
from onstage.accounts.age import Band
from onstage.accounts.chain import Head
from onstage.accounts.guardianship import BACK, Agreement
from onstage.accounts.ledger import ACCOUNT, PERSON
from onstage.accounts.models import Kind, accounts, guardianships, ledger_head, ledger_keys, members, people
from onstage.accounts.models import ledger as entries
from onstage.accounts.replay import GONE, Clip, Portrait, State, replay
from onstage.clips.agreeing import standing
from onstage.clips.agreeing.standing import Names
from onstage.clips.models import tombstones
from onstage.clips.portraits import standing as portraits
from onstage.db.engine import Connection
from onstage.server import open_database
from onstage.settings import Settings

Thing = TypeVar("Thing")
_PARTS = ("members", "rules", "guardians", "any_will_do", "absence_off", "away", "bands", "alone")


def replay_own(settings: Settings) -> None:
    """Print every difference; exits 1 when there is one."""
    with closing(open_database(settings)) as database, database.read() as db:
        head = db.execute(select(ledger_head.c.position)).scalar() or 0
        found = differences(db)
    for line in found:
        print(line)
    print(f"Read {head:,} entries again. Differences: {len(found)}.")
    if found:
        raise SystemExit(1)


def differences(db: Connection) -> list[str]:
    """Where the ledger is broken, or tells something else than the tables, in words and aliases."""
    broken: list[str] = []
    told = replay(_acts(db, broken))
    names = aliases(db)
    told.forget(_ending(db, names))
    known = set(names.values())
    for clip in told.clips.values():
        clip.holds = _without_gone(clip.holds, known)
    return [*broken, *compare(told, tables(db, names))]


def compare(told: State, held: State) -> list[str]:
    """What two states differ in; `told` by the ledger, `held` by the tables."""
    found = list[str]()
    found += _differing("clip", told.clips, held.clips, Clip())
    found += _differing("portrait of", told.portraits, held.portraits, Portrait())
    for part in _PARTS:
        one, other = getattr(told, part), getattr(held, part)
        if one != other:
            ours, theirs = _items(one), _items(other)
            found.append(_said(part, sorted(ours - theirs), sorted(theirs - ours)))
    if told.frozen() != held.frozen():
        found.append(_said("frozen", sorted(told.frozen()), sorted(held.frozen())))
    return found


def _differing(kind: str, told: Mapping[str, Thing], held: Mapping[str, Thing], nothing: Thing) -> Iterator[str]:
    """Part by part; what only one of them knows is `nothing` to the other."""
    for name in sorted(told.keys() | held.keys()):
        one, other = told.get(name, nothing), held.get(name, nothing)
        for what in vars(one):
            if getattr(one, what) != getattr(other, what):
                yield _said(f"{kind} {name}, {what}", getattr(one, what), getattr(other, what))


def _said(what: str, told: object, held: object) -> str:
    return f"{what}: the ledger tells {told}, the tables hold {held}"


def _items(of: Any) -> set[Any]:
    return set(of.items()) if isinstance(of, dict) else set(of)


def _acts(db: Connection, broken: list[str]) -> Iterator[Mapping[str, Any]]:
    """Every entry's act; each must be what its commitment and the chain say."""
    name = db.execute(select(ledger_head.c.name)).scalar() or ""
    last = Head(0, chain.start(name))
    every = select(entries).order_by(entries.c.position).execution_options(yield_per=1000)
    with db.execute(every) as rows:
        for row in rows:
            act = chain.bind("act", row.act_salt.hex(), row.act)
            commitment = chain.join(act, row.fields_commitment)
            last = Head(last.position + 1, chain.link(last.position + 1, last.hash, commitment))
            if row.position != last.position or row.hash != last.hash:
                broken.append(f"Entry {row.position} is not what stood there, or one before it is missing.")
                return
            yield json.loads(row.act)


def aliases(db: Connection) -> dict[tuple[str, int], str]:
    """What the ledger calls everybody and everything that it still knows."""
    rows = db.execute(select(ledger_keys.c.kind, ledger_keys.c.id, ledger_keys.c.alias))
    return {(kind, id_): alias for kind, id_, alias in rows}


def _ending(db: Connection, names: Names) -> set[str]:
    """Whose rows are gone, and whose entry about that is still to come."""
    return {
        names[kind, id_] for kind, id_ in db.execute(select(tombstones.c.kind, tombstones.c.id)) if (kind, id_) in names
    }


def _without_gone(held: Counter[tuple[str, str | None]], known: set[str]) -> Counter[tuple[str, str | None]]:
    found: Counter[tuple[str, str | None]] = Counter()
    for (kind, giver), count in held.items():
        found[kind, giver if giver is None or giver in known else GONE] += count
    return found


def tables(db: Connection, names: Names) -> State:
    """The same state out of the tables. What the ledger doesn't know stands there by its number."""
    state = State(standing.of_all(db, names), portraits.of_all(db, names))
    joint = accounts.c.kind == Kind.JOINT.value
    theirs = select(members.c.account_id, members.c.person_id, members.c.role).join_from(
        members, accounts, accounts.c.id == members.c.account_id
    )
    for account, person, role in db.execute(theirs.where(joint)):
        state.members[standing.name(names, ACCOUNT, account), standing.name(names, PERSON, person)] = role
    for account, rule in db.execute(select(accounts.c.id, accounts.c.publishing_rule).where(joint)):
        if rule != "one":
            state.rules[standing.name(names, ACCOUNT, account)] = rule
    for row in db.execute(select(guardianships).where(guardianships.c.ended_at.is_(None))):
        both = standing.name(names, PERSON, row.guardian_id), standing.name(names, PERSON, row.minor_id)
        state.guardians[both] = _kind(row)
        state.any_will_do |= {both} if row.agreement == Agreement.ANY.value else set()
        state.absence_off |= set() if row.absence_counts else {both}
        # Who has come back is there at once, and in the ledger a moment later.
        state.away |= {both} if row.absent_since is not None or row.reminders == BACK else set()
    young = people.c.band != Band.ADULT.value
    for person, band, alone in db.execute(select(people.c.id, people.c.band, people.c.alone).where(young)):
        state.bands[standing.name(names, PERSON, person)] = band
        if alone:
            state.alone.add(standing.name(names, PERSON, person))
    return state


def _kind(row: Any) -> str:
    if row.is_full:
        return "full"
    if row.full_at is not None:
        return "noticed"
    return "claimed" if row.accepted_at is None else "carer"
