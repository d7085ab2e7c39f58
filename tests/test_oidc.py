"""An issuer's word is believed when it is signed by the issuer, to us, for this turn, and fresh; else never."""

import hmac
import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from onstage import oidc
from onstage.errors import NotAllowed
from onstage.keys import Keys
from onstage.oidc import Client, Found

NOW = 1_800_000_000
US = Client("https://id.example", "onstage", "", "https://stage.example/eid/back")
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
CURVE = ECKey.generate_key("P-256", {"kid": "two"})
THEIRS = {"keys": [KEY.as_dict(private=False), CURVE.as_dict(private=False)]}
GOOD = {"iss": US.issuer, "sub": "a", "aud": "onstage", "exp": NOW + 60, "iat": NOW, "nonce": "once"}


def word(key: Any = KEY, alg: str = "RS256", kid: str | None = "one", **changed: object) -> str:
    claims = {name: value for name, value in {**GOOD, **changed}.items() if value is not None}
    return jwt.encode({"alg": alg} | ({"kid": kid} if kid else {}), claims, key, algorithms=[alg])


def shared(secret: bytes) -> str:
    """The good claims under HMAC: whoever mixes up keys and secrets believes it."""
    head, body = (
        urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({"alg": "HS256", "kid": "one"}, GOOD)
    )
    mac = urlsafe_b64encode(hmac.digest(secret, head + b"." + body, "sha256")).rstrip(b"=")
    return b".".join([head, body, mac]).decode()


def check(said: str) -> None:
    oidc.check(said, THEIRS, US, "once", NOW)


@pytest.mark.parametrize(
    "said",
    [
        word(),
        word(CURVE, "ES256", "two"),
        word(aud=["onstage"]),
        word(aud=["onstage", "another"], azp="onstage"),
        word(exp=NOW - 59),
        word(iat=NOW - 599),
    ],
)
def test_what_is_right_is_believed(said: str) -> None:
    check(said)


WRONG = {
    "another issuer": word(iss="https://id.example.org"),
    "no issuer": word(iss=None),
    "for somebody else": word(aud="another"),
    "for others": word(aud=["another", "third"]),
    "for us and others, given to nobody": word(aud=["onstage", "another"]),
    "given to somebody else": word(aud=["onstage", "another"], azp="another"),
    "another turn": word(nonce="twice"),
    "no turn": word(nonce=None),
    "about nobody": word(sub=None),
    "over": word(exp=NOW - 61),
    "never over": word(exp=None),
    "old": word(iat=NOW - 601),
    "of no day": word(iat=None),
    "not yet": word(iat=NOW + 120),
    "another key": word(RSAKey.generate_key(2048, {"kid": "one"})),
    "a key nobody has": word(kid="three"),
    "their public key as a shared secret": shared(KEY.as_pem(private=False)),
    "nothing": "",
    "nonsense": "a.b.c",
    "not text": "\u2603.\u2603.\u2603",
}


@pytest.mark.parametrize("said", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_refused(said: str) -> None:
    with pytest.raises(NotAllowed):
        check(said)


@pytest.mark.parametrize("keys", [{}, {"keys": []}, {"keys": "none"}, {"keys": [{"kty": "RSA"}]}])
def test_keys_that_are_none_prove_nothing(keys: dict[str, Any]) -> None:
    with pytest.raises(NotAllowed):
        oidc.check(word(), keys, US, "once", NOW)


@pytest.mark.parametrize(
    ("names_itself", "issuer", "ok"), [(0, "", 1), (1, "", 0), (1, US.issuer, 1), (0, "https://b", 0)]
)
def test_an_answer_is_of_this_turn_and_this_issuer(names_itself: int, issuer: str, ok: int) -> None:
    found = Found("", "", "", in_body=False, names_itself=bool(names_itself))
    on, other = (oidc.turn(Keys(b"secret"), each) for each in ("one", "two"))
    assert len({on.state, on.nonce, on.verifier, other.state, other.nonce, other.verifier}) == 6
    for state, is_ok in ((on.state, bool(ok)), (other.state, False), ("", False), ("\u2603", False)):
        if is_ok:
            oidc.came_back(US, found, on, state, issuer)
        else:
            with pytest.raises(NotAllowed):
                oidc.came_back(US, found, on, state, issuer)
