"""The vault: what the law obliges the server to keep, sealed, until its time is over (consent.md R16, event 18).

A clip that is preserved is withheld in the transaction that seals what rows say of it; a job then seals copies of its film
and cover. From there nothing leads back: a deletion goes on as any does, only that it waits for these copies first. Each
item has a key of its own, sealed under one made of the server's secret; to end an item is to destroy that key. What is
inside is opened by `onstage vault` on the machine, and by nothing that serves.
"""

import secrets
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

from msgspec import Struct, to_builtins
from sqlalchemy import ColumnElement, delete, exists, func, insert, select, update

from onstage import ids
from onstage.accounts.models import accounts, members, people
from onstage.clips import cases
from onstage.clips.agreeing import holds, rows
from onstage.clips.agreeing.facts import lock
from onstage.clips.ending.gone import DISCARD, Discard
from onstage.clips.models import HoldKind, captions, clips
from onstage.clips.rules import consent
from onstage.clips.vaulted import vault_items, vault_log, vault_pieces
from onstage.clips.workroom import Workroom
from onstage.clock import iso, now
from onstage.db.engine import Connection
from onstage.errors import Conflict, NotFound
from onstage.jobs.queue import enqueue
from onstage.jobs.worker import Job
from onstage.keys import Keys
from onstage.later import Later
from onstage.storage.objects import VAULT, Objects, new_key

FILL = "vault"
FILM, COVER = "film", "cover"
_PURPOSE = "vault"
_NONCE = 12
_PIECE = 1 << 20
_ciphers = Later("onstage.ciphers")


class Done(StrEnum):
    """What the vault's own log says of an item."""

    KEPT = "kept"
    OPENED = "opened"
    ERASED = "erased"  # by the machine's owner, or its time was over


@dataclass(frozen=True)
class Item:
    """One thing that is kept; instants in microseconds. `waiting`: so many files are still to be copied."""

    id: int
    kept_at: int
    until: int
    files: int
    waiting: int
    bytes: int


@dataclass(frozen=True)
class File:
    """A sealed file of an item: `key` of its object; None: it was not there any more when it was to be copied."""

    name: str
    key: str | None


class _Copy(Struct):
    """A file that is to be sealed, and the key that it gets."""

    item: int
    name: str
    source: str
    key: str


class _Sealed(Struct):
    """How many bytes the sealed copy has; None: there is none."""

    bytes: int | None


# ---- keeping


def preserve(db: Connection, keys: Keys, clip: int, by: int, ground: str) -> None:
    """Withhold a clip because the law obliges the server to keep it; to everybody but moderators that is any withholding.

    `put_away` follows in the same transaction. Raises NotFound, NotAllowed for a party, Invalid without a ground, Conflict
    while it is kept already.
    """
    record = _locked(db, clip, by)
    consent.preserve(record.clip, record.facts, by, ground)
    if living(db, clip):
        raise Conflict("This clip is kept already.", code="kept")
    if holds.place(db, clip, HoldKind.PRESERVED, by):
        holds.enter(db, keys, clip, HoldKind.PRESERVED, by, placed=True)


def let_go(db: Connection, keys: Keys, clip: int, by: int) -> None:
    """No longer withhold a clip for it; what is in the vault stays. Raises NotFound, Conflict, NotAllowed for all others."""
    record = _locked(db, clip, by)
    consent.release(record.clip, record.facts, HoldKind.PRESERVED, by, by)
    holds.lift(db, clip, HoldKind.PRESERVED, by)
    holds.enter(db, keys, clip, HoldKind.PRESERVED, by, placed=False)


def is_withheld_by(db: Connection, clip: int, by: int) -> bool:
    """Whether this moderator withholds the clip because it is kept."""
    return holds.is_held_by(db, clip, HoldKind.PRESERVED, by)


