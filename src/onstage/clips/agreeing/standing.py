"""Where clips stand, by the aliases that the ledger has for everything: for comparing the two."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, select

from onstage.accounts.ledger import CLIP, OFFICE, PERSON
from onstage.accounts.replay import GONE, Clip
from onstage.clips.labels import label_yeses
from onstage.clips.models import HoldKind, Stage, clip_caps, clip_consents, clip_yeses, clips, holds
from onstage.clips.rules.changes import OF_A_CAUSE, as_told
from onstage.db.engine import Connection

Names = Mapping[tuple[str, int], str]
"""Kind and number: alias."""


def of_all(db: Connection, names: Names) -> dict[str, Clip]:
    """Every clip about which something was decided, or that is withheld; what the ledger doesn't know by its number."""
    found: dict[str, Clip] = {}

    def of(clip: int) -> Clip:
        return found.setdefault(name(names, CLIP, clip), Clip())

    consents: Select[Any] = select(clip_consents, clips.c.stage).join_from(
        clip_consents, clips, clips.c.id == clip_consents.c.clip_id
    )
    for row in db.execute(consents):
        clip = of(row.clip_id)
        clip.stage = row.stage if row.stage in {Stage.ASKED.value, Stage.NONE.value} else "draft"
        clip.asked = row.last if clip.stage == "asked" else None
        clip.shown = row.shown
    for row in db.execute(select(clip_yeses)):
        of(row.clip_id).yeses[name(names, PERSON, row.person_id), row.version] = bool(row.leaves)
    for row in db.execute(select(label_yeses)):
        of(row.clip_id).yeses[name(names, PERSON, row.label_id), row.version] = bool(row.leaves)
    for row in db.execute(select(clip_caps)):
        cap = (row.audience, bool(row.recommended), bool(row.leaves), bool(row.takes), row.over)
        of(row.clip_id).caps[_giver(names, PERSON, row.giver_id)] = cap
    held = {(row.clip_id, as_told(HoldKind(row.kind)), row.giver_id) for row in db.execute(select(holds))}
    for clip_id, kind, giver_id in held:
        office = OFFICE if kind is HoldKind.MODERATION else PERSON
        giver = None if kind in OF_A_CAUSE else _giver(names, office, giver_id)
        of(clip_id).holds[kind.value, giver] += 1
    return found


def name(names: Names, kind: str, id_: int) -> str:
    """The alias of somebody or something; what the ledger doesn't know has its number for one."""
    return names.get((kind, id_), f"{kind} {id_}")


def _giver(names: Names, kind: str, giver: int) -> str | None:
    return names.get((kind, giver), GONE) if giver else None
