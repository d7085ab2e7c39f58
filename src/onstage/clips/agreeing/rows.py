"""One clip as the consent rules see it, with the facts around it, and into its rows again: what has changed, nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from sqlalchemy import Table, delete, insert, select, update

from onstage.accounts.queries import personal_account
from onstage.clips import captioned
from onstage.clips.agreeing import commenting
from onstage.clips.agreeing.facts import around
from onstage.clips.agreeing.kept import DRAFT, Content, Kept, KeptPart, basis, read, wards
from onstage.clips.agreeing.outlasting import journal
from onstage.clips.agreeing.sources import people_within
from onstage.clips.agreeing.withdrawing import withdraw
from onstage.clips.labels import clip_labels, label_yeses
from onstage.clips.models import (
    Audience,
    HoldKind,
    Stage,
    appearances,
    clip_caps,
    clip_coauthors,
    clip_consents,
    clip_versions,
    clip_yeses,
    clips,
    concerned,
    holds,
    last_yeses,
)
from onstage.clips.pointers import point
from onstage.clips.renditions import drop_aside, show_aside
from onstage.clips.rules.life import Cap, Clip, Hold, reach_of, shown_reach
from onstage.clips.rules.need import Facts, Part, Reach, Version, Yes, by_link, deleters, objectors, today
from onstage.clips.rules.waiting import asked_about_leaving
from onstage.clips.rules.waiting import concerned as who_is_concerned
from onstage.clips.trimmed import DROP, go_out
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.db.inserts import insert_or_set
from onstage.errors import NotFound
from onstage.events import ClipShown, ClipWithheld, ReachChanged
from onstage.jobs.queue import enqueue
from onstage.jobs.queue import record as tell


def people_in(db: Connection, clip: int) -> set[int]:
    """Who made it and who is named in it."""
    author = select(clips.c.person_id).where(clips.c.id == clip)
    named = select(appearances.c.person_id).where(appearances.c.clip_id == clip)
    return set(db.execute(author.union(named)).scalars())


def show_name(db: Connection, clip: int, person: int) -> None:
    """If they are in it they are named from now on: nobody was told who they are, where a no has brought them in (`repeats`)."""
    mine = (appearances.c.clip_id == clip) & (appearances.c.person_id == person)
    nameless = update(appearances).where(mine, appearances.c.account_id.is_(None))
    db.execute(nameless.values(account_id=personal_account(db, person)))


@dataclass(frozen=True)
class Record(Kept):
    """One clip as it is kept, and the facts around it."""

    facts: Facts


def load(db: Connection, clip: int) -> Record:
    """Everything about it, as it is in this transaction. Raises NotFound."""
    found = read(db, [clip]).get(clip)
    if found is None:
        raise NotFound("There is no such clip, or it is not for you to see.")
    one = found.clip
    facts = around(db, clip, found.account, one.author, found.named | (one.shown.appears if one.shown else set()))
    if one.working is not None and one.stage is not Stage.ASKED:
        limit = today(one.working.people, facts)
        one = replace(one, working=replace(one.working, reach=_wanted(found.draft.audience, limit)))
    return Record(**{**vars(found), "clip": one}, facts=facts)


def _wanted(audience: Audience, limit: Reach) -> Reach:
    """How far a draft is to go, as far as age allows: strangers meet and take what is public, embeds show what needs no account."""
    is_public = audience is Audience.PUBLIC
    leaves = audience in {Audience.PUBLIC, Audience.UNLISTED} and limit.leaves
    return Reach(audience, is_public and limit.recommended, leaves, is_public and limit.takes)


def save(db: Connection, record: Record, after: Clip) -> None:
    """Write what an act has changed, and tell the layers above what became visible or invisible."""
    before = record.clip
    if record.is_new and before.shown is not None:
        _keep_first(db, record, before.shown)
    _save_versions(db, record, after)
    _save_rows(db, record.id, before, after, by_link(record.facts))
    _journal(db, record, after)
    _save_concerned(db, record.id, after, record.facts)
    _save_clip(db, record, after)
    was, is_ = record.kept_reach if before.visible else None, shown_reach(after, record.facts)
    if was is not None and (is_ is None or not was.within(is_)):
        withdraw(db, record.id)
    if was != is_:
        tell(db, ReachChanged(record.id))
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
    reach = version.reach
    return replace(content, recommended=reach.recommended, leaves=reach.leaves, takes=reach.takes)


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
    for yes in sorted(is_ - was, key=lambda each: (each.person, each.version)):
        if yes.wards is None:
            insert_or_set(db, last_yeses, clip_id=clip, giver_id=yes.person, version=yes.version)
    _differ(db, clip_caps, clip, map(cap_row, before.caps), map(cap_row, after.caps))
    _differ(db, holds, clip, map(_hold_row, before.holds), map(_hold_row, after.holds))
    named = appearances.c.clip_id == clip
    people = after.people - {after.author}
    for person in people - set(db.execute(select(appearances.c.person_id).where(named)).scalars()):
        db.execute(insert(appearances).values(clip_id=clip, person_id=person, sticks=1, at=now()))
    gone = before.people - after.people
    db.execute(delete(appearances).where(named, appearances.c.person_id.in_(gone)))
    db.execute(update(appearances).where(named, appearances.c.person_id.in_(after.named)).values(sticks=1))


def _journal(db: Connection, record: Record, after: Clip) -> None:
    """Beside the backups: noes, and how each ended: by its giver, or because their right did."""
    before, able = record.clip.holds, objectors(after.people, record.facts) | deleters(after.author, record.facts)
    for hold in sorted(after.holds ^ before, key=lambda each: (each.kind.value, each.giver)):
        ended = "brought back" if hold.kind is HoldKind.BASIS else "lifted" if hold.giver in able else "waits"
        journal(db, record.id, hold.kind, hold.giver, "no" if hold in after.holds else ended)


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
        "leaves": int(cap.reach.leaves), "takes": int(cap.reach.takes), "over": cap.over,
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
    _save_concerned(db, record.id, record.clip, record.facts)


def forget_in_basis(db: Connection, clip: int, person: int) -> None:
    """Somebody is gone: what they agreed to stays agreed, and nothing names them."""
    words = db.execute(select(clip_consents.c.basis).where(clip_consents.c.clip_id == clip)).scalar()
    if words is None:
        return
    parts = {replace(part, of=part.of - {person}) for part in basis(words) if part.ward != person}
    _write_basis(db, clip, {part for part in parts if len(part.of) >= part.least})
    said = select(clip_yeses).where(clip_yeses.c.clip_id == clip, clip_yeses.c.beforehand.is_not(None))
    for row in db.execute(said).all():
        left = sorted((wards(row.beforehand) or frozenset()) - {person})
        one = (clip_yeses.c.clip_id == clip) & (clip_yeses.c.version == row.version)
        mine = one & (clip_yeses.c.person_id == row.person_id)
        db.execute(update(clip_yeses).where(mine).values(beforehand=msgspec.json.encode(left).decode()))


def _write_basis(db: Connection, clip: int, basis: Iterable[Part]) -> None:
    db.execute(update(clip_consents).where(clip_consents.c.clip_id == clip).values(basis=_words(basis)))


def _words(basis: Iterable[Part]) -> str:
    kept = [KeptPart(sorted(part.of), part.least, part.leaves, part.ward) for part in basis]
    return msgspec.json.encode(sorted(kept, key=msgspec.json.encode)).decode()


def _save_concerned(db: Connection, clip: int, after: Clip, facts: Facts) -> None:
    of_clip = concerned.c.clip_id == clip
    now_concerned, leaves = who_is_concerned(after, facts), asked_about_leaving(after, facts)
    was = {row.person_id: (row.why, row.leaves) for row in db.execute(select(concerned).where(of_clip))}
    gone = was.keys() - now_concerned.keys()
    if gone:
        db.execute(delete(concerned).where(of_clip, concerned.c.person_id.in_(gone)))
    for person, why in now_concerned.items():
        is_ = (why.value, int(person in leaves))
        if was.get(person) == is_:
            continue
        since = {"since": now()} if person not in was or was[person][0] != why.value else {}
        if person in was:
            mine = of_clip & (concerned.c.person_id == person)
            db.execute(update(concerned).where(mine).values(why=is_[0], leaves=is_[1], **since))
        else:
            db.execute(insert(concerned).values(clip_id=clip, person_id=person, why=is_[0], leaves=is_[1], **since))


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
                "takes": int(reach.takes),
            }
        if before.shown is None or before.shown.number != after.shown.number:
            values |= _published(db, record)
        if before.shown is not None and before.shown.marked != after.shown.marked:
            values["marked"] = int(after.shown.marked)
    if values:
        db.execute(update(clips).where(clips.c.id == record.id).values(values))
    if after.shown is not None and after.shown != before.shown:
        others = (after.shown.people | people_within(db, record.id)) - {after.author}
        children = bool(record.facts.children)
        commenting.bring_within(db, record.id, commenting.most(db, after.author, others, children=children))


def _published(db: Connection, record: Record) -> dict[str, object]:
    """The facts of the version that is shown from now on; a clip keeps the instant of its first publication."""
    moment = now()
    if record.draft.captions is not None:
        captioned.come_out(db, record.id, record.draft.captions)
    for person, (start, end) in record.draft.places or ():
        mine = (appearances.c.clip_id == record.id) & (appearances.c.person_id == person)
        db.execute(update(appearances).where(mine).values(from_us=start, to_us=end))
    for table in (clip_labels, clip_coauthors):
        db.execute(update(table).where(table.c.clip_id == record.id, table.c.waits == 1).values(waits=0))
    go_out(db, record.id, again=record.published_at is not None)
    _drop(db, show_aside(db, record.id))
    point(db, record.id, record.draft.caption, record.published_at or moment)
    when = {"published_at": moment} if record.published_at is None else {"edited_at": moment}
    return {**when, "publish_asked": 0, "caption": record.draft.caption, "marked": int(record.draft.marked)}
