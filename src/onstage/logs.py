"""Structured logs: one JSON object a line on standard error, without personal data."""

import logging
import sys
import traceback
from datetime import UTC, datetime

import msgspec

_OWN = ("request", "status", "ms")


class JsonLines(logging.Formatter):
    """A record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "says": record.getMessage(),
        }
        entry |= {name: value for name in _OWN if (value := getattr(record, name, None)) is not None}
        if record.exc_info:
            entry["trace"] = "".join(traceback.format_exception(*record.exc_info))
        return msgspec.json.encode(entry).decode()


def start(level: str) -> None:
    """Log everything of this level and above."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for chatty in ("alembic", "_granian", "granian"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
