"""Who is seen or heard in a clip: named by its makers, answering for themselves, gone only as the rules say (consent.md R5)."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, exists, false, func, insert, or_, select

from onstage import ids
from onstage.accounts import ledger
from onstage.accounts.acts import Act
from onstage.accounts.byline import By
from onstage.accounts.ledger import Entry
from onstage.accounts.models import Kind, accounts, follows, members
from onstage.accounts.queries import by_handle, kept_form, personal_account
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing import rows
from onstage.clips.agreeing.deciding import concerning, decide, was_asked_since
from onstage.clips.agreeing.edit import Own, need_place, own
from onstage.clips.agreeing.facts import lock
from onstage.clips.agreeing.kept import read
from onstage.clips.agreeing.revising import ask_again, begin, replace_in_film
from onstage.clips.labels import clip_labels, label_guardians
from onstage.clips.models import Stage, appearances, clip_coauthors, clip_yeses, clips, concerned, never_by
from onstage.clips.queries import IN_WORK, VISIBLE, asked_by
from onstage.clips.rules import consent
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.db.inserts import insert_missing, insert_or_set
from onstage.errors import Conflict, Invalid, NotAllowed, NotFound
from onstage.keys import Keys
from onstage.text import clean

MOST = 100
_LONGEST_LABEL = 80


@dataclass(frozen=True)
class Appearance:
    """Somebody named in a clip, from and to in microseconds of it (`to_us` None: to the end). `asked`: it can't be undone."""

    by: By
    from_us: int
    to_us: int | None
    asked: bool


@dataclass(frozen=True)
class Label:
    """Somebody in a clip who is not here: words only."""

    id: int
    words: str
    minor: bool
    from_us: int
    to_us: int | None
    has_guardian: bool = False
    answered: bool = False
    waits: bool = False  # nobody sees it yet but who made the clip, and who is asked


def name(
    db: Connection, keys: Keys, viewer: Viewer, slug: str, handle: str, from_us: int = 0, to_us: int | None = None
) -> None:
    """Say that somebody appears in the clip, or when. What was asked is a draft again; beside what is published it is asked.

    Raises NotFound, Invalid for seconds outside the clip, Conflict for too many, and NotAllowed for anybody but friends and
    fellow members, or where they want never to be named by this account.
    """
    clip = own(db, viewer, slug)
    account = by_handle(db, viewer, handle)
    person = _person_of(db, account["id"], account["kind"])
    if person == clip.person:
        raise Invalid("Who made the clip needs no name in it.", field="handle")
    need_place(clip, from_us, to_us)
    _need_near(db, viewer, clip, account["id"], person)
    have = select(func.count()).select_from(appearances).where(appearances.c.clip_id == clip.id)
    if db.execute(have).scalar_one() >= MOST:
        raise Conflict(f"A clip names at most {MOST} people.", code="too-many-names")
    before = db.execute(select(appearances.c.from_us, appearances.c.to_us).where(_row(clip.id, person))).first()
    is_new, is_out = before is None, clip.published_at is not None
    if before == (from_us, to_us) and not (is_out and clip.stage is not Stage.NONE):
        return
    if is_out and not is_new:
        replace_in_film(db, keys, viewer, clip.id, person, (from_us, to_us))
        return
    due = begin(db, keys, viewer, clip.id) if is_out or clip.stage is Stage.ASKED else None
    place = {"from_us": from_us, "to_us": to_us, "account_id": account["id"], "named_by": viewer.person, "at": now()}
    insert_or_set(db, appearances, clip_id=clip.id, person_id=person, **place)
    if is_new:
        ledger.append(db, keys, Entry(Act.APPEARANCE_NAMED, viewer.person, clip.account, (person,), clip.id))
    if is_out:
        ask_again(db, keys, viewer, clip.id, due)


def _row(clip: int, person: int) -> ColumnElement[bool]:
    return and_(appearances.c.clip_id == clip, appearances.c.person_id == person)


def _person_of(db: Connection, account: int, kind: str) -> int:
    if kind != Kind.PERSONAL.value:
        raise Invalid("Name a person, not an account that several people run.", field="handle")
    return int(db.execute(select(members.c.person_id).where(members.c.account_id == account)).scalar_one())


def _need_near(db: Connection, viewer: Viewer, clip: Own, account: int, person: int) -> None:
    """Only friends and fellow members can be named, and nobody by an account they never want to be named by."""
    is_near = _near(clip.account, _by(db, viewer, clip), account, person)
    if is_never_named(db, viewer, clip, person) or not db.execute(select(is_near)).scalar():
        raise NotAllowed(
            "You can name friends and fellow members. Others get a label.", field="handle", code="not-near"
        )


