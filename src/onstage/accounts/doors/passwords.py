"""Passwords: what makes one acceptable, and argon2id, which takes 30 ms and 19 MiB: never inside a unit of work."""

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from onstage.errors import Invalid

LEAST_LENGTH = 10
MOST_LENGTH = 200

_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_turns = threading.BoundedSemaphore(4)  # so that a rush of sign-ins does not take all memory

# A hash of nothing that anybody knows: an unknown handle takes as long as a wrong password.
_NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$Z1GPkXglkgwh7gGTkjtQPQ$kFpIpOAi+5quk57IDFdMw44DIY+pzPctOBYPYIuq1IQ"

_COMMON_WORDS = """
password passwort motdepasse contraseña senha qwertyuiop qwertzuiop azertyuiop asdfghjkl zxcvbnm qazwsxedc
1q2w3e4r5t 1qaz2wsx3edc iloveyou welcome letmein administrator changeme football baseball basketball superman
sunshine princess starwars pokemon minecraft computer internet whatever trustno1 liverpool onstage monkey dragon
abcdefghij abc
"""
_COMMON_STEMS = frozenset(_COMMON_WORDS.split())
_DIGITS = "0123456789012345678909876543210987654321"


def check(password: str, handle: str) -> None:
    """Raise Invalid when a password is too short, among the commonest, or the handle itself."""
    if len(password) < LEAST_LENGTH:
        raise Invalid(
            "A password has at least %(least)s characters. A short sentence is easy to keep.",
            field="password",
            least=LEAST_LENGTH,
        )
    if len(password) > MOST_LENGTH:
        raise Invalid("A password has at most %(most)s characters.", field="password", most=MOST_LENGTH)
    if _is_common(password):
        raise Invalid("This password is one of the first that anybody would try. Take another.", field="password")
    name = handle.casefold().strip("_0123456789")
    if name and password.casefold().strip("_0123456789!. ") == name:
        raise Invalid("A password that is the handle is easily guessed. Take another.", field="password")


def _is_common(password: str) -> bool:
    plain = password.casefold()
    if len(set(plain)) <= 2 or plain in _DIGITS:
        return True
    stem = plain.strip("0123456789!?.,*#@$_- ")
    if not stem:
        return len(plain) < 2 * LEAST_LENGTH
    halves = (stem[: len(stem) // 2], stem[len(stem) // 2 :])
    return stem in _COMMON_STEMS or (halves[0] == halves[1] and halves[0] in _COMMON_STEMS)


def hashed(password: str) -> str:
    """The argon2id hash to keep, with its parameters in it."""
    with _turns:
        return _hasher.hash(_composed(password))


def matches(kept: str | None, password: str) -> bool:
    """Whether this is the password; without a kept hash it takes as long and is never true."""
    with _turns:
        try:
            return _hasher.verify(kept or _NOBODYS, _composed(password)) and kept is not None
        except (VerifyMismatchError, InvalidHashError):
            return False


def _composed(password: str) -> str:
    """The same letters typed on another keyboard are the same password (NFC, RFC 8265)."""
    return unicodedata.normalize("NFC", password)[:MOST_LENGTH]
