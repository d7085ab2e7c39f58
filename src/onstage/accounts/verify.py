"""Checking a copy of the ledger on any machine, without the server that wrote it (docs/build/ledger-format.md)."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from onstage.accounts import chain
from onstage.accounts.chain import Head
from onstage.errors import Refused

_HEX32, _HEX64 = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{128}")


class Broken(Refused):
    """The copy is not what the server signed; the sentence says where and what."""


@dataclass(frozen=True)
class Verified:
    """What a copy proves: that these entries stand in this order, and that the owner of `signer` (hex) signed the last."""

    ledger: str
    server: str
    written: str
    entries: int
    opened: int
    head: Head
    signer: str
    weak_keys: int  # keys that the one before them did not hand over to


@dataclass(frozen=True)
class SignedReceipt:
    """A receipt that the owner of `signer` (hex) signed: what it says."""

    said: Mapping[str, Any]
    signer: str


def verify_receipt(file: bytes, *, key: str = "") -> SignedReceipt:
    """Check a downloaded receipt. `key`: a public key (hex) that somebody trusts. Raises Broken."""
    row = _read(file, 1)
    words, signer = _text(row, "receipt", 1), _hex(row, "signer", 1, _HEX32)
    if key and signer.hex() != key.lower():
        raise Broken("The receipt is signed by another key than the one that you trust.")
    if not chain.is_signature(signer, _hex(row, "signature", 1, _HEX64), chain.receipt_words(words)):
        raise Broken("The receipt was changed after it was signed.")
    return SignedReceipt(_read(words.encode(), 1), signer.hex())


@dataclass
class _Reading:
    ledger: str
    last: Head
    keys: list[Mapping[str, Any]]
    opened: int = 0
    held: bytes | None = None


def verify(lines: Iterable[bytes], *, head: Head | None = None, key: str = "") -> Verified:
    """Check every line of a copy. Raises Broken.

    `head`: one that somebody holds already, from a receipt or a mail. `key`: a public key (hex) that they trust.
    """
    digest = hashlib.sha256()
    rest = iter(lines)
    first_line = next(rest, b"")
    first = _read(first_line, 1)
    if first.get("onstage") != "ledger":
        raise Broken("This file is not a copy of a ledger.")
    if first.get("format") != chain.FORMAT:
        raise Broken(f"This copy has the format {first.get('format')}; this program knows {chain.FORMAT}.")
    digest.update(first_line)
    reading = _Reading(str(first.get("ledger")), Head(0, chain.start(str(first.get("ledger")))), _keys(first))
    number, has_names = 1, False
    for number, line in enumerate(rest, 2):
        row = _read(line, number)
        if "end" in row:
            _end(row, reading, digest.digest(), number)
            if line != line.strip() + b"\n":
                raise Broken("The last line does not end as it was written.")
            break
        digest.update(line)
        if "names" in row and not has_names:
            has_names = True
        elif has_names:
            raise Broken(f"Line {number} stands after the names, where only the end may follow.")
        else:
            _entry(row, reading, number)
            if head and reading.last.position == head.position:
                reading.held = reading.last.hash
    else:
        raise Broken(f"The copy breaks off after line {number}: its end is missing.")
    if next(rest, b""):
        raise Broken("Something follows after the end of the copy.")
    _compare(reading, head)
    weak = _hand_overs(reading, key)
    about = (reading.ledger, str(first.get("server")), str(first.get("written")))
    return Verified(*about, reading.last.position, reading.opened, reading.last, reading.keys[-1]["public"], weak)


def _read(line: bytes, number: int) -> Mapping[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):  # the second: brackets in brackets in brackets
        raise Broken(f"Line {number} is not JSON.") from None
    if not isinstance(row, dict):
        raise Broken(f"Line {number} is not a JSON object.")
    return row


def _keys(first: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    keys = first.get("keys")
    if not isinstance(keys, list) or not keys or not all(isinstance(each, dict) for each in keys):
        raise Broken("The first line names no key that signs.")
    for each in keys:
        _hex(each, "public", 1, _HEX32)
        if type(each.get("since")) is not int:
            raise Broken("The first line does not say since when a key signs.")
    return keys


def _entry(row: Mapping[str, Any], reading: _Reading, number: int) -> None:
    position = reading.last.position + 1
    if row.get("n") != position or type(row["n"]) is not int:
        raise Broken(f"Line {number} should have entry {position}, and has {row.get('n')}: one was taken out or moved.")
    commitment = _opened(row, number) if "act" in row else _hex(row, "commitment", number, _HEX32)
    reading.last = Head(position, chain.link(position, reading.last.hash, commitment))
    if _hex(row, "hash", number, _HEX32) != reading.last.hash:
        raise Broken(f"Entry {position} is not what stood there: its hash does not follow from the entries before it.")
    if "act" in row:
        reading.opened += 1
        _signed(row, reading, number)


def _opened(row: Mapping[str, Any], number: int) -> bytes:
    act = _text(row, "act", number)
    if _read(act.encode(), number).get("n") != row["n"]:
        raise Broken(f"What entry {row['n']} says belongs to another entry.")
    if "fields" in row:
        fields = chain.bind("fields", _text(row, "fields_salt", number), _text(row, "fields", number))
    else:
        fields = _hex(row, "fields_commitment", number, _HEX32)
    return chain.join(chain.bind("act", _text(row, "act_salt", number), act), fields)


def _signed(row: Mapping[str, Any], reading: _Reading, number: int) -> None:
    signer, signature = _hex(row, "signer", number, _HEX32), _hex(row, "signature", number, _HEX64)
    known = [each for each in reading.keys if each["public"] == signer.hex()]
    if not known or known[0]["since"] > reading.last.position:
        raise Broken(f"Entry {reading.last.position} is signed by a key that the ledger does not name for it.")
    if not chain.is_signed(signer, signature, reading.ledger, reading.last):
        raise Broken(f"The signature of entry {reading.last.position} is forged.")


def _end(row: Mapping[str, Any], reading: _Reading, digest: bytes, number: int) -> None:
    if row["end"] != reading.last.position or _hex(row, "hash", number, _HEX32) != reading.last.hash:
        raise Broken("The end does not fit the last entry: entries are missing before it.")
    signer = _hex(row, "signer", number, _HEX32)
    if signer.hex() != reading.keys[-1]["public"]:
        raise Broken("The end is not signed by the newest key.")
    if not chain.is_signed(signer, _hex(row, "signature", number, _HEX64), reading.ledger, reading.last):
        raise Broken("The signature of the last entry is forged.")
    message = chain.file_words(reading.ledger, digest)
    if not chain.is_signature(signer, _hex(row, "file_signature", number, _HEX64), message):
        raise Broken("The file was changed after the server wrote it.")


def _compare(reading: _Reading, head: Head | None) -> None:
    if head is None:
        return
    if head.position > reading.last.position:
        raise Broken(
            f"The copy ends at entry {reading.last.position}, but entry {head.position} was there: it was cut."
        )
    if reading.held != head.hash:
        raise Broken(f"Entry {head.position} is another one than in the head that you hold: the ledger was rewritten.")


def _hand_overs(reading: _Reading, key: str) -> int:
    """How many keys nobody handed over to. Raises Broken for a forged hand-over, or when the trusted key leads nowhere."""
    trusted = not key
    weak = 0
    for before, each in zip([None, *reading.keys], reading.keys, strict=False):
        trusted_before, trusted = trusted, trusted or each["public"] == key.lower()
        if before is None and each.get("handed_over") is not None:
            raise Broken("The keys do not follow one another.")
        if before is None:
            continue
        if each.get("handed_over") is None:
            weak += 1
            if key and trusted_before:
                raise Broken("The key that you trust did not hand over to the one after it.")
            continue
        if each.get("before") != before["public"]:
            raise Broken("The keys do not follow one another.")
        message = chain.handing_over(bytes.fromhex(each["public"]))
        if not chain.is_signature(bytes.fromhex(before["public"]), _hex(each, "handed_over", 1, _HEX64), message):
            raise Broken("The handing over of a key is forged.")
    if not trusted:
        raise Broken("The copy is signed by other keys than the one that you trust.")
    return weak


def _hex(row: Mapping[str, Any], name: str, number: int, form: re.Pattern[str]) -> bytes:
    value = row.get(name)
    if not isinstance(value, str) or not form.fullmatch(value):
        raise Broken(f"Line {number} has no {name} as it should be.")
    return bytes.fromhex(value)


def _text(row: Mapping[str, Any], name: str, number: int) -> str:
    value = row.get(name)
    if not isinstance(value, str):
        raise Broken(f"Line {number} has no {name} as it should be.")
    return value
