"""Clips out of their rows, many at once, without the facts around them: what was asked about, said, and is shown."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Table, select

from onstage.clips.captioned import Words
from onstage.clips.labels import label_yeses
from onstage.clips.models import (
    Audience,
    HoldKind,
    Stage,
    appearances,
    clip_caps,
    clip_consents,
    clip_versions,
    clip_yeses,
    clips,
    holds,
)
from onstage.clips.rules.life import Cap, Clip, Hold
from onstage.clips.rules.need import Need, Part, Reach, Version, Yes
from onstage.db.engine import Connection

_WORKING = frozenset({Stage.UPLOADING, Stage.PROCESSING, Stage.FAILED, Stage.DRAFT, Stage.ASKED})
_BESIDE = (clip_consents, appearances, clip_versions, clip_yeses, label_yeses, holds, clip_caps)
DRAFT = 0
Place = tuple[int, int | None]
"""From and to in the film, in microseconds; None: to its end."""


class KeptPart(Struct, array_like=True):
    """A part of a basis as it is kept; `ward` is missing in those from before somebody could say yes beforehand."""

    of: list[int]
    least: int
    leaves: bool
    ward: int | None = None


@dataclass(frozen=True)
class Content:
    """What a version shows; `cut` is the key of the film, None: the whole, as it came; `captions` None: as they are."""

    caption: str
    audience: Audience
    marked: bool
    recommended: bool
    leaves: bool
    cover: str | None
    cut: str | None = None
    captions: Words | None = None
    places: tuple[tuple[int, Place], ...] | None = None  # of people in it, where they differ from what is shown
    takes: bool = False

    @property
    def reach(self) -> Reach:
        """How far it was to go."""
        return Reach(self.audience, self.recommended, self.leaves, self.takes)


@dataclass(frozen=True)
class Kept:
    """One clip, and the contents of its versions by number; DRAFT: what is in work.

    How far a draft that nobody is asked about may go is for the facts to say, and not known here. `seen` is all that a
    viewer gets of each version that was asked about, as it was digested (`versions`).
    """

    id: int
    slug: str
    account: int
    published_at: int | None
    clip: Clip
    contents: dict[int, Content]
    seen: dict[int, str]
    named: frozenset[int]  # who is named in it, also in a draft that nobody was asked about
    cover: str | None  # the key of the cover that is shown, or that a draft has
    kept_reach: Reach  # what every feed reads, which facts may have made too wide since
    is_new: bool  # nothing about it was ever decided here

    @property
    def draft(self) -> Content:
        """The content in work, or the one that is asked about."""
        return self.contents[DRAFT]


def read(db: Connection, clip_ids: Collection[int]) -> dict[int, Kept]:
    """These clips, each as it is in this transaction, by as many statements as for one; those that are gone are left out."""
    found = {row["id"]: row for row in db.execute(select(clips).where(clips.c.id.in_(clip_ids))).mappings()}
    beside = {table.name: _of(db, table, clip_ids) for table in _BESIDE}
    return {
        clip: _kept(row, {name: by_clip.get(clip, []) for name, by_clip in beside.items()})
        for clip, row in found.items()
    }


def _of(db: Connection, table: Table, clip_ids: Collection[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in db.execute(select(table).where(table.c.clip_id.in_(clip_ids))).all():
        found.setdefault(row.clip_id, []).append(row)
    return found


def _kept(row: Any, beside: Mapping[str, list[Any]]) -> Kept:
    kept = next((each._mapping for each in beside["clip_consents"]), None)
    named = {each.person_id: bool(each.sticks) for each in beside["appearances"]}
    versions = {each.number: each for each in beside["clip_versions"]}
    shown = None if row["published_at"] is None else _shown(row, kept, versions)
    author, stage = row["person_id"], Stage(row["stage"])
    last = kept["last"] if kept else int(shown is not None)
    contents = {
        number: _content(versions[number])
        for number in {DRAFT, last, shown.number if shown else last} & versions.keys()
    }
    if shown is not None and shown.number not in contents:
        contents[shown.number] = _of_row(row)
    if stage in _WORKING and DRAFT not in contents:
        contents[DRAFT] = contents[last] if stage is Stage.ASKED and kept else _of_row(row)
    working = _version(author, contents[DRAFT], frozenset(named), 0, b"") if stage in _WORKING else None
    if working is not None and stage is Stage.ASKED:
        working = replace(working, number=last, digest=versions[last].digest)
    return Kept(
        id=row["id"],
        slug=row["slug"],
        account=row["account_id"],
        published_at=row["published_at"],
        contents=contents,
        seen={number: each.seen for number, each in versions.items() if each.seen},
        named=frozenset(named),
        cover=row["cover"],
        kept_reach=_of_row(row).reach,
        is_new=kept is None,
        clip=Clip(
            author=author,
            stage=stage,
            working=working,
            shown=shown,
            asked_at=kept["asked_at"] if kept else None,
            due=kept["due_at"] if kept else None,
            yeses=_yeses(beside, shown, kept, row),
            holds=frozenset(Hold(HoldKind(h.kind), h.giver_id, h.since) for h in beside["holds"]),
            caps=frozenset(_cap(each) for each in beside["clip_caps"]),
            basis=basis(kept["basis"]) if kept else frozenset(),
            by_hand=bool(kept["by_hand"]) if kept else False,
            named=frozenset(person for person, sticks in named.items() if sticks),
            last=last,
        ),
    )


def _shown(row: Any, kept: Any, versions: dict[int, Any]) -> Version:
    """The published version; one from before there were versions is what its row says."""
    if kept is None or kept["shown"] is None:
        return _version(row["person_id"], _of_row(row), frozenset(), 1, b"")
    found = versions[kept["shown"]]
    appears = frozenset(msgspec.json.decode(found.appears, type=list[int]))
    return _version(
        row["person_id"], replace(_content(found), marked=bool(row["marked"])), appears, found.number, found.digest
    )


def _version(author: int, content: Content, appears: frozenset[int], number: int, digest: bytes) -> Version:
    return Version(author, content.reach, appears, content.marked, number, digest)


def _of_row(row: Any) -> Content:
    return Content(
        caption=row["caption"],
        audience=Audience(row["audience"]),
        marked=bool(row["marked"]),
        recommended=bool(row["recommended"]),
        leaves=bool(row["leaves_server"]),
        cover=row["cover"],
        takes=bool(row["takes"]),
    )


def _content(row: Any) -> Content:
    return msgspec.json.decode(row.content, type=Content)


def _yeses(beside: Mapping[str, list[Any]], shown: Version | None, kept: Any, row: Any) -> frozenset[Yes]:
    found = frozenset(
        Yes(each.person_id, each.version, each.at, bool(each.leaves), bool(each.used), wards(each.beforehand))
        for each in beside["clip_yeses"]
    ) | frozenset(
        Yes(each.label_id, each.version, each.at, bool(each.leaves), bool(each.used)) for each in beside["label_yeses"]
    )
    if shown is not None and (kept is None or kept["shown"] is None):
        found |= {Yes(row["person_id"], shown.number, row["published_at"], leaves=shown.reach.leaves, used=True)}
    return found


def wards(words: str | None) -> frozenset[int] | None:
    """The minors for whom alone a yes was said beforehand, out of its row."""
    return None if words is None else frozenset(msgspec.json.decode(words, type=list[int]))


def _cap(row: Any) -> Cap:
    reach = Reach(Audience(row.audience), bool(row.recommended), bool(row.leaves), bool(row.takes))
    return Cap(row.giver_id, reach, row.over)


def basis(words: str) -> Need:
    """What was needed, out of its row."""
    parts = msgspec.json.decode(words, type=list[KeptPart])
    return frozenset(Part(frozenset(part.of), part.least, part.leaves, part.ward) for part in parts)
