"""What a clip contains of other clips, and what follows when one of these is withheld, goes less far, or is gone (R15).

Whoever makes a clip says what is in it of others'. What holds a source holds what contains it, to any depth and never back.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, delete, exists, func, insert, select

from onstage import ids
from onstage.accounts import ledger, notices
from onstage.accounts.acts import Act
from onstage.accounts.age import Row as AgeRow
from onstage.accounts.age import Who, looseness
from onstage.accounts.byline import By
from onstage.accounts.ledger import Entry
from onstage.accounts.models import accounts
from onstage.accounts.notices import Notice
from onstage.accounts.permissions import value_for
from onstage.accounts.viewer import Viewer
from onstage.clips import trimmed
from onstage.clips.agreeing import commenting, holds, rows
from onstage.clips.agreeing.deciding import decide
from onstage.clips.agreeing.edit import Own, need_place, own
from onstage.clips.agreeing.outlasting import journal_part
from onstage.clips.agreeing.revising import reword
from onstage.clips.agreeing.sources import all_in, people_within
from onstage.clips.models import Cutting, HoldKind, Stage, clips, contained
from onstage.clips.models import holds as holds_table
from onstage.clips.queries import IN_WORK, LISTED, OPEN_TO_TAKES, Seen, asked_by, seen
from onstage.clips.rules.contained import follow as rule
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.errors import Conflict, Invalid, NotAllowed, NotFound
from onstage.keys import Keys

MOST = 4


@dataclass(frozen=True)
class Part:
    """A part of another clip, from and to in microseconds of this one (None: to its end).

    `slug` and `by`: that clip and its account, where the viewer sees it; `withholds`: this clip is withheld because of it;
    `taking_out`: how far the job is that takes it out.
    """

    id: int
    slug: str | None
    by: By | None
    from_us: int
    to_us: int | None
    withholds: bool
    taking_out: Cutting | None


def in_clip(db: Connection, viewer: Viewer, slug: str) -> list[Part]:
    """What a clip contains of clips that the viewer sees too; of their own, of all; of what they refused, nothing.

    Raises NotFound.
    """
    clip = seen(db, viewer, slug)
    found = _in_clips(db, viewer, [clip.id]).get(clip.id, [])
    if clip.person == viewer.person:
        return found
    in_work = db.execute(select(clips.c.id).where(clips.c.id == clip.id, IN_WORK), asked_by(viewer)).first()
    return [] if in_work else [part for part in found if part.slug is not None]


def in_clips(db: Connection, viewer: Viewer, clip_ids: Collection[int]) -> dict[int, list[Part]]:
    """What these clips contain of clips that the viewer sees too; the caller has been shown the clips themselves."""
    found = _in_clips(db, viewer, clip_ids)
    return {clip: [part for part in parts if part.slug is not None] for clip, parts in found.items()}


def _in_clips(db: Connection, viewer: Viewer, clip_ids: Collection[int]) -> dict[int, list[Part]]:
    because = exists().where(
        holds_table.c.clip_id == contained.c.clip_id,
        holds_table.c.kind == HoldKind.CONTAINS.value,
        holds_table.c.giver_id == contained.c.source_id,
    )
    source = and_(clips.c.id == contained.c.source_id, LISTED)
    face = (accounts.c.handle, accounts.c.name, accounts.c.avatar)
    part = (contained.c.id, clips.c.slug, contained.c.from_us, contained.c.to_us, because, contained.c.taking_out)
    wanted = (
        select(contained.c.clip_id, *part, *face)
        .outerjoin_from(contained, clips, source)
        .outerjoin(accounts, accounts.c.id == clips.c.account_id)
        .where(contained.c.clip_id.in_(clip_ids))
        .order_by(contained.c.from_us, contained.c.id)
    )
    found: dict[int, list[Part]] = {}
    for clip, id_, slug, start, end, withholds, going, *by in db.execute(wanted, asked_by(viewer)):
        face_ = None if slug is None else By(*by)
        state = None if going is None else Cutting(going)
        found.setdefault(clip, []).append(Part(id_, slug, face_, start, end, bool(withholds), state))
    return found


def takes_of(db: Connection, viewer: Viewer, slug: str, before: int | None, limit: int) -> list[int]:
    """The clips that contain a part of this one, as far as they may be listed to the viewer, newest first. Raises NotFound."""
    source = seen(db, viewer, slug).id
    wanted = (
        select(clips.c.id)
        .join_from(contained, clips, clips.c.id == contained.c.clip_id)
        .where(contained.c.source_id == source, LISTED)
        .order_by(clips.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        wanted = wanted.where(clips.c.id < before)
    return list(db.execute(wanted, asked_by(viewer)).scalars())


def add(
    db: Connection, keys: Keys, viewer: Viewer, slug: str, source: str, from_us: int = 0, to_us: int | None = None
) -> int:
    """Say that one's clip contains a part of another; gives the part's number. What was asked is a draft again.

    Raises NotFound, Invalid for seconds outside the clip or a clip in itself, Conflict for too many parts, and NotAllowed
    where not everybody in the other clip allows the viewer takes of it.
    """
    clip = made(db, viewer, slug)
    if to_us is not None and to_us <= from_us:
        raise Invalid("It ends before it begins.", field="to_seconds")
    need_place(clip, from_us, to_us)
    other = _source(db, viewer, source)
    if clip.id == other.id or clip.id in all_in(db, other.id):
        raise Invalid("A clip can't contain itself.", field="source")
    of_clip = contained.c.clip_id == clip.id
    if db.execute(select(exists().where(of_clip, contained.c.source_id == other.id))).scalar():
        raise Conflict("You have said this already. Take it back to say it otherwise.", field="source", code="said")
    if db.execute(select(func.count()).select_from(contained).where(of_clip)).scalar_one() >= MOST:
        raise Conflict("A clip contains parts of at most %(most)s others.", code="too-many-parts", most=MOST)
    if clip.published_at is None and clip.stage is Stage.ASKED:
        reword(db, keys, viewer, clip.id)
    decide(db, keys, clip.id, lambda record: record.clip, by=viewer.person)  # every lock, before the facts change
    _stays_open(db, other.id)
    part = ids.new()
    row = {"id": part, "clip_id": clip.id, "source_id": other.id, "from_us": from_us, "to_us": to_us, "at": now()}
    db.execute(insert(contained).values(row))
    journal_part(db, clip.id, other.id)
    _settle(db, keys, clip.id, other.id, Act.PART_NAMED)
    _bring_comments_within(db, clip.id)
    return part


def made(db: Connection, viewer: Viewer, slug: str) -> Own:
    """The clip of that name, if the viewer made it. Raises NotFound, NotAllowed."""
    clip = own(db, viewer, slug)
    if clip.person != viewer.person:
        raise NotAllowed("Only who made a clip can say what is in it.", code="not-the-author")
    return clip


def _source(db: Connection, viewer: Viewer, slug: str) -> Seen:
    """The other clip, if everybody in it allows this viewer takes of it."""
    try:
        found = seen(db, viewer, slug)
    except NotFound:
        raise NotFound("There is no such clip, or it is not for you to see.", field="source") from None
    is_open = db.execute(select(exists().where(clips.c.id == found.id, OPEN_TO_TAKES))).scalar()
    if not is_open or not (found.person == viewer.person or _takes_from(db, found) in _relations(found)):
        raise NotAllowed("Those in that clip allow you no takes of it.", field="source", code="no-takes")
    return found


def _takes_from(db: Connection, source: Seen) -> Who:
    """From whom all in it take takes: what the strictest of them says."""
    said = [value_for(db, person, AgeRow.TAKES) for person in rows.people_in(db, source.id)]
    return min((each for each in said if isinstance(each, Who)), key=looseness)


def _relations(source: Seen) -> frozenset[Who]:
    """As whom the viewer may make one: a member of the account is as near as a friend."""
    near = source.is_friend or source.is_member
    follows = near or source.follows
    return frozenset({Who.EVERYONE} | ({Who.FOLLOWERS} if follows else set()) | ({Who.FRIENDS} if near else set()))


def _stays_open(db: Connection, source: int) -> None:
    """Nobody withholds the source any more before this transaction ends; who did so meanwhile was first."""
    open_ = select(clips.c.id).where(clips.c.id == source, OPEN_TO_TAKES)
    if db.execute(open_.with_for_update(read=True)).first() is None:
        raise NotAllowed("Those in that clip allow you no takes of it.", field="source", code="no-takes")


def take_back(db: Connection, keys: Keys, viewer: Viewer, slug: str, part: int) -> None:
    """Say that a part is not in one's clip after all; what was asked is a draft again.

    Raises NotFound, and Conflict once the clip is out, or is withheld because of the part: then it is taken out, unless
    nothing of it is left after a cut that is out.
    """
    clip = made(db, viewer, slug)
    row = named(db, clip.id, part)
    is_gone = is_cut_away(row.from_us, row.to_us) and trimmed.of(db, clip.id) is None
    if not is_gone and (
        clip.published_at is not None or holds.is_held_by(db, clip.id, HoldKind.CONTAINS, row.source_id)
    ):
        raise Conflict("Have this part taken out of the clip.", code="take-out")
    if clip.stage is Stage.ASKED and clip.published_at is None:
        reword(db, keys, viewer, clip.id)
    end(db, keys, clip.id, part)


def is_cut_away(from_us: int, to_us: int | None) -> bool:
    """Whether nothing of a part is left in the film."""
    return to_us is not None and to_us <= from_us


def named(db: Connection, clip: int, part: int) -> Row[Any]:
    """A part of that clip as its row. Raises NotFound."""
    found = db.execute(select(contained).where(contained.c.clip_id == clip, contained.c.id == part)).first()
    if found is None:
        raise NotFound("This clip has no such part.")
    return found


def end(db: Connection, keys: Keys, clip: int, part: int) -> None:
    """The part is in the clip no more: what it was withheld for has ended, and nobody is asked anew."""
    source = named(db, clip, part).source_id
    decide(db, keys, clip, lambda record: record.clip)  # every lock, before the facts change
    db.execute(delete(contained).where(contained.c.id == part))
    _settle(db, keys, clip, source, Act.PART_ENDED)


def _settle(db: Connection, keys: Keys, clip: int, source: int, act: Act) -> None:
    decide(db, keys, clip, lambda record: rule(record.clip, record.facts, source))
    author, account = db.execute(select(clips.c.person_id, clips.c.account_id).where(clips.c.id == clip)).one()
    ledger.append(db, keys, Entry(act, author, account, (author,), clip))


def _bring_comments_within(db: Connection, clip: int) -> None:
    """Who may comment follows the youngest in it, also in what it contains (R6)."""
    record = rows.load(db, clip)
    author, children = record.clip.author, bool(record.facts.children)
    others = (record.clip.people | people_within(db, clip)) - {author}
    commenting.bring_within(db, clip, commenting.most(db, author, others, children=children))


def follow(db: Connection, keys: Keys, source: int) -> None:
    """A clip is withheld, gone, or shown again, or goes less far: so is what contains it, and what contains that."""
    takes = select(contained.c.clip_id).where(contained.c.source_id == source).order_by(contained.c.clip_id)
    is_free = db.execute(select(exists().where(clips.c.id == source, OPEN_TO_TAKES))).scalar()
    for take in db.execute(takes).scalars().all():
        if is_free:
            decide(db, keys, take, lambda record: rule(record.clip, record.facts, source))
            _bring_comments_within(db, take)
        elif holds.place(db, take, HoldKind.CONTAINS, source):
            holds.enter(db, keys, take, HoldKind.CONTAINS, None, placed=True)
            author = db.execute(select(clips.c.person_id).where(clips.c.id == take)).scalar_one()
            notices.tell_once(db, author, Notice.CLIP_CONTAINS, now())
