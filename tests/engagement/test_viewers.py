"""Who a viewer is in the log: one per account, a guest by the day, and nobody can go back from the name."""

import pytest

from onstage.accounts.viewer import GUEST, Viewer
from onstage.engagement.viewers import NOBODY, account_of, names, network, of_account

SALTS = {100: b"monday", 99: b"sunday", 98: b"saturday"}
ADA = Viewer(person=1, account=7)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::1", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::"),
        ("unix:", "unix:"),
    ],
)
def test_a_household_is_one_network(address: str, expected: str) -> None:
    assert network(address) == expected


def test_an_account_is_itself_every_day() -> None:
    found = names(ADA, (), SALTS, 100)
    assert found.key == of_account(7)
    assert account_of(found.key) == 7
    assert found.same(of_account(7)) == found.groups[0]
    assert found.same(of_account(8)) is None


def test_who_keeps_no_history_is_dealt_to_under_a_name_of_the_day_and_still_counts_once() -> None:
    open_, closed = names(ADA, (), SALTS, 100), names(ADA, (), SALTS, 100, tells=False)
    assert account_of(closed.key) is None
    assert closed.key != names(ADA, (), SALTS, 99, tells=False).key
    assert open_.same(closed.key) == closed.same(open_.key) == open_.groups[0]


def test_a_guest_is_known_by_the_best_that_tells_them_apart() -> None:
    by_cookie, by_address = names(GUEST, ("cookie", "address"), SALTS, 100), names(GUEST, ("address",), SALTS, 100)
    assert by_cookie.key != by_address.key
    assert by_cookie.same(by_address.key) == by_address.groups[0], "what was dealt before the cookie still counts"
    assert by_address.same(by_cookie.key) is None
    assert by_cookie.key not in (by_cookie.same(by_address.key) or ()), "others have that address too"


def test_yesterdays_name_is_known_and_a_name_whose_salt_is_gone_is_not() -> None:
    today, yesterday = names(GUEST, ("address",), SALTS, 100), names(GUEST, ("address",), SALTS, 99)
    assert today.key != yesterday.key
    assert yesterday.key in (today.same(today.key) or ())
    without = {day: salt for day, salt in SALTS.items() if day > 99}
    assert names(GUEST, ("address",), without, 100).same(yesterday.key) is None


def test_nobody_is_no_account() -> None:
    assert account_of(NOBODY) is None
