"""Who follows, blocks and mutes whom; always one account to another."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, RowMapping, and_, delete, exists, select, tuple_, update

from onstage.accounts import notices
from onstage.accounts.age import Band
from onstage.accounts.models import accounts, blocks, follows, members, mutes
from onstage.accounts.notices import Notice
from onstage.accounts.permissions import band, need_guardian
from onstage.accounts.queries import by_handle, known_to, need, personal_account
from onstage.accounts.roles import Act
from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection
from onstage.db.inserts import insert_missing
from onstage.errors import Conflict, NotAllowed, NotFound
from onstage.events import Followed
from onstage.jobs import queue

Cursor = tuple[int, int]

_own_blocks = blocks.alias()


@dataclass(frozen=True)
class Relation:
    """How the viewer's account stands to another. `requested`: asked to follow, not accepted yet."""

    following: bool = False
    requested: bool = False
    followed_by: bool = False
    blocking: bool = False
    muting: bool = False


@dataclass(frozen=True)
class Listed:
    """An account in a list; `at` is when the relation began (UTC microseconds)."""

    id: int
    handle: str
    name: str
    avatar: str | None
    at: int


def follow(db: Connection, viewer: Viewer, handle: str, now: int) -> Relation:
    """Follow at once, or ask where the account accepts by hand; raises Conflict for one that the viewer blocks."""
    target = _other(db, viewer, handle)
    if _blocks(db, viewer.account, target["id"]):
        raise Conflict("You have blocked @%(handle)s. Unblock the account first.", handle=target["handle"])
    by_hand = target["hand_accepts"]
    is_new = insert_missing(
        db,
        follows,
        follower_id=viewer.account,
        target_id=target["id"],
        accepted=1 - by_hand,
        by_hand=by_hand,
        at=now,
        person_id=viewer.person,
    )
    if is_new and viewer.account is not None:
        queue.record(db, Followed(target["id"], viewer.account, asked=bool(by_hand)))
    return relation(db, viewer, target["id"])


def unfollow(db: Connection, viewer: Viewer, handle: str) -> Relation:
    """No longer follow, or take the request back."""
    target = _other(db, viewer, handle)
    _end_follow(db, viewer.account, target["id"])
    return relation(db, viewer, target["id"])


def accept(db: Connection, viewer: Viewer, handle: str, now: int) -> None:
    """Say yes to a request; raises NotFound when there is none."""
    follower = _other(db, viewer, handle, Act.ACCEPT_FOLLOWERS)
    accepted = db.execute(
        update(follows)
        .where(_edge(follower["id"], viewer.account), follows.c.accepted == 0)
        .values(accepted=1, by_hand=1, at=now)
    )
    if not accepted.rowcount:
        raise NotFound("There is no request from this account any more.")


def requests_of_child(db: Connection, viewer: Viewer, minor: int) -> list[Listed]:
    """Who waits to follow a child under 13: a guardian lets each one in (the age table). Raises NotFound."""
    need_guardian(db, viewer, minor)
    condition = and_(follows.c.target_id == personal_account(db, minor), follows.c.accepted == 0)
    return _list(db, viewer, follows.c.follower_id, condition, None, 50)[0]


def answer_for_child(db: Connection, viewer: Viewer, minor: int, handle: str, yes: bool, now: int) -> None:
    """Let a follower of a child under 13 in, or send them away; the child is told. A carer only sends away.

    Raises NotFound, and NotAllowed from 13 on, where the child decides this.
    """
    need_guardian(db, viewer, minor, full=yes)
    if band(db, minor) is not Band.UNDER_13:
        raise NotAllowed("From 13 on they let followers in themselves.", code="age")
    follower = by_handle(db, viewer, handle)
    edge = _edge(follower["id"], personal_account(db, minor))
    values = {"accepted": 1, "by_hand": 1, "at": now, "person_id": viewer.person}
    asked = edge & (follows.c.accepted == 0)
    done = db.execute(update(follows).where(asked).values(values) if yes else delete(follows).where(edge))
    if not done.rowcount:
        raise NotFound("There is no request from this account any more.")
    if yes:
        notices.tell(db, [minor], Notice.FOLLOWER_ACCEPTED, now, about=minor, by=viewer.person)


