"""The ledger: one append-only chain of what was agreed, refused, held and ended (consent.md R19)."""

import json
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from hmac import digest as keyed

from sqlalchemy import delete, insert, select, update

from onstage.accounts import chain
from onstage.accounts.acts import FACTS, HOLDS, MODERATORS, SECRET
from onstage.accounts.acts import Act as Act
from onstage.accounts.chain import Head
from onstage.accounts.models import ledger, ledger_head, ledger_keys, ledger_mentions, ledger_signers
from onstage.clock import iso, now
from onstage.db.engine import Connection
from onstage.db.inserts import insert_missing
from onstage.keys import Keys
from onstage.later import Later

PERSON, CLIP, ACCOUNT, OFFICE = "person", "clip", "account", "office"  # an office is a person who acts as moderator
_HEAD = 1
_ciphers = Later("onstage.ciphers")
_WORD = re.compile(r"[a-z0-9_ -]{1,40}")


@dataclass(frozen=True)
class Entry:
    """What happened. `by` did it, None: the server; `about` are the people it concerns, who may read it.

    Fields named in `acts.FACTS` are numbers or words of a closed list and outlast a shredding; everything else, such
    as words somebody wrote, does not. Every field can be read by `by` and `about`, so put nothing in for others only.
    """

    act: Act
    by: int | None = None
    account: int | None = None
    about: tuple[int, ...] = ()
    clip: int | None = None
    fields: Mapping[str, str | int | bool | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Named:
    """A person, clip or account as the ledger knows it."""

    alias: str
    key: bytes


def append(db: Connection, keys: Keys, entry: Entry) -> int:
    """Enter something and sign it; gives its position.

    Every append waits for the one before it to commit: take the locks on persons, account and clip first, and append
    last. Raises ValueError for a fact that is neither a number nor a short word.
    """
    facts = _facts(entry)
    name, position, before = _next(db)
    by = _named(db, OFFICE if _is_of_office(entry) else PERSON, entry.by)
    about = [_name(db, PERSON, person) for person in dict.fromkeys(entry.about)]
    account, clip = _named(db, ACCOUNT, entry.account), _named(db, CLIP, entry.clip)
    named = [each for each in (by, *about, account, clip) if each]
    act = {
        "n": position,
        "at": iso(now()),
        "act": entry.act.value,
        "by": by and by.alias,
        "about": [each.alias for each in about],
        "account": account and account.alias,
        "clip": clip and clip.alias,
        **facts,
    }
    rest = {what: value for what, value in entry.fields.items() if what not in FACTS}
    _write(db, keys, name, before, position, _json(act), _json(rest), _seal_key(named))
    opening = {each.alias for each in ([by] if _is_secret(entry) else [by, *about]) if each}
    mentions = [
        {"alias": alias, "position": position, "opens": int(alias in opening)}
        for alias in sorted({each.alias for each in named})
    ]
    if mentions:
        db.execute(insert(ledger_mentions), mentions)
    return position


def _write(
    db: Connection, keys: Keys, name: str, before: bytes, position: int, act: str, fields: str, seal_key: bytes
) -> None:
    act_salt, fields_salt, nonce = secrets.token_bytes(16), secrets.token_bytes(16), secrets.token_bytes(12)
    fields_commitment = chain.bind("fields", fields_salt.hex(), fields)
    commitment = chain.join(chain.bind("act", act_salt.hex(), act), fields_commitment)
    head_ = Head(position, chain.link(position, before, commitment))
    signing = chain.signing_keys(keys)[0]
    signer = chain.public_bytes(signing)
    if all(known.public != signer for known in _signers(db)):
        db.execute(insert(ledger_signers).values(**asdict(_in_force(keys, position))))
    db.execute(
        insert(ledger).values(
            position=position,
            act=act,
            act_salt=act_salt,
            fields=nonce + _ciphers.seal(seal_key, nonce, fields_salt + fields.encode()),
            fields_commitment=fields_commitment,
            commitment=commitment,
            hash=head_.hash,
            signer=signer,
            signature=chain.sign(signing, name, head_),
        )
    )
    db.execute(update(ledger_head).where(ledger_head.c.id == _HEAD).values(hash=head_.hash))


@dataclass(frozen=True)
class Signer:
    """A public key (Ed25519, 32 bytes) that signs entries from `since` on; `before` handed over to it, where it could."""

    public: bytes
    since: int
    before: bytes | None
    handed_over: bytes | None


def signers(db: Connection, keys: Keys) -> list[Signer]:
    """Every key that has ever signed, oldest first, and the one that signs the next entry."""
    known = _signers(db)
    fresh = _in_force(keys, head(db).position + 1)
    return known if any(each.public == fresh.public for each in known) else [*known, fresh]


def _signers(db: Connection) -> list[Signer]:
    return [Signer(*row) for row in db.execute(select(*ledger_signers.c).order_by(ledger_signers.c.since))]


def _in_force(keys: Keys, since: int) -> Signer:
    signing, *earlier = chain.signing_keys(keys)
    public = chain.public_bytes(signing)
    if not earlier:
        return Signer(public, since, None, None)
    return Signer(public, since, chain.public_bytes(earlier[0]), chain.hand_over(earlier[0], public))


def _next(db: Connection, step: int = 1) -> tuple[str, int, bytes]:
    """Lock the head; gives the ledger's name, the position of the next entry and the hash before it."""
    forward = (
        update(ledger_head)
        .where(ledger_head.c.id == _HEAD)
        .values(position=ledger_head.c.position + step)
        .returning(ledger_head.c.name, ledger_head.c.position, ledger_head.c.hash)
    )
    row = db.execute(forward).first()
    if row is None:
        name = secrets.token_hex(16)
        insert_missing(db, ledger_head, id=_HEAD, name=name, position=0, hash=chain.start(name))
        row = db.execute(forward).one()
    return row[0], row[1], row[2]


def head(db: Connection) -> Head:
    """The last entry's position and hash, to be carried by receipts and mails; position 0 while there is none."""
    row = db.execute(select(ledger_head.c.position, ledger_head.c.hash)).first()
    return Head(row[0], row[1]) if row else Head(0, chain.start(""))


def known(db: Connection, kind: str, ids: Sequence[int]) -> list[int]:
    """Those of these persons, clips or accounts that an entry names."""
    theirs = select(ledger_keys.c.id).where(ledger_keys.c.kind == kind, ledger_keys.c.id.in_(ids))
    return list(db.execute(theirs.order_by(ledger_keys.c.id)).scalars())


def media_digest(db: Connection, clip: int, digest: bytes) -> str:
    """A digest of media as the ledger may hold it: keyed by the clip, so that nobody confirms a clip that is gone."""
    return keyed(_name(db, CLIP, clip).key, digest, "sha256").hex()


def shred(db: Connection, kind: str, ids: Sequence[int]) -> int:
    """Destroy the keys of persons, clips or accounts that are gone; gives how many the ledger knew.

    What was sealed under any of them can be read by nobody any more, and nothing leads from the names to the entries.
    """
    kinds = [PERSON, OFFICE] if kind == PERSON else [kind]
    theirs = ledger_keys.c.kind.in_(kinds) & ledger_keys.c.id.in_(ids)
    aliases = select(ledger_keys.c.alias).where(theirs)
    db.execute(delete(ledger_mentions).where(ledger_mentions.c.alias.in_(aliases)))
    return db.execute(delete(ledger_keys).where(theirs)).rowcount


def _named(db: Connection, kind: str, id_: int | None) -> Named | None:
    return None if id_ is None else _name(db, kind, id_)


def _name(db: Connection, kind: str, id_: int) -> Named:
    find = select(ledger_keys.c.alias, ledger_keys.c.key).where(ledger_keys.c.kind == kind, ledger_keys.c.id == id_)
    row = db.execute(find).first()
    if row is None:
        _next(db, 0)  # two appends that name the same people would wait for each other
        alias = kind[0] + secrets.token_hex(12)
        insert_missing(db, ledger_keys, kind=kind, id=id_, alias=alias, key=secrets.token_bytes(32))
        row = db.execute(find).one()
    return Named(row[0], row[1])


def _seal_key(named: Iterable[Named]) -> bytes:
    """Out of the keys of all whom an entry concerns: when one of them is gone, so is what it says."""
    every = b"".join(sorted({each.key for each in named}))
    key: bytes = _ciphers.derive(every or sha256(b"nobody").digest(), b"onstage ledger fields")
    return key


def unseal(named: Iterable[Named], sealed: bytes) -> tuple[str, str] | None:
    """Salt (hex) and JSON of an entry's fields; None: a key is gone."""
    opened: bytes | None = _ciphers.unseal(_seal_key(named), sealed[:12], sealed[12:])
    return None if opened is None else (opened[:16].hex(), opened[16:].decode())


def _facts(entry: Entry) -> dict[str, object]:
    facts = {name: entry.fields[name] for name in FACTS if name in entry.fields}
    for name, value in facts.items():
        if isinstance(value, str) and not _WORD.fullmatch(value):
            raise ValueError(f"{name} is {value!r}, and the ledger would keep that for ever")
    return dict(facts)


def _is_secret(entry: Entry) -> bool:
    hidden = entry.act in SECRET or (entry.act in HOLDS and entry.fields.get("kind") == "no")
    return hidden and not entry.fields.get("known")


def _is_of_office(entry: Entry) -> bool:
    return entry.act in MODERATORS or (entry.act in HOLDS and entry.fields.get("kind") == "moderation")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
