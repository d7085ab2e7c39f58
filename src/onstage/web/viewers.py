"""Who watches, as the log of plays knows them: the account, or a guest told apart by a signed cookie or by address and browser."""

import secrets

from litestar.datastructures import Cookie

from onstage.accounts.viewer import Viewer
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.engagement import viewers
from onstage.engagement.viewers import Names, day_of, network
from onstage.web.http import GUEST_COOKIE, AnyRequest, App, address

_PURPOSE = "guest"


def names_of(app: App, request: AnyRequest, viewer: Viewer, db: Connection) -> Names:
    """Every name under which this viewer may be in the log, and the one for what is dealt now."""
    day = day_of(now())
    return viewers.names(viewer, _seeds(app, request), _salts(app, day), day, tells=viewers.tells(db, viewer))


def viewer_key(app: App, request: AnyRequest, viewer: Viewer, db: Connection) -> bytes:
    """The name under which clips are dealt to this viewer now."""
    day = day_of(now())
    return viewers.name(viewer, _seeds(app, request), _salts(app, day)[day], tells=viewers.tells(db, viewer))


def private_name(app: App, viewer: Viewer) -> bytes:
    """The name of the day of somebody signed in, for what the log must not know by their account."""
    day = day_of(now())
    return viewers.name(viewer, (), _salts(app, day)[day], tells=False)


def place_of(app: App, request: AnyRequest, viewer: Viewer) -> bytes:
    """Keyed hash of where a guest comes from, under today's salt; empty for a person."""
    if viewer.signed_in:
        return b""
    day = day_of(now())
    return viewers.of_the_day(_salts(app, day)[day], f"address {network(address(request))}")


def _seeds(app: App, request: AnyRequest) -> tuple[str, ...]:
    by_address = f"{address(request)} {request.headers.get('user-agent', '')}"
    cookie = app.keys.open(_PURPOSE, request.cookies.get(GUEST_COOKIE, ""))
    return (by_address,) if cookie is None else (f"cookie {cookie.hex()}", by_address)


def known_guest(app: App, request: AnyRequest, viewer: Viewer) -> Cookie | None:
    """The cookie to give to a guest who has none that was signed here; it ends with the browser."""
    if viewer.signed_in or app.keys.open(_PURPOSE, request.cookies.get(GUEST_COOKIE, "")) is not None:
        return None
    value = app.keys.seal(_PURPOSE, secrets.token_bytes(12))
    request.cookies[GUEST_COOKIE] = value
    return Cookie(key=GUEST_COOKIE, value=value, path="/", httponly=True, samesite="lax", secure=app.settings.secure)


def _salts(app: App, day: int) -> dict[int, bytes]:
    """The salts that are left; the day's own is made by whoever needs it first, which must not be writing already."""
    if day not in app.salts:
        with app.database.write() as db:
            viewers.make_salt(db, day)
            found = viewers.kept_salts(db, day)
        app.salts.clear()
        app.salts.update(found)
    return app.salts