def is_never_named(db: Connection, viewer: Viewer, clip: Own, person: int) -> bool:
    """Whether somebody never wants to be named by the clip's account, or by the viewer's own."""
    never = exists().where(never_by.c.person_id == person, never_by.c.account_id.in_(_by(db, viewer, clip)))
    return bool(db.execute(select(never)).scalar())


def _by(db: Connection, viewer: Viewer, clip: Own) -> set[int]:
    assert viewer.person is not None
    return {clip.account, personal_account(db, viewer.person)}


def _near(host: int, own_accounts: set[int], account: int, person: int) -> ColumnElement[bool]:
    """Whether a person is a fellow member there, or their account a friend of one of these."""
    fellow = exists().where(members.c.account_id == host, members.c.person_id == person)
    there, back = follows.alias(), follows.alias()
    friend = exists(
        select(1)
        .select_from(
            there.join(back, and_(back.c.follower_id == there.c.target_id, back.c.target_id == there.c.follower_id))
        )
        .where(
            there.c.follower_id.in_(own_accounts),
            there.c.target_id == account,
            there.c.accepted == 1,
            back.c.accepted == 1,
        )
    )
    return or_(fellow, friend)


def found(db: Connection, keys: Keys, clip: int, person: int, by: int | None) -> bool:
    """Somebody is in it whom nobody had named: from now on they are asked, and what is shown waits for them (12).

    False: they made it, or were asked about it before.
    """
    if not _enters(db, clip, person, by):
        return False
    rows.show_name(db, clip, person)
    decide(
        db,
        keys,
        clip,
        lambda record: consent.appear(record.clip, record.facts, person),
        Act.APPEARANCE_NAMED,
        by=by,
    )
    return True


def not_found(db: Connection, keys: Keys, clip: int, person: int, by: int | None) -> bool:
    """They do not appear after all, as they say themselves (from 16) or a moderator; False: who says so may not.

    `by` None: what they were named for has ended. What was shown waits until somebody who must agree brings it back.
    """
    try:
        decide(
            db,
            keys,
            clip,
            lambda record: consent.unname(record.clip, record.facts, by, person),
            Act.APPEARANCE_ENDED,
            by=by,
        )
    except (Conflict, NotAllowed):
        return False
    return True


def _enters(db: Connection, clip: int, person: int, by: int | None) -> bool:
    """The row that the facts are read by; False: they made it, or are asked about it already."""
    made = db.execute(select(clips.c.person_id).where(clips.c.id == clip)).scalar()
    asked = exists().where(_row(clip, person), appearances.c.sticks == 1)
    if made == person or db.execute(select(asked)).scalar():
        return False
    insert_missing(db, appearances, clip_id=clip, person_id=person, named_by=by, at=now())
    return True


def take_over(db: Connection, keys: Keys, viewer: Viewer, slug: str, label_id: int) -> None:
    """ "That is me": the viewer is whom a label means, and is asked about the clip from now on.

    The no of whoever answered for them by a link becomes a hold until all agree. Raises NotFound, Conflict for whoever is
    named already, and NotAllowed for strangers, who can say so by a claim.
    """
    clip = concerning(db, viewer, slug)
    assert viewer.person is not None
    assert viewer.account is not None
    host, author = db.execute(select(clips.c.account_id, clips.c.person_id).where(clips.c.id == clip)).one()
    own_account = personal_account(db, viewer.person)
    if not db.execute(select(_near(host, {host}, own_account, viewer.person))).scalar():
        raise NotAllowed("Friends and fellow members take a label over. You can say it by a claim.", code="not-near")
    if author == viewer.person or db.execute(select(exists().where(_row(clip, viewer.person)))).scalar():
        raise Conflict("You are named in this clip already.", code="named")
    lock(db, clip, rows.people_in(db, clip) | {viewer.person})
    mine = _written(clip) & (clip_labels.c.id == label_id)
    if not db.execute(delete(clip_labels).where(mine)).rowcount:
        raise NotFound("There is no such label.")
    found(db, keys, clip, viewer.person, viewer.person)
    ledger.shred(db, ledger.PERSON, [label_id])


