"""OpenID Connect: sending somebody to an issuer, and checking the word that it sends back (OpenID Connect Core 1.0, 3.1).

The code flow with PKCE (RFC 7636), `state` and `nonce`. Nothing of whom the issuer names is read: only that it names somebody.
"""

import hmac
import http.client
import json
import ssl
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from onstage.errors import NotAllowed, Refused
from onstage.keys import Keys
from onstage.later import Later
from onstage.settings import Settings

BACK = "/eid/back"  # where an issuer sends people to
SIGNED_BY = ["RS256", "PS256", "ES256"]  # never `none`, never a shared secret
_jwt, _jwk, _jws, _errors = (Later(f"joserfc.{part}") for part in ("jwt", "jwk", "jws", "errors"))
_LEEWAY = 60  # seconds by which two clocks may differ
_OLDEST = 600  # seconds since the issuer wrote its word
_TIMEOUT = 10.0
_MOST_BYTES = 200_000


class IssuerAway(Refused):
    """The issuer does not answer, or not as an issuer."""

    status = 502
    code = "issuer-away"


@dataclass(frozen=True)
class Client:
    """This server as the issuer knows it; `back` is the whole address to come back to."""

    issuer: str
    id: str
    secret: str
    back: str


@dataclass(frozen=True)
class Turn:
    """One way there and back: three words that all come from one secret, which the browser keeps meanwhile."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Found:
    """What an issuer says of itself (OpenID Connect Discovery 1.0): three addresses, and how it wants the secret."""

    authorize: str
    token: str
    keys: str
    in_body: bool
    names_itself: bool  # its answers carry `iss` (RFC 9207)


def turn(keys: Keys, secret: str) -> Turn:
    """The words of a turn, the same for the same secret."""
    return Turn(*(_word(keys.digest(f"eid {name}", secret.encode())) for name in ("state", "nonce", "verifier")))


def client(settings: Settings) -> Client:
    """This server as its settings say."""
    return Client(settings.oidc_issuer, settings.oidc_client, settings.oidc_secret, settings.origin + BACK)


def discover(issuer: str) -> Found:
    """Ask an issuer where to go. Raises IssuerAway."""
    said = _ask(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if said.get("issuer") != issuer:
        raise IssuerAway("Who should answer calls itself by another name. Nothing was changed.")
    try:
        authorize, token, keys = (str(said[name]) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"))
    except KeyError:
        raise IssuerAway("Who should answer does not say where to go. Nothing was changed.") from None
    if any(urlsplit(place).scheme not in {"https", urlsplit(issuer).scheme} for place in (authorize, token, keys)):
        raise IssuerAway("Who should answer wants to talk in the open. Nothing was changed.")
    ways = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    named = said.get("authorization_response_iss_parameter_supported") is True
    return Found(authorize, token, keys, "client_secret_basic" not in ways, named)


def address(client: Client, found: Found, on: Turn) -> str:
    """Where somebody goes to say who they are; they are to sign in there anew."""
    challenge = _word(sha256(on.verifier.encode()).digest())
    query = {
        "response_type": "code",
        "client_id": client.id,
        "redirect_uri": client.back,
        "scope": "openid",
        "state": on.state,
        "nonce": on.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "prompt": "login",
    }
    return f"{found.authorize}{'&' if urlsplit(found.authorize).query else '?'}{urlencode(query)}"


def came_back(client: Client, found: Found, on: Turn, state: str, said_issuer: str) -> None:
    """Raise NotAllowed unless it is this turn that ends, and the issuer that was asked."""
    is_this_turn = hmac.compare_digest(on.state.encode(), state.encode())
    if not is_this_turn or said_issuer not in ({client.issuer} if found.names_itself else {client.issuer, ""}):
        raise _refused()


def redeem(client: Client, found: Found, on: Turn, code: str, now: int) -> None:
    """Turn the code into the issuer's word and check that; `now` in seconds. Raises NotAllowed or IssuerAway."""
    body = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.back,
        "code_verifier": on.verifier,
    }
    head = {"Content-Type": "application/x-www-form-urlencoded"}
    if client.secret and not found.in_body:
        both = f"{quote(client.id, safe='')}:{quote(client.secret, safe='')}"
        head["Authorization"] = f"Basic {b64encode(both.encode()).decode()}"
    else:
        body |= {"client_id": client.id} | ({"client_secret": client.secret} if client.secret else {})
    answered = _ask(found.token, urlencode(body).encode(), head)
    check(str(answered.get("id_token", "")), _ask(found.keys), client, on.nonce, now)


def check(word: str, keys: Mapping[str, Any], client: Client, nonce: str, now: int) -> None:
    """Raise NotAllowed unless this is the issuer's own word, to us, for this turn, and fresh; `now` in seconds."""
    wanted = _jwt.JWTClaimsRegistry(
        now,
        _LEEWAY,
        iss={"essential": True, "value": client.issuer},
        sub={"essential": True},
        aud={"essential": True, "value": client.id},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
        azp={"value": client.id},
    )
    try:
        theirs = _jwk.KeySet.import_key_set({"keys": keys["keys"]})
        token = _jwt.decode(word, theirs, registry=_jws.JWSRegistry(algorithms=SIGNED_BY))
        wanted.validate(token.claims)
    except (_errors.JoseError, ValueError, KeyError, TypeError):
        raise _refused() from None
    is_ours_alone = token.claims["aud"] in (client.id, [client.id]) or "azp" in token.claims
    if not is_ours_alone or token.claims["iat"] < now - _OLDEST:
        raise _refused()


def _refused() -> NotAllowed:
    return NotAllowed("This could not be believed. Nothing was changed; you can begin anew.", code="eid-refused")


def _word(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _ask(url: str, body: bytes | None = None, head: Mapping[str, str] | None = None) -> Mapping[str, Any]:
    """One JSON object from there; no redirect is followed. Raises IssuerAway, or NotAllowed where our question was refused."""
    parts = urlsplit(url)
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(parts.netloc, timeout=_TIMEOUT, context=context)
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=_TIMEOUT)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(
            "GET" if body is None else "POST", path, body, {"Accept": "application/json", **(head or {})}
        )
        answer = connection.getresponse()
        read = answer.read(_MOST_BYTES)
        if answer.status in {400, 401, 403} and body is not None:
            raise _refused()
        said = json.loads(read) if answer.status == 200 else None
    except (OSError, http.client.HTTPException, ValueError):
        said = None
    finally:
        connection.close()
    if not isinstance(said, dict):
        raise IssuerAway("Who should answer does not. Nothing was changed; try again later.")
    return said
