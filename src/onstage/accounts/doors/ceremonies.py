"""What authenticators are asked and how their answers are checked (WebAuthn level 2); knows no database.

The library takes 6 MB of memory, so `passkeys` loads this module `Later`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import webauthn
from webauthn.helpers import options_to_json_dict, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

UNREADABLE = (WebAuthnException, KeyError, TypeError, ValueError, AttributeError)
REFUSED = (WebAuthnException, ValueError, TypeError, LookupError)


def to_register(host: str, site: str, whose: int, handle: str, known: Sequence[bytes]) -> tuple[dict[str, Any], bytes]:
    """Options for `navigator.credentials.create` as JSON, and their challenge; `known` are not to be made again."""
    options = webauthn.generate_registration_options(
        rp_id=host,
        rp_name=site,
        user_id=whose.to_bytes(8, "big"),
        user_name=handle,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=credential) for credential in known],
    )
    return options_to_json_dict(options), options.challenge


def to_sign_in(host: str) -> tuple[dict[str, Any], bytes]:
    """Options for `navigator.credentials.get` as JSON, and their challenge; any passkey of this server answers them."""
    options = webauthn.generate_authentication_options(
        rp_id=host, user_verification=UserVerificationRequirement.PREFERRED
    )
    return options_to_json_dict(options), options.challenge


def challenge_in(credential: Mapping[str, Any]) -> bytes:
    """The challenge that an answer carries; raises one of UNREADABLE."""
    client_data = webauthn.base64url_to_bytes(credential["response"]["clientDataJSON"])
    return bytes(parse_client_data_json(client_data).challenge)


def identifier_in(credential: Mapping[str, Any]) -> bytes:
    """Which passkey an answer claims to come from; raises one of UNREADABLE."""
    return webauthn.base64url_to_bytes(credential["rawId"])


def made(host: str, origin: str, challenge: bytes, credential: Mapping[str, Any]) -> VerifiedRegistration:
    """The passkey that was made, once it is verified; pure, a few milliseconds. Raises one of REFUSED."""
    return webauthn.verify_registration_response(
        credential=dict(credential), expected_challenge=challenge, expected_rp_id=host, expected_origin=origin
    )


def answered(
    host: str, origin: str, challenge: bytes, credential: Mapping[str, Any], public_key: bytes, sign_count: int
) -> int:
    """The new sign count of a passkey whose answer is right. Raises one of REFUSED."""
    answer = webauthn.verify_authentication_response(
        credential=dict(credential),
        expected_challenge=challenge,
        expected_rp_id=host,
        expected_origin=origin,
        credential_public_key=public_key,
        credential_current_sign_count=sign_count,
    )
    return answer.new_sign_count