def unname(db: Connection, keys: Keys, viewer: Viewer, slug: str, handle: str = "") -> None:
    """Take a name out: one's own (`handle` empty), or one that its maker has asked nobody about yet.

    Raises NotFound, NotAllowed for a name that stays, Conflict for one that isn't there or whose own account made the clip.
    """
    assert viewer.person is not None
    by = viewer.person
    if not handle:
        clip = concerning(db, viewer, slug)
        if _made_it(db, clip, personal_account(db, by)):
            raise Conflict("It stands on your account. Take it off there first.", code="co-author")
        decide(
            db,
            keys,
            clip,
            lambda record: consent.unname(record.clip, record.facts, by, by),
            Act.APPEARANCE_ENDED,
            by=by,
        )
        return
    mine = own(db, viewer, slug)
    account = by_handle(db, viewer, handle)
    person = _person_of(db, account["id"], account["kind"])
    if _made_it(db, mine.id, account["id"]):
        raise Conflict("They made it with you. Take their account out first.", code="co-author")
    unasked = (appearances.c.clip_id == mine.id) & (appearances.c.person_id == person) & (appearances.c.sticks == 0)
    if not db.execute(delete(appearances).where(unasked)).rowcount:
        raise NotAllowed("Who was asked stays named. They can take their own name out.", code="named")


def _made_it(db: Connection, clip: int, account: int) -> bool:
    there = exists().where(clip_coauthors.c.clip_id == clip, clip_coauthors.c.account_id == account)
    return bool(db.execute(select(there)).scalar())


def label(
    db: Connection,
    keys: Keys,
    viewer: Viewer,
    slug: str,
    words: str,
    *,
    minor: bool,
    from_us: int = 0,
    to_us: int | None = None,
) -> int:
    """Name somebody who is not here, in words; gives the label's id. The same words at the same place are the same label.

    With a minor in it a clip is for its author alone until whoever answers for them agrees (`unregistered`), also one that is
    published; an adult in it makes a version that waits like any other.

    Raises NotFound, Invalid, and Conflict for a draft that is asked about.
    """
    clip = own(db, viewer, slug)
    said, is_out = clean(words), clip.published_at is not None
    if not 0 < len(said) <= _LONGEST_LABEL:
        raise Invalid(f"A label has 1 to {_LONGEST_LABEL} characters.", field="words")
    need_place(clip, from_us, to_us)
    same = (clip_labels.c.clip_id == clip.id) & (clip_labels.c.words == said) & (clip_labels.c.minor == int(minor))
    there = db.execute(select(clip_labels.c.id).where(same, clip_labels.c.from_us == from_us)).scalar()
    if there is not None:
        return int(there)
    if clip.stage is Stage.ASKED and not is_out:
        raise Conflict("Labels belong to a draft. Take back what is asked first.", code="stage")
    due = begin(db, keys, viewer, clip.id) if is_out else None
    made = ids.new()
    place = {"from_us": from_us, "to_us": to_us, "named_by": viewer.person, "at": now(), "waits": int(is_out)}
    db.execute(insert(clip_labels).values(id=made, clip_id=clip.id, words=said, minor=int(minor), **place))
    if is_out and minor:
        decide(db, keys, clip.id, lambda record: consent.corrected(record.clip, record.facts), by=viewer.person)
    if is_out:
        ask_again(db, keys, viewer, clip.id, due)
    return made


def unlabel(db: Connection, keys: Keys, viewer: Viewer, slug: str, label_id: int) -> None:
    """Take a label out that nobody was asked about. Raises NotFound, NotAllowed, Conflict."""
    assert viewer.person is not None
    clip = own(db, viewer, slug)
    if clip.stage is Stage.ASKED:
        raise Conflict("Labels belong to a draft. Take back what is asked first.", code="stage")
    mine = _written(clip.id) & (clip_labels.c.id == label_id)
    named_at = db.execute(select(clip_labels.c.at).where(mine)).scalar()
    if named_at is None:
        raise NotFound("There is no such label.")
    if was_asked_since(db, clip.id, named_at):
        raise NotAllowed("Who was in it when you asked stays named.", code="named")
    db.execute(delete(clip_labels).where(mine))
    decide(db, keys, clip.id, lambda record: consent.changed(record.clip, record.facts), by=viewer.person)


