"""What counts only once somebody has shown that it is them: by password or passkey, beside what they pressed."""

from typing import Any

from onstage.accounts.doors import passkeys
from onstage.accounts.queries import password_hash
from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection
from onstage.errors import Refused
from onstage.web import entry
from onstage.web.http import AnyRequest, App
from onstage.web.pages.forms import words


def checked(app: App, request: AnyRequest, viewer: Viewer, data: dict[str, Any]) -> Viewer:
    """The viewer, as checked by the proof in a form, if there is one. Raises what `entry.confirm` does."""
    passkey, password = words(data, "passkey"), words(data, "password")
    if not passkey and not password:
        return viewer
    return entry.confirm(app, request, viewer, passkeys.as_credential(passkey) if passkey else password)


def is_asked(error: Refused) -> bool:
    """Whether it was refused because nobody has shown who they are, or not well."""
    return error.code == "check-needed" or error.field in {"password", "passkey"}


def shown(error: Refused | None) -> Refused | None:
    """What a page says of it: nothing where there was no proof yet."""
    return None if error is None or error.code == "check-needed" else error


def ways(db: Connection, viewer: Viewer) -> dict[str, Any]:
    """How this person can show that it is them, for a page that asks."""
    assert viewer.person is not None
    return {"has_password": password_hash(db, viewer.person) is not None, "passkeys": passkeys.mine(db, viewer)}
