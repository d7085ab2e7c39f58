""" "Remove everything in which I appear": what would become of it, and that it does; for oneself, or for a child of yours."""

from typing import Annotated

from litestar import get, post
from litestar.params import PathParameter
from msgspec import Struct

from onstage import clock
from onstage.accounts.doors import sessions
from onstage.accounts.guardians import household
from onstage.accounts.viewer import Viewer
from onstage.clips import queries
from onstage.clips.ending import removing
from onstage.clips.ending.removing import Part
from onstage.clips.rules.fate import Fate, count
from onstage.db.engine import Connection
from onstage.web.api.schemas import problems
from onstage.web.http import App, reads, signed_in, writes

Child = Annotated[str, PathParameter(max_length=31, description="The handle of a child of yours, without @.")]
_MINE, _CHILDS = "/api/v1/me/appearances/removal", "/api/v1/children/{handle:str}/appearances/removal"


class RemovalPartOut(Struct):
    """One clip and what becomes of it; `url` is null where the clip is withheld from you too."""

    fate: Fate
    url: str | None


class RemovalOut(Struct):
    """What becomes of every clip with you.

    `erased`: only you are in it. `departs`: withheld by your no, and erased after thirty days. `withheld`: by your no.
    `nearer`: back to those near. `kept`: not yours to decide.
    """

    erased: int
    departs: int
    withheld: int
    nearer: int
    kept: int
    items: list[RemovalPartOut]


class RemovedOut(Struct):
    """How many clips there were of each fate, and the path of the receipt, which is signed when the last is erased."""

    erased: int
    departs: int
    withheld: int
    nearer: int
    receipt: str


def _preview(db: Connection, viewer: Viewer, parts: list[Part]) -> RemovalOut:
    names = queries.names(db, viewer, [part.clip for part in parts])
    counts = count(part.fate for part in parts)
    items = [RemovalPartOut(part.fate, names.get(part.clip)) for part in parts]
    return RemovalOut(**{each.value: number for each, number in counts.items()}, items=items)


def _remove(app: App, db: Connection, viewer: Viewer, person: int) -> RemovedOut:
    counts, secret = removing.remove(db, app.keys, viewer, person)
    done = {each.value: number for each, number in counts.items() if each is not Fate.KEPT}
    return RemovedOut(**done, receipt=f"/receipts/{secret}")


@get(_MINE, tags=["together"], responses=problems(401), operation_id="removal")
@reads(signed_in)
def preview(db: Connection, viewer: Viewer) -> RemovalOut:
    """What would become of every clip that you made or that names you."""
    assert viewer.person is not None
    return _preview(db, viewer, removing.preview(db, viewer.person, viewer.person))


@post(_MINE, tags=["together"], responses=problems(401, 403, 409), operation_id="remove_everything")
@writes(signed_in)
def remove(app: App, db: Connection, viewer: Viewer) -> RemovedOut:
    """Remove everything in which you appear. Needs a sign-in check of the last five minutes (403 `check-needed`)."""
    assert viewer.person is not None
    sessions.need_check(viewer, clock.now())
    return _remove(app, db, viewer, viewer.person)


@get(_CHILDS, tags=["guardians"], responses=problems(401, 404), operation_id="child_removal")
@reads(signed_in)
def preview_child(db: Connection, viewer: Viewer, handle: Child) -> RemovalOut:
    """What would become of every clip with a child of yours."""
    assert viewer.person is not None
    return _preview(db, viewer, removing.preview(db, household.minor_named(db, viewer, handle), viewer.person))


@post(_CHILDS, tags=["guardians"], responses=problems(401, 404, 409), operation_id="remove_everything_of_child")
@writes(signed_in)
def remove_child(app: App, db: Connection, viewer: Viewer, handle: Child) -> RemovedOut:
    """Say your no to every clip with a child of yours. You can lift each of them."""
    return _remove(app, db, viewer, household.minor_named(db, viewer, handle))


routes = [preview, remove, preview_child, remove_child]
