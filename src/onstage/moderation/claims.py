"""Claims: somebody says that they, or their child, are in a clip; it is answered, contested, decided with reasons."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, func, insert, or_, select, update

from onstage import ids
from onstage.accounts import ledger
from onstage.accounts.age import Band
from onstage.accounts.guardians.household import minor_named
from onstage.accounts.ledger import Act, Entry
from onstage.accounts.models import Role, accounts, guardianships, members, people
from onstage.accounts.queries import by_handle
from onstage.accounts.viewer import Viewer, secret_hash
from onstage.clips import cases
from onstage.clips.agreeing import appearances, holds, spread
from onstage.clips.models import HoldKind
from onstage.clips.queries import seen
from onstage.db.engine import Connection
from onstage.errors import Conflict, Invalid, NotAllowed, NotFound, TooMany
from onstage.events import Claimed
from onstage.jobs.queue import record as tell
from onstage.keys import Keys
from onstage.moderation import claim_rules as rules
from onstage.moderation.claim_rules import Decision, State, Weight, What
from onstage.moderation.models import claim_appearances, claims
from onstage.notifications.telling import untell
from onstage.text import clean

WORDS_LENGTH = 1000
_NEW_FACTS = 20


@dataclass(frozen=True)
class Claim:
    """A case as those who are in it see it; instants in microseconds. `clip` is its slug, None for a profile's."""

    id: int
    what: What
    minor: bool
    handle: str
    clip: str | None
    words: str
    state: State
    opened_at: int
    answer_until: int
    decide_until: int | None
    contest: str
    appeal: str
    appealed_by: str | None
    looked_at: int | None
    decided_at: int | None
    decision: str

    @property
    def may_be_answered(self) -> bool:
        """Whether its account can still accept or contest it; what silence accepted can be contested."""
        return self.state in {State.OPEN, State.PRESUMED}

    @property
    def stands(self) -> bool:
        """Whether it holds or could: it can be taken back."""
        return self.state in rules.STANDS

    @property
    def may_be_appealed(self) -> bool:
        """Whether the side that lost can ask once for another look."""
        return self.decided_at is not None and self.appealed_by is None and self.state is not State.WITHDRAWN

    @property
    def may_stay_as_public(self) -> bool:
        """Whether a moderator may let it stay as a public act."""
        return Weight(self.what, self.minor, False).may_stay_as_public


@dataclass(frozen=True)
class Claimant:
    """Who claims: a viewer, or a guest known by where they come from; `adult` is what a guest says of themselves."""

    viewer: Viewer
    address: str
    adult: bool

    @property
    def is_adult(self) -> bool:
        """By their band; a guest by their word."""
        return self.viewer.band is Band.ADULT if self.viewer.signed_in else self.adult


def open_claim(
    db: Connection,
    keys: Keys,
    who: Claimant,
    what: What,
    *,
    slug: str | None,
    handle: str | None,
    words: str,
    now: int,
    child: str = "",
    secret: str | None = None,
) -> str:
    """Make a claim about a clip that they see, or a profile; gives the secret of the link that follows the case.

    `child`: the handle of the child of theirs who is in it, if they are here. `secret`: one that they were given before, so
    that what is sent twice makes one case.

    Raises NotFound, Invalid, TooMany, and Conflict for one that was rejected already and brings nothing new.
    """
    if secret and _is_followed(db, secret):
        return secret
    said = _words(words)
    appears = _who_appears(db, who.viewer, what, child)
    clip, account, author = _about(db, who.viewer, slug, handle)
    key = _key(keys, who)
    _need_room(db, key, clip, account, said)
    minor = rules.is_for_a_minor(what, who.is_adult)
    weight = Weight(what, minor, _known_for_false_ones(db, key, now))
    made, secret = ids.new(), secret or ids.token()
    values = {
        "id": made,
        "secret_hash": secret_hash(secret),
        "what": what.value,
        "minor": int(minor),
        "clip_id": clip,
        "account_id": account,
        "author_id": author,
        "claimant_id": who.viewer.person,
        "claimant_key": key,
        "words": said,
        "state": State.OPEN.value,
        "waits_for_look": int(weight.waits_for_look),
        "opened_at": now,
        "answer_until": now + rules.ANSWER,
        "decide_until": now + rules.time_to_decide(what) if weight.waits_for_look else None,
    }
    db.execute(insert(claims).values(values))
    if appears is not None and clip is not None:
        db.execute(insert(claim_appearances).values(claim_id=made, person_id=appears))
    tell(db, Claimed(made, account, clip, author))
    _apply(db, keys, made)
    ledger.append(db, keys, Entry(Act.CLAIM_OPENED, who.viewer.person, account, clip=clip, fields={"kind": what.value}))
    return secret


