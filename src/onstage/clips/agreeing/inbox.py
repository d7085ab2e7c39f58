"""What waits for somebody, and how far the agreeing is for whoever made it: numbers, never whose no it was."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, exists, or_, select

from onstage.accounts.acts import Act
from onstage.accounts.byline import By
from onstage.accounts.models import accounts, members
from onstage.accounts.viewer import GUEST, Viewer
from onstage.clips import captioned, trimmed
from onstage.clips.agreeing import coauthors, departing, parts, rows, versions
from onstage.clips.agreeing.deciding import concerning, decide
from onstage.clips.agreeing.edit import own
from onstage.clips.agreeing.kept import Content, Kept, read
from onstage.clips.agreeing.parts import Part
from onstage.clips.agreeing.rows import Record
from onstage.clips.agreeing.versions import Change
from onstage.clips.captioned import Words
from onstage.clips.models import HoldKind, Stage, Why, appearances, clips, concerned, holds, last_yeses, wishes
from onstage.clips.queries import IN_WORK, VISIBLE, asked_by
from onstage.clips.renditions import covers_aside_of
from onstage.clips.rules import consent
from onstage.clips.rules.changes import as_told
from onstage.clips.rules.life import reach_of
from onstage.clips.rules.need import Version, Yes, ok
from onstage.clips.rules.waiting import Standing, awaited, standing
from onstage.db.engine import Connection
from onstage.errors import NotFound
from onstage.keys import Keys


@dataclass(frozen=True)
class Waiting:
    """A clip that waits for the viewer, as whom it would stand there and what it would show."""

    clip: int
    slug: str
    why: Why
    since: int
    version: int
    content: Content
    account: By
    author: By
    coauthors: list[By]
    appears: list[By]
    leaves: bool  # it would leave the server, to which the viewer would have to agree as well
    contains: list[Part]  # of other clips, as far as everybody sees these
    changed: list[Change] | None  # None: they have agreed to nothing of it before
    cut: str | None  # the key of the film that it would show instead of the one that is shown
    cover: str | None  # the key of the cover that it would have, or has
    captions: Words  # that it would have, or has


@dataclass(frozen=True)
class Missing:
    """Somebody in it for whom a yes is missing: their `own`, or those of so many of their guardians; never who said no."""

    by: By
    own: bool
    guardians: int


@dataclass(frozen=True)
class Progress:
    """How far a clip of one's own is among those who must agree. `refused`: somebody has said no; not who.

    `missing`: for whom a yes is missing, in a draft: would be if it was asked now.
    """

    standing: Standing | None
    missing: list[Missing]
    refused: bool
    own_no: bool  # one of these noes is the viewer's
    waits_for_basis: bool  # it can be shown again once everybody who must agree has, and one of them says so
    limited: bool
    ready: bool
    due_at: int | None
    deleting: bool
    moderated: bool  # withheld by whoever looks after this server
    in_doubt: bool  # until its author's age is settled
    claimed: bool  # somebody says that they are in it, and it waits for that case
    contains: bool  # a part of another clip that is withheld, or gone
    wishes: list[tuple[str, By | None]]
    erased_at: int | None  # somebody in it wants to be gone, and it ends then
    draft: Content | None  # what is in work, or asked about, beside what is shown
    version: int


_WAITS = (Why.ANSWER.value, Why.BRING_BACK.value, Why.STOP.value)


def waiting(db: Connection, viewer: Viewer, limit: int = 50) -> list[Waiting]:
    """What waits for the viewer's answer, oldest first; as many statements for many as for one."""
    return _waiting(db, viewer, concerned.c.why.in_(_WAITS), limit)


def waits_for(db: Connection, viewer: Viewer, clip: int) -> bool:
    """Whether this clip waits for the viewer's answer."""
    mine = (concerned.c.clip_id == clip) & (concerned.c.person_id == viewer.person) & concerned.c.why.in_(_WAITS)
    return db.execute(select(concerned.c.clip_id).where(mine)).first() is not None


def one(db: Connection, viewer: Viewer, slug: str) -> Waiting:
    """One clip as whoever is concerned by it sees it. Raises NotFound."""
    clip = concerning(db, viewer, slug)
    found = _waiting(db, viewer, concerned.c.clip_id == clip, 1)
    if not found:
        raise NotFound("Nothing about this clip waits for you.")
    return found[0]


