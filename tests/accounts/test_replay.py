"""Reading the ledger again gives the state, with the names or without."""

import json
from collections.abc import Iterator

from sqlalchemy import select

from onstage.accounts import ledger
from onstage.accounts.acts import Act
from onstage.accounts.ledger import Entry
from onstage.accounts.models import ledger as entries
from onstage.accounts.models import ledger_keys
from onstage.accounts.replay import State, replay
from onstage.db.engine import Connection, Database
from onstage.keys import Keys
from onstage.web.pages.record import _WHAT

MOTHER, FATHER, CHILD, CLIP, OTHER, BAND = 1, 2, 3, 10, 11, 20
ALL = (
    Entry(Act.ACCOUNT_MADE, by=MOTHER, account=BAND),
    Entry(Act.MEMBER_JOINED, by=CHILD, account=BAND, fields={"role": "creator"}),
    Entry(Act.MEMBER_JOINED, by=FATHER, about=(MOTHER,), account=BAND, fields={"role": "owner"}),
    Entry(Act.MEMBER_LEFT, by=FATHER, account=BAND),
    Entry(Act.GUARDIANSHIP_CLAIMED, by=FATHER, about=(CHILD,)),
    Entry(Act.GUARDIANSHIP_FULL, about=(FATHER, CHILD)),
    Entry(Act.GUARDIANSHIP_FULL, about=(MOTHER, CHILD)),
    Entry(Act.ASKED, by=CHILD, clip=CLIP, fields={"version": 1}),
    Entry(Act.YES, by=MOTHER, clip=CLIP, fields={"version": 1}),
    Entry(Act.YES, by=FATHER, clip=CLIP, fields={"version": 1}),
    Entry(Act.HOLD_PLACED, clip=CLIP, fields={"kind": "basis"}),
    Entry(Act.PUBLISHED, by=CHILD, clip=CLIP, fields={"version": 1}),
    Entry(Act.ASKED, by=CHILD, clip=OTHER, fields={"version": 2}),
    Entry(Act.YES, by=MOTHER, clip=OTHER, fields={"version": 2}),
    Entry(Act.NO, by=FATHER, clip=OTHER),
    Entry(Act.NO, by=FATHER, clip=CLIP),
    Entry(Act.LIFTED, by=FATHER, clip=CLIP),
    Entry(Act.HOLD_PLACED, by=MOTHER, clip=CLIP, fields={"kind": "claim"}),
    Entry(Act.HOLD_PLACED, clip=CLIP, fields={"kind": "screening"}),
    Entry(Act.HOLD_ENDED, clip=CLIP, fields={"kind": "screening"}),
    Entry(Act.MEMBER_ROLE, by=MOTHER, about=(CHILD,), account=BAND, fields={"role": "editor"}),
)


def acts(db: Connection) -> Iterator[dict[str, object]]:
    yield from (json.loads(act) for act in db.execute(select(entries.c.act).order_by(entries.c.position)).scalars())


def named(db: Connection) -> dict[str, str]:
    words = {MOTHER: "mother", FATHER: "father", CHILD: "child", CLIP: "clip", OTHER: "other", BAND: "band"}
    return {alias: words[id_] for alias, id_ in db.execute(select(ledger_keys.c.alias, ledger_keys.c.id))}


def read(database: Database, names: dict[str, str]) -> State:
    with database.read() as db:
        renamed = json.loads(json.dumps(list(acts(db))), object_hook=lambda row: _renamed(row, names))
    return replay(renamed)


def _renamed(row: dict[str, object], names: dict[str, str]) -> dict[str, object]:
    about = row["about"]
    assert isinstance(about, list)
    row["about"] = [names[each] for each in about]
    return row | {name: names.get(str(row[name])) for name in ("by", "account", "clip")}


def test_replaying_gives_the_state_named_or_not(database: Database) -> None:
    keys = Keys(b"a secret")
    with database.write() as db:
        for entry in ALL:
            ledger.append(db, keys, entry)
        names = named(db)
    state = read(database, names)
    assert state == State(
        members={("band", "mother"): "owner", ("band", "child"): "editor"},
        guardians={("father", "child"): "full", ("mother", "child"): "full"},
        asked={},
        yeses={("clip", 1, "mother"), ("clip", 1, "father")},
        shown={"clip": 1},
        holds={"clip": {("claim", "mother")}, "other": {("no", "father")}},
    )
    with database.write() as db:
        for kind, id_ in (("person", MOTHER), ("person", CHILD), ("clip", CLIP)):
            ledger.shred(db, kind, [id_])
    assert read(database, names) == state

    with database.write() as db:
        ledger.append(db, keys, Entry(Act.DELETION_DONE, by=FATHER, clip=OTHER))
        after = read_in(db, names)
    assert after.gone == {"other"}
    assert "other" not in after.holds


def read_in(db: Connection, names: dict[str, str]) -> State:
    return replay([_renamed(dict(act), names) for act in acts(db)])


def test_every_act_has_words_for_the_page() -> None:
    assert set(_WHAT) == set(Act)
    assert all(say() for say in _WHAT.values())
