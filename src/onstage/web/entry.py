"""Coming in, step by step: what the API and the pages share. Slow checks happen between short units of work."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from litestar import Response
from litestar.datastructures import Cookie

from onstage import clock, mail
from onstage.accounts import avatars, children, joint, leaving, naming, signup
from onstage.accounts.doors import passkeys, passwords, recovery, sessions, throttle
from onstage.accounts.doors.passkeys import Ceremony, Credential, Passkey, RelyingParty
from onstage.accounts.doors.recovery import Purpose
from onstage.accounts.doors.sessions import Begun, SessionKind
from onstage.accounts.guardians import guarding, household
from onstage.accounts.queries import Who, has_sign_in, kept_form, password_hash, person_named
from onstage.accounts.signup import Form, Policy, SignedUp, SignUpPolicy, TooYoung
from onstage.accounts.viewer import Viewer
from onstage.clips.ending import closing, receipts
from onstage.clips.portraits.asking import need_askable
from onstage.db.engine import Connection
from onstage.errors import NotAllowed, TooLarge
from onstage.jobs.queue import enqueue
from onstage.settings import Settings
from onstage.storage.objects import new_key
from onstage.web.http import SESSION_COOKIE, AnyRequest, App, address

TOO_YOUNG_COOKIE = "onstage_wait"
_KEEP_SECONDS = 400 * 86_400  # as long as browsers keep a cookie
_WAIT = clock.DAY
_WRONG = "This handle and this password do not belong together."


def signing_policy(settings: Settings) -> Policy:
    """What this server asks of whoever signs up."""
    return Policy(
        SignUpPolicy(settings.sign_up),
        settings.alone_from,
        clock.SERVER_ZONE,
        settings.own_account_from,
        settings.child_sign_in,
    )


def relying_party(settings: Settings) -> RelyingParty:
    """This server as authenticators know it."""
    return passkeys.relying_party(settings.origin, settings.name)


def sign_up(app: App, request: AnyRequest, form: Form, credential: Credential | None = None) -> tuple[SignedUp, Begun]:
    """A new person, signed in. `credential`: the passkey they made, instead of a password or with one.

    Raises TooYoung; the answer to that carries `remember_too_young`, and no other date is taken in this browser.
    """
    if must_wait(app, request):
        raise TooYoung("You can't have an account of your own here yet. Nothing that you filled in was kept.")
    policy = signing_policy(app.settings)
    naming.check_handle(form.handle)
    if credential is not None:
        form = _with_passkey(app, form, credential)
    ready = signup.prepare(form, policy, clock.now())
    with app.database.write() as db:
        who = signup.sign_up(db, app.keys, policy, ready, clock.now())
        if who.guardian is not None:
            guarding.begin_for(db, app.keys, who.guardian, who.person, who.person, clock.now())
        return who, _begin(db, request, Who(who.person, who.account))


def _with_passkey(app: App, form: Form, credential: Credential) -> Form:
    with app.database.write() as db:
        challenge = passkeys.take_back(db, Ceremony.REGISTER, credential, clock.now())
    new = passkeys.verify_new(relying_party(app.settings), challenge, credential, "First passkey")
    return replace(form, passkey=new)


def sign_in(app: App, request: AnyRequest, handle: str, password: str) -> Begun:
    """Sign in by password; an unknown handle looks and lasts like a wrong password. Raises NotAllowed or TooMany."""
    with app.database.write() as db:
        attempt = throttle.enter(db, app.keys, handle, address(request), clock.now())
        who = person_named(db, handle)
        kept = password_hash(db, who.person) if who else None
    if not passwords.matches(kept, password) or who is None:
        raise NotAllowed(_WRONG, field="password", code="sign-in-refused")
    with app.database.write() as db:
        throttle.passed(db, attempt)
        return _begin(db, request, who)


def sign_in_by_passkey(app: App, request: AnyRequest, credential: Credential) -> Begun:
    """Sign in by any passkey of this server. Raises Invalid or NotAllowed."""
    known, sign_count = _checked_passkey(app, credential)
    with app.database.write() as db:
        passkeys.used(db, known, sign_count, clock.now())
        return _begin(db, request, Who(known.person, known.account))


def recover(app: App, request: AnyRequest, handle: str, code: str) -> Begun:
    """Sign in by a recovery code, which is used up. Raises NotAllowed or TooMany."""
    with app.database.write() as db:
        attempt = throttle.enter(db, app.keys, handle, address(request), clock.now())
    with app.database.write() as db:
        who = recovery.use_code(db, handle, code)
        throttle.passed(db, attempt)
        return _begin(db, request, who)


def reset(app: App, request: AnyRequest, secret: str, password: str) -> Begun:
    """Choose a new password by a reset link and sign in; every other session ends. Raises Gone or Invalid."""
    passwords.check(password, "")
    with app.database.read() as db:
        recovery.peek(db, Purpose.RESET, secret, clock.now())
    hashed = passwords.hashed(password)
    with app.database.write() as db:
        who = recovery.reset(db, secret, hashed, clock.now())
        return _begin(db, request, who)


def mail_reset(app: App, request: AnyRequest, handle: str) -> None:
    """Send a reset link where this handle has a mail address; nobody learns whether it has. Raises TooMany."""
    with app.database.write() as db:
        throttle.enter(db, app.keys, f"mail {handle}", address(request), clock.now())
        found = recovery.mail_link(db, handle, clock.now())
        if found:
            address_, secret = found
            words = f"Open this within an hour to choose a new password:\n\n{app.settings.origin}/reset/{secret}\n"
            letter = {"to": address_, "subject": f"A new password for {app.settings.name}", "words": words}
            enqueue(db, mail.JOB, letter)


def confirm(app: App, request: AnyRequest, viewer: Viewer, proof: str | Credential) -> Viewer:
    """A sign-in check in a session that goes on, by password or passkey; gives the viewer as checked.

    Raises NotAllowed, TooMany or Invalid.
    """
    assert viewer.person is not None
    if isinstance(proof, str):
        _check_password(app, request, viewer.person, proof)
    else:
        known, sign_count = _checked_passkey(app, proof)
        if known.person != viewer.person:
            raise NotAllowed("This passkey belongs to somebody else.", field="passkey", code="sign-in-refused")
        with app.database.write() as db:
            passkeys.used(db, known, sign_count, clock.now())
    checked_at = clock.now()
    with app.database.write() as db:
        sessions.confirm(db, viewer, checked_at)
    return replace(viewer, checked_at=checked_at)


def add_passkey(app: App, viewer: Viewer, credential: Credential, name: str) -> Passkey:
    """Another passkey for somebody who is signed in, after a sign-in check. Raises Invalid, NotAllowed or Conflict."""
    sessions.need_check(viewer, clock.now())
    with app.database.write() as db:
        challenge = passkeys.take_back(db, Ceremony.REGISTER, credential, clock.now())
    if challenge.person != viewer.person:
        raise NotAllowed("This passkey was made for somebody else.", code="passkey-refused")
    new = passkeys.verify_new(relying_party(app.settings), challenge, credential, name)
    with app.database.write() as db:
        return passkeys.keep(db, new, clock.now())


def change_password(app: App, viewer: Viewer, password: str) -> None:
    """A new password after a sign-in check; the person's other sessions end. Raises Invalid or NotAllowed."""
    assert viewer.person is not None
    sessions.need_check(viewer, clock.now())
    passwords.check(password, viewer.handle)
    hashed = passwords.hashed(password)
    with app.database.write() as db:
        recovery.set_password(db, viewer.person, hashed)
        sessions.end_all(db, viewer.person, but=viewer.session)