def named_in(db: Connection, viewer: Viewer, slug: str) -> tuple[list[Appearance], list[Label]]:
    """Who is in a clip that the viewer sees: to its makers and to those asked everybody, to others who has agreed.

    Of a draft that one only said no to, nobody but oneself. Raises NotFound.
    """
    clip = concerning_or_shown(db, viewer, slug)
    in_work = bool(db.execute(select(clips.c.id).where(clips.c.id == clip, IN_WORK), asked_by(viewer)).first())
    is_maker = exists().where(members.c.account_id == clips.c.account_id, members.c.person_id == viewer.person)
    waits = exists().where(concerned.c.clip_id == clips.c.id, concerned.c.person_id == viewer.person)
    is_asked = false() if in_work else waits
    agreed = exists().where(
        clip_yeses.c.clip_id == appearances.c.clip_id,
        clip_yeses.c.person_id == appearances.c.person_id,
        clip_yeses.c.used == 1,
    )
    sees = or_(clips.c.person_id == viewer.person, is_maker, is_asked, appearances.c.person_id == viewer.person, agreed)
    named = db.execute(
        select(accounts.c.handle, accounts.c.name, accounts.c.avatar, appearances)
        .join_from(appearances, clips, clips.c.id == appearances.c.clip_id)
        .join(accounts, accounts.c.id == appearances.c.account_id)
        .where(appearances.c.clip_id == clip, sees)
        .order_by(appearances.c.from_us, accounts.c.handle)
    ).all()
    insider = select(or_(clips.c.person_id == viewer.person, is_maker, is_asked)).where(clips.c.id == clip)
    inside = bool(db.execute(insider).scalar())
    kept = read(db, [clip])[clip]
    moved = dict((kept.draft.places if inside and kept.clip.working is not None else None) or ())
    everybody = []
    for row in named:
        start, end = moved.get(row.person_id, (row.from_us, row.to_us))
        everybody.append(Appearance(By(row.handle, row.name, row.avatar), start, end, bool(row.sticks)))
    labels = [] if in_work else _labels(db, clip)
    return everybody, [each for each in labels if inside or not each.waits]


def _labels(db: Connection, clip: int) -> list[Label]:
    guardian = label_guardians.c
    labels = db.execute(
        select(clip_labels, guardian.label_id, guardian.answered_at)
        .outerjoin(label_guardians, guardian.label_id == clip_labels.c.id)
        .where(_written(clip))
        .order_by(clip_labels.c.id)
    )
    return [
        Label(
            id=row.id,
            words=row.words,
            minor=bool(row.minor),
            from_us=row.from_us,
            to_us=row.to_us,
            has_guardian=row.label_id is not None,
            answered=row.answered_at is not None,
            waits=bool(row.waits),
        )
        for row in labels
    ]


def _written(clip: int) -> ColumnElement[bool]:
    """The labels that its maker wrote: of whom a no by a link has brought in nobody is told (`labelling`)."""
    return and_(clip_labels.c.clip_id == clip, clip_labels.c.words != "")


def concerning_or_shown(db: Connection, viewer: Viewer, slug: str) -> int:
    """The clip of that name, for whoever may open it. Raises NotFound."""
    found = db.execute(select(clips.c.id).where(clips.c.slug == slug, VISIBLE), asked_by(viewer)).scalar()
    if found is None:
        raise NotFound("There is no such clip, or it is not for you to see.")
    return int(found)


def with_me(db: Connection, viewer: Viewer, before: int | None, limit: int) -> list[int]:
    """Clips that name the viewer and that they may open, newest first."""
    mine = (appearances.c.person_id == viewer.person) & (appearances.c.sticks == 1)
    wanted = select(clips.c.id).join_from(appearances, clips, clips.c.id == appearances.c.clip_id).where(mine, VISIBLE)
    if before is not None:
        wanted = wanted.where(clips.c.id < before)
    return list(db.execute(wanted.order_by(clips.c.id.desc()).limit(limit), asked_by(viewer)).scalars())


def never(db: Connection, viewer: Viewer, handle: str) -> None:
    """ "Never by this account": from now on it names the viewer no more. Raises NotFound."""
    account = by_handle(db, viewer, handle)["id"]
    insert_missing(db, never_by, person_id=viewer.person, account_id=account, at=now())


@dataclass(frozen=True)
class Never:
    """An account that the viewer is never to be named by, since (microseconds)."""

    by: By
    at: int


def nevers(db: Connection, viewer: Viewer) -> list[Never]:
    """The accounts that name the viewer no more, newest first; one that has blocked them meanwhile too: it stays theirs to end."""
    rows = db.execute(
        select(accounts.c.handle, accounts.c.name, accounts.c.avatar, never_by.c.at)
        .join_from(never_by, accounts, accounts.c.id == never_by.c.account_id)
        .where(never_by.c.person_id == viewer.person)
        .order_by(never_by.c.at.desc(), accounts.c.handle)
    )
    return [Never(By(handle, name, avatar), at) for handle, name, avatar, at in rows]


def end_never(db: Connection, viewer: Viewer, handle: str) -> None:
    """Let an account name the viewer again; ending what is not there changes nothing."""
    of = select(accounts.c.id).where(accounts.c.handle == kept_form(handle)).scalar_subquery()
    db.execute(delete(never_by).where(never_by.c.person_id == viewer.person, never_by.c.account_id == of))
