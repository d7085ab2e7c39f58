"""Co-authors: a clip of one account that others made as well; it stands on their profiles too (consent.md R14).

Both sides' people must agree to it and the stricter limits hold: whose own account made it as well is named in it, so that
they answer for themselves, their guardians for them, and their age counts. Leaving takes it off one's own profile and nothing
else.
"""

from collections.abc import Sequence

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, delete, exists, func, insert, or_, select

from onstage.accounts import ledger
from onstage.accounts.acts import Act
from onstage.accounts.byline import By
from onstage.accounts.ledger import Entry
from onstage.accounts.membership import owners
from onstage.accounts.models import Kind, Role, accounts, follows, members
from onstage.accounts.queries import by_handle, kept_form
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing import appearances
from onstage.clips.agreeing.deciding import decide, was_asked_since
from onstage.clips.agreeing.edit import own
from onstage.clips.agreeing.revising import ask_again, begin, reword
from onstage.clips.agreeing.rows import Record
from onstage.clips.models import HoldKind, Stage, clip_coauthors, clips
from onstage.clips.models import appearances as named
from onstage.clips.queries import IDS, at_once
from onstage.clips.rules import consent
from onstage.clips.rules.life import Clip
from onstage.clips.rules.need import speaks_for
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.db.hot import Hot
from onstage.db.inserts import insert_missing
from onstage.errors import Conflict, Invalid, NotAllowed, NotFound
from onstage.keys import Keys

MOST = 4


def add(db: Connection, keys: Keys, viewer: Viewer, slug: str, handle: str) -> None:
    """Say that another account made a clip as well; its owners are asked with everybody else. What was asked is a draft again.

    Whose own account it is, is named in it. Beside what is published it is asked about as a version that waits; until then it
    stands on one profile. Raises NotFound, Invalid, NotAllowed for an account that is no friend of the clip's or never wants to
    be named by it, Conflict for too many.
    """
    clip = own(db, viewer, slug)
    account, is_out = int(by_handle(db, viewer, handle)["id"]), clip.published_at is not None
    if account == clip.account:
        raise Invalid("It stands there already.", field="handle")
    maker = _maker(db, account)
    refused = maker is not None and appearances.is_never_named(db, viewer, clip, maker)
    if refused or not db.execute(select(_near(clip.account, account, viewer))).scalar():
        raise NotAllowed("Friends can be co-authors, and accounts that you run.", field="handle", code="not-near")
    of_clip = clip_coauthors.c.clip_id == clip.id
    if db.execute(select(exists().where(of_clip, clip_coauthors.c.account_id == account))).scalar():
        return
    if db.execute(select(func.count()).select_from(clip_coauthors).where(of_clip)).scalar_one() >= MOST:
        raise Conflict(f"A clip has at most {MOST} co-authors.", code="too-many-names")
    due = begin(db, keys, viewer, clip.id) if is_out or clip.stage is Stage.ASKED else None
    row = {"clip_id": clip.id, "account_id": account, "asked_by": viewer.person, "at": now(), "waits": int(is_out)}
    db.execute(insert(clip_coauthors).values(row))
    if maker not in {None, clip.person}:
        place = {"account_id": account, "named_by": viewer.person, "at": row["at"]}
        insert_missing(db, named, clip_id=clip.id, person_id=maker, **place)
    about, kind = tuple(owners(db, account)), {"kind": "coauthor"}
    ledger.append(db, keys, Entry(Act.APPEARANCE_NAMED, viewer.person, clip.account, about, clip.id, kind))
    if is_out:
        ask_again(db, keys, viewer, clip.id, due)


def _maker(db: Connection, account: int) -> int | None:
    """Whose own account it is; None for one that several people run, of whom nobody in particular has made it."""
    of = members.join(accounts, accounts.c.id == members.c.account_id)
    own_one = (accounts.c.id == account) & (accounts.c.kind == Kind.PERSONAL.value)
    return db.execute(select(members.c.person_id).select_from(of).where(own_one)).scalar()


def _near(host: int, account: int, viewer: Viewer) -> ColumnElement[bool]:
    """Whether the two accounts follow each other, or the viewer runs that one too."""
    there, back = follows.alias(), follows.alias()
    friends = exists(
        select(1)
        .select_from(
            there.join(back, and_(back.c.follower_id == there.c.target_id, back.c.target_id == there.c.follower_id))
        )
        .where(
            there.c.follower_id == host,
            there.c.target_id == account,
            there.c.accepted == 1,
            back.c.accepted == 1,
        )
    )
    runs = exists().where(
        members.c.account_id == account, members.c.person_id == viewer.person, members.c.role == Role.OWNER.value
    )
    return or_(friends, runs)