def child_sign_in(app: App, viewer: Viewer, handle: str, password: str) -> list[str]:
    """A password for a child, by a full guardian after a sign-in check: their first, or a new one; gives first codes.

    Raises NotFound, NotAllowed or Invalid.
    """
    sessions.need_check(viewer, clock.now())
    with app.database.read() as db:
        child = household.minor_named(db, viewer, handle)
        is_first = not has_sign_in(db, child)
    passwords.check(password, kept_form(handle))
    hashed = passwords.hashed(password)
    with app.database.write() as db:
        if is_first:
            return children.open_sign_in(db, app.keys, viewer, child, hashed, clock.now())
        children.reset_sign_in(db, app.keys, viewer, child, hashed, clock.now())
        return []


def leave(app: App, viewer: Viewer) -> str:
    """Remove a person for good, after a sign-in check; gives the path of the receipt. Raises NotAllowed or Conflict."""
    sessions.need_check(viewer, clock.now())
    with app.database.write() as db:
        receipt, secret = receipts.begin(db, "person", None, clock.now())
        leaving.leave(db, viewer, app.purgers, receipt)
    return f"/receipts/{secret}"


def close_joint(app: App, viewer: Viewer, handle: str) -> tuple[str, int | None]:
    """End a joint account for good: at once where one is alone in it, else after seven days.

    Gives the path of the receipt, and when it ends if that is not now. Raises NotFound, NotAllowed or Conflict.
    """
    with app.database.write() as db:
        if len(joint.everybody(db, joint.look(db, viewer, handle).id)) > 1:
            until, secret = closing.begin(db, app.keys, viewer, handle)
            return f"/receipts/{secret}", until
        receipt, secret = receipts.begin(db, "account", viewer.person, clock.now())
        joint.close(db, viewer, handle, app.purgers, receipt)
    return f"/receipts/{secret}", None