def _waiting(db: Connection, viewer: Viewer, wanted: ColumnElement[bool], limit: int) -> list[Waiting]:
    assert viewer.person is not None
    rows = db.execute(
        select(concerned)
        .join_from(concerned, clips, clips.c.id == concerned.c.clip_id)
        .where(concerned.c.person_id == viewer.person, wanted, VISIBLE)
        .order_by(concerned.c.since, clips.c.id)
        .limit(limit),
        asked_by(viewer),
    ).all()
    found = read(db, [row.clip_id for row in rows])
    asked = [(found[row.clip_id], looked_at(found[row.clip_id], Why(row.why))) for row in rows]
    looks = look(db, asked, viewer.person)
    in_work = select(clips.c.id).where(clips.c.id.in_(found), IN_WORK)
    for clip in db.execute(in_work, asked_by(viewer)).scalars():
        looks[clip] = _in_work(looks[clip])
    return [
        Waiting(
            clip=row.clip_id,
            slug=kept.slug,
            why=Why(row.why),
            since=row.since,
            version=version.number,
            leaves=bool(row.leaves) and version.reach.leaves,
            **vars(looks[row.clip_id]),
        )
        for row, (kept, version) in zip(rows, asked, strict=True)
    ]


def _in_work(found: "Look") -> "Look":
    """Of a draft that somebody said no to, its film and whose it is: they need that to take their no back, and no more."""
    content = replace(found.content, caption="")
    return replace(found, content=content, coauthors=[], appears=[], contains=[], changed=None, captions=())


@dataclass(frozen=True)
class Look:
    """A version as whoever is asked about it sees it."""

    content: Content
    account: By
    author: By
    coauthors: list[By]
    appears: list[By]
    contains: list[Part]  # of other clips, as far as everybody sees these
    changed: list[Change] | None  # None: they have agreed to nothing of it before
    cut: str | None  # the key of the film that it would show instead of the one that is shown
    cover: str | None  # the key of the cover that it would have, or has
    captions: Words  # that it would have, or has


def look(db: Connection, asked: Sequence[tuple[Kept, Version]], giver: int) -> dict[int, Look]:
    """These versions, by clip, for somebody who is asked about them: a person, or the label of a child."""
    clip_ids = [kept.id for kept, _version in asked]
    last = select(last_yeses.c.clip_id, last_yeses.c.version).where(last_yeses.c.giver_id == giver)
    agreed = {row.clip_id: row.version for row in db.execute(last.where(last_yeses.c.clip_id.in_(clip_ids)))}
    pairs = {kept.id: versions.since(kept, version, agreed.get(kept.id)) for kept, version in asked}
    named = versions.ids_in(*(each for pair in pairs.values() if pair for each in pair))
    people = {person for _kept, version in asked for person in version.people}
    faces = _faces_by_person(db, named | people)
    hosts = _faces_by_account(db, named | {kept.account for kept, _version in asked})
    names = {
        **{person: by.name for person, by in faces.items()},
        **{each: f"@{by.handle}" for each, by in hosts.items()},
    }
    made_with, aside = coauthors.of_clips(db, clip_ids, waiting=True), covers_aside_of(db, clip_ids)
    films, shown = trimmed.aside_of(db, clip_ids), captioned.words_of(db, clip_ids)
    nameless, within = _nameless(db, clip_ids), parts.in_clips(db, GUEST, clip_ids)
    found: dict[int, Look] = {}
    for kept, version in asked:
        content, pair, unsaid = content_of(kept, version), pairs[kept.id], nameless.get(kept.id, set()) - {giver}
        found[kept.id] = Look(
            content=content,
            account=hosts[kept.account],
            author=faces[kept.clip.author],
            coauthors=made_with.get(kept.id, []),
            appears=[faces[person] for person in sorted(version.appears - unsaid) if person in faces],
            contains=within.get(kept.id, []),
            changed=None if pair is None else list(versions.differences(*pair, _without(names, unsaid))),
            cut=content.cut if content.cut == films.get(kept.id) else None,
            cover=content.cover if content.cover == aside.get(kept.id) else kept.cover,
            captions=shown.get(kept.id, ()) if content.captions is None else content.captions,
        )
    return found


