"""Asking: another name, picture or bio of a joint account with minors waits until everybody who must agree has agreed.

Everywhere else it is shown at once; and at once goes what is only taken away: a picture, or all of the bio.
"""

from dataclasses import replace
from typing import Any

from onstage.accounts import profiles
from onstage.accounts.acts import Act
from onstage.accounts.naming import is_free
from onstage.accounts.profiles import Changes
from onstage.accounts.queries import kept_form, need, role_in
from onstage.accounts.roles import Act as Doing
from onstage.accounts.roles import may
from onstage.accounts.viewer import Viewer, acting
from onstage.clips.portraits.deciding import account_named, clear, enter, keep, settle, write
from onstage.clips.portraits.record import Record, is_joint, load, lock, portrait_of
from onstage.clips.rules import need as rules
from onstage.db.engine import Connection
from onstage.errors import Conflict, NotAllowed, NotFound, Refused
from onstage.keys import Keys


def edit(db: Connection, keys: Keys, viewer: Viewer, changes: Changes) -> bool:
    """Change the account that the viewer acts as; True: somebody must agree before it is shown.

    Raises Invalid, Conflict (handle taken), and NotAllowed, also where nobody could agree for a minor in it.
    """
    assert viewer.account is not None
    assert viewer.person is not None
    new = profiles.checked(db, viewer, changes)
    waits = bool(new) and _change(db, keys, viewer.person, viewer.account, new)
    profiles.switch(db, viewer, changes)
    return waits


def need_askable(db: Connection, viewer: Viewer) -> bool:
    """Raise NotAllowed unless the viewer may choose a picture for their account; True: others must agree to it."""
    need(db, viewer, Doing.DESCRIBE)
    assert viewer.account is not None
    assert viewer.person is not None
    if not is_joint(db, viewer.account):
        return False
    found = load(db, viewer.account, viewer.person)
    if found.minors:
        _check(found, viewer.person)
    return not rules.ok(found.version(viewer.person), [_own_yes(found, viewer.person)], found.facts)


def put_picture(keys: Keys, db: Connection, account: int, person: int | None, key: str | None) -> list[str]:
    """Have an account show a picture that its job has made, or ask for it; gives the keys that nothing needs."""
    refused = [key] if key else []
    if person is None or role_in(db, account, person) is None:
        return refused
    if not is_joint(db, account):
        before = portrait_of(db, account).avatar
        profiles.show(db, account, avatar=key)
        return [before] if before else []
    try:
        need(db, acting(db, person, account), Doing.DESCRIBE)
        _change(db, keys, person, account, {"avatar": key})
    except Refused:  # what stands against it has come up since they chose it
        return refused
    return []


def _change(db: Connection, keys: Keys, by: int, account: int, new: dict[str, Any]) -> bool:
    """True: it waits."""
    if not is_joint(db, account):
        profiles.show(db, account, **new)
        return False
    lock(db, account)
    found = load(db, account, by)
    wanted = replace(found.asked or found.approved, **new)
    if not found.minors:
        _end(db, keys, found, by, kept=wanted.avatar)
        write(db, found, wanted)
        return False
    less = replace(
        found.approved,
        bio=found.approved.bio if wanted.bio else "",
        avatar=found.approved.avatar if wanted.avatar else None,
    )
    if less != found.approved:
        write(db, found, less)
        found = replace(found, approved=less)
    if wanted == found.approved:
        _end(db, keys, found, by)
        return False
    if wanted != found.asked or found.lapsed:
        _check(found, by)
        if wanted.handle != found.approved.handle and not is_free(db, wanted.handle):
            raise Conflict("This handle is taken. Choose another.", field="handle", code="handle-taken")
        keep(db, found, by, wanted)
        enter(db, keys, found, Act.PORTRAIT_ASKED, by, version=found.last + 1)
    return settle(db, keys, account, by).asked is not None


def _check(found: Record, by: int) -> None:
    """Raise NotAllowed where nobody could agree, or nothing new may be made."""
    if found.facts.frozen:
        raise NotAllowed("This rests until an adult stands for it again. What is there stays as it is.", code="frozen")
    if any(len(part.of) < part.least for part in rules.need(found.version(by), found.facts)):
        raise NotAllowed(
            "A child in this account has nobody yet who can say yes for them. Nothing was changed.", code="age"
        )


def _own_yes(found: Record, by: int) -> rules.Yes:
    return rules.Yes(by, found.last + 1, found.facts.at)


def _end(db: Connection, keys: Keys, found: Record, by: int, kept: str | None = None) -> None:
    if found.asked is not None:
        clear(db, found, kept)
        enter(db, keys, found, Act.PORTRAIT_RECALLED, by)


def recall(db: Connection, keys: Keys, viewer: Viewer, handle: str) -> None:
    """Take back what waits: by whoever asks, or an owner. Raises NotFound, Conflict."""
    account = account_named(db, kept_form(handle))
    role = role_in(db, account, viewer.person)
    if account is None or not may(role, Doing.DESCRIBE, viewer.band):
        raise NotFound("There is nobody of that name here.")
    lock(db, account)
    found = load(db, account)
    if found.asked is None:
        raise Conflict("Nothing waits here any more.", code="stage")
    owns = may(role, Doing.GIVE_YES, viewer.band)
    assert viewer.person is not None
    if not owns and (found.working is None or found.working.author != viewer.person):
        raise NotAllowed("Only who asked, or an owner, can take this back.")
    _end(db, keys, found, viewer.person)
