"""Many pages stay open, each with its stream, and the server goes on answering."""

import socket
from pathlib import Path

from onstage import settings
from onstage.db import migrate
from onstage.server import compose
from tests.cast import make_cast, make_clip
from tests.serve.running import serving

STREAMS = 200


def test_two_hundred_open_streams_keep_nobody_out(tmp_path: Path) -> None:
    environment = {"ONSTAGE_SECRET": "only for tests", "RATE_LIMIT": "0"}
    app = compose(settings.load({"ONSTAGE_DATA": str(tmp_path / "data"), **environment}))
    migrate.upgrade(app.database, tmp_path / "data")
    _, slug = make_clip(app.database, make_cast(app).ada.viewer)
    app.close()
    with serving(tmp_path / "data", **environment) as running:
        held = []
        for _ in range(STREAMS):
            stream = socket.create_connection(("127.0.0.1", running.port), 30)
            stream.sendall(f"GET /api/v1/events?clip={slug} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert stream.recv(100).startswith(b"HTTP/1.1 200")
            held.append(stream)
        assert running.get("/healthz").status_code == 200
        for stream in held:
            stream.close()