def take_out(db: Connection, keys: Keys, viewer: Viewer, slug: str, handle: str) -> None:
    """Take a co-author out whom nobody was asked about, or beside what is published one who has not agreed yet.

    Whom that alone has named is named no more. What was asked is a draft again. Raises NotFound, NotAllowed; that too where
    they, or a guardian for them, have said no.
    """
    assert viewer.person is not None
    clip, account = own(db, viewer, slug), _named(db, handle)
    of = (clip_coauthors.c.clip_id == clip.id) & (clip_coauthors.c.account_id == account)
    row = db.execute(select(clip_coauthors.c.at, clip_coauthors.c.waits).where(of)).first()
    if row is None:
        raise NotFound("That account is no co-author of this clip.")
    if not row.waits and (clip.published_at is not None or was_asked_since(db, clip.id, row.at)):
        raise NotAllowed("Who was asked leaves by themselves.", code="named")
    if clip.stage is Stage.ASKED:
        reword(db, keys, viewer, clip.id)
    _remove(db, clip.id, account)
    maker = _maker(db, account)
    with_it = (named.c.clip_id == clip.id) & (named.c.person_id == maker) & (named.c.at == row.at)
    if maker is not None and db.execute(select(exists().where(with_it))).scalar():
        decide(db, keys, clip.id, lambda record: _without(record, maker), Act.APPEARANCE_ENDED, by=viewer.person)
    else:
        decide(db, keys, clip.id, lambda record: consent.changed(record.clip, record.facts), by=viewer.person)


def _without(record: Record, maker: int) -> Clip:
    """No no falls because its giver is taken out (R1)."""
    noes = {hold.giver for hold in record.clip.holds if hold.kind is HoldKind.NO}
    if any(speaks_for(giver, [maker], record.facts) for giver in noes):
        raise NotAllowed("Who was asked leaves by themselves.", code="named")
    return consent.unname(record.clip, record.facts, None, maker)


def leave(db: Connection, keys: Keys, viewer: Viewer, slug: str, handle: str) -> None:
    """Be a co-author no longer, as an owner of that account: it stands there no more, and stays where it is.

    Raises NotFound.
    """
    assert viewer.person is not None
    account = _named(db, handle)
    runs = exists().where(
        members.c.account_id == account, members.c.person_id == viewer.person, members.c.role == Role.OWNER.value
    )
    theirs = select(clips.c.id, clips.c.account_id).join_from(
        clip_coauthors, clips, clips.c.id == clip_coauthors.c.clip_id
    )
    row = db.execute(theirs.where(clips.c.slug == slug, clip_coauthors.c.account_id == account, runs)).first()
    if row is None:
        raise NotFound("There is no such clip on an account of yours.")
    decide(db, keys, row.id, lambda record: record.clip, by=viewer.person)  # every lock, before the facts change
    _remove(db, row.id, account)
    decide(db, keys, row.id, lambda record: consent.changed(record.clip, record.facts), by=viewer.person)
    about, kind = tuple(owners(db, account)), {"kind": "coauthor"}
    ledger.append(db, keys, Entry(Act.APPEARANCE_ENDED, viewer.person, row.account_id, about, row.id, kind))


def on_accounts_of(db: Connection, viewer: Viewer, limit: int = 50) -> dict[int, str]:
    """The clips of which accounts that the viewer owns are co-authors, newest first, and the handle of that account."""
    runs = (members.c.account_id == clip_coauthors.c.account_id) & (members.c.person_id == viewer.person)
    rows = db.execute(
        select(clip_coauthors.c.clip_id, accounts.c.handle)
        .join_from(clip_coauthors, members, runs & (members.c.role == Role.OWNER.value))
        .join(accounts, accounts.c.id == clip_coauthors.c.account_id)
        .order_by(clip_coauthors.c.clip_id.desc())
        .limit(limit)
    )
    return {row.clip_id: row.handle for row in rows}


def _named(db: Connection, handle: str) -> int:
    found = db.execute(select(accounts.c.id).where(accounts.c.handle == kept_form(handle))).scalar()
    if found is None:
        raise NotFound("There is nobody of that name here.")
    return int(found)


def _remove(db: Connection, clip: int, account: int) -> None:
    mine = (clip_coauthors.c.clip_id == clip) & (clip_coauthors.c.account_id == account)
    if not db.execute(delete(clip_coauthors).where(mine)).rowcount:
        raise NotFound("That account is no co-author of this clip.")


_OF_CLIPS = Hot(
    select(clip_coauthors.c.clip_id, accounts.c.handle, accounts.c.name, accounts.c.avatar)
    .join_from(clip_coauthors, accounts, accounts.c.id == clip_coauthors.c.account_id)
    .where(clip_coauthors.c.clip_id.in_(IDS), clip_coauthors.c.waits <= bindparam("waiting", type_=BigInteger))
    .order_by(clip_coauthors.c.clip_id, clip_coauthors.c.at, accounts.c.handle),
    lambda clip, *by: (clip, By(*by)),
)


def of_clips(db: Connection, clip_ids: Sequence[int], *, waiting: bool = False) -> dict[int, list[By]]:
    """The co-authors of these clips, which the caller has been shown, in the order in which they were added.

    `waiting`: those too who belong to a version that is not out.
    """
    found: dict[int, list[By]] = {}
    for places in at_once(clip_ids):
        for clip, by in _OF_CLIPS.all(db, waiting=int(waiting), **places):
            found.setdefault(clip, []).append(by)
    return found
