"""Forms as browsers send them with files."""

from collections.abc import Mapping
from typing import Any

from tests.client import Answer, Client

_BOUNDARY = "a-line-that-is-in-no-file"


def send_parts(
    client: Client,
    path: str,
    actor: Any,
    fields: Mapping[str, str],
    files: Mapping[str, tuple[str, bytes]] | None = None,
) -> Answer:
    """POST multipart/form-data; `files` are a name and bytes by field."""
    body = b""
    for name, value in fields.items():
        body += f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    for name, (filename, content) in (files or {}).items():
        head = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        body += f"--{_BOUNDARY}\r\n{head}Content-Type: application/octet-stream\r\n\r\n".encode() + content + b"\r\n"
    body += f"--{_BOUNDARY}--\r\n".encode()
    return client.post(path, actor, body=body, headers={"content-type": f"multipart/form-data; boundary={_BOUNDARY}"})
