"""Passkeys (WebAuthn level 2): each challenge answers once, each passkey finds its person without a handle typed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, insert, select, update

from onstage import ids
from onstage.accounts.models import Kind, accounts, challenges, members, passkeys
from onstage.accounts.queries import password_hash
from onstage.accounts.viewer import Viewer
from onstage.clock import MINUTE
from onstage.db.engine import Connection
from onstage.db.inserts import insert_missing
from onstage.errors import Conflict, Invalid, NotAllowed, NotFound
from onstage.later import Later
from onstage.text import clean

_CHALLENGE_LASTS = 10 * MINUTE
_ceremonies = Later("onstage.accounts.doors.ceremonies")
_MOST = 50  # passkeys of one person
_WRONG = "This passkey was not accepted. Nothing has changed; try once more, or sign in another way."

Credential = Mapping[str, Any]


class Ceremony(StrEnum):
    """What a challenge was given for."""

    REGISTER = "register"
    SIGN_IN = "sign_in"


@dataclass(frozen=True)
class RelyingParty:
    """This server as authenticators know it: the host of its origin, its name, its origin."""

    id: str
    name: str
    origin: str


@dataclass(frozen=True)
class Challenge:
    """A challenge that has been taken back and can't be answered again."""

    challenge: bytes
    person: int | None


@dataclass(frozen=True)
class NewPasskey:
    """A passkey whose making was verified, not kept yet."""

    person: int
    credential: bytes
    public_key: bytes
    sign_count: int
    name: str


@dataclass(frozen=True)
class Passkey:
    """A passkey as its person sees it. Instants in UTC microseconds."""

    id: int
    name: str
    created_at: int
    used_at: int | None


@dataclass(frozen=True)
class Known:
    """A kept passkey and whose it is; the account is the personal one, to act as."""

    id: int
    person: int
    account: int
    public_key: bytes
    sign_count: int


def relying_party(origin: str, name: str) -> RelyingParty:
    """This server, from its origin such as `https://stage.example`."""
    return RelyingParty(urlsplit(origin).hostname or "localhost", name, origin)


def register_options(
    db: Connection, party: RelyingParty, handle: str, now: int, *, person: int | None = None
) -> dict[str, Any]:
    """Options for `navigator.credentials.create`, as JSON. Without a person: for somebody who is about to sign up."""
    known = db.execute(select(passkeys.c.credential).where(passkeys.c.person_id == person)).scalars().all()
    whose = ids.new() if person is None else person
    options, challenge = _ceremonies.to_register(party.id, party.name, whose, handle, known)
    _give(db, challenge, Ceremony.REGISTER, whose, now)
    return dict(options)


def sign_in_options(db: Connection, party: RelyingParty, now: int) -> dict[str, Any]:
    """Options for `navigator.credentials.get`, as JSON; any passkey of this server answers them."""
    options, challenge = _ceremonies.to_sign_in(party.id)
    _give(db, challenge, Ceremony.SIGN_IN, None, now)
    return dict(options)


def _give(db: Connection, challenge: bytes, ceremony: Ceremony, person: int | None, now: int) -> None:
    db.execute(
        insert(challenges).values(
            challenge=challenge, purpose=ceremony.value, person_id=person, until=now + _CHALLENGE_LASTS
        )
    )


def take_back(db: Connection, ceremony: Ceremony, credential: Credential, now: int) -> Challenge:
    """The challenge that a credential answers, used up: commit this before verifying, so that no answer counts twice.

    Raises Invalid when the answer can't be read, NotAllowed when the challenge is unknown, used or too old.
    """
    challenge = _answered(credential)
    row = db.execute(
        delete(challenges)
        .where(challenges.c.challenge == challenge, challenges.c.purpose == ceremony.value)
        .returning(challenges.c.person_id, challenges.c.until)
    ).first()
    if row is None or row.until <= now:
        raise NotAllowed("This took too long. Nothing has changed; try once more.", code="challenge-ended")
    return Challenge(challenge, row.person_id)


def _answered(credential: Credential) -> bytes:
    try:
        return bytes(_ceremonies.challenge_in(credential))
    except _ceremonies.UNREADABLE as error:
        raise Invalid("This is not an answer from a passkey.", field="credential") from error


