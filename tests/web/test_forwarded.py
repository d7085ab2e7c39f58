"""Whose request it is: what a stranger writes into X-Forwarded-For is never believed."""

import pytest

from onstage.web.forwarded import caller

PROXIES = "127.0.0.1, ::1, 10.0.0.0/8"


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "proxies", "whose"),
    [
        ("198.51.100.7", "", PROXIES, "198.51.100.7"),
        ("198.51.100.7", "203.0.113.1", PROXIES, "198.51.100.7"),
        ("127.0.0.1", "203.0.113.1", "", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.1", PROXIES, "203.0.113.1"),
        ("127.0.0.1", "made up, 203.0.113.1", PROXIES, "203.0.113.1"),
        ("127.0.0.1", "198.51.100.9, 203.0.113.1, 10.1.2.3", PROXIES, "203.0.113.1"),
        ("::1", "2001:db8::5", PROXIES, "2001:db8::5"),
        ("::ffff:10.9.9.9", "203.0.113.1", PROXIES, "203.0.113.1"),
        ("::ffff:198.51.100.7", "203.0.113.1", PROXIES, "::ffff:198.51.100.7"),
        ("10.9.9.9", "10.1.1.1", PROXIES, "10.1.1.1"),
        ("127.0.0.1", "", PROXIES, "127.0.0.1"),
        ("127.0.0.1", "not an address", PROXIES, "not an address"),
        ("", "203.0.113.1", PROXIES, ""),
    ],
)
def test_whose_request_it_is(peer: str, forwarded_for: str, proxies: str, whose: str) -> None:
    assert caller(peer, forwarded_for, proxies) == whose
