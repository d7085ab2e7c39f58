"""One clip as the consent rules see it, out of its rows and into them again: what has changed is written, nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Table, delete, insert, select, update

from onstage.clips import captioned
from onstage.clips.captioned import Words
from onstage.clips.facts import around
from onstage.clips.holds import journal
from onstage.clips.life import Cap, Clip, Hold, reach_of, shown_reach
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
    concerned,
    holds,
    label_yeses,
)
from onstage.clips.need import Facts, Need, Part, Reach, Version, Yes, by_link, today
from onstage.clips.pointers import point
from onstage.clips.renditions import drop_aside, show_aside
from onstage.clips.trimmed import DROP, go_out
from onstage.clips.waiting import concerned as who_is_concerned
from onstage.clips.withdrawing import withdraw
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.db.inserts import insert_or_set
from onstage.errors import NotFound
from onstage.events import ClipShown, ClipWithheld
from onstage.jobs.queue import enqueue
from onstage.jobs.queue import record as tell

_WORKING = frozenset({Stage.UPLOADING, Stage.PROCESSING, Stage.FAILED, Stage.DRAFT, Stage.ASKED})
DRAFT = 0


class _Part(Struct, array_like=True):
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

    @property
    def reach(self) -> Reach:
        """How far it was to go."""
        return Reach(self.audience, self.recommended, self.leaves)


@dataclass(frozen=True)
class Record:
    """A clip, the facts around it, and the contents of its versions by number; DRAFT: what is in work."""

    id: int
    slug: str
    account: int
    published_at: int | None
    clip: Clip
    facts: Facts
    contents: dict[int, Content]
    cover: str | None  # the key of the cover that is shown, or that a draft has
    kept_reach: Reach  # what every feed reads, which facts may have made too wide since
    is_new: bool  # nothing about it was ever decided here

    @property
    def draft(self) -> Content:
        """The content in work, or the one that is asked about."""
        return self.contents[DRAFT]


def people_in(db: Connection, clip: int) -> set[int]:
    """Who made it and who is named in it."""
    author = select(clips.c.person_id).where(clips.c.id == clip)
    named = select(appearances.c.person_id).where(appearances.c.clip_id == clip)
    return set(db.execute(author.union(named)).scalars())


def load(db: Connection, clip: int) -> Record:
    """Everything about it, as it is in this transaction. Raises NotFound."""
    row = db.execute(select(clips).where(clips.c.id == clip)).mappings().first()
    if row is None:
        raise NotFound("There is no such clip, or it is not for you to see.")
    kept = db.execute(select(clip_consents).where(clip_consents.c.clip_id == clip)).mappings().first()
    named = {each.person_id: bool(each.sticks) for each in _all(db, appearances, clip)}
    versions = {each.number: each for each in _all(db, clip_versions, clip)}
    shown = None if row["published_at"] is None else _shown(row, kept, versions)
    author, stage = row["person_id"], Stage(row["stage"])
    facts = around(db, clip, row["account_id"], author, {*named, *(shown.appears if shown else ())})
    contents = {number: _content(each) for number, each in versions.items()}
    if shown is not None and shown.number not in contents:
        contents[shown.number] = _of_row(row)
    if stage in _WORKING and DRAFT not in contents:
        contents[DRAFT] = contents[kept["last"]] if stage is Stage.ASKED and kept else _of_row(row)
    last = kept["last"] if kept else int(shown is not None)
    working = None
    if stage in _WORKING:
        working = _version(author, contents[DRAFT], frozenset(named), 0, b"")
        if stage is Stage.ASKED:
            asked = versions[last]
            working = replace(working, reach=contents[DRAFT].reach, number=last, digest=asked.digest)
        else:
            working = replace(working, reach=_wanted(contents[DRAFT].audience, today(working.people, facts)))
    return Record(
        id=clip,
        slug=row["slug"],
        account=row["account_id"],
        published_at=row["published_at"],
        facts=facts,
        contents=contents,
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
            yeses=_yeses(db, clip, shown, kept, row),
            holds=frozenset(Hold(HoldKind(h.kind), h.giver_id, h.since) for h in _all(db, holds, clip)),
            caps=frozenset(_cap(each) for each in _all(db, clip_caps, clip)),
            basis=_basis(kept["basis"]) if kept else frozenset(),
            by_hand=bool(kept["by_hand"]) if kept else False,
            named=frozenset(person for person, sticks in named.items() if sticks),
            last=last,
        ),
    )


def _all(db: Connection, table: Table, clip: int) -> Iterable[Any]:
    return db.execute(select(table).where(table.c.clip_id == clip)).all()


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


def _wanted(audience: Audience, limit: Reach) -> Reach:
    """How far a draft is to go: strangers meet what is public, embeds show what needs no account, as far as age allows."""
    recommended = audience is Audience.PUBLIC and limit.recommended
    leaves = audience in {Audience.PUBLIC, Audience.UNLISTED} and limit.leaves
    return Reach(audience, recommended, leaves)


def _of_row(row: Any) -> Content:
    return Content(
        caption=row["caption"],
        audience=Audience(row["audience"]),
        marked=bool(row["marked"]),
        recommended=bool(row["recommended"]),
        leaves=bool(row["leaves_server"]),
        cover=row["cover"],
    )


def _content(row: Any) -> Content:
    return msgspec.json.decode(row.content, type=Content)


def _yeses(db: Connection, clip: int, shown: Version | None, kept: Any, row: Any) -> frozenset[Yes]:
    found = frozenset(
        Yes(each.person_id, each.version, each.at, bool(each.leaves), bool(each.used), _wards(each.beforehand))
        for each in _all(db, clip_yeses, clip)
    ) | frozenset(
        Yes(each.label_id, each.version, each.at, bool(each.leaves), bool(each.used))
        for each in _all(db, label_yeses, clip)
    )
    if shown is not None and (kept is None or kept["shown"] is None):
        found |= {Yes(row["person_id"], shown.number, row["published_at"], leaves=shown.reach.leaves, used=True)}
    return found


def _wards(words: str | None) -> frozenset[int] | None:
    return None if words is None else frozenset(msgspec.json.decode(words, type=list[int]))


def _cap(row: Any) -> Cap:
    reach = Reach(Audience(row.audience), bool(row.recommended), bool(row.leaves))
    return Cap(row.giver_id, reach, row.over)


def _basis(words: str) -> Need:
    parts = msgspec.json.decode(words, type=list[_Part])
    return frozenset(Part(frozenset(part.of), part.least, part.leaves, part.ward) for part in parts)


def save(db: Connection, record: Record, after: Clip) -> None:
    """Write what an act has changed, and tell the layers above what became visible or invisible."""
    before = record.clip
    if record.is_new and before.shown is not None:
        _keep_first(db, record, before.shown)
    _save_versions(db, record, after)
    _save_rows(db, record.id, before, after, by_link(record.facts))
    _save_concerned(db, record.id, who_is_concerned(after, record.facts))
    _save_clip(db, record, after)
    was, is_ = record.kept_reach if before.visible else None, shown_reach(after, record.facts)
    if was is not None and (is_ is None or not was.within(is_)):
        withdraw(db, record.id)
    if before.visible and not after.visible:
        tell(db, ClipWithheld(record.id))
    elif after.visible and (not before.visible or before.shown != after.shown or before.caps != after.caps):
        tell(db, ClipShown(record.id))


def _keep_first(db: Connection, record: Record, shown: Version) -> None:
    """A clip from before there were versions has a first one, to which its author agreed."""
    content = msgspec.json.encode(record.contents[shown.number]).decode()
    row = {"clip_id": record.id, "number": shown.number, "content": content, "digest": b"", "at": now()}
    db.execute(insert(clip_versions).values(row))
    for yes in record.clip.yeses:
        db.execute(insert(clip_yeses).values(clip_id=record.id, **_yes_row(yes)))


def _save_versions(db: Connection, record: Record, after: Clip) -> None:
    of_clip = clip_versions.c.clip_id == record.id
    for version in (after.working, after.shown):
        if version is None or version.number == 0:
            continue
        appears = msgspec.json.encode(sorted(version.appears)).decode()
        if version.number > record.clip.last:
            content = _frozen(record.draft, version)
            db.execute(
                insert(clip_versions).values(
                    clip_id=record.id, number=version.number, content=msgspec.json.encode(content).decode(),
                    appears=appears, digest=version.digest, at=now(),
                )
            )  # fmt: skip
            db.execute(delete(clip_versions).where(of_clip, clip_versions.c.number == DRAFT))
        else:
            of_number = of_clip & (clip_versions.c.number == version.number)
            db.execute(update(clip_versions).where(of_number).values(appears=appears))
    back = record.clip.stage is Stage.ASKED and after.stage is Stage.DRAFT
    if back and after.shown is not None and DRAFT in record.contents:
        keep_draft(db, record.id, record.draft)


def _frozen(content: Content, version: Version) -> Content:
    return replace(content, recommended=version.reach.recommended, leaves=version.reach.leaves)


def keep_draft(db: Connection, clip: int, content: Content) -> None:
    """The draft that waits beside a version that is shown."""
    words = msgspec.json.encode(content).decode()
    insert_or_set(db, clip_versions, clip_id=clip, number=DRAFT, content=words, digest=b"", at=now())


def throw_away(db: Connection, record: Record) -> None:
    """What was asked beside what is published was refused or taken back: its cover and captions go, its words stay a draft."""
    keep_draft(db, record.id, replace(record.draft, cover=record.cover, captions=None))
    _drop(db, drop_aside(db, record.id))


def _drop(db: Connection, keys: list[str]) -> None:
    if keys:
        enqueue(db, DROP, {"keys": keys})


def _save_rows(db: Connection, clip: int, before: Clip, after: Clip, apart: frozenset[int]) -> None:
    """`apart`: who is no person here and answers by a link."""
    insert_or_set(
        db,
        clip_consents,
        clip_id=clip,
        shown=after.shown and after.shown.number,
        last=after.last,
        asked_at=after.asked_at,
        due_at=after.due,
        by_hand=int(after.by_hand),
        basis=_words(after.basis),
        **({} if after.asked_at == before.asked_at else {"reminded_at": None}),
    )
    was, is_ = before.yeses, after.yeses
    _differ(db, clip_yeses, clip, map(_yes_row, _of_people(was, apart)), map(_yes_row, _of_people(is_, apart)))
    _differ(db, label_yeses, clip, map(_link_row, _of_links(was, apart)), map(_link_row, _of_links(is_, apart)))
    _differ(db, clip_caps, clip, map(cap_row, before.caps), map(cap_row, after.caps))
    _differ(db, holds, clip, map(_hold_row, before.holds), map(_hold_row, after.holds))
    for hold in sorted(after.holds ^ before.holds, key=lambda each: (each.kind.value, each.giver)):
        journal(db, clip, hold.kind, hold.giver, "no" if hold in after.holds else "lifted")
    named = appearances.c.clip_id == clip
    people = after.people - {after.author}
    for person in people - set(db.execute(select(appearances.c.person_id).where(named)).scalars()):
        db.execute(insert(appearances).values(clip_id=clip, person_id=person, sticks=1, at=now()))
    gone = before.people - after.people
    db.execute(delete(appearances).where(named, appearances.c.person_id.in_(gone)))
    db.execute(update(appearances).where(named, appearances.c.person_id.in_(after.named)).values(sticks=1))


def _yes_row(yes: Yes) -> dict[str, object]:
    wards = None if yes.wards is None else msgspec.json.encode(sorted(yes.wards)).decode()
    return {
        "version": yes.version, "person_id": yes.person, "at": yes.at, "leaves": int(yes.leaves), "used": int(yes.used),
        "beforehand": wards,
    }  # fmt: skip


def _of_people(yeses: Iterable[Yes], apart: frozenset[int]) -> list[Yes]:
    return [yes for yes in yeses if yes.person not in apart]


def _of_links(yeses: Iterable[Yes], apart: frozenset[int]) -> list[Yes]:
    return [yes for yes in yeses if yes.person in apart]


def _link_row(yes: Yes) -> dict[str, object]:
    row = _yes_row(yes)
    del row["beforehand"]  # by a link nobody has said anything before
    return {"label_id": row.pop("person_id"), **row}


def cap_row(cap: Cap) -> dict[str, object]:
    """A limit as its row has it."""
    return {
        "giver_id": cap.giver, "audience": cap.reach.audience.value, "recommended": int(cap.reach.recommended),
        "leaves": int(cap.reach.leaves), "over": cap.over,
    }  # fmt: skip


def _hold_row(hold: Hold) -> dict[str, object]:
    return {"kind": hold.kind.value, "giver_id": hold.giver, "since": hold.since}


def _differ(db: Connection, table: Table, clip: int, before: Iterable[Any], after: Iterable[Any]) -> None:
    """Rows that are no more go, rows that are new come; a row that is otherwise now is both."""
    keys = [column.name for column in table.primary_key if column.name != "clip_id"]
    was, is_ = list(before), list(after)
    for row in (each for each in was if each not in is_):
        mine = [table.c[key] == row[key] for key in keys]
        db.execute(delete(table).where(table.c.clip_id == clip, *mine))
    for row in (each for each in is_ if each not in was):
        insert_or_set(db, table, clip_id=clip, **row)


def save_concerned(db: Connection, record: Record) -> None:
    """Whom the clip waits for and who may object to it, by the facts of the record."""
    _save_concerned(db, record.id, who_is_concerned(record.clip, record.facts))


def forget_in_basis(db: Connection, clip: int, person: int) -> None:
    """Somebody is gone: what they agreed to stays agreed, and nothing names them."""
    words = db.execute(select(clip_consents.c.basis).where(clip_consents.c.clip_id == clip)).scalar()
    if words is None:
        return
    parts = {replace(part, of=part.of - {person}) for part in _basis(words) if part.ward != person}
    _write_basis(db, clip, {part for part in parts if len(part.of) >= part.least})
    said = select(clip_yeses).where(clip_yeses.c.clip_id == clip, clip_yeses.c.beforehand.is_not(None))
    for row in db.execute(said).all():
        left = sorted((_wards(row.beforehand) or frozenset()) - {person})
        one = (clip_yeses.c.clip_id == clip) & (clip_yeses.c.version == row.version)
        mine = one & (clip_yeses.c.person_id == row.person_id)
        db.execute(update(clip_yeses).where(mine).values(beforehand=msgspec.json.encode(left).decode()))


def _write_basis(db: Connection, clip: int, basis: Iterable[Part]) -> None:
    db.execute(update(clip_consents).where(clip_consents.c.clip_id == clip).values(basis=_words(basis)))


def _words(basis: Iterable[Part]) -> str:
    kept = [_Part(sorted(part.of), part.least, part.leaves, part.ward) for part in basis]
    return msgspec.json.encode(sorted(kept, key=msgspec.json.encode)).decode()


def _save_concerned(db: Connection, clip: int, now_concerned: dict[int, Any]) -> None:
    of_clip = concerned.c.clip_id == clip
    was = {row.person_id: row.why for row in db.execute(select(concerned).where(of_clip))}
    gone = was.keys() - now_concerned.keys()
    if gone:
        db.execute(delete(concerned).where(of_clip, concerned.c.person_id.in_(gone)))
    for person, why in now_concerned.items():
        if was.get(person) != why.value:
            insert_or_set(db, concerned, clip_id=clip, person_id=person, why=why.value, since=now())


def _save_clip(db: Connection, record: Record, after: Clip) -> None:
    before = record.clip
    values: dict[str, object] = {}
    if after.stage is not before.stage:
        values["stage"] = after.stage.value
    if len(after.holds) != len(before.holds):
        values["holds"] = len(after.holds)
    if after.shown is not None:
        reach = reach_of(after, record.facts)
        assert reach is not None
        if reach != record.kept_reach:
            values |= {
                "audience": reach.audience.value,
                "recommended": int(reach.recommended),
                "leaves_server": int(reach.leaves),
            }
        if before.shown is None or before.shown.number != after.shown.number:
            values |= _published(db, record)
        if before.shown is not None and before.shown.marked != after.shown.marked:
            values["marked"] = int(after.shown.marked)
    if values:
        db.execute(update(clips).where(clips.c.id == record.id).values(values))


def _published(db: Connection, record: Record) -> dict[str, object]:
    """The facts of the version that is shown from now on; a clip keeps the instant of its first publication."""
    moment = now()
    if record.draft.captions is not None:
        captioned.come_out(db, record.id, record.draft.captions)
    go_out(db, record.id, again=record.published_at is not None)
    _drop(db, show_aside(db, record.id))
    point(db, record.id, record.draft.caption, record.published_at or moment)
    when = {"published_at": moment} if record.published_at is None else {"edited_at": moment}
    return {**when, "publish_asked": 0, "caption": record.draft.caption, "marked": int(record.draft.marked)}
