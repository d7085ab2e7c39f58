"""Accounts seen from outside: profiles, following, blocking, muting, requests."""

import re
from typing import Annotated

from litestar import delete, get, put
from litestar.params import Parameter, PathParameter
from msgspec import Struct

from onstage import clock
from onstage.accounts import profiles, relations
from onstage.accounts.byline import By
from onstage.accounts.profiles import Profile
from onstage.accounts.relations import Listed, Relation
from onstage.accounts.viewer import Viewer
from onstage.clock import iso
from onstage.db.engine import Connection
from onstage.engagement import acts
from onstage.errors import Invalid
from onstage.web.api.schemas import KNOWN, AccountOut, Cursor, Limit, problems
from onstage.web.etag import itself
from onstage.web.http import anyone, reads, signed_in, writes

ClipName = Annotated[str | None, Parameter(max_length=32)]
Handle = Annotated[str, PathParameter(max_length=31, description="A handle, with or without the @.")]


class RelationOut(Struct):
    """How the acting account stands to this one. `requested`: asked to follow, not accepted yet."""

    following: bool
    requested: bool
    followed_by: bool
    blocking: bool
    muting: bool

    @classmethod
    def of(cls, relation: Relation) -> "RelationOut":
        """From a row."""
        return cls(relation.following, relation.requested, relation.followed_by, relation.blocking, relation.muting)


class ProfileOut(Struct):
    """An account as the caller sees it; counts that it keeps to itself are null."""

    handle: str
    name: str
    bio: str
    url: str
    avatar_url: str | None
    kind: str
    followers: int | None
    following: int | None
    hand_accepts: bool
    mine: bool
    relation: RelationOut
    created_at: str

    @classmethod
    def of(cls, profile: Profile) -> "ProfileOut":
        """From a row."""
        by = By(profile.handle, profile.name, profile.avatar)
        return cls(
            handle=profile.handle,
            name=profile.name,
            bio=profile.bio,
            url=by.url,
            avatar_url=by.avatar_url,
            kind=profile.kind.value,
            followers=profile.followers,
            following=profile.following,
            hand_accepts=profile.hand_accepts,
            mine=profile.mine,
            relation=RelationOut.of(profile.relation),
            created_at=iso(profile.created_at),
        )


class ListedOut(Struct):
    """An account in a list, and since when it is in it."""

    account: AccountOut
    at: str

    @classmethod
    def of(cls, listed: Listed) -> "ListedOut":
        """From a row."""
        return cls(AccountOut.of(By(listed.handle, listed.name, listed.avatar)), iso(listed.at))


class ListedPage(Struct):
    """A page of accounts, newest first; `next` continues it, null at the end."""

    items: list[ListedOut]
    next: str | None

    @classmethod
    def of(cls, found: list[Listed], following: relations.Cursor | None) -> "ListedPage":
        """From rows and the place after the last."""
        return cls([ListedOut.of(each) for each in found], following and f"{following[0]}-{following[1]}")


_NUMBER = re.compile(r"[0-9]{1,19}")


def _place(cursor: str | None) -> relations.Cursor | None:
    if cursor is None:
        return None
    at, _, account = cursor.partition("-")
    if not (_NUMBER.fullmatch(at) and _NUMBER.fullmatch(account)) or max(int(at), int(account)) >= 2**63:
        raise Invalid("This cursor is not one that was given out.", field="cursor")
    return int(at), int(account)


@get("/api/v1/accounts/{handle:str}", tags=["accounts"], responses=KNOWN | problems(404), operation_id="account")
@reads(anyone, same_by=itself)
def show(db: Connection, viewer: Viewer, handle: Handle) -> ProfileOut:
    """The account of that handle."""
    return ProfileOut.of(profiles.profile(db, viewer, handle))


@get(
    "/api/v1/accounts/{handle:str}/followers", tags=["accounts"], responses=problems(403, 404), operation_id="followers"
)
@reads(anyone)
def followers(db: Connection, viewer: Viewer, handle: Handle, cursor: Cursor = None, limit: Limit = 50) -> ListedPage:
    """Who follows it, where it does not keep that to itself."""
    return ListedPage.of(*relations.followers(db, viewer, handle, before=_place(cursor), limit=limit))