def verify_new(party: RelyingParty, challenge: Challenge, credential: Credential, name: str) -> NewPasskey:
    """Check the making of a passkey; pure, a few milliseconds. Raises NotAllowed."""
    assert challenge.person is not None
    try:
        made = _ceremonies.made(party.id, party.origin, challenge.challenge, credential)
    except _ceremonies.REFUSED as error:
        raise NotAllowed(_WRONG, code="passkey-refused") from error
    called = clean(name)[:80] or "Passkey"
    return NewPasskey(challenge.person, made.credential_id, made.credential_public_key, made.sign_count, called)


def keep(db: Connection, new: NewPasskey, now: int) -> Passkey:
    """Keep a verified passkey; raises Conflict when it is somebody's already or its person has very many."""
    own = db.execute(select(passkeys.c.id).where(passkeys.c.person_id == new.person)).all()
    made = Passkey(ids.new(), new.name, now, None)
    kept = len(own) < _MOST and insert_missing(
        db,
        passkeys,
        id=made.id,
        person_id=new.person,
        credential=new.credential,
        public_key=new.public_key,
        sign_count=new.sign_count,
        name=new.name,
        created_at=now,
    )
    if not kept:
        raise Conflict(
            "This passkey is in use already, or you have %(most)s, which is as many as there can be.", most=_MOST
        )
    return made


def find(db: Connection, credential: Credential) -> Known | None:
    """The kept passkey that a credential claims to be, and whose it is; None when there is none."""
    try:
        identifier = _ceremonies.identifier_in(credential)
    except _ceremonies.UNREADABLE:
        return None
    row = db.execute(
        select(passkeys.c.id, passkeys.c.person_id, accounts.c.id, passkeys.c.public_key, passkeys.c.sign_count)
        .join_from(passkeys, members, members.c.person_id == passkeys.c.person_id)
        .join(accounts, accounts.c.id == members.c.account_id)
        .where(passkeys.c.credential == identifier, accounts.c.kind == Kind.PERSONAL.value)
    ).first()
    return Known(*row) if row else None


def verify_known(party: RelyingParty, challenge: Challenge, credential: Credential, known: Known | None) -> int:
    """Check a passkey's answer; returns its new sign count. Raises NotAllowed, for an unknown passkey too."""
    if known is None:
        raise NotAllowed(_WRONG, code="passkey-refused")
    asked = party.id, party.origin, challenge.challenge
    try:
        return int(_ceremonies.answered(*asked, credential, known.public_key, known.sign_count))
    except _ceremonies.REFUSED as error:
        raise NotAllowed(_WRONG, code="passkey-refused") from error


def used(db: Connection, known: Known, sign_count: int, now: int) -> None:
    """Note that a passkey was used; an older sign count than the kept one has been refused before."""
    db.execute(update(passkeys).where(passkeys.c.id == known.id).values(sign_count=sign_count, used_at=now))


def mine(db: Connection, viewer: Viewer) -> list[Passkey]:
    """The viewer's passkeys, newest first."""
    rows = db.execute(
        select(passkeys.c.id, passkeys.c.name, passkeys.c.created_at, passkeys.c.used_at)
        .where(passkeys.c.person_id == viewer.person)
        .order_by(passkeys.c.id.desc())
    )
    return [Passkey(*row) for row in rows]


def remove(db: Connection, viewer: Viewer, passkey: int) -> None:
    """Remove one of the viewer's passkeys; raises NotFound, or Conflict when it is the only way to sign in."""
    own = mine(db, viewer)
    if passkey not in {kept.id for kept in own}:
        raise NotFound("You have no such passkey.")
    assert viewer.person is not None
    if len(own) == 1 and password_hash(db, viewer.person) is None:
        raise Conflict("This is your only way to sign in. Set a password or add another passkey first.")
    db.execute(delete(passkeys).where(passkeys.c.id == passkey))


def as_credential(words: str) -> Credential:
    """A credential that a form carried as JSON text; raises Invalid."""
    try:
        read = json.loads(words)
    except ValueError as error:
        raise Invalid("This is not an answer from a passkey.", field="credential") from error
    if not isinstance(read, dict):
        raise Invalid("This is not an answer from a passkey.", field="credential")
    return read