def _nameless(db: Connection, clip_ids: Collection[int]) -> dict[int, set[int]]:
    """Who is in these clips without having been named there or having agreed: nobody is told that it is them (R2, R5)."""
    unnamed = select(appearances.c.clip_id, appearances.c.person_id).where(appearances.c.account_id.is_(None))
    found: dict[int, set[int]] = {}
    for clip, person in db.execute(unnamed.where(appearances.c.clip_id.in_(clip_ids))):
        found.setdefault(clip, set()).add(person)
    return found


def _without(names: Mapping[int, str], people: Collection[int]) -> dict[int, str]:
    return {who: name for who, name in names.items() if who not in people}


def looked_at(kept: Kept, why: Why) -> Version:
    """The version that somebody is asked about, or sees."""
    clip = kept.clip
    asked = clip.working if clip.stage is Stage.ASKED else None
    version = asked if why is Why.ANSWER and asked is not None else clip.shown or asked or clip.working
    if why is Why.ANSWER and clip.is_held(HoldKind.BASIS) and asked is None:
        version = clip.shown
    assert version is not None
    return version


def content_of(kept: Kept, version: Version) -> Content:
    """What that version says beside its moving pictures."""
    return kept.contents.get(version.number) or kept.draft


def account_face(db: Connection, account: int) -> By:
    """An account by its name."""
    return _faces_by_account(db, {account})[account]


def _faces_by_account(db: Connection, found: Collection[int]) -> dict[int, By]:
    wanted = select(accounts.c.id, accounts.c.handle, accounts.c.name, accounts.c.avatar)
    return {row.id: By(*row[1:]) for row in db.execute(wanted.where(accounts.c.id.in_(found)))}


def faces(db: Connection, people: list[int]) -> list[By]:
    """The personal accounts of these people, in this order."""
    found = _faces_by_person(db, people)
    return [found[person] for person in people if person in found]


def _faces_by_person(db: Connection, people: Collection[int]) -> dict[int, By]:
    rows = db.execute(
        select(members.c.person_id, accounts.c.handle, accounts.c.name, accounts.c.avatar)
        .join_from(members, accounts, accounts.c.id == members.c.account_id)
        .where(members.c.person_id.in_(people), accounts.c.kind == "personal")
    )
    return {row.person_id: By(row.handle, row.name, row.avatar) for row in rows}


def may_refuse(db: Connection, viewer: Viewer, about: int | None = None, limit: int = 60) -> list[int]:
    """Clips of others that a no of the viewer's would withhold, but for those that name them, newest first.

    `about`: only those that this person made or appears in, also while they wait for the viewer's answer.
    """
    mine = (concerned.c.person_id == viewer.person) & (concerned.c.why == Why.MAY_OBJECT.value)
    wanted = select(clips.c.id).join_from(concerned, clips, clips.c.id == concerned.c.clip_id)
    if about is None:
        wanted = wanted.where(mine, ~_appears(viewer.person))
    else:
        theirs = or_(clips.c.person_id == about, _appears(about))
        wanted = wanted.where(concerned.c.person_id == viewer.person, theirs)
    return list(db.execute(wanted.where(VISIBLE).order_by(clips.c.id.desc()).limit(limit), asked_by(viewer)).scalars())


def _appears(person: int | None) -> ColumnElement[bool]:
    return exists().where(appearances.c.clip_id == clips.c.id, appearances.c.person_id == person)


def may_say_no(db: Connection, viewer: Viewer, slug: str) -> bool:
    """Whether a no of the viewer's withholds this clip, be it asked about or shown."""
    mine = exists().where(
        concerned.c.clip_id == clips.c.id,
        concerned.c.person_id == viewer.person,
        concerned.c.why.in_([Why.ANSWER.value, Why.MAY_OBJECT.value]),
    )
    return (
        db.execute(select(clips.c.id).where(clips.c.slug == slug, mine, VISIBLE), asked_by(viewer)).first() is not None
    )


def said_no(db: Connection, viewer: Viewer, slug: str) -> bool:
    """Whether a no of the viewer's own stands on this clip."""
    mine = (holds.c.giver_id == viewer.person) & (holds.c.kind == HoldKind.NO.value)
    found = select(holds.c.clip_id).join(clips, clips.c.id == holds.c.clip_id).where(clips.c.slug == slug, mine)
    return db.execute(found).first() is not None