@get(
    "/api/v1/accounts/{handle:str}/following", tags=["accounts"], responses=problems(403, 404), operation_id="following"
)
@reads(anyone)
def following(db: Connection, viewer: Viewer, handle: Handle, cursor: Cursor = None, limit: Limit = 50) -> ListedPage:
    """Whom it follows, where it does not keep that to itself."""
    return ListedPage.of(*relations.following(db, viewer, handle, before=_place(cursor), limit=limit))


_ACT = problems(401, 403, 404, 409)


@put("/api/v1/accounts/{handle:str}/follow", tags=["accounts"], responses=_ACT, operation_id="follow")
@writes(signed_in)
def follow(db: Connection, viewer: Viewer, handle: Handle, clip: ClipName = None) -> RelationOut:
    """Follow, or ask to where followers are accepted by hand. `clip`: where you were when you did."""
    moment = clock.now()
    relation = relations.follow(db, viewer, handle, moment)
    if clip is not None:
        acts.followed_from(db, viewer, clip, handle, moment)
    return RelationOut.of(relation)


@delete(
    "/api/v1/accounts/{handle:str}/follow", status_code=200, tags=["accounts"], responses=_ACT, operation_id="unfollow"
)
@writes(signed_in)
def unfollow(db: Connection, viewer: Viewer, handle: Handle) -> RelationOut:
    """No longer follow, or take the request back."""
    return RelationOut.of(relations.unfollow(db, viewer, handle))


@put("/api/v1/accounts/{handle:str}/block", tags=["accounts"], responses=_ACT, operation_id="block")
@writes(signed_in)
def block(db: Connection, viewer: Viewer, handle: Handle) -> RelationOut:
    """Neither sees the other from now on; follows end both ways."""
    return RelationOut.of(relations.block(db, viewer, handle, clock.now()))


@delete(
    "/api/v1/accounts/{handle:str}/block", status_code=200, tags=["accounts"], responses=_ACT, operation_id="unblock"
)
@writes(signed_in)
def unblock(db: Connection, viewer: Viewer, handle: Handle) -> RelationOut:
    """Lift the block; follows that it ended stay ended."""
    return RelationOut.of(relations.unblock(db, viewer, handle))


@put("/api/v1/accounts/{handle:str}/mute", tags=["accounts"], responses=_ACT, operation_id="mute")
@writes(signed_in)
def mute(db: Connection, viewer: Viewer, handle: Handle) -> RelationOut:
    """Meet this account's clips no more in feeds and searches; it never learns of it."""
    return RelationOut.of(relations.mute(db, viewer, handle, clock.now()))


@delete("/api/v1/accounts/{handle:str}/mute", status_code=200, tags=["accounts"], responses=_ACT, operation_id="unmute")
@writes(signed_in)
def unmute(db: Connection, viewer: Viewer, handle: Handle) -> RelationOut:
    """End the mute."""
    return RelationOut.of(relations.unmute(db, viewer, handle))


@get("/api/v1/me/follow-requests", tags=["me"], responses=problems(401), operation_id="follow_requests")
@reads(signed_in)
def requests(db: Connection, viewer: Viewer, cursor: Cursor = None, limit: Limit = 50) -> ListedPage:
    """Who waits to follow the account you act as."""
    return ListedPage.of(*relations.requests(db, viewer, before=_place(cursor), limit=limit))


@put(
    "/api/v1/me/follow-requests/{handle:str}",
    status_code=204,
    tags=["me"],
    responses=_ACT,
    operation_id="accept_follow_request",
)
@writes(signed_in)
def accept(db: Connection, viewer: Viewer, handle: Handle) -> None:
    """Say yes to a request."""
    relations.accept(db, viewer, handle, clock.now())


@delete("/api/v1/me/follow-requests/{handle:str}", tags=["me"], responses=_ACT, operation_id="decline_follow_request")
@writes(signed_in)
def decline(db: Connection, viewer: Viewer, handle: Handle) -> None:
    """Say no to a request, or let a follower go; they are not told."""
    relations.decline(db, viewer, handle)


routes = [
    show,
    followers,
    following,
    follow,
    unfollow,
    block,
    unblock,
    mute,
    unmute,
    requests,
    accept,
    decline,
]
