"""Play tokens: the server's signed word that it dealt this clip to this viewer, where, and how likely that was."""

import struct
from enum import StrEnum
from hashlib import blake2b

from msgspec import Struct

from onstage.clock import HOUR
from onstage.keys import Keys

TOKEN_LIFE = 72 * HOUR
_MILLISECOND = 1000
_HEAD = struct.Struct(">qqBHI")
MILLION = 1_000_000


class Surface(StrEnum):
    """Where a clip is shown. Tokens hold the place in this list: new ones go to its end."""

    FOR_YOU = "for_you"
    FOLLOWING = "following"
    FRIENDS = "friends"
    TAG = "tag"
    ACCOUNT = "account"
    CLIP = "clip"
    SEARCH = "search"
    EXPLORE = "explore"
    SOUND = "sound"
    CHALLENGE = "challenge"
    STORY = "story"
    EMBED = "embed"


_SURFACES = tuple(Surface)
_CODES = {surface: code for code, surface in enumerate(_SURFACES)}


class Token(Struct, frozen=True):
    """This viewer got this clip on this surface at this instant.

    `place`: in its list, from 1; 0 where it was shown alone. `propensity`: how likely it was dealt there, in millionths;
    0 where nobody drew lots. Both are for the engine that learns from the log.
    """

    clip: int
    viewer: bytes
    issued_at: int
    surface: Surface
    place: int = 0
    propensity: int = 0


def seal(keys: Keys, given: Token) -> str:
    """The token as a word for a player, good for 72 hours."""
    head = _HEAD.pack(given.clip, given.issued_at, _CODES[given.surface], given.place, given.propensity)
    return keys.seal("play", head + given.viewer)


def read(keys: Keys, sealed: str) -> Token | None:
    """What the word says, or None when it was not made here."""
    message = keys.open("play", sealed)
    if message is None or len(message) <= _HEAD.size:
        return None
    clip, issued_at, code, place, propensity = _HEAD.unpack_from(message)
    if code >= len(_SURFACES):
        return None
    return Token(clip, message[_HEAD.size :], issued_at, _SURFACES[code], place, propensity)


def name_of(sealed: str) -> bytes:
    """A short name for a token, by which what was watched under it is added up."""
    return blake2b(sealed.encode(), digest_size=16).digest()


def untimely(given: Token, happened_at: int, received_at: int) -> str | None:
    """Why an event under this token can't have been then, or None: it lies between issue and receipt.

    Microseconds; players tell the time in milliseconds, cut off.
    """
    if received_at - given.issued_at > TOKEN_LIFE:
        return "expired"
    if not given.issued_at - _MILLISECOND < happened_at <= received_at:
        return "time"
    return None