def keep_avatar(app: App, viewer: Viewer, picture: bytes) -> bool:
    """Take a picture in, to become the avatar of the viewer's account soon; True: others must agree to it first.

    Raises Invalid, TooLarge or NotAllowed.
    """
    if len(picture) > avatars.MOST_BYTES:
        raise TooLarge(f"A picture has at most {avatars.MOST_BYTES // 1_000_000} MB.", field="avatar")
    avatars.check_picture(picture)
    with app.database.read() as db:
        waits = need_askable(db, viewer)
    key = new_key(".picture")
    with tempfile.NamedTemporaryFile(dir=app.settings.data) as file:
        file.write(picture)
        file.flush()
        app.storage.put(key, Path(file.name))
    with app.database.write() as db:
        avatars.ask(db, viewer, key)
    return waits


def _check_password(app: App, request: AnyRequest, person: int, password: str) -> None:
    with app.database.write() as db:
        attempt = throttle.enter(db, app.keys, f"person {person}", address(request), clock.now())
        kept = password_hash(db, person)
    if not passwords.matches(kept, password):
        raise NotAllowed("This is not your password.", field="password", code="sign-in-refused")
    with app.database.write() as db:
        throttle.passed(db, attempt)


def _checked_passkey(app: App, credential: Credential) -> tuple[passkeys.Known, int]:
    with app.database.write() as db:
        challenge = passkeys.take_back(db, Ceremony.SIGN_IN, credential, clock.now())
        known = passkeys.find(db, credential)
    count = passkeys.verify_known(relying_party(app.settings), challenge, credential, known)
    assert known is not None
    return known, count


def _begin(db: Connection, request: AnyRequest, who: Who) -> Begun:
    name = sessions.browser_name(request.headers.get("user-agent", ""))
    return sessions.begin(db, who.person, who.account, SessionKind.BROWSER, name, clock.now())


def set_session(app: App, response: Response[Any], begun: Begun) -> None:
    """Give the browser its session."""
    response.set_cookie(_cookie(app, SESSION_COOKIE, begun.secret, _KEEP_SECONDS))


def end_session(app: App, response: Response[Any]) -> None:
    """Take the session's cookie away."""
    response.set_cookie(_cookie(app, SESSION_COOKIE, "", 0))


def remember_too_young(app: App, response: Response[Any]) -> None:
    """Let this browser wait a day before it may give another birth date; nothing else is remembered."""
    until = (clock.now() + _WAIT).to_bytes(8, "big")
    response.set_cookie(_cookie(app, TOO_YOUNG_COOKIE, app.keys.seal("too young", until), _WAIT // clock.SECOND))


def must_wait(app: App, request: AnyRequest) -> bool:
    """Whether somebody was too young in this browser less than a day ago."""
    until = app.keys.open("too young", request.cookies.get(TOO_YOUNG_COOKIE, ""))
    return until is not None and clock.now() < int.from_bytes(until, "big")


def _cookie(app: App, name: str, value: str, seconds: int) -> Cookie:
    secure = app.settings.secure
    return Cookie(key=name, value=value, path="/", max_age=seconds, httponly=True, samesite="lax", secure=secure)
