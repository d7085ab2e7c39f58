"""Keeping for the law: a moderator in an open case has the vault keep what the law obliges the server to keep (R16)."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from onstage.accounts.models import accounts
from onstage.accounts.viewer import Viewer
from onstage.clips.ending import vault
from onstage.clock import DAY, iso, now
from onstage.db.engine import Connection
from onstage.engagement.models import comments
from onstage.errors import Invalid, NotAllowed
from onstage.keys import Keys
from onstage.moderation import claims, reports
from onstage.moderation.models import claims as claims_table
from onstage.moderation.models import reports as reports_table
from onstage.text import clean

WORDS_LENGTH = 1000
FORMAT = 1


class Kind(StrEnum):
    """What a moderator has before them."""

    REPORT = "report"
    CLAIM = "claim"


@dataclass(frozen=True)
class Case:
    """A report or a claim about a clip."""

    kind: Kind
    id: int


@dataclass(frozen=True)
class Kept:
    """That something is in the vault, as moderators in a case about its clip read it; instants in microseconds."""

    at: int
    until: int
    ground: str


def keep(db: Connection, keys: Keys, viewer: Viewer, case: Case, ground: str, days: int) -> int:
    """Have what a case is about kept for so many days, for a legal ground in words; gives the item's id.

    Raises NotFound, also for a party and for a case that has ended, NotAllowed, Invalid without a ground, Conflict.
    """
    assert viewer.person is not None
    clip, said = _clip(db, viewer, case, lock=True), grounds(ground)
    vault.preserve(db, keys, clip, viewer.person, said)
    until = now() + days * DAY
    record = {
        "onstage": "kept for the law",
        "format": FORMAT,
        "kept": iso(now()),
        "until": iso(until),
        "ground": said,
        "kept_by": viewer.handle,
        **vault.facts(db, clip),
        "reports": _reports(db, clip),
        "claims": _claims(db, clip),
    }
    return vault.put_away(db, keys, clip, json.dumps(record, ensure_ascii=False).encode(), until)


def grounds(words: str) -> str:
    """A legal ground as it is kept. Raises Invalid without one, and where it is too long."""
    said = clean(words)
    if len(said) > WORDS_LENGTH:
        raise Invalid("Say it in at most %(most)s characters.", field="ground", most=WORDS_LENGTH)
    if not said:
        raise Invalid("Say which law or order asks for it.", field="ground")
    return said


def history(db: Connection, keys: Keys, viewer: Viewer, case: Case) -> list[Kept]:
    """When what a case is about was put into the vault, until when and why, newest first. Raises NotFound, NotAllowed."""
    found = vault.records(db, keys, _clip(db, viewer, case))
    return [Kept(item.kept_at, item.until, json.loads(words)["ground"]) for item, words in found]


def may_let_go(db: Connection, viewer: Viewer, case: Case) -> bool:
    """Whether the viewer withholds the clip by having it kept. Raises NotFound, NotAllowed."""
    assert viewer.person is not None
    return vault.is_withheld_by(db, _clip(db, viewer, case), viewer.person)


def let_go(db: Connection, keys: Keys, viewer: Viewer, case: Case) -> None:
    """End the hold that the viewer placed so; what is in the vault stays there. Raises NotFound, NotAllowed, Conflict."""
    assert viewer.person is not None
    vault.let_go(db, keys, _clip(db, viewer, case, lock=True), viewer.person)


def _clip(db: Connection, viewer: Viewer, case: Case, *, lock: bool = False) -> int:
    if not viewer.is_server_owner:
        raise NotAllowed("Only a moderator can do this.")
    of = reports.clip_of if case.kind is Kind.REPORT else claims.clip_of
    return of(db, viewer, case.id, lock=lock)


def _reports(db: Connection, clip: int) -> list[dict[str, Any]]:
    """What was reported of the clip, with the comments in question; never who reported it."""
    found = (
        select(reports_table, comments.c.words.label("said"), comments.c.at.label("said_at"), accounts.c.handle)
        .outerjoin_from(reports_table, comments, comments.c.id == reports_table.c.comment_id)
        .outerjoin(accounts, accounts.c.id == comments.c.account_id)
        .where(reports_table.c.clip_id == clip)
        .order_by(reports_table.c.id)
    )
    return [
        {
            "reason": row.reason,
            "words": row.words,
            "at": iso(row.at),
            "comment": row.said and {"by": row.handle, "words": row.said, "at": iso(row.said_at)},
        }
        for row in db.execute(found)
    ]


def _claims(db: Connection, clip: int) -> list[dict[str, Any]]:
    found = select(claims_table).where(claims_table.c.clip_id == clip).order_by(claims_table.c.id)
    told = ("what", "state", "words", "contest", "appeal", "decision")
    return [{**{name: row[name] for name in told}, "at": iso(row["opened_at"])} for row in db.execute(found).mappings()]