def _is_followed(db: Connection, secret: str) -> bool:
    return db.execute(select(claims.c.id).where(claims.c.secret_hash == secret_hash(secret))).first() is not None


def _who_appears(db: Connection, viewer: Viewer, what: What, child: str) -> int | None:
    """Whom the clip shows if the claim is true, where they are here: the claimant, or the child whom they name."""
    if what is What.CHILD and child:
        return minor_named(db, viewer, child)
    return viewer.person if what is What.ME else None


def _about(db: Connection, viewer: Viewer, slug: str | None, handle: str | None) -> tuple[int | None, int, int | None]:
    if slug is not None:
        found = seen(db, viewer, slug)
        return found.id, found.account, found.person
    if handle is None:
        raise Invalid("Say what it is about: a clip or an account.", field="clip")
    return None, int(by_handle(db, viewer, handle)["id"]), None


def _key(keys: Keys, who: Claimant) -> bytes:
    name = f"person {who.viewer.person}" if who.viewer.signed_in else f"address {who.address}"
    return keys.digest("claimant", name.encode())[:16]


def _need_room(db: Connection, key: bytes, clip: int | None, account: int, words: str) -> None:
    theirs = claims.c.claimant_key == key
    standing = theirs & claims.c.state.in_([State.OPEN.value, State.CONTESTED.value])
    if db.execute(select(func.count()).select_from(claims).where(standing)).scalar_one() >= rules.OPEN_MOST:
        raise TooMany("You have many open cases here. Wait until some of them are decided.", retry_after=86_400)
    same = theirs & (claims.c.account_id == account)
    same &= claims.c.clip_id.is_(None) if clip is None else claims.c.clip_id == clip
    before = {State(state) for state in db.execute(select(claims.c.state).where(same)).scalars()}
    if before & rules.STANDS:
        raise Conflict("You have said this already. Follow it by the link that you got.", code="claimed-already")
    if State.REJECTED in before and len(words) < _NEW_FACTS:
        raise Conflict(
            "This was decided. Say what is new, and it is looked at again.", field="words", code="nothing-new"
        )


def _known_for_false_ones(db: Connection, key: bytes, now: int) -> bool:
    rejected = (claims.c.claimant_key == key) & (claims.c.state == State.REJECTED.value)
    lately = claims.c.decided_at > now - rules.REJECTED_WITHIN
    count = db.execute(select(func.count()).select_from(claims).where(rejected, lately)).scalar_one()
    return int(count) >= rules.REJECTED_MOST


def _apply(db: Connection, keys: Keys, claim: int, by: int | None = None) -> None:
    """Bring the clip's hold and spread in step with the claim, and who appears in it; enter what changed."""
    row = db.execute(select(claims).where(claims.c.id == claim)).one()
    if row.clip_id is None:
        return
    weight, state = Weight(What(row.what), bool(row.minor), bool(row.waits_for_look)), State(row.state)
    asked = _name(db, keys, row, state, by)  # what holds from then on is their own no, and that they are asked
    stopped = rules.stops_spread(weight, state) and not asked
    if stopped and not row.spread_before:
        before = spread.stop(db, row.clip_id)
        db.execute(update(claims).where(claims.c.id == claim).values(spread_before=before))
    elif not stopped and row.spread_before and not _another_stops(db, row):
        spread.go_on(db, row.clip_id, row.spread_before)
        db.execute(update(claims).where(claims.c.id == claim).values(spread_before=0))
    held = rules.holds(weight, state) and not asked
    if (holds.place if held else holds.lift)(db, row.clip_id, HoldKind.CLAIM, claim):
        holds.enter(db, keys, row.clip_id, HoldKind.CLAIM, None, placed=held)


