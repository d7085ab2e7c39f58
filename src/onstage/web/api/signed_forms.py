"""Signed forms: a guardian's code and scan; who checks looks at the scan, or does not accept the form."""

from litestar import Response, get, post, put
from litestar.params import JSONBody, RawBody
from msgspec import Struct

from onstage import clock
from onstage.accounts.guardians import household, signed_forms
from onstage.accounts.guardians.signed_forms import MOST_BYTES, Scan
from onstage.accounts.viewer import Viewer
from onstage.db.engine import Connection
from onstage.web.api.guardians import Number, ReasonIn
from onstage.web.api.relations import Handle
from onstage.web.api.schemas import problems
from onstage.web.http import App, plain, reads, signed_in, writes

_BODY = MOST_BYTES + 10_000


class FormOut(Struct):
    """The code of your printed form, shown this once."""

    code: str


@post(
    "/api/v1/children/{handle:str}/form",
    status_code=201,
    tags=["guardians"],
    responses=problems(404, 409),
    operation_id="guardian_form",
)
@writes(signed_in)
def form(db: Connection, viewer: Viewer, handle: Handle) -> FormOut:
    """A code for a form that you print, sign and hand in to somebody who checks guardians here. The one before is void."""
    minor = household.minor_named(db, viewer, handle)
    return FormOut(signed_forms.make(db, viewer, minor, clock.now()))


@put(
    "/api/v1/children/{handle:str}/form",
    status_code=204,
    tags=["guardians"],
    responses=problems(404, 409, 413),
    operation_id="hand_in_form",
    request_max_body_size=_BODY,
)
@plain(signed_in)
def hand_in(app: App, viewer: Viewer, handle: Handle, body: RawBody) -> None:
    """Send the signed form, a JPEG, PNG or PDF, as the body. It is kept until somebody has decided, and then deleted."""
    with app.database.write() as db:
        minor = household.minor_named(db, viewer, handle)
        signed_forms.hand_in(db, viewer, minor, body, clock.now())


@put(
    "/api/v1/guardian-cases/{guardianship:int}/form",
    status_code=204,
    tags=["guardians"],
    responses=problems(403, 404, 409, 413),
    operation_id="take_in_form",
    request_max_body_size=_BODY,
)
@plain(signed_in)
def take_in(app: App, viewer: Viewer, guardianship: Number, body: RawBody) -> None:
    """Keep a scan of a form that was handed to you on paper, until you have decided."""
    with app.database.write() as db:
        signed_forms.take_in(db, viewer, guardianship, body, clock.now())


@get(
    "/api/v1/guardian-cases/{guardianship:int}/form",
    tags=["guardians"],
    responses=problems(403, 404),
    operation_id="form_scan",
    media_type="application/octet-stream",
)
@reads(signed_in)
def look(db: Connection, viewer: Viewer, guardianship: Number) -> Response[bytes]:
    """The scan of a form, for who may decide about it: bytes as they came, to be opened with care."""
    return as_file(signed_forms.look(db, viewer, guardianship, clock.now()))


@post(
    "/api/v1/guardian-cases/{guardianship:int}/form/refusal",
    status_code=204,
    tags=["guardians"],
    responses=problems(403, 404),
    operation_id="refuse_form",
)
@writes(signed_in)
def refuse(db: Connection, viewer: Viewer, guardianship: Number, data: JSONBody[ReasonIn]) -> None:
    """Do not accept a form, with a reason that the guardian reads; the scan is deleted."""
    signed_forms.refuse(db, viewer, guardianship, data.words, clock.now())


def as_file(scan: Scan) -> Response[bytes]:
    """A stranger's bytes as a file to be saved: no browser opens them on this site, whatever they are."""
    headers = {
        "content-disposition": f'attachment; filename="form.{scan.kind}"',
        "content-security-policy": "sandbox; default-src 'none'",
        "cache-control": "private, no-store",
    }
    return Response(scan.content, media_type="application/octet-stream", headers=headers)


routes = [form, hand_in, take_in, look, refuse]