def _locked(db: Connection, clip: int, by: int) -> rows.Record:
    if not lock(db, clip, rows.people_in(db, clip) | {by}):
        raise NotFound("There is no such clip, or it is not for you to see.")
    return rows.load(db, clip)


def put_away(db: Connection, keys: Keys, clip: int, record: bytes, until: int) -> int:
    """Seal what rows say (`record`), and have film and cover copied once this commits; gives the item's id."""
    item, own = ids.new(), secrets.token_bytes(32)
    sealed = {"wrapped": _seal(keys.derive(_PURPOSE), own), "record": _seal(own, record)}
    db.execute(insert(vault_items).values(id=item, clip_id=clip, kept_at=now(), until=until, **sealed))
    for name, source in _sources(db, clip).items():
        db.execute(insert(vault_pieces).values(item_id=item, name=name, source=source))
    _log(db, item, Done.KEPT)
    enqueue(db, FILL, {"item": item})
    return item


def _sources(db: Connection, clip: int) -> dict[str, str]:
    """The upload where it is still there, else the largest film; and the cover."""
    original, cover = db.execute(select(clips.c.original, clips.c.cover).where(clips.c.id == clip)).one()
    found = {FILM: original or cases.film(db, clip), COVER: cover}
    return {name: key for name, key in found.items() if key}


def facts(db: Connection, clip: int) -> dict[str, object]:
    """What rows say of a clip, of its account and of who made it, for the record."""
    row = db.execute(select(clips).where(clips.c.id == clip)).one()
    account = db.execute(select(accounts).where(accounts.c.id == row.account_id)).one()
    person = db.execute(select(people).where(people.c.id == row.person_id)).one()
    theirs = select(accounts.c.handle).join_from(members, accounts, accounts.c.id == members.c.account_id)
    handles = db.execute(theirs.where(members.c.person_id == row.person_id).order_by(accounts.c.handle)).scalars()
    words = select(captions.c.language, captions.c.words).where(captions.c.clip_id == clip)
    return {
        "clip": {
            "address": f"/c/{row.slug}",
            "caption": row.caption,
            "captions": {each.language: each.words for each in db.execute(words)},
            "audience": row.audience,
            "for_adults": bool(row.marked),
            "made": iso(row.created_at),
            "published": row.published_at and iso(row.published_at),
            "edited": row.edited_at and iso(row.edited_at),
            "seconds": row.duration_us / 1_000_000,
        },
        "account": {"handle": account.handle, "name": account.name, "since": iso(account.created_at)},
        "made_by": {"accounts": list(handles), "mail": person.mail, "here_since": iso(person.created_at)},
    }


def living(db: Connection, clip: int) -> bool:
    """Whether a clip is in the vault, and its time is not over."""
    of_clip = (vault_items.c.clip_id == clip) & (vault_items.c.until > now())
    return bool(db.execute(select(exists().where(of_clip))).scalar())


def records(db: Connection, keys: Keys, clip: int) -> list[tuple[Item, bytes]]:
    """The items of a clip that is still here, with their records, newest first, for moderators in a case about it."""
    found = _items(db, vault_items.c.clip_id == clip)
    return [(item, words) for item in found if (words := record(db, keys, item.id)) is not None]


# ---- copying


def fill(room: Workroom, job: Job) -> None:
    """The job that seals the files of an item."""
    item = int(job.payload["item"])
    _copy(room, job, lambda piece: piece.item == item)


def fill_first(room: Workroom, job: Job, going: Collection[str]) -> None:
    """What the vault still waits for is copied by whoever is about to remove these objects."""
    sources = set(going)
    _copy(room, job, lambda piece: piece.source in sources)


def _copy(room: Workroom, job: Job, wanted: Callable[[_Copy], bool]) -> None:
    """Each file once. Two jobs may be at it: the first to commit is in the row, the copy of the other goes."""
    for piece in job.step("vault", list[_Copy], lambda: list(filter(wanted, _waiting(job)))):
        name = f"{piece.item} {piece.name}"
        sealed = job.step(f"seal {name}", _Sealed, partial(_seal_file, room, job, piece))
        if not job.change(f"keep {name}", bool, partial(_keep, piece=piece, size=sealed.bytes)):
            room.objects.delete([piece.key])