def _name(db: Connection, keys: Keys, row: Row[Any], state: State, by: int | None) -> bool:
    """What is true becomes an appearance (consent.md R7), what is not ends one; whether its person decides themselves now."""
    of = claim_appearances.c.claim_id == row.id
    found = db.execute(select(claim_appearances).where(of)).first()
    if found is None:
        return False
    if state in rules.WHOLE:
        if appearances.found(db, keys, row.clip_id, found.person_id, None):
            db.execute(update(claim_appearances).where(of).values(named=1))
        return True
    was_presumed = state is State.CONTESTED and row.decided_at is None  # silence accepts until it is contested
    if found.named and (was_presumed or state not in rules.STANDS):
        by = None if was_presumed else by
        appearances.not_found(db, keys, row.clip_id, found.person_id, by)
        db.execute(update(claim_appearances).where(of).values(named=0))
    return False


def _another_stops(db: Connection, row: Row[Any]) -> bool:
    """Another claim that stands inherits what the clip did before, so that the last one to end lets it go on."""
    states = [state.value for state in rules.STANDS]
    others = (claims.c.clip_id == row.clip_id) & (claims.c.id != row.id) & claims.c.state.in_(states)
    other = db.execute(select(claims.c.id).where(others, claims.c.waits_for_look == 0).limit(1)).scalar()
    if other is None:
        return False
    db.execute(update(claims).where(claims.c.id == other).values(spread_before=row.spread_before))
    db.execute(update(claims).where(claims.c.id == row.id).values(spread_before=0))
    return True


def follow(db: Connection, secret: str) -> Claim:
    """The case behind a link, for whoever has it. Raises NotFound."""
    return _one(db, claims.c.secret_hash == secret_hash(secret))


def withdraw(db: Connection, keys: Keys, secret: str) -> None:
    """Take a claim back; what it held is held by it no longer. Raises NotFound, Conflict when it has ended."""
    claim = follow(db, secret)
    if claim.state not in rules.STANDS:
        raise Conflict("This case has ended already.")
    by = db.execute(select(claims.c.claimant_id).where(claims.c.id == claim.id)).scalar()
    _move(db, keys, claim.id, State.WITHDRAWN, by)


def appeal(db: Connection, keys: Keys, claim: Claim, side: str, words: str, now: int) -> None:
    """Ask once for another look at a decision. `side`: claimant or account. Raises Conflict and Invalid."""
    lost = {State.REJECTED: "claimant", State.PUBLIC: "claimant", State.UPHELD: "account"}
    if not claim.may_be_appealed or lost.get(claim.state) != side:
        raise Conflict("There is no decision that you can ask to have looked at again.")
    said = _words(words, needed=True)
    values = {"appeal": said, "appealed_by": side, "decide_until": now + rules.time_to_decide(claim.what)}
    _move(db, keys, claim.id, State.CONTESTED, None, **values)
    row = db.execute(select(claims).where(claims.c.id == claim.id)).one()
    by = row.claimant_id if side == "claimant" else None
    ledger.append(db, keys, Entry(Act.CLAIM_APPEALED, by, row.account_id, clip=row.clip_id))


def of_accounts(db: Connection, viewer: Viewer) -> list[Claim]:
    """The claims about what the viewer made, or what stands on accounts that they own, newest first."""
    return _all(db, _is_party_of_account(viewer), claims.c.id.desc())


def answer(db: Connection, keys: Keys, viewer: Viewer, claim: int, accepts: bool, words: str, now: int) -> None:
    """Accept a claim or contest it with a reason, for the account. Raises NotFound, Conflict, Invalid."""
    found = _one(db, (claims.c.id == claim) & _is_party_of_account(viewer), lock=True)
    if not found.may_be_answered:
        raise Conflict("This has been answered already.")
    row = db.execute(select(claims.c.clip_id, claims.c.account_id).where(claims.c.id == claim)).one()
    if accepts:
        _move(db, keys, claim, State.ACCEPTED, viewer.person, decide_until=None)
        ledger.append(db, keys, Entry(Act.CLAIM_ACCEPTED, viewer.person, row.account_id, clip=row.clip_id))
        return
    said = _words(words, needed=True)
    _move(
        db,
        keys,
        claim,
        State.CONTESTED,
        viewer.person,
        contest=said,
        decide_until=now + rules.time_to_decide(found.what),
    )
    ledger.append(db, keys, Entry(Act.CLAIM_CONTESTED, viewer.person, row.account_id, clip=row.clip_id))


