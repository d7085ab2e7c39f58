"""Web Push: encrypted as RFC 8291's own example says, signed so that the push service can check it, sent nowhere else."""

import json
from base64 import urlsafe_b64decode

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from onstage.errors import Invalid
from onstage.push import Device
from onstage.push.message import encrypt, public_bytes, signing_key, vapid
from onstage.push.webpush import WebPush


def raw(word: str) -> bytes:
    return urlsafe_b64decode(word + "=" * (-len(word) % 4))


def test_the_example_of_the_standard() -> None:
    """RFC 8291, section 5 and appendix A."""
    device = Device(
        "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
        raw("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        raw("BTBZMqHH6r4Tts7J_aSIgg"),
    )
    own = ec.derive_private_key(int.from_bytes(raw("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), ec.SECP256R1())
    body = encrypt(device, b"When I grow up, I want to be a watermelon", raw("DGv6ra1nlYgDCS1FRnbzlw"), own)
    assert body == raw(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
        "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_signature_can_be_checked_with_the_key_beside_it() -> None:
    key = signing_key(b"s" * 32)
    header = vapid(key, "https://push.example.net", "https://stage.example", 1_800_000_000)
    token, given = (part.partition("=")[2] for part in header.removeprefix("vapid ").split(", "))
    head, claims, signature = token.split(".")
    assert json.loads(raw(head)) == {"typ": "JWT", "alg": "ES256"}
    assert json.loads(raw(claims)) == {
        "aud": "https://push.example.net",
        "exp": 1_800_000_000,
        "sub": "https://stage.example",
    }
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(given))
    both = raw(signature)
    der = encode_dss_signature(int.from_bytes(both[:32]), int.from_bytes(both[32:]))
    public.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    assert raw(given) == public_bytes(signing_key(b"s" * 32)), "the same key after every start"


@pytest.mark.parametrize(
    ("endpoint", "accepted"),
    [
        ("https://fcm.example/send/x", True),
        ("https://eu.fcm.example/send/x", True),
        ("https://FCM.example/send/x", True),
        ("http://127.0.0.1:9000/x", True),
        ("http://127.0.0.1:9001/x", False),
        ("http://fcm.example/send/x", False),
        ("https://fcm.example:8443/x", False),
        ("https://notfcm.example/x", False),
        ("https://fcm.example.evil/x", False),
        ("https://fcm.example@evil.example/x", False),
        ("https://evil.example/#fcm.example", False),
        ("https://fcm.example/x\r\nHost: evil", False),
        ("file:///etc/passwd", False),
        ("https://[::1", False),
        ("", False),
    ],
)
def test_only_named_push_services_are_called(endpoint: str, accepted: bool) -> None:
    push = WebPush(b"s" * 32, "https://stage.example", "fcm.example, http://127.0.0.1:9000")
    assert push.accepts(endpoint) == accepted
    if not accepted:
        with pytest.raises(Invalid):
            push.send(Device(endpoint, b"", b""), b"x")
