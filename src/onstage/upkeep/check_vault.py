"""The doctor looks at the vault: whether what is kept can be opened, is whole, and ends in time."""

from collections.abc import Iterator

from onstage import keys
from onstage.clips.ending import vault
from onstage.clock import HOUR, now
from onstage.db.engine import Database
from onstage.settings import Settings
from onstage.upkeep.findings import Finding, note, ok, wrong


def check(settings: Settings, database: Database) -> Iterator[Finding]:
    """Nothing where nothing is kept: most servers never keep anything."""
    with database.read() as db:
        kept = vault.items(db)
        if not kept:
            return
        unreadable = vault.unreadable(db, keys.load(settings.data, settings.secret, settings.secret_previous))
    waiting = [item for item in kept if item.waiting and item.kept_at < now() - HOUR]
    late = [item for item in kept if item.until < now() - HOUR]
    if unreadable:
        yield wrong(
            f"{unreadable} of {len(kept)} things in the vault can't be opened: they were sealed under another secret.",
            "Set ONSTAGE_SECRET_PREVIOUS to that one, and let the server run.",
        )
    if waiting or late:
        yield note(
            f"The vault waits for {len(waiting)} copies, and {len(late)} of its things are over.",
            "`onstage serve` does both.",
        )
    if not unreadable and not waiting and not late:
        yield ok(f"Each of {len(kept)} things in the vault can be opened (`--media` looks at their files).")
