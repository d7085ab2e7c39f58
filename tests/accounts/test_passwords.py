"""Passwords are kept as argon2id, and an unknown handle costs what a wrong password costs."""

from onstage.accounts.doors import passwords


def test_a_password_matches_its_own_hash_only() -> None:
    kept = passwords.hashed("a quiet walk at dusk")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert kept != passwords.hashed("a quiet walk at dusk")
    assert passwords.matches(kept, "a quiet walk at dusk")
    assert not passwords.matches(kept, "a quiet walk at dawn")


def test_the_same_letters_of_another_keyboard_match() -> None:
    assert passwords.matches(passwords.hashed("cafe\u0301 au lait noir"), "caf\u00e9 au lait noir")


def test_nothing_matches_where_nothing_is_kept() -> None:
    assert not passwords.matches(None, "")
    assert not passwords.matches(None, "a quiet walk at dusk")
    assert not passwords.matches("not a hash", "a quiet walk at dusk")


def test_the_hash_of_nobody_asks_for_the_same_work() -> None:
    def cost(kept: str) -> list[str]:
        return kept.split("$")[1:4]

    assert cost(passwords._NOBODYS) == cost(passwords.hashed("a quiet walk at dusk"))
