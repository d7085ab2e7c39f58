"""A person's record: the entries of the ledger that concern them, newest first, with names to read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from onstage.accounts import ledger
from onstage.accounts.acts import Act
from onstage.accounts.export import ClipNames, aliases_in, keys_of, names_of
from onstage.accounts.ledger import OFFICE, PERSON
from onstage.accounts.models import ledger as entries
from onstage.accounts.models import ledger_keys, ledger_mentions
from onstage.db.engine import Connection


@dataclass(frozen=True)
class Told:
    """An entry in names: `@handle` of people and accounts, `/c/…` of a clip, None for what is gone or not to be told.

    `mine`: the reader did it. `by_server`: nobody did. `words` is empty when there are none or their key is gone.
    """

    position: int
    act: Act
    at: str
    mine: bool
    by_server: bool
    by: str | None
    about: tuple[str, ...]
    account: str | None
    clip: str | None
    words: str


def of_person(
    db: Connection, person: int, clip_names: ClipNames, *, before: int | None = None, limit: int = 50
) -> tuple[list[Told], int | None]:
    """A page of entries, and the position before which the next page begins."""
    own = select(ledger_keys.c.alias).where(ledger_keys.c.kind.in_([PERSON, OFFICE]), ledger_keys.c.id == person)
    mine = set(db.execute(own).scalars())
    wanted = select(ledger_mentions.c.position).where(ledger_mentions.c.alias.in_(mine), ledger_mentions.c.opens == 1)
    if before is not None:
        wanted = wanted.where(ledger_mentions.c.position < before)
    latest = wanted.distinct().order_by(ledger_mentions.c.position.desc()).limit(limit + 1)
    positions = list(db.execute(latest).scalars())
    rows = db.execute(select(entries).where(entries.c.position.in_(positions[:limit])))
    found = {row.position: (row, json.loads(row.act)) for row in rows}
    every = {alias for _, act in found.values() for alias in aliases_in(act)}
    keys, names = keys_of(db, every), names_of(db, every, clip_names)
    told = [_told(*found[position], keys, names, mine) for position in positions[:limit]]
    return told, positions[limit - 1] if len(positions) > limit else None


def _told(
    row: Any, act: Mapping[str, Any], keys: Mapping[str, ledger.Named], names: Mapping[str, str], mine: set[str]
) -> Told:
    unsealed = ledger.unseal([keys[alias] for alias in aliases_in(act) if alias in keys], row.fields)
    fields = json.loads(unsealed[1]) if unsealed else {}
    return Told(
        position=row.position,
        act=Act(act["act"]),
        at=act["at"],
        mine=act["by"] in mine,
        by_server=act["by"] is None,
        by=names.get(act["by"]),
        about=tuple(names[alias] for alias in act["about"] if alias in names and alias not in mine),
        account=names.get(act["account"]),
        clip=names.get(act["clip"]),
        words=str(fields.get("words") or ""),
    )
