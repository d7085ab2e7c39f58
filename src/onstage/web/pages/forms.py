"""What people send with forms: words, pictures, where to go afterwards."""

from typing import Annotated, Any

from litestar.connection import ASGIConnection
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.handlers import BaseRouteHandler
from litestar.params import Body

from onstage.web.http import AnyRequest, signed_in, viewer_of

Fields = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]
Parts = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]


def words(data: dict[str, Any], name: str) -> str:
    """What was typed into a field; empty when it was not sent, or sent several times."""
    found = data.get(name, "")
    return found if isinstance(found, str) else ""


def several(data: dict[str, Any], name: str) -> list[str]:
    """What was sent with a name that may come several times, such as that of boxes."""
    found = data.get(name, [])
    return [found] if isinstance(found, str) else [each for each in found if isinstance(each, str)]


def bytes_of(data: dict[str, Any], name: str) -> bytes:
    """What a chosen file holds; empty when none was chosen."""
    found = data.get(name)
    return found.file.read() if isinstance(found, UploadFile) and found.filename else b""


async def only_signed_in(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """A guard for routes that take large bodies: nobody's bytes are read before it is known who sends them."""
    signed_in(await viewer_of(AnyRequest(connection.scope)))


def ticked(data: dict[str, Any], name: str) -> bool:
    """Whether a box or switch was on."""
    return bool(words(data, name))


def kept(data: dict[str, Any], *names: str) -> dict[str, str]:
    """What was typed into these fields, to be shown again."""
    return {name: words(data, name) for name in names}


def inside(path: str) -> str:
    """A path to go on to, if it is one of this server; else the stage."""
    on_this_server = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if on_this_server else "/"
