"""What waits for somebody, and how far the agreeing is for whoever made it: numbers, never whose no it was."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, insert, or_, select

from onstage import ids
from onstage.accounts.acts import Act
from onstage.accounts.byline import By
from onstage.accounts.models import accounts, members
from onstage.accounts.viewer import Viewer
from onstage.clips import captioned, coauthors, consent, departing, rows, trimmed
from onstage.clips.captioned import Words
from onstage.clips.deciding import concerning, decide
from onstage.clips.edit import own
from onstage.clips.life import reach_of
from onstage.clips.models import HoldKind, Stage, Why, appearances, clips, concerned, wishes
from onstage.clips.need import Version, Yes, need, ok
from onstage.clips.queries import VISIBLE, asked_by
from onstage.clips.renditions import cover_aside
from onstage.clips.rows import Content, Record
from onstage.clips.waiting import Standing, awaited, standing
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.errors import Conflict, Invalid, NotFound
from onstage.keys import Keys
from onstage.text import clean

_LONGEST = 1000


@dataclass(frozen=True)
class Change:
    """One thing that is otherwise than in the version somebody last agreed to."""

    what: str  # caption, audience, marked, leaves, cover, cut, appears
    before: str
    after: str


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
    waits_for_basis: bool  # it can be shown again once everybody who must agree has, and one of them says so
    limited: bool
    ready: bool
    due_at: int | None
    deleting: bool
    wishes: list[tuple[str, By | None]]
    erased_at: int | None  # somebody in it wants to be gone, and it ends then
    revised: bool  # there is a draft or a question beside what is shown
    version: int


_WAITS = (Why.ANSWER.value, Why.BRING_BACK.value, Why.STOP.value)


def waiting(db: Connection, viewer: Viewer, limit: int = 50) -> list[Waiting]:
    """What waits for the viewer's answer, oldest first."""
    rows = db.execute(
        select(clips.c.slug)
        .join_from(concerned, clips, clips.c.id == concerned.c.clip_id)
        .where(concerned.c.person_id == viewer.person, concerned.c.why.in_(_WAITS), VISIBLE)
        .order_by(concerned.c.since, clips.c.id)
        .limit(limit),
        asked_by(viewer),
    ).scalars()
    return [one(db, viewer, slug) for slug in rows.all()]


def one(db: Connection, viewer: Viewer, slug: str) -> Waiting:
    """One clip as whoever is concerned by it sees it. Raises NotFound."""
    clip = concerning(db, viewer, slug)
    row = db.execute(
        select(concerned.c.why, concerned.c.since).where(
            concerned.c.clip_id == clip, concerned.c.person_id == viewer.person
        )
    ).first()
    if row is None:
        raise NotFound("Nothing about this clip waits for you.")
    record = rows.load(db, clip)
    version = looked_at(record, Why(row.why))
    seen = faces(db, [record.clip.author, *sorted(version.appears)])
    content = content_of(record, version)
    return Waiting(
        clip=clip,
        slug=record.slug,
        why=Why(row.why),
        since=row.since,
        version=version.number,
        content=content,
        account=account_face(db, record.account),
        author=seen[0],
        coauthors=coauthors.of_clips(db, [clip]).get(clip, []),
        appears=seen[1:],
        leaves=any(part.leaves and viewer.person in part.of for part in need(version, record.facts)),
        changed=changed_since(record, version, viewer.person),
        cut=trimmed.waiting(db, clip, content.cut),
        cover=cover_of(db, record, content),
        captions=captions_of(db, record, content),
    )


def captions_of(db: Connection, record: Record, content: Content) -> Words:
    """The captions of that version: those that wait, or those that are there."""
    return captioned.words(db, record.id) if content.captions is None else content.captions


def cover_of(db: Connection, record: Record, content: Content) -> str | None:
    """The cover of that version: the one that waits, or the one that is there."""
    waits = cover_aside(db, record.id)
    return waits.large if waits is not None and waits.large == content.cover else record.cover


def looked_at(record: Record, why: Why) -> Version:
    """The version that somebody is asked about, or sees."""
    clip = record.clip
    asked = clip.working if clip.stage is Stage.ASKED else None
    version = asked if why is Why.ANSWER and asked is not None else clip.shown or asked or clip.working
    if why is Why.ANSWER and clip.is_held(HoldKind.BASIS) and asked is None:
        version = clip.shown
    assert version is not None
    return version


def content_of(record: Record, version: Version) -> Content:
    """What that version says beside its moving pictures."""
    return record.contents.get(version.number) or record.draft