def appeal_for_account(db: Connection, keys: Keys, viewer: Viewer, claim: int, words: str, now: int) -> None:
    """Ask once for another look, for the account. Raises NotFound, Conflict, Invalid."""
    found = _one(db, (claims.c.id == claim) & _is_party_of_account(viewer), lock=True)
    appeal(db, keys, found, "account", words, now)


def queue(db: Connection, viewer: Viewer, now: int) -> list[Claim]:
    """What waits for a moderator, most urgent first; without what the viewer is a party of."""
    waits = or_(claims.c.state == State.CONTESTED.value, _waits_for_look())
    return _all(db, waits & _may_decide(viewer, now), claims.c.decide_until)


def look(db: Connection, keys: Keys, viewer: Viewer, claim: int, now: int) -> Claim:
    """Open a case to see its clip, whoever it is for; entered in the ledger. Raises NotFound."""
    found = _one(db, (claims.c.id == claim) & _open_case() & _may_decide(viewer, now), lock=True)
    row = db.execute(
        select(claims.c.clip_id, claims.c.account_id, claims.c.author_id).where(claims.c.id == claim)
    ).one()
    db.execute(update(claims).where(claims.c.id == claim).values(looked_at=now, looked_by=viewer.person))
    about = (row.author_id,) if row.author_id else ()
    ledger.append(db, keys, Entry(Act.MODERATOR_LOOKED, viewer.person, row.account_id, about, row.clip_id))
    return replace(found, looked_at=now)


def clip_of(db: Connection, viewer: Viewer, claim: int, *, lock: bool = False) -> int:
    """The clip of an open case of which the viewer is no party. Raises NotFound."""
    query = select(claims.c.clip_id).where(claims.c.id == claim, _open_case(), _is_impartial(viewer))
    clip = db.execute(query.with_for_update() if lock else query).scalar()
    if clip is None:
        raise NotFound("There is no such case.")
    return int(clip)


def film(db: Connection, viewer: Viewer, claim: int, now: int) -> str:
    """The key of the film of an open case that this moderator has opened to look. Raises NotFound."""
    mine = (claims.c.id == claim) & (claims.c.looked_by == viewer.person) & _open_case() & _may_decide(viewer, now)
    clip = db.execute(select(claims.c.clip_id).where(mine)).scalar()
    key = None if clip is None else cases.film(db, clip)
    if key is None:
        raise NotFound("There is nothing to look at here.")
    return key


def decide(db: Connection, keys: Keys, viewer: Viewer, claim: int, decision: Decision, words: str, now: int) -> None:
    """Decide with a reason that both sides read. Raises NotFound, also for a party, Invalid and NotAllowed."""
    waits = or_(claims.c.state == State.CONTESTED.value, _waits_for_look())
    found = _one(db, (claims.c.id == claim) & waits & _may_decide(viewer, now), lock=True)
    if decision is Decision.PUBLIC and not found.may_stay_as_public:
        raise NotAllowed("A clip of a minor, or an intimate one, never stays as a public act.", field="decision")
    reason = _words(words, needed=True)
    row = db.execute(select(claims).where(claims.c.id == claim)).one()
    decided = {"decided_at": now, "decided_by": viewer.person, "decision": reason, "waits_for_look": 0}
    _move(db, keys, claim, rules.AFTER[decision], viewer.person, **decided, decide_until=None)
    is_party = db.execute(select(~_is_impartial(viewer)).where(claims.c.id == claim)).scalar()
    fields = {"kind": decision.value, **({"mode": "party"} if is_party else {})}
    about = tuple(person for person in (row.claimant_id,) if person)
    ledger.append(db, keys, Entry(Act.CLAIM_DECIDED, viewer.person, row.account_id, about, row.clip_id, fields))


def presume(db: Connection, keys: Keys, now: int) -> int:
    """What nobody answered in time counts as accepted, until it is contested; gives how many."""
    silent = (claims.c.state == State.OPEN.value) & (claims.c.answer_until <= now) & (claims.c.waits_for_look == 0)
    over = db.execute(select(claims.c.id).where(silent).order_by(claims.c.id).with_for_update()).scalars().all()
    for claim in over:
        _move(db, keys, claim, State.PRESUMED, None)
        row = db.execute(select(claims.c.account_id, claims.c.clip_id).where(claims.c.id == claim)).one()
        entry = Entry(Act.CLAIM_ACCEPTED, None, row.account_id, clip=row.clip_id, fields={"mode": "silence"})
        ledger.append(db, keys, entry)
    return len(over)


