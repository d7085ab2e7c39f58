"""Which clips are of one film, as rows: by the mark of its packets, or by what moves in it."""

from collections.abc import Collection

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table, delete, exists, or_, select

from onstage.clips.models import HoldKind, clips, holds
from onstage.db.engine import COMPACT, Connection, metadata
from onstage.db.inserts import insert_missing, insert_or_set
from onstage.keys import Keys

_PURPOSE = "film mark"

film_marks = Table(  # what each film that a clip is, or was, has in common with its copies: media/likeness.py
    "film_marks",
    metadata,
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True),
    Column("mark", LargeBinary, primary_key=True),  # keyed: says nothing to whoever guesses (consent.md R19)
    Index("ix_film_marks_mark", "mark"),
    **COMPACT,
)

film_moves = Table(  # what moves in the film of a clip, by which it is known again when it was encoded anew
    "film_moves",
    metadata,
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("moves", LargeBinary, nullable=False),
)

same_films = Table(  # pairs of clips that were found to be of one film: noes that stood then have come over
    "same_films",
    metadata,
    Column("clip_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True),  # the earlier one
    Column("other_id", BigInteger, ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_same_films_other", "other_id"),
    **COMPACT,
)

_WITHHELD = (HoldKind.NO.value, HoldKind.MODERATION.value)
_IS_WITHHELD = exists().where(holds.c.clip_id == film_moves.c.clip_id, holds.c.kind.in_(_WITHHELD))


def note_mark(db: Connection, keys: Keys, clip: int, mark: bytes) -> set[int]:
    """Keep the mark of a film that a clip is; gives the other clips that have it."""
    known = keys.digests(_PURPOSE, mark)
    insert_missing(db, film_marks, clip_id=clip, mark=known[0])
    others = select(film_marks.c.clip_id).where(film_marks.c.mark.in_(known), film_marks.c.clip_id != clip)
    return set(db.execute(others).scalars())


def note_moves(db: Connection, clip: int, moves: bytes) -> None:
    """Keep what moves in the film that a clip shows."""
    insert_or_set(db, film_moves, clip_id=clip, moves=moves)


def moves_of(db: Connection, clip: int) -> bytes | None:
    """What moves in the film of a clip; None: nobody has looked yet."""
    return db.execute(select(film_moves.c.moves).where(film_moves.c.clip_id == clip)).scalar()


def to_compare(db: Connection, clip: int) -> list[int]:
    """The clips whose films may be that of this one, where a no to either, or a moderator's hold, would come over."""
    refused = exists().where(holds.c.clip_id == clip, holds.c.kind.in_(_WITHHELD))
    others = select(film_moves.c.clip_id).where(film_moves.c.clip_id != clip, film_moves.c.moves != b"")
    found = db.execute(others.where(or_(refused, _IS_WITHHELD)).order_by(film_moves.c.clip_id)).scalars()
    known = together(db, clip)
    return [each for each in found if each not in known]


def unseen(db: Connection) -> list[int]:
    """Clips that somebody says no to and in whose films nobody has looked: those from before this was kept."""
    refused = select(holds.c.clip_id).where(holds.c.kind == HoldKind.NO.value)
    return list(db.execute(refused.where(holds.c.clip_id.not_in(select(film_moves.c.clip_id))).distinct()).scalars())


def together(db: Connection, clip: int) -> set[int]:
    """The clips that are known to be of the same film."""
    later = select(same_films.c.other_id).where(same_films.c.clip_id == clip)
    earlier = select(same_films.c.clip_id).where(same_films.c.other_id == clip)
    return set(db.execute(later.union(earlier)).scalars())


def join(db: Connection, one: int, other: int) -> bool:
    """They are of one film, from now on; False: that is known."""
    return bool(insert_missing(db, same_films, clip_id=min(one, other), other_id=max(one, other)))


def copies(db: Connection, clip: int) -> set[int]:
    """The clips with a mark that this one has."""
    mine = select(film_marks.c.mark).where(film_marks.c.clip_id == clip)
    others = select(film_marks.c.clip_id).where(film_marks.c.mark.in_(mine), film_marks.c.clip_id != clip)
    return set(db.execute(others).scalars())


def part(db: Connection, clip: int) -> None:
    """Which clips are of its film is to be found out again."""
    db.execute(delete(same_films).where(or_(same_films.c.clip_id == clip, same_films.c.other_id == clip)))


def present(db: Connection, clip_ids: Collection[int]) -> list[int]:
    """Those that are there, earlier ones first; nobody says no to one of them until this transaction has ended."""
    there = select(clips.c.id).where(clips.c.id.in_(clip_ids)).order_by(clips.c.id)
    return list(db.execute(there.with_for_update(read=True)).scalars())