def changed_since(record: Record, version: Version, person: int | None) -> list[Change] | None:
    """What is otherwise than in the version that somebody last agreed to; None: they have agreed to none before."""
    agreed = [yes.version for yes in record.clip.yeses if yes.person == person and yes.version != version.number]
    if not agreed or record.clip.shown is None:
        return None
    before, after = record.contents[max(agreed)], content_of(record, version)
    found = [
        Change(what, str(getattr(before, what)), str(getattr(after, what)))
        for what in ("caption", "audience", "marked", "leaves", "cover", "cut")
        if getattr(before, what) != getattr(after, what)
    ]
    if record.clip.shown.appears != version.appears:
        found.append(Change("appears", str(len(record.clip.shown.appears)), str(len(version.appears))))
    return found


def account_face(db: Connection, account: int) -> By:
    """An account by its name."""
    row = db.execute(
        select(accounts.c.handle, accounts.c.name, accounts.c.avatar).where(accounts.c.id == account)
    ).one()
    return By(*row)


def faces(db: Connection, people: list[int]) -> list[By]:
    """The personal accounts of these people, in this order."""
    rows = db.execute(
        select(members.c.person_id, accounts.c.handle, accounts.c.name, accounts.c.avatar)
        .join_from(members, accounts, accounts.c.id == members.c.account_id)
        .where(members.c.person_id.in_(people), accounts.c.kind == "personal")
    )
    found = {row.person_id: By(row.handle, row.name, row.avatar) for row in rows}
    return [found[person] for person in people if person in found]


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


def withheld_by(db: Connection, viewer: Viewer, limit: int = 100) -> list[int]:
    """The clips that the viewer has said no to, newest no first."""
    mine = (concerned.c.person_id == viewer.person) & (concerned.c.why == Why.NO.value)
    wanted = select(concerned.c.clip_id).where(mine).order_by(concerned.c.since.desc(), concerned.c.clip_id.desc())
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
        standing=standing(clip, about, record.facts) if about else None,
        missing=_missing(db, record, about or clip.working),
        refused=clip.is_held(HoldKind.NO),
        waits_for_basis=waits,
        limited=reach is not None and clip.shown is not None and reach != clip.shown.reach,
        ready=consent.is_ready(clip, record.facts),
        due_at=clip.due,
        deleting=clip.is_held(HoldKind.DELETING),
        wishes=_wishes(db, record),
        erased_at=departing.erased_at(db, record.id),
        revised=clip.shown is not None and clip.working is not None,
        version=clip.last,
    )


def _missing(db: Connection, record: Record, version: Version | None) -> list[Missing]:
    found = awaited(record.clip, version, record.facts) if version is not None else []
    by = faces(db, [each.person for each in found])
    return [Missing(face, each.own, each.guardians) for face, each in zip(by, found, strict=True)]


def asks_others(db: Connection, viewer: Viewer, slug: str) -> bool:
    """Whether publishing a draft of one's own asks somebody else first. Raises NotFound."""
    record = rows.load(db, own(db, viewer, slug, lock=False).id)
    working, author = record.clip.working, record.clip.author
    if working is None:
        return False
    alone = Yes(author, working.number, record.facts.at, leaves=True)
    return not ok(working, [alone], record.facts)


def _wishes(db: Connection, record: Record) -> list[tuple[str, By | None]]:
    rows = db.execute(select(wishes).where(wishes.c.clip_id == record.id).order_by(wishes.c.id.desc()).limit(20)).all()
    return [(row.words, faces(db, [row.person_id])[0] if row.known else None) for row in rows]


def wish(db: Connection, viewer: Viewer, slug: str, words: str, *, known: bool = False) -> None:
    """Say to whoever asks what should be otherwise, with or without a name; it is neither yes nor no.

    Raises NotFound, Invalid for no words or too many, Conflict where nothing is asked of the viewer.
    """
    clip = concerning(db, viewer, slug)
    said = clean(words)
    if not 0 < len(said) <= _LONGEST:
        raise Invalid(f"Write 1 to {_LONGEST} characters.", field="words")
    mine = (concerned.c.clip_id == clip) & (concerned.c.person_id == viewer.person)
    if db.execute(select(concerned.c.why).where(mine)).scalar() is None:
        raise Conflict("Nothing about this clip waits for you.", code="not-asked")
    version = rows.load(db, clip).clip.last
    row = {"clip_id": clip, "person_id": viewer.person, "version": version, "words": said, "known": int(known)}
    db.execute(insert(wishes).values(id=ids.new(), at=now(), **row))


def recall(db: Connection, keys: Keys, viewer: Viewer, slug: str) -> None:
    """Take the question back: a draft again, without any yes. Raises NotFound, NotAllowed, Conflict."""
    assert viewer.person is not None
    by, clip = viewer.person, own(db, viewer, slug)
    decide(db, keys, clip.id, lambda record: consent.recall(record.clip, by), Act.RECALLED, by=by)