def _move(db: Connection, keys: Keys, claim: int, state: State, by: int | None, **values: object) -> None:
    db.execute(update(claims).where(claims.c.id == claim).values(state=state.value, **values))
    untell(db, "claim", claim)
    _apply(db, keys, claim, by)


def _open_case() -> ColumnElement[bool]:
    return claims.c.state.in_([State.OPEN.value, State.CONTESTED.value])


def _waits_for_look() -> ColumnElement[bool]:
    return (claims.c.state == State.OPEN.value) & (claims.c.waits_for_look == 1)


def _is_party_of_account(viewer: Viewer) -> ColumnElement[bool]:
    owner = exists().where(
        members.c.account_id == claims.c.account_id,
        members.c.person_id == viewer.person,
        members.c.role == Role.OWNER.value,
    )
    return or_(owner, claims.c.author_id == viewer.person)


def _is_impartial(viewer: Viewer) -> ColumnElement[bool]:
    """Neither a party nor the guardian of one (consent.md R11)."""
    return _impartial(_a_person(viewer.person))


def _a_person(person: int | None) -> ColumnElement[int]:
    return select(people.c.id).where(people.c.id == person).scalar_subquery()


def _impartial(person: ColumnElement[int]) -> ColumnElement[bool]:
    member = exists().where(members.c.account_id == claims.c.account_id, members.c.person_id == person)
    parties = or_(guardianships.c.minor_id == claims.c.author_id, guardianships.c.minor_id == claims.c.claimant_id)
    guardian = exists().where(guardianships.c.guardian_id == person, guardianships.c.ended_at.is_(None), parties)
    author = func.coalesce(claims.c.author_id, 0) == person
    claimant = func.coalesce(claims.c.claimant_id, 0) == person
    return ~or_(member, guardian, author, claimant)


def _may_decide(viewer: Viewer, now: int) -> ColumnElement[bool]:
    """A moderator who is no party; where there is no other, the owner may after seven days."""
    if not viewer.is_server_owner:
        raise NotAllowed("Only a moderator can do this.")
    anybody = exists().where(people.c.is_server_owner == 1, _impartial(people.c.id))
    late = claims.c.opened_at <= now - rules.PARTY_MAY
    return or_(_is_impartial(viewer), ~anybody & late)


def _one(db: Connection, condition: ColumnElement[bool], *, lock: bool = False) -> Claim:
    query = select(claims.c.id).where(condition)
    found = db.execute(query.with_for_update() if lock else query).scalar()
    if found is None:
        raise NotFound("There is no such case.")
    return _all(db, claims.c.id == found, claims.c.id)[0]


def _all(db: Connection, condition: ColumnElement[bool], order: ColumnElement[Any], limit: int = 100) -> list[Claim]:
    query = select(claims, accounts.c.handle).join_from(claims, accounts, accounts.c.id == claims.c.account_id)
    rows = db.execute(query.where(condition).order_by(order).limit(limit)).all()
    names = cases.slugs(db, {row.clip_id for row in rows if row.clip_id is not None})
    return _read(rows, names)


def _read(rows: Sequence[Row[Any]], names: dict[int, str]) -> list[Claim]:
    return [
        Claim(
            id=row.id,
            what=What(row.what),
            minor=bool(row.minor),
            handle=row.handle,
            clip=names.get(row.clip_id),
            words=row.words,
            state=State(row.state),
            opened_at=row.opened_at,
            answer_until=row.answer_until,
            decide_until=row.decide_until,
            contest=row.contest,
            appeal=row.appeal,
            appealed_by=row.appealed_by,
            looked_at=row.looked_at,
            decided_at=row.decided_at,
            decision=row.decision,
        )
        for row in rows
    ]


def _words(words: str, *, needed: bool = False) -> str:
    said = clean(words)
    if len(said) > WORDS_LENGTH:
        raise Invalid(f"That is more than {WORDS_LENGTH:,} characters. Nothing was lost.", field="words")
    if needed and not said:
        raise Invalid("Give a reason in your own words.", field="words")
    return said
