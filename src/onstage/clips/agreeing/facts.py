"""The facts around one clip, read after every lock that guards them is held."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import and_, exists, select

from onstage.accounts.age import NO_TAKES, Band, Choice, GuardiansYes, Row
from onstage.accounts.age import Reach as Width
from onstage.accounts.guardians import beforehand
from onstage.accounts.guardians.beforehand import Width as Covered
from onstage.accounts.guardianship import absence_counts, agreement, guardians_of
from onstage.accounts.membership import is_frozen, owners, publishing_rule
from onstage.accounts.models import Kind, Role, accounts, guardianships, members, people
from onstage.accounts.permissions import band, bound, value_for
from onstage.clips.labels import clip_labels, label_guardians
from onstage.clips.models import Audience, clip_coauthors, clips, contained
from onstage.clips.queries import OPEN_TO_TAKES
from onstage.clips.rules.need import EVERYWHERE, Beforehand, Child, Facts, Person, Reach, Side, Source
from onstage.clock import now
from onstage.db.engine import Connection


def lock(db: Connection, clip: int, persons: Iterable[int]) -> bool:
    """Lock what an act on a clip depends on, in the one order: persons, account, clip; False: there is no such clip.

    Whoever changes a guardianship or a membership waits, and whoever acts on the clip does.
    """
    lock_people(db, persons)
    host = select(clips.c.account_id).where(clips.c.id == clip)
    made_it = host.union(select(clip_coauthors.c.account_id).where(clip_coauthors.c.clip_id == clip))
    all_of = select(accounts.c.id).where(accounts.c.id.in_(made_it)).order_by(accounts.c.id)
    hosts = db.execute(all_of.with_for_update(read=True)).scalars().all()
    of_hosts = members.c.account_id.in_(hosts)
    places = select(members.c.person_id).where(of_hosts).order_by(members.c.account_id, members.c.person_id)
    db.execute(places.with_for_update(read=True)).all()
    return db.execute(select(clips.c.id).where(clips.c.id == clip).with_for_update()).first() is not None


def lock_people(db: Connection, persons: Iterable[int]) -> None:
    """Lock these people and who stands for them; the first of the locks."""
    named = sorted(persons)
    db.execute(select(people.c.id).where(people.c.id.in_(named)).order_by(people.c.id).with_for_update(read=True)).all()
    of = guardianships.c.minor_id.in_(named)
    db.execute(select(guardianships.c.id).where(of).order_by(guardianships.c.id).with_for_update(read=True)).all()


def around(db: Connection, clip: int, account: int, author: int, persons: Iterable[int]) -> Facts:
    """The facts for a clip in which these people are, its author among them."""
    named = sorted({author, *persons})
    kind, by_hand = db.execute(select(accounts.c.kind, accounts.c.hand_accepts).where(accounts.c.id == account)).one()
    sides = _coauthors(db, clip)
    others = [side.account for side in sides]
    in_at_once = accounts.c.id.in_(others) & (accounts.c.hand_accepts == 0)
    all_by_hand = not db.execute(select(exists().where(in_at_once))).scalar()
    editing = (members.c.account_id == account) & (members.c.role == Role.EDITOR.value)
    said: dict[int, frozenset[Beforehand]] = {}
    for each in beforehand.in_account(db, account, named, now()):
        of_minor = said.get(each.minor, frozenset())
        said[each.minor] = of_minor | {Beforehand(each.guardian, members_only=each.width is Covered.MEMBERS)}
    return Facts(
        people={person: of_person(db, person, said.get(person, frozenset())) for person in named},
        owners=frozenset(owners(db, account)),
        at=now(),
        editors=frozenset(db.execute(select(members.c.person_id).where(editing)).scalars()),
        rule=publishing_rule(db, account),
        joint=kind == Kind.JOINT.value,
        frozen=any(is_frozen(db, each, author) for each in (account, *others)),
        by_hand=bool(by_hand) and all_by_hand,
        limit=server_limit(db),
        children=_children(db, clip),
        coauthors=sides,
        sources=_sources(db, clip),
    )


def _sources(db: Connection, clip: int) -> tuple[Source, ...]:
    """The other clips that it contains, each as far as it goes now (R15)."""
    reach = (clips.c.audience, clips.c.recommended, clips.c.leaves_server, clips.c.takes)
    found = (
        select(contained.c.source_id, *reach)
        .outerjoin(clips, and_(clips.c.id == contained.c.source_id, OPEN_TO_TAKES))
        .where(contained.c.clip_id == clip)
        .order_by(contained.c.source_id)
    )
    return tuple(
        Source(source, None if audience is None else Reach(Audience(audience), *map(bool, goes)))
        for source, audience, *goes in db.execute(found)
    )


def _coauthors(db: Connection, clip: int) -> tuple[Side, ...]:
    """The other accounts that made it, each with its owners and rule; the stricter limits hold (R14)."""
    named = select(clip_coauthors.c.account_id).where(clip_coauthors.c.clip_id == clip)
    others = db.execute(named.order_by(clip_coauthors.c.account_id)).scalars().all()
    return tuple(Side(each, frozenset(owners(db, each)), publishing_rule(db, each)) for each in others)


def _children(db: Connection, clip: int) -> tuple[Child, ...]:
    """The minors in a clip who are not here, and whether somebody answers for each."""
    minors = (
        select(clip_labels.c.id, label_guardians.c.label_id)
        .outerjoin(label_guardians, label_guardians.c.label_id == clip_labels.c.id)
        .where(clip_labels.c.clip_id == clip, clip_labels.c.minor == 1)
        .order_by(clip_labels.c.id)
    )
    return tuple(Child(label, guardian is not None) for label, guardian in db.execute(minors))


def of_person(db: Connection, person: int, said: frozenset[Beforehand] = frozenset()) -> Person:
    """What the rules must know of somebody who is in a clip; `said`: by their guardians, beforehand."""
    theirs = band(db, person)
    if theirs is Band.ADULT:
        return Person(theirs, widest=_widest(db, person, theirs))
    guardians = tuple(guardians_of(db, [person]))
    asks = value_for(db, person, Row.GUARDIANS_YES)
    alone = db.execute(select(people.c.alone).where(people.c.id == person)).scalar()
    if alone and not guardians:
        asks = GuardiansYes.TOLD
    assert isinstance(asks, GuardiansYes)
    return Person(
        theirs,
        guardians_yes=asks,
        guardians=guardians,
        agreement=agreement(db, person),
        absence_counts=absence_counts(db, person),
        widest=_widest(db, person, theirs),
        beforehand=said,
    )


def server_limit(db: Connection) -> Reach:
    """How far the server's owner lets a clip go; strangers and other servers are bounded with everybody's own choices."""
    widest = bound(db, Row.AUDIENCE)
    return replace(EVERYWHERE, audience=Audience(str(widest))) if isinstance(widest, Width) else EVERYWHERE


def _widest(db: Connection, person: int, theirs: Band) -> Reach:
    """What age and settings allow somebody's clips today.

    To whom a minor's clip is shown is loosened clip by clip, by those who say yes to it; only what somebody has set
    below the age's own value limits it beforehand.
    """
    audience = Audience.PUBLIC
    if theirs is Band.UNKNOWN:
        audience = Audience.FOLLOWERS
    elif theirs in {Band.UNDER_13, Band.FROM_13}:
        wished = value_for(db, person, Row.AUDIENCE)
        audience = Audience(str(wished)) if wished in {Width.PRIVATE, Width.FRIENDS} else Audience.PUBLIC
    return Reach(
        audience,
        recommended=value_for(db, person, Row.RECOMMENDED) is Choice.YES,
        leaves=value_for(db, person, Row.LEAVES_SERVER) is Choice.YES,
        takes=value_for(db, person, Row.TAKES) not in NO_TAKES,
    )
