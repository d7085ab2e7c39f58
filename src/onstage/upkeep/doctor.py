"""`onstage doctor`: look at the set-up, say what is well and what is not, and how to mend it."""

from collections.abc import Iterator
from contextlib import closing

from sqlalchemy.exc import DBAPIError

from onstage.db.revision import current, newest
from onstage.errors import Unreachable
from onstage.server import open_database
from onstage.settings import Settings
from onstage.storage.objects import open_objects
from onstage.upkeep import check_data, check_machine, check_media, check_reach, check_vault
from onstage.upkeep.findings import Finding, Verdict


def doctor(settings: Settings, *, deep: bool, media: bool, counts: bool, mend: bool) -> None:
    """Print a line for each finding; exits 1 when something is wrong."""
    found = []
    for finding in examine(settings, deep=deep, media=media, counts=counts, mend=mend):
        print(finding, flush=True)
        found.append(finding)
    if any(finding.verdict is Verdict.WRONG for finding in found):
        raise SystemExit(1)


def examine(
    settings: Settings, *, deep: bool = False, media: bool = False, counts: bool = False, mend: bool = False
) -> Iterator[Finding]:
    """Every finding, in the order in which things depend on one another."""
    yield from check_machine.check(settings)
    yield from check_data.folder(settings)
    yield from check_media.leftovers(settings, mend=mend)
    yield from check_data.database(settings, deep=deep)
    if settings.data.is_dir():
        objects = open_objects(settings.storage_url, settings.data / "objects", settings.storage_endpoint)
        yield from check_data.storage(objects, settings)
        if _is_usable(settings):
            with closing(open_database(settings)) as database:
                yield from check_vault.check(settings, database)
                if mend:
                    yield from check_data.mend_jobs(database)
                if counts:
                    yield from check_data.counts(database)
                if media:
                    yield from check_media.check(database, objects, mend=mend)
    yield from check_reach.check(settings)


def _is_usable(settings: Settings) -> bool:
    if not settings.database_url and not (settings.data / "onstage.db").exists():
        return False
    with closing(open_database(settings)) as database:
        try:
            return current(database) == newest()
        except (DBAPIError, Unreachable):
            return False