def _waiting(job: Job) -> list[_Copy]:
    with job.read() as db:
        found = db.execute(select(vault_pieces).where(vault_pieces.c.source.is_not(None))).all()
    return [_Copy(row.item_id, row.name, row.source, VAULT + new_key(Path(row.source).suffix)) for row in found]


def _seal_file(room: Workroom, job: Job, piece: _Copy) -> _Sealed:
    """The copy under its key; none where its source is not there, or the item has ended."""
    with job.read() as db:
        own = _own_key(db, room.keys, piece.item)
    size = room.objects.size(piece.source)
    if own is None or size is None:
        return _Sealed(None)
    with room.table(job) as table:
        sealed = table / "sealed"
        try:
            with sealed.open("wb") as file:
                file.writelines(_ciphers.seal_long(own, _bytes(room.objects, piece.source, size)))
        except FileNotFoundError:  # it went away meanwhile
            return _Sealed(None)
        room.objects.delete([piece.key])  # of an attempt that was killed
        room.objects.put(piece.key, sealed)
        return _Sealed(sealed.stat().st_size)


def _bytes(objects: Objects, key: str, size: int) -> Iterator[bytes]:
    for start in range(0, size, _PIECE):
        yield objects.read(key, start, min(start + _PIECE, size))


def _keep(db: Connection, piece: _Copy, size: int | None) -> bool:
    """Whether the copy is now the item's. Where the source has gone, and the clip has another film by now, that is next."""
    own = (vault_pieces.c.item_id == piece.item) & (vault_pieces.c.name == piece.name)
    waits = own & (vault_pieces.c.source == piece.source)
    if size is not None:
        filled = update(vault_pieces).where(waits).values(key=piece.key, bytes=size, source=None)
        return db.execute(filled).rowcount == 1
    clip = db.execute(select(vault_items.c.clip_id).where(vault_items.c.id == piece.item)).scalar()
    another = None if clip is None else _sources(db, clip).get(piece.name)
    changed = None if another == piece.source else another
    if db.execute(update(vault_pieces).where(waits).values(source=changed)).rowcount and changed:
        enqueue(db, FILL, {"item": piece.item})
    return False


# ---- opening, for `onstage vault`


def items(db: Connection) -> list[Item]:
    """Everything that is kept, newest first."""
    return _items(db, vault_items.c.id > 0)


def _items(db: Connection, which: ColumnElement[bool]) -> list[Item]:
    waits = func.count(vault_pieces.c.source)
    size = func.coalesce(func.sum(vault_pieces.c.bytes), 0) + func.length(vault_items.c.record)
    found = (
        select(
            vault_items.c.id, vault_items.c.kept_at, vault_items.c.until, func.count(vault_pieces.c.key), waits, size
        )
        .outerjoin_from(vault_items, vault_pieces, vault_pieces.c.item_id == vault_items.c.id)
        .where(which)
        .group_by(vault_items.c.id)
        .order_by(vault_items.c.id.desc())
    )
    return [Item(row[0], row[1], row[2], row[3], row[4], int(row[5])) for row in db.execute(found)]


def log(db: Connection) -> list[tuple[int, int, Done]]:
    """What was done with which item and when (microseconds), oldest first."""
    rows_ = db.execute(select(vault_log).order_by(vault_log.c.id))
    return [(row.item_id, row.at, Done(row.act)) for row in rows_]


def record(db: Connection, keys: Keys, item: int) -> bytes | None:
    """What rows said, opened; None: there is no such item, or no key of this server opens it."""
    own = _own_key(db, keys, item)
    sealed = db.execute(select(vault_items.c.record).where(vault_items.c.id == item)).scalar()
    return None if own is None or sealed is None else _unseal(own, sealed)