def withheld_by(db: Connection, viewer: Viewer, limit: int = 100) -> list[int]:
    """The clips that the viewer has said no to, their own among them, newest no first."""
    of_others = select(concerned.c.clip_id).where(
        concerned.c.person_id == viewer.person, concerned.c.why == Why.NO.value
    )
    own_ones = select(clips.c.id).where(clips.c.person_id == viewer.person)
    mine = (holds.c.giver_id == viewer.person) & (holds.c.kind == HoldKind.NO.value)
    wanted = select(holds.c.clip_id).where(mine, holds.c.clip_id.in_(of_others.union_all(own_ones)))
    wanted = wanted.order_by(holds.c.since.desc(), holds.c.clip_id.desc())
    return list(db.execute(wanted.limit(limit)).scalars())


def count(db: Connection, viewer: Viewer) -> int:
    """How many clips wait for the viewer."""
    return len(
        db.execute(
            select(concerned.c.clip_id)
            .where(concerned.c.person_id == viewer.person, concerned.c.why.in_(_WAITS))
            .limit(100)
        ).all()
    )


def progress(db: Connection, viewer: Viewer, slug: str) -> Progress:
    """How far one's own clip is. Raises NotFound."""
    found = own(db, viewer, slug, lock=False)
    record = rows.load(db, found.id)
    clip, asked = record.clip, record.clip.working if record.clip.stage is Stage.ASKED else None
    waits = clip.is_held(HoldKind.BASIS)
    about = asked or (clip.shown if waits else None)
    reach = reach_of(clip, record.facts)
    return Progress(
        standing=standing(clip.yeses, about, record.facts) if about else None,
        missing=_missing(db, record, about or clip.working),
        refused=clip.is_held(HoldKind.NO),
        own_no=any(hold.kind is HoldKind.NO and hold.giver == viewer.person for hold in clip.holds),
        waits_for_basis=waits,
        limited=reach is not None and clip.shown is not None and reach != clip.shown.reach,
        ready=consent.is_ready(clip, record.facts),
        due_at=clip.due,
        deleting=clip.is_held(HoldKind.DELETING),
        moderated=any(as_told(hold.kind) is HoldKind.MODERATION for hold in clip.holds),
        in_doubt=clip.is_held(HoldKind.SCREENING),
        claimed=clip.is_held(HoldKind.CLAIM),
        contains=clip.is_held(HoldKind.CONTAINS),
        wishes=_wishes(db, record),
        erased_at=departing.erased_at(db, record.id),
        draft=record.draft if clip.shown is not None and clip.working is not None else None,
        version=clip.last,
    )


def _missing(db: Connection, record: Record, version: Version | None) -> list[Missing]:
    """Those whose name may be told; the others are numbers only, in `standing`."""
    nameless = _nameless(db, [record.id]).get(record.id, set())
    waited = awaited(record.clip, version, record.facts) if version is not None else []
    found = [each for each in waited if each.person not in nameless]
    by = faces(db, [each.person for each in found])
    return [Missing(face, each.own, each.guardians) for face, each in zip(by, found, strict=True)]


def asks_others(db: Connection, viewer: Viewer, slug: str) -> bool:
    """Whether a draft of one's own, or a change of what is out, waits for somebody else first. Raises NotFound."""
    record = rows.load(db, own(db, viewer, slug, lock=False).id)
    version, author = record.clip.working or record.clip.shown, record.clip.author
    if version is None:
        return False
    alone = Yes(author, version.number, record.facts.at, leaves=True)
    return not ok(version, [alone], record.facts)


def _wishes(db: Connection, record: Record) -> list[tuple[str, By | None]]:
    rows = db.execute(select(wishes).where(wishes.c.clip_id == record.id).order_by(wishes.c.id.desc()).limit(20)).all()
    return [(row.words, faces(db, [row.person_id])[0] if row.known else None) for row in rows]


def recall(db: Connection, keys: Keys, viewer: Viewer, slug: str) -> None:
    """Take the question back: a draft again, without any yes. Raises NotFound, NotAllowed, Conflict."""
    assert viewer.person is not None
    by, clip = viewer.person, own(db, viewer, slug)
    decide(db, keys, clip.id, lambda record: consent.recall(record.clip, by), Act.RECALLED, by=by)
