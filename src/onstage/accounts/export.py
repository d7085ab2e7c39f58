"""A person's copy of the ledger: every entry's hash, and what the entries that concern them say (JSON lines).

The format is described in docs/build/ledger-format.md; `verify` reads it, on any machine.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, select

from onstage.accounts import chain, ledger
from onstage.accounts.chain import Head
from onstage.accounts.ledger import ACCOUNT, CLIP, OFFICE, PERSON, Named, Signer
from onstage.accounts.models import Kind, accounts, ledger_head, ledger_keys, ledger_mentions, members
from onstage.accounts.models import ledger as entries
from onstage.clock import iso
from onstage.db.engine import Connection
from onstage.keys import Keys

BATCH = 500

ClipNames = Callable[[Connection, Sequence[int]], Mapping[int, str]]
"""What to call these clips towards the reader; those that they may not see have no name."""


@dataclass(frozen=True)
class Begun:
    """A copy that was begun: up to which head it goes, whatever is entered meanwhile. `own` are its reader's aliases."""

    ledger: str
    head: Head
    own: tuple[str, ...]
    signers: Sequence[Signer]


def begin(db: Connection, keys: Keys, person: int | None) -> Begun:
    """Fix how far the copy goes, and for whom it opens entries; None: for nobody."""
    own = select(ledger_keys.c.alias).where(ledger_keys.c.kind.in_([PERSON, OFFICE]), ledger_keys.c.id == person)
    name = db.execute(select(ledger_head.c.name)).scalar() or ""
    return Begun(name, ledger.head(db), tuple(db.execute(own).scalars()), ledger.signers(db, keys))


class Writer:
    """Writes a copy in pieces, each in a unit of work of its own."""

    def __init__(self, begun: Begun, keys: Keys, clip_names: ClipNames) -> None:
        self._begun = begun
        self._keys = keys
        self._clip_names = clip_names
        self._digest = hashlib.sha256()
        self._position = 0
        self._aliases: set[str] = set(begun.own)

    def start(self, origin: str, now: int) -> bytes:
        """The first line: which ledger, of which server, when (`now` in microseconds), for whom, signed by which keys."""
        about = {"onstage": "ledger", "format": chain.FORMAT, "ledger": self._begun.ledger, "server": origin}
        reader = {"written": iso(now), "reader": list(self._begun.own)}
        return self._put({**about, **reader, "keys": [signer_words(each) for each in self._begun.signers]})

    def some(self, db: Connection) -> bytes:
        """The lines of the next entries; empty: there are no more."""
        after, until = self._position, min(self._position + BATCH, self._begun.head.position)
        rows = db.execute(
            select(entries).where(entries.c.position > after, entries.c.position <= until).order_by(entries.c.position)
        ).all()
        opened = self._opened(db, after, until)
        acts = {row.position: json.loads(row.act) for row in rows if row.position in opened}
        named = keys_of(db, {alias for act in acts.values() for alias in aliases_in(act)})
        self._aliases.update(named)
        self._position = until
        return b"".join(self._put(_entry(row, acts.get(row.position), named)) for row in rows)

    def end(self, db: Connection) -> bytes:
        """Whom the aliases stand for, as far as the reader may know, and the signed end."""
        names = self._put({"names": names_of(db, self._aliases, self._clip_names)})
        key, head, name = chain.signing_keys(self._keys)[0], self._begun.head, self._begun.ledger
        signed = {
            "signer": chain.public_bytes(key).hex(),
            "signature": chain.sign(key, name, head).hex(),
            "file_signature": chain.sign_file(key, name, self._digest.digest()).hex(),
        }
        return names + self._put({"end": head.position, "hash": head.hash.hex(), **signed})

    def _opened(self, db: Connection, after: int, until: int) -> set[int]:
        mine = ledger_mentions.c.alias.in_(self._begun.own) & (ledger_mentions.c.opens == 1)
        within = (ledger_mentions.c.position > after) & (ledger_mentions.c.position <= until)
        return set(db.execute(select(ledger_mentions.c.position).where(mine, within)).scalars())

    def _put(self, value: Mapping[str, object]) -> bytes:
        line = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        self._digest.update(line)
        return line


def signer_words(signer: Signer) -> dict[str, object]:
    """A signer as exports and the server's public list give it."""
    before, handed_over = signer.before, signer.handed_over
    return {
        "public": signer.public.hex(),
        "since": signer.since,
        "before": before and before.hex(),
        "handed_over": handed_over and handed_over.hex(),
    }


def _entry(row: Any, act: Mapping[str, Any] | None, named: Mapping[str, Named]) -> dict[str, object]:
    line = {"n": row.position, "hash": row.hash.hex()}
    if act is None:
        return {**line, "commitment": row.commitment.hex()}
    theirs = [named[alias] for alias in aliases_in(act) if alias in named]
    unsealed = ledger.unseal(theirs, row.fields)
    fields = (
        {"fields_commitment": row.fields_commitment.hex()}
        if unsealed is None
        else {"fields": unsealed[1], "fields_salt": unsealed[0]}
    )
    signed = {"signer": row.signer.hex(), "signature": row.signature.hex()}
    return {**line, "act": row.act, "act_salt": row.act_salt.hex(), **fields, **signed}


def aliases_in(act: Mapping[str, Any]) -> set[str]:
    """Everybody and everything that an entry names."""
    return {alias for alias in (act["by"], act["account"], act["clip"], *act["about"]) if alias}


def keys_of(db: Connection, aliases: Iterable[str]) -> dict[str, Named]:
    """The keys of these aliases, as far as they are not destroyed."""
    found: dict[str, Named] = {}
    for some in _batches(aliases):
        rows = db.execute(select(ledger_keys.c.alias, ledger_keys.c.key).where(ledger_keys.c.alias.in_(some)))
        found |= {alias: Named(alias, key) for alias, key in rows}
    return found


def names_of(db: Connection, aliases: Iterable[str], clip_names: ClipNames) -> dict[str, str]:
    """Names for those aliases that have one; who acts as moderator has none."""
    found: dict[str, str] = {}
    for some in _batches(aliases):
        found |= _some_names(db, some, clip_names)
    return dict(sorted(found.items()))


def _some_names(db: Connection, aliases: Sequence[str], clip_names: ClipNames) -> dict[str, str]:
    wanted = ledger_keys.c.alias.in_(aliases)
    rows = db.execute(select(ledger_keys.c.kind, ledger_keys.c.id, ledger_keys.c.alias).where(wanted)).all()
    of_kind = {kind: {id_: alias for each, id_, alias in rows if each == kind} for kind in (PERSON, ACCOUNT, CLIP)}
    people = select(members.c.person_id, accounts.c.handle).join_from(
        members, accounts, accounts.c.id == members.c.account_id
    )
    personal = _handles(db, people, members.c.person_id, of_kind[PERSON], accounts.c.kind == Kind.PERSONAL.value)
    joint = _handles(db, select(accounts.c.id, accounts.c.handle), accounts.c.id, of_kind[ACCOUNT])
    clips = {of_kind[CLIP][id_]: name for id_, name in clip_names(db, list(of_kind[CLIP])).items()}
    return personal | joint | clips


def _batches(aliases: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(sorted(aliases))
    while some := list(islice(rest, BATCH)):
        yield some


def _handles(
    db: Connection, rows: Any, column: ColumnElement[int], aliases: Mapping[int, str], *more: ColumnElement[bool]
) -> dict[str, str]:
    return {aliases[id_]: f"@{handle}" for id_, handle in db.execute(rows.where(column.in_(list(aliases)), *more))}
