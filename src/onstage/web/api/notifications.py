"""What you are told: the inbox, what you want of each kind, and the browsers that may be woken."""

from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from typing import Annotated

from litestar import delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, Parameter
from msgspec import Meta, Struct

from onstage.accounts import notices
from onstage.accounts.notices import Told
from onstage.accounts.viewer import Viewer
from onstage.clock import iso, now, read_instant
from onstage.db.engine import Connection
from onstage.errors import Invalid
from onstage.notifications import choices, inbox, waking
from onstage.notifications.choices import Wanted
from onstage.notifications.inbox import Item
from onstage.push import Device
from onstage.web.api.history import place
from onstage.web.api.schemas import AccountOut, Cursor, Limit, problems
from onstage.web.http import App, reads, signed_in, writes

_MILLISECOND = 1000  # as exactly as the API tells instants
_P256_BYTES = 65
_AUTH_BYTES = 16


class NoticeOut(Struct):
    """One thing: its kind, who did it last (null where nobody is told), how many do it, about which clip."""

    kind: str
    account: AccountOut | None
    count: int
    clip: str | None
    words: str
    at: str
    unread: bool

    @classmethod
    def of(cls, item: Item) -> "NoticeOut":
        """From an item of the inbox."""
        slug = item.clip.slug if item.clip else None
        account = AccountOut.of(item.account) if item.account else None
        return cls(item.kind, account, item.count, slug, item.words, iso(item.at), item.unread)


class InboxOut(Struct):
    """A page of the inbox, latest first."""

    items: list[NoticeOut]
    next: str | None
    unread: int


class FamilyNoticeOut(Struct):
    """What you were told of a family or an account: its kind, whom it is about and who did it, by personal handles.

    These are null for somebody who has left, where nobody is told, and where it is about nobody.
    """

    kind: str
    about: str | None
    by: str | None
    account: str | None
    at: str
    unread: bool

    @classmethod
    def of(cls, each: Told) -> "FamilyNoticeOut":
        """From what the domain says."""
        names = (each.about_handle or None, each.by_handle or None, each.account or None)
        return cls(each.kind.value, *names, iso(each.at), each.is_new)


class WantedIO(Struct, forbid_unknown_fields=True):
    """Whether a kind comes into the inbox, and whether it may wake your devices."""

    inbox: bool
    push: bool


class KindOut(Struct):
    """A kind as you have it."""

    kind: str
    inbox: bool
    push: bool


class ChoicesOut(Struct):
    """Every kind, the letter of the day, and the key with which a browser subscribes."""

    kinds: list[KindOut]
    digest: bool
    push_key: str


class DigestIO(Struct, forbid_unknown_fields=True):
    """Whether you get a letter a day about what you have not read."""

    digest: bool


class KeysIn(Struct):
    """The keys of a browser's subscription, base64url."""

    p256dh: Annotated[str, Meta(max_length=120)]
    auth: Annotated[str, Meta(max_length=40)]


class DeviceIn(Struct):
    """A browser's subscription, as `PushSubscription.toJSON()` gives it."""

    endpoint: Annotated[str, Meta(max_length=1000)]
    keys: KeysIn


@get("/api/v1/me/inbox", tags=["me"], responses=problems(401, 404), operation_id="inbox")
@reads(signed_in)
def show(db: Connection, viewer: Viewer, cursor: Cursor = None, limit: Limit = 40) -> InboxOut:
    """What the account you act as was told."""
    found, following = inbox.listed(db, viewer, place(cursor), limit)
    new = inbox.unread(db, [viewer])[viewer]
    return InboxOut([NoticeOut.of(each) for each in found], following and f"{following[0]}-{following[1]}", new)


@get("/api/v1/me/notices", tags=["me"], responses=problems(401), operation_id="family_notices")
@reads(signed_in)
def told(
    db: Connection, viewer: Viewer, until: Annotated[str | None, Parameter(max_length=40)] = None, limit: Limit = 40
) -> list[FamilyNoticeOut]:
    """What you were told of your families and accounts, latest first; `until`: only what came before that instant."""
    assert viewer.person is not None
    before = None if until is None else _instant(until)
    return [FamilyNoticeOut.of(each) for each in notices.told(db, viewer.person, limit=limit, before=before)]


def _instant(words: str) -> int:
    at = read_instant(words)
    if at is None:
        raise Invalid("`until` is an instant with its zone, as `at` of a notice tells it.", field="until")
    return at


@put("/api/v1/me/inbox/read", status_code=204, tags=["me"], responses=problems(401), operation_id="read_inbox")
@writes(signed_in)
def read(db: Connection, viewer: Viewer, until: Annotated[str | None, Parameter(max_length=40)] = None) -> None:
    """What had come until then, or has until now, is not new any more. `until`: the `at` of the latest that was read."""
    seen = now() if until is None else _instant(until) + _MILLISECOND - 1
    inbox.read(db, viewer, seen)
    notices.seen(db, viewer, seen)


@get("/api/v1/me/notifications", tags=["me"], responses=problems(401), operation_id="notification_choices")
@reads(signed_in)
def chosen(db: Connection, viewer: Viewer, app: App) -> ChoicesOut:
    """What you want to be told, and where."""
    kinds = [KindOut(each.kind, each.inbox, each.push) for each in choices.chosen(db, viewer)]
    return ChoicesOut(kinds, choices.has_digest(db, viewer), app.push.key)


@put(
    "/api/v1/me/notifications/{kind:str}", tags=["me"], responses=problems(401, 404), operation_id="choose_notification"
)
@writes(signed_in)
def choose(db: Connection, viewer: Viewer, kind: FromPath[str], data: JSONBody[WantedIO]) -> WantedIO:
    """Have a kind so from now on."""
    choices.choose(db, viewer, Wanted(kind, data.inbox, data.push))
    return data


@put("/api/v1/me/digest", tags=["me"], responses=problems(401), operation_id="choose_digest")
@writes(signed_in)
def digest(db: Connection, viewer: Viewer, data: JSONBody[DigestIO]) -> DigestIO:
    """A letter a day about what you have not read, or none; it needs a mail address."""
    choices.set_digest(db, viewer, on=data.digest, now=now())
    return data


@post("/api/v1/me/devices", status_code=204, tags=["me"], responses=problems(401), operation_id="add_device")
@writes(signed_in)
def add_device(db: Connection, viewer: Viewer, app: App, data: JSONBody[DeviceIn]) -> None:
    """Let this browser be woken."""
    if not app.push.accepts(data.endpoint):
        raise Invalid("This server does not call that push service.", field="endpoint")
    key, auth = _bytes(data.keys.p256dh, "p256dh", _P256_BYTES), _bytes(data.keys.auth, "auth", _AUTH_BYTES)
    waking.add_device(db, viewer, Device(data.endpoint, key, auth))


@delete("/api/v1/me/devices", status_code=204, tags=["me"], responses=problems(401), operation_id="remove_device")
@writes(signed_in)
def remove_device(db: Connection, viewer: Viewer, endpoint: FromQuery[str]) -> None:
    """Let it sleep."""
    waking.remove_device(db, viewer, endpoint)


def _bytes(word: str, name: str, length: int) -> bytes:
    try:
        raw = urlsafe_b64decode(word + "=" * (-len(word) % 4))
    except (NotBase64, ValueError):
        raw = b""
    if len(raw) != length:
        raise Invalid("This is not the key of a browser's subscription.", field=name)
    return raw


routes = [show, told, read, chosen, choose, digest, add_device, remove_device]