def decline(db: Connection, viewer: Viewer, handle: str) -> None:
    """Say no to a request, or let a follower go; they are not told."""
    follower = _other(db, viewer, handle)
    _end_follow(db, follower["id"], viewer.account)


def block(db: Connection, viewer: Viewer, handle: str, now: int) -> Relation:
    """Neither sees the other any more; follows and requests end both ways."""
    target = _other(db, viewer, handle)
    insert_missing(db, blocks, blocker_id=viewer.account, blocked_id=target["id"], at=now, person_id=viewer.person)
    _end_follow(db, viewer.account, target["id"])
    _end_follow(db, target["id"], viewer.account)
    return relation(db, viewer, target["id"])


def unblock(db: Connection, viewer: Viewer, handle: str) -> Relation:
    """Lift the block; what it ended stays ended."""
    target = _other(db, viewer, handle)
    db.execute(delete(blocks).where(blocks.c.blocker_id == viewer.account, blocks.c.blocked_id == target["id"]))
    return relation(db, viewer, target["id"])


def mute(db: Connection, viewer: Viewer, handle: str, now: int) -> Relation:
    """See less of an account, which never learns of it."""
    target = _other(db, viewer, handle)
    insert_missing(db, mutes, account_id=viewer.account, muted_id=target["id"], at=now, person_id=viewer.person)
    return relation(db, viewer, target["id"])


def unmute(db: Connection, viewer: Viewer, handle: str) -> Relation:
    """End the mute."""
    target = _other(db, viewer, handle)
    db.execute(delete(mutes).where(mutes.c.account_id == viewer.account, mutes.c.muted_id == target["id"]))
    return relation(db, viewer, target["id"])


def relation(db: Connection, viewer: Viewer, account: int) -> Relation:
    """How the viewer's account stands to another; a guest and oneself: not at all."""
    if viewer.account is None:
        return Relation()
    mine, theirs = follows.alias(), follows.alias()
    accepted, followed_by, blocking, muting = db.execute(
        select(
            select(mine.c.accepted)
            .where(mine.c.follower_id == viewer.account, mine.c.target_id == account)
            .scalar_subquery(),
            exists().where(
                theirs.c.follower_id == account, theirs.c.target_id == viewer.account, theirs.c.accepted == 1
            ),
            exists().where(blocks.c.blocker_id == viewer.account, blocks.c.blocked_id == account),
            exists().where(mutes.c.account_id == viewer.account, mutes.c.muted_id == account),
        )
    ).one()
    return Relation(accepted == 1, accepted == 0, bool(followed_by), bool(blocking), bool(muting))


def follows_since(db: Connection, viewer: Viewer, account: int) -> int | None:
    """When the viewer's account began to follow another, or asked to; None: it does not."""
    return db.execute(select(follows.c.at).where(_edge(viewer.account, account))).scalar()


def followers(
    db: Connection, viewer: Viewer, handle: str, *, before: Cursor | None = None, limit: int = 50
) -> tuple[list[Listed], Cursor | None]:
    """Who follows an account, newest first, and the cursor of the next page; NotAllowed where the account hides it."""
    target = by_handle(db, viewer, handle)
    _may_list(db, viewer, target["id"], shown=bool(target["counts_shown"]))
    condition = and_(follows.c.target_id == target["id"], follows.c.accepted == 1)
    return _list(db, viewer, follows.c.follower_id, condition, before, limit)


