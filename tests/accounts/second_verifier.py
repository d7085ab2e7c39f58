"""Another verifier of copies of a ledger, written from docs/build/ledger-format.md alone; it shares no line with ours."""

import hashlib
import json
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Wrong(Exception):
    """The copy does not hold what the page says has to hold."""


def need(holds: object, said: str) -> None:
    if not holds:
        raise Wrong(said)


def h(*parts: object) -> str:
    return hashlib.sha256("\n".join(str(part) for part in parts).encode()).hexdigest()


def hex_of(row: dict[str, object], name: str, count: int) -> str:
    value = row.get(name)
    need(isinstance(value, str) and re.fullmatch(f"[0-9a-f]{{{2 * count}}}", str(value)), name)
    return str(value)


def signed(public: str, signature: str, *message: object) -> None:
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(bytes.fromhex(signature), "\n".join(str(part) for part in message).encode())
    except (InvalidSignature, ValueError):
        raise Wrong("signature") from None


def check(file: bytes, held: tuple[int, str] | None = None, trusted: str = "") -> tuple[int, int, str]:
    """How many entries, how many of them open, the last hash. Raises Wrong."""
    try:
        lines = [json.loads(line) for line in file.splitlines(keepends=False)]
    except (ValueError, RecursionError):
        raise Wrong("JSON") from None
    need(file.endswith(b"}\n"), "the end of the last line")
    need(len(lines) >= 3 and all(isinstance(line, dict) for line in lines), "objects")
    first, *entries, names, end = lines
    need(first.get("onstage") == "ledger" and first.get("format") == 1, "first line")
    need(set(names) == {"names"} and "end" in end, "last lines")
    check_keys(first.get("keys"), trusted)
    ledger, keys = first.get("ledger"), {key["public"]: key["since"] for key in first["keys"]}
    last, opened = h("onstage ledger", ledger), 0
    hashes = [last]
    for number, row in enumerate(entries, 1):
        need(type(row.get("n")) is int and row["n"] == number, f"entry {number}")
        is_open = "act" in row
        last = h("link", number, last, opening(row) if is_open else hex_of(row, "commitment", 32))
        need(row.get("hash") == last, f"hash of {number}")
        hashes.append(last)
        if is_open:
            opened += 1
            signer = hex_of(row, "signer", 32)
            need(keys.get(signer, number + 1) <= number, "signer")
            signed(signer, hex_of(row, "signature", 64), "onstage ledger head", ledger, number, last)
    need(end["end"] == len(entries) and end.get("hash") == last, "end")
    newest = first["keys"][-1]["public"]
    need(end.get("signer") == newest, "newest key")
    signed(newest, hex_of(end, "signature", 64), "onstage ledger head", ledger, len(entries), last)
    digest = hashlib.sha256(b"".join(file.splitlines(keepends=True)[:-1])).hexdigest()
    signed(newest, hex_of(end, "file_signature", 64), "onstage ledger file", ledger, digest)
    if held:
        need(0 < held[0] < len(hashes) and hashes[held[0]] == held[1], "head")
    return len(entries), opened, last


def opening(row: dict[str, object]) -> str:
    need(isinstance(row["act"], str) and isinstance(row.get("act_salt"), str), "act")
    try:
        said = json.loads(str(row["act"]))
    except ValueError:
        raise Wrong("act") from None
    need(isinstance(said, dict) and said.get("n") == row["n"], "number of act")
    if "fields" in row:
        need(isinstance(row["fields"], str) and isinstance(row.get("fields_salt"), str), "fields")
        fields = h("fields", row["fields_salt"], row["fields"])
    else:
        fields = hex_of(row, "fields_commitment", 32)
    return h("entry", h("act", row["act_salt"], row["act"]), fields)


def check_keys(keys: object, trusted: str) -> None:
    need(isinstance(keys, list) and keys and all(isinstance(key, dict) for key in keys), "keys")
    assert isinstance(keys, list)
    for key in keys:
        hex_of(key, "public", 32)
        need(type(key.get("since")) is int, "since")
    publics = [key["public"] for key in keys]
    need(not trusted or trusted in publics, "trusted key")
    need(keys[0].get("handed_over") is None, "hand-over to the first")
    for place in range(1, len(keys)):
        before, key = keys[place - 1], keys[place]
        if key.get("handed_over") is None:
            need(not trusted or publics.index(trusted) >= place, "hand-over")
            continue
        need(key.get("before") == before["public"], "before")
        signed(before["public"], hex_of(key, "handed_over", 64), "onstage ledger key", key["public"])
