"""`onstage ledger`: is this copy of a ledger, or this receipt, what a server signed? Needs neither server nor database."""

from pathlib import Path

from onstage.accounts.chain import Head, read_head
from onstage.accounts.verify import SignedReceipt, Verified, verify, verify_receipt
from onstage.errors import Invalid
from onstage.settings import Settings
from onstage.upkeep.ledger_replay import replay_own


def check(settings: Settings, *, act: str, file: str | None, head: str | None, key: str) -> None:
    """Check a copy or a receipt and say what it proves. Raises Invalid, and Broken when it is not whole."""
    if act == "replay":
        replay_own(settings)
        return
    if file is None:
        raise Invalid("Which file? Give the copy, or the receipt.")
    path = Path(file)
    if not path.is_file():
        raise Invalid(f"There is no file {path}.")
    if act == "receipt":
        print(_receipt(verify_receipt(path.read_bytes(), key=key.strip()), trusted=bool(key)))
        return
    with path.open("rb") as lines:
        found = verify(lines, head=_held(head), key=key.strip())
    print(_told(found, compared=head is not None, trusted=bool(key)))


def _receipt(found: SignedReceipt, *, trusted: bool) -> str:
    lines = ["Signed, and not changed since:", *(f"  {name}: {value}" for name, value in found.said.items())]
    lines.append(f"Signed by: {found.signer}")
    if not trusted:
        lines.append(f"Compare the key with {found.said.get('server')}/.well-known/onstage-ledger.")
    return "\n".join(lines)


def _held(words: str | None) -> Head | None:
    if words is None:
        return None
    try:
        return read_head(words)
    except ValueError:
        said = "A head is the number of an entry, a dot and 64 digits of a hash, as receipts and mails give it."
        raise Invalid(f"{said} Entry 0 is none.") from None


def _told(found: Verified, *, compared: bool, trusted: bool) -> str:
    lines = [
        f"Whole: {found.entries:,} entries in their order, {found.opened:,} of them open, written {found.written}.",
        f"Head: {found.head}",
        f"Signed by: {found.signer}",
    ]
    if compared:
        lines.append("The head that you hold is in it.")
    else:
        lines.append("Give a head that you hold with --head: without one, nobody can tell whether the end was cut off.")
    if not trusted:
        lines.append(
            f"Compare the key with {found.server}/.well-known/onstage-ledger, or give the one you trust by --key."
        )
    if found.weak_keys:
        lines.append(f"{found.weak_keys} of its keys came without a hand-over by the one before.")
    return "\n".join(lines)
