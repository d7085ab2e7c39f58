"""Small commands of the command line."""

from contextlib import closing

from onstage import datafolder
from onstage.accounts.doors import recovery
from onstage.clock import now
from onstage.db.migrate import upgrade
from onstage.server import open_database
from onstage.settings import SETTINGS, Settings


def migrate(settings: Settings, *, quiet: bool) -> None:
    """Bring the database to this version."""
    datafolder.make(settings.data)
    with closing(open_database(settings)) as database:
        done = upgrade(database, settings.data)
    if not quiet:
        print("The database is now at this version." if done else "The database was at this version already.")


def owner_link(settings: Settings) -> None:
    """Print the link, or say that the server has its owner."""
    with closing(open_database(settings)) as database, database.write() as db:
        link = recovery.owner_link(db, now())
    print(f"{settings.origin}/welcome/{link}" if link else "This server has its owner. See `onstage person --help`.")


def settings_in_force(settings: Settings) -> None:
    """Print every setting as it is in force; what is secret is not shown."""
    for setting in SETTINGS:
        value = getattr(settings, setting.field)
        shown = "(set, not shown)" if setting.secret and value else value
        print(f"{setting.name}={shown}")
