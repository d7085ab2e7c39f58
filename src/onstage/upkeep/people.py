"""`onstage person`: who is here, a way back in for somebody who has lost theirs, and whose server it is."""

from contextlib import closing

from onstage.accounts import roster
from onstage.accounts.doors.recovery import Purpose, make_link
from onstage.accounts.queries import person_named
from onstage.clock import iso, now
from onstage.errors import Invalid, NotFound
from onstage.server import open_database
from onstage.settings import Settings


def person(settings: Settings, *, act: str, handle: str | None) -> None:
    """Do one of `list`, `reset` and `make-owner`. Raises Invalid without a handle where one is needed, NotFound."""
    if act == "list":
        _list(settings)
        return
    if handle is None:
        raise Invalid(f"Say whom: onstage person {act} HANDLE")
    with closing(open_database(settings)) as database, database.write() as db:
        found = person_named(db, handle)
        if found is None:
            raise NotFound(f"There is nobody called {handle} here. `onstage person list` shows everyone.")
        if act == "reset":
            link = make_link(db, Purpose.RESET, now(), person=found.person)
            said = f"Give this link to {handle}; it works once, for a day: {settings.origin}/reset/{link}"
        else:
            roster.make_owner(db, found.person)
            said = f"{handle} owns this server now."
    print(said)


def _list(settings: Settings) -> None:
    with closing(open_database(settings)) as database, database.read() as db:
        everybody = roster.everybody(db)
    for each in everybody:
        seen = f"seen {iso(each.seen_at)[:10]}" if each.seen_at else "signed in nowhere"
        owner = ", owns this server" if each.is_server_owner else ""
        print(f"@{each.handle}  {each.name}  here since {iso(each.since)[:10]}, {seen}{owner}")
    if not everybody:
        print("Nobody has signed up yet.")