def following(
    db: Connection, viewer: Viewer, handle: str, *, before: Cursor | None = None, limit: int = 50
) -> tuple[list[Listed], Cursor | None]:
    """Whom an account follows, newest first, and the cursor of the next page; NotAllowed where the account hides it."""
    source = by_handle(db, viewer, handle)
    _may_list(db, viewer, source["id"], shown=bool(source["counts_shown"]))
    condition = and_(follows.c.follower_id == source["id"], follows.c.accepted == 1)
    return _list(db, viewer, follows.c.target_id, condition, before, limit)


def requests(
    db: Connection, viewer: Viewer, *, before: Cursor | None = None, limit: int = 50
) -> tuple[list[Listed], Cursor | None]:
    """Who waits to follow the viewer's account, newest first."""
    condition = and_(follows.c.target_id == viewer.account, follows.c.accepted == 0)
    return _list(db, viewer, follows.c.follower_id, condition, before, limit)


def blocked(db: Connection, viewer: Viewer) -> list[Listed]:
    """Whom the viewer's account has blocked, newest first."""
    theirs = and_(blocks.c.blocked_id == accounts.c.id, blocks.c.blocker_id == viewer.account)
    rows = db.execute(select(*_LISTED, blocks.c.at).join_from(accounts, blocks, theirs).order_by(blocks.c.at.desc()))
    return [Listed(*row) for row in rows]


def muted(db: Connection, viewer: Viewer) -> list[Listed]:
    """Whom the viewer's account has muted, newest first."""
    theirs = and_(mutes.c.muted_id == accounts.c.id, mutes.c.account_id == viewer.account)
    rows = db.execute(select(*_LISTED, mutes.c.at).join_from(accounts, mutes, theirs).order_by(mutes.c.at.desc()))
    return [Listed(*row) for row in rows]


_LISTED = (accounts.c.id, accounts.c.handle, accounts.c.name, accounts.c.avatar)


def _list(
    db: Connection,
    viewer: Viewer,
    who: ColumnElement[int],
    condition: ColumnElement[bool],
    before: Cursor | None,
    limit: int,
) -> tuple[list[Listed], Cursor | None]:
    mine = _own_blocks.c.blocker_id == viewer.account
    query = (
        select(*_LISTED, follows.c.at)
        .join_from(follows, accounts, accounts.c.id == who)
        .where(condition, known_to(viewer, who), ~exists().where(mine, _own_blocks.c.blocked_id == who))
        .order_by(follows.c.at.desc(), who.desc())
        .limit(limit + 1)
    )
    if before is not None:
        query = query.where(tuple_(follows.c.at, who) < before)
    rows = [Listed(*row) for row in db.execute(query)]
    page = rows[:limit]
    return page, (page[-1].at, page[-1].id) if len(rows) > limit else None


def _may_list(db: Connection, viewer: Viewer, account: int, *, shown: bool) -> None:
    member = exists().where(members.c.account_id == account, members.c.person_id == viewer.person)
    if not shown and not db.execute(select(member)).scalar():
        raise NotAllowed("This account keeps its followers to itself.")


def _other(db: Connection, viewer: Viewer, handle: str, act: Act = Act.RELATE) -> RowMapping:
    """The other account of an act; the two rows are locked in one order, so that a follow can't slip past a block."""
    need(db, viewer, act)
    target = by_handle(db, viewer, handle)
    if target["id"] == viewer.account:
        raise Conflict("This is your own account.")
    both = (viewer.account, target["id"])
    db.execute(select(accounts.c.id).where(accounts.c.id.in_(both)).order_by(accounts.c.id).with_for_update()).all()
    return by_handle(db, viewer, handle)


def _blocks(db: Connection, blocker: int | None, account: int) -> bool:
    found = exists().where(blocks.c.blocker_id == blocker, blocks.c.blocked_id == account)
    return bool(db.execute(select(found)).scalar())


def _edge(follower: int | None, target: int | None) -> ColumnElement[bool]:
    return and_(follows.c.follower_id == follower, follows.c.target_id == target)


def _end_follow(db: Connection, follower: int | None, target: int | None) -> None:
    db.execute(delete(follows).where(_edge(follower, target)))
