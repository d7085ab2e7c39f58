"""Keeping for the law, for moderators in an open case: what was kept, keep it, and withhold the clip no longer."""

from typing import Annotated

from litestar import delete, get, post
from litestar.params import JSONBody, PathParameter
from msgspec import Meta, Struct

from onstage.accounts.viewer import Viewer
from onstage.clock import iso
from onstage.db.engine import Connection
from onstage.moderation import preserving
from onstage.moderation.preserving import WORDS_LENGTH, Case, Kind
from onstage.web.api.schemas import problems
from onstage.web.api.sessions import RowId
from onstage.web.http import App, reads, server_owner, writes

KindOfCase = Annotated[Kind, PathParameter(description="Whether the case is a report or a claim.")]
_CASE = "/api/v1/server/keep/{kind:str}/{number:int}"
_SAID = problems(401, 403, 404, 409)


class KeepIn(Struct, forbid_unknown_fields=True):
    """Which law or order asks for it."""

    ground: Annotated[str, Meta(min_length=1, max_length=WORDS_LENGTH)]


class KeptOut(Struct):
    """That what a case is about was kept, until when and why."""

    at: str
    until: str
    ground: str


@get(_CASE, tags=["reports"], responses=problems(401, 403, 404), operation_id="kept_for_the_law")
@reads(server_owner)
def kept(app: App, db: Connection, viewer: Viewer, kind: KindOfCase, number: RowId) -> list[KeptOut]:
    """What was kept of the clip of an open case of which you are no party, newest first; never what is inside."""
    found = preserving.history(db, app.keys, viewer, Case(kind, number))
    return [KeptOut(iso(each.at), iso(each.until), each.ground) for each in found]


@post(_CASE, status_code=204, tags=["reports"], responses=_SAID, operation_id="keep_for_the_law")
@writes(server_owner)
def keep(app: App, db: Connection, viewer: Viewer, kind: KindOfCase, number: RowId, data: JSONBody[KeepIn]) -> None:
    """Withhold the clip and have it kept, since the law obliges this server to; it is no judgement, and the case stays open."""
    preserving.keep(db, app.keys, viewer, Case(kind, number), data.ground, app.settings.vault_days)


@delete(_CASE, tags=["reports"], responses=_SAID, operation_id="end_keeping_hold")
@writes(server_owner)
def let_go(app: App, db: Connection, viewer: Viewer, kind: KindOfCase, number: RowId) -> None:
    """No longer withhold the clip, if you had it kept; the copy stays."""
    preserving.let_go(db, app.keys, viewer, Case(kind, number))


routes = [kept, keep, let_go]
