"""A film that comes again: whoever has said no to it need not say it again (consent.md R1)."""

from collections.abc import Collection

from onstage.accounts.acts import Act
from onstage.clips import same_film
from onstage.clips.agreeing import holds, rows
from onstage.clips.agreeing.deciding import decide
from onstage.clips.agreeing.kept import read
from onstage.clips.agreeing.labelling import label_again
from onstage.clips.models import HoldKind, appearances
from onstage.clips.rules import consent
from onstage.clips.rules.repeated import Noes, by_links, carried, covered
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.db.inserts import insert_missing
from onstage.events import FilmCameAgain
from onstage.jobs.models import Lane
from onstage.jobs.queue import enqueue
from onstage.jobs.queue import record as tell
from onstage.keys import Keys

COMPARE = "compare films"


def recognise(db: Connection, keys: Keys, clip: int, mark: bytes) -> None:
    """The film that a clip is has this mark: noes to other clips of it cover this one, before anybody can publish it."""
    if mark:
        meet(db, keys, clip, same_film.note_mark(db, keys, clip, mark))


def meet(db: Connection, keys: Keys, clip: int, others: Collection[int]) -> None:
    """They were found to be of one film: the noes that stand come over, once; those said later do as they are said.

    First its own go to the others: what came over to it is not said to them once more, where it may have been lifted.
    """
    there = same_film.present(db, {clip, *others})
    met = [each for each in there if clip in there and each != clip and same_film.join(db, clip, each)]
    for source, into in [(clip, each) for each in met] + [(each, clip) for each in met]:
        _cover(db, keys, source, into)
    for each in met:
        _hold_again(db, keys, min(clip, each), max(clip, each))


def spread(db: Connection, keys: Keys, clip: int, person: int) -> None:
    """Somebody says no to a clip: all others that are known to be of its film are covered now, others once they are found."""
    for other in sorted(same_film.together(db, clip)):
        _cover(db, keys, clip, other, only=person)
    compare_soon(db, clip)


def compare_soon(db: Connection, clip: int) -> None:
    """Have its film compared with those of other clips, where a no would come over."""
    enqueue(db, COMPARE, {}, lane=Lane.LADDER, subject=clip)


def look_again(db: Connection, clip: int) -> None:
    """Out of a backup, and a no was said since: what it covered is found once more."""
    same_film.part(db, clip)
    compare_soon(db, clip)


def _hold_again(db: Connection, keys: Keys, source: int, into: int) -> None:
    """[1] What a moderator withholds is known to be bad: moderators look at the film again before anybody sees it."""
    if holds.by_moderator(db, source):
        decide(db, keys, into, lambda record: consent.place(record.clip, record.facts, HoldKind.MODERATION))


def _cover(db: Connection, keys: Keys, source: int, into: int, only: int | None = None) -> None:
    """The noes to one clip cover another, and go on from there to those that the first is not known to be of one film with.

    `only`: the no of this person, or by the link of this label.
    """
    one, other = rows.load(db, source), read(db, [into])[into]
    earlier = into < source
    found = carried(one.clip, one.facts, elsewhere=one.account != other.account)
    noes = {giver: people for giver, people in found.items() if only in (None, giver)}
    labels = [label for label in by_links(one.clip, one.facts) if only in (None, label)]
    there = [label_again(db, keys, label, into, known=earlier) for label in labels]
    noes |= {label: frozenset() for label in there if label is not None}
    if not noes:
        return
    enters = not earlier and _enter(db, into, noes)
    after = decide(
        db,
        keys,
        into,
        lambda record: covered(record.clip, record.facts, noes, earlier=earlier),
        Act.APPEARANCE_NAMED if enters else None,
    )
    came = sorted(hold.giver for hold in after.holds - other.clip.holds if hold.kind is HoldKind.NO)
    for giver in came:
        tell(db, FilmCameAgain(into, giver))
    if came:
        compare_soon(db, into)
    beyond = same_film.together(db, into) - same_film.together(db, source) - {source}
    for giver, clip in [(giver, clip) for giver in came for clip in sorted(beyond)]:
        _cover(db, keys, into, clip, only=giver)


def _enter(db: Connection, clip: int, noes: Noes) -> bool:
    """The rows that the facts are read by, without the account that a name would be shown of; whether somebody is new in it."""
    new = frozenset[int]().union(*noes.values()) - rows.people_in(db, clip)
    for person in new:
        insert_missing(db, appearances, clip_id=clip, person_id=person, at=now())
    return bool(new)