def files(db: Connection, item: int) -> list[File]:
    """The sealed files of an item. Raises Conflict while some are still to be copied."""
    found = db.execute(select(vault_pieces).where(vault_pieces.c.item_id == item).order_by(vault_pieces.c.name)).all()
    if any(row.source for row in found):
        raise Conflict(
            "Its files are still on their way into the vault. Try again in a minute, with the server running."
        )
    return [File(row.name, row.key) for row in found]


def opened(objects: Objects, own: bytes, key: str) -> Iterator[bytes]:
    """The bytes of a sealed file. Raises FileNotFoundError, and ValueError where it was changed."""
    size = objects.size(key)
    if size is None:
        raise FileNotFoundError(key)
    yield from _ciphers.unseal_long(own, _bytes(objects, key, size))


def open_item(db: Connection, keys: Keys, item: int) -> bytes:
    """The key of an item, once that it is opened stands in the vault's log. Raises NotFound."""
    own = _own_key(db, keys, item)
    if own is None:
        raise NotFound(
            "There is no such thing in the vault, or it was sealed under a secret that this server has no more."
        )
    _log(db, item, Done.OPENED)
    return own


def _own_key(db: Connection, keys: Keys, item: int) -> bytes | None:
    wrapped = db.execute(select(vault_items.c.wrapped).where(vault_items.c.id == item)).scalar()
    return None if wrapped is None else _unwrap(keys, wrapped)


def _unwrap(keys: Keys, wrapped: bytes) -> bytes | None:
    return next(filter(None, (_unseal(key, wrapped) for key in keys.derive_each(_PURPOSE))), None)


# ---- ending


def end_due(db: Connection, moment: int) -> int:
    """End what is over; gives how many."""
    over = db.execute(select(vault_items.c.id).where(vault_items.c.until <= moment)).scalars().all()
    return end(db, over)


def end(db: Connection, which: Iterable[int]) -> int:
    """Destroy the keys of these items and have their files removed; gives how many there were."""
    named = list(which)
    gone = list(db.execute(select(vault_items.c.id).where(vault_items.c.id.in_(named))).scalars())
    sealed = select(vault_pieces.c.key).where(vault_pieces.c.item_id.in_(gone), vault_pieces.c.key.is_not(None))
    keys = list(db.execute(sealed).scalars())
    db.execute(delete(vault_items).where(vault_items.c.id.in_(gone)))
    for item in gone:
        _log(db, item, Done.ERASED)
    if gone:
        enqueue(db, DISCARD, to_builtins(Discard([("vault", item) for item in gone], now(), keys, [])))
    return len(gone)


def keep_up(db: Connection, keys: Keys, moment: int) -> int:
    """End what is over, and seal the keys of the rest anew after the server's secret was changed; gives how many ended."""
    ended = end_due(db, moment)
    for item, wrapped in db.execute(select(vault_items.c.id, vault_items.c.wrapped)).all():
        if _unseal(keys.derive(_PURPOSE), wrapped) is None and (own := _unwrap(keys, wrapped)) is not None:
            again = _seal(keys.derive(_PURPOSE), own)
            db.execute(update(vault_items).where(vault_items.c.id == item).values(wrapped=again))
    return ended


def unreadable(db: Connection, keys: Keys) -> int:
    """How many items no key of this server opens."""
    return sum(record(db, keys, item) is None for item in db.execute(select(vault_items.c.id)).scalars().all())


def _log(db: Connection, item: int, act: Done) -> None:
    db.execute(insert(vault_log).values(id=ids.new(), item_id=item, at=now(), act=act.value))


def _seal(key: bytes, words: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    sealed: bytes = _ciphers.seal(key, nonce, words)
    return nonce + sealed


def _unseal(key: bytes, sealed: bytes) -> bytes | None:
    words: bytes | None = _ciphers.unseal(key, sealed[:_NONCE], sealed[_NONCE:])
    return words
