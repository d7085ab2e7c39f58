"""Sessions: browsers that are signed in, and API tokens. `viewer.find` reads them; here they begin, change and end."""

import re
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, insert, select, update

from onstage import ids
from onstage.accounts.guardianship import here
from onstage.accounts.models import accounts, members, sessions
from onstage.accounts.queries import kept_form
from onstage.accounts.viewer import Viewer, secret_hash
from onstage.clock import DAY, MINUTE
from onstage.db.engine import Connection
from onstage.errors import Conflict, NotAllowed, NotFound
from onstage.text import clean

CHECK_LASTS = 5 * MINUTE
UNSEEN_FOR = 180 * DAY  # then a browser is signed out; a token stays until it is revoked
_SEEN_EVERY = 10 * MINUTE
_MOST = 100  # tokens that one person may have


class SessionKind(StrEnum):
    """Whose secret it is: a browser's cookie or a program's bearer token."""

    BROWSER = "browser"
    TOKEN = "token"  # noqa: S105 - a kind, not a secret


@dataclass(frozen=True)
class Session:
    """A session as its person sees it. Instants in UTC microseconds."""

    id: int
    kind: SessionKind
    name: str
    acting_as: str
    created_at: int
    seen_at: int
    is_this: bool


@dataclass(frozen=True)
class Begun:
    """A session that has just begun; its secret is kept nowhere."""

    id: int
    secret: str


def begin(db: Connection, person: int, account: int, kind: SessionKind, name: str, now: int) -> Begun:
    """A new session of a person who has just shown who they are."""
    begun, secret = ids.new(), ids.token()
    here(db, person, now)
    db.execute(
        insert(sessions).values(
            id=begun,
            secret_hash=secret_hash(secret),
            person_id=person,
            account_id=account,
            kind=kind.value,
            name=clean(name)[:80],
            created_at=now,
            seen_at=now,
            checked_at=now,
        )
    )
    return Begun(begun, secret)


def make_token(db: Connection, viewer: Viewer, name: str, now: int) -> tuple[Session, str]:
    """A token for a program, acting as the viewer's account; the secret is shown this once."""
    assert viewer.person is not None
    assert viewer.account is not None
    if len(mine(db, viewer, SessionKind.TOKEN)) >= _MOST:
        raise Conflict(
            "You have %(most)s tokens, which is as many as there can be. Revoke one that you no longer use.", most=_MOST
        )
    begun = begin(db, viewer.person, viewer.account, SessionKind.TOKEN, name, now)
    return Session(begun.id, SessionKind.TOKEN, clean(name)[:80], viewer.handle, now, now, is_this=False), begun.secret


def mine(db: Connection, viewer: Viewer, kind: SessionKind) -> list[Session]:
    """The viewer's sessions of that kind, newest first."""
    rows = db.execute(
        select(sessions, accounts.c.handle)
        .join_from(sessions, accounts, accounts.c.id == sessions.c.account_id)
        .where(sessions.c.person_id == viewer.person, sessions.c.kind == kind.value)
        .order_by(sessions.c.id.desc())
    )
    return [
        Session(
            id=row.id,
            kind=SessionKind(row.kind),
            name=row.name,
            acting_as=row.handle,
            created_at=row.created_at,
            seen_at=row.seen_at,
            is_this=row.id == viewer.session,
        )
        for row in rows
    ]


def end(db: Connection, viewer: Viewer, session: int, kind: SessionKind) -> None:
    """End one of the viewer's own sessions; raises NotFound for anybody else's."""
    ended = db.execute(
        delete(sessions).where(
            sessions.c.id == session, sessions.c.person_id == viewer.person, sessions.c.kind == kind.value
        )
    )
    if not ended.rowcount:
        raise NotFound("This session has ended already.")


def end_all(db: Connection, person: int, *, but: int | None = None) -> int:
    """End a person's browser sessions and tokens, `but` one; returns how many."""
    condition = sessions.c.person_id == person
    if but is not None:
        condition &= sessions.c.id != but
    return db.execute(delete(sessions).where(condition)).rowcount


def act_as(db: Connection, viewer: Viewer, handle: str) -> None:
    """Go on as another of the viewer's accounts in this session; raises NotFound unless they are its member."""
    account = db.execute(
        select(accounts.c.id)
        .join_from(accounts, members, members.c.account_id == accounts.c.id)
        .where(accounts.c.handle == kept_form(handle), members.c.person_id == viewer.person)
    ).scalar()
    if account is None:
        raise NotFound("You have no account of that name.", field="handle")
    db.execute(update(sessions).where(sessions.c.id == viewer.session).values(account_id=account))


def seen(db: Connection, viewer: Viewer, now: int) -> None:
    """Note that the session is in use; worth a unit of work only when `is_stale` says so, and then once."""
    stale = (sessions.c.id == viewer.session) & (sessions.c.seen_at <= now - _SEEN_EVERY)
    if db.execute(update(sessions).where(stale).values(seen_at=now)).rowcount and viewer.person is not None:
        here(db, viewer.person, now)


def is_stale(viewer: Viewer, now: int) -> bool:
    """Whether `seen_at` is ten minutes behind."""
    return viewer.signed_in and now - viewer.seen_at >= _SEEN_EVERY


def confirm(db: Connection, viewer: Viewer, now: int) -> None:
    """A sign-in check has succeeded: the person has shown again, in this session, who they are."""
    db.execute(update(sessions).where(sessions.c.id == viewer.session).values(checked_at=now))


def is_checked(viewer: Viewer, now: int) -> bool:
    """Whether the last sign-in check is at most five minutes old."""
    return viewer.signed_in and now - viewer.checked_at <= CHECK_LASTS


def need_check(viewer: Viewer, now: int) -> None:
    """Raise NotAllowed (`check-needed`) unless the last sign-in check is fresh."""
    if not is_checked(viewer, now):
        raise NotAllowed("Show once more that it is you, with your password or a passkey.", code="check-needed")


def forget(db: Connection, now: int) -> int:
    """End browsers that nobody has used for half a year; returns how many."""
    unused = (sessions.c.kind == SessionKind.BROWSER.value) & (sessions.c.seen_at <= now - UNSEEN_FOR)
    return db.execute(delete(sessions).where(unused)).rowcount


_BROWSERS = (
    ("Edge", r"\bEdg(A|iOS)?/"),
    ("Opera", r"\bOPR/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(Firefox|FxiOS)/"),
    ("Chrome", r"\b(Chrome|CriOS|Chromium)/"),
    ("Safari", r"\bSafari/"),
)
_SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("Mac", r"Macintosh"),
    ("Linux", r"Linux|X11"),
)


def browser_name(user_agent: str) -> str:
    """What a User-Agent is called in the list of sessions, such as "Firefox on Linux"."""
    browser = next((name for name, pattern in _BROWSERS if re.search(pattern, user_agent)), "Browser")
    system = next((name for name, pattern in _SYSTEMS if re.search(pattern, user_agent)), "")
    return f"{browser} on {system}" if system else browser
