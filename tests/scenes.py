"""What many tests begin with: made once in a while for each database, and put back for all others.

A scene is the cast and what is made with it on an empty application: its rows, and the files of its data folder. It is
made anew after LASTS, because what rows say about time is true for no longer: a sign-in gets old, a job falls due.
"""

import shutil
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import apsw
import psycopg
from sqlalchemy import exists, select

from onstage.accounts.models import people
from onstage.clock import MINUTE, now
from onstage.db.engine import Database, metadata
from onstage.web.app import App
from tests.cast import Cast, make_cast

T = TypeVar("T")
LASTS = 3 * MINUTE
TABLES = (*metadata.tables, "search_words")
_NO_APP = object()


@dataclass
class Scene(Generic[T]):
    """The cast, and what was made with it."""

    cast: Cast
    made: T


@dataclass(frozen=True)
class _Kept:
    scene: Scene[Any]  # of no application
    at: int
    rows: Any
    files: Path


class Scenes:
    """Those of a test process; `folder` has the files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[tuple[str, str], _Kept] = {}

    def begin(self, app: App, name: str, make: Callable[[Cast], T]) -> Scene[T]:
        """The scene of that name; `make` gives values that know no application.

        Beside people or files that a fixture has made before, it is made for this test alone.
        """
        if _has_people(app.database) or _has_files(app.settings.data):
            cast = make_cast(app)
            return Scene(cast, make(cast))
        key = (name, app.database.kind)
        kept = self._kept.get(key)
        if kept is None or now() - kept.at > LASTS:
            began, cast = now(), make_cast(app)
            scene = Scene(cast, make(cast))
            self._kept[key] = self._keep(app, scene, began)
            return scene
        shutil.copytree(kept.files, app.settings.data, dirs_exist_ok=True)
        _put_back(app.database, kept.rows)
        again: Scene[T] = deepcopy(kept.scene, {id(_NO_APP): app})
        return again

    def _keep(self, app: App, scene: Scene[T], at: int) -> _Kept:
        files = self._folder / str(len(list(self._folder.iterdir())))
        shutil.copytree(app.settings.data, files, ignore=shutil.ignore_patterns("onstage.db*"))
        return _Kept(deepcopy(scene, {id(app): _NO_APP}), at, _rows(app.database), files)


def _has_people(database: Database) -> bool:
    with database.read() as db:
        return bool(db.execute(select(exists().select_from(people))).scalar())


def _has_files(data: Path) -> bool:
    return any(path.is_file() and not path.name.startswith("onstage.db") for path in data.rglob("*"))


def _rows(database: Database) -> Any:
    """Everything in a database."""
    with database._writing.connect() as connection:
        raw: Any = connection.connection.driver_connection
        if database.kind == "sqlite":
            copy = apsw.Connection(":memory:")
            _copy_pages(raw.apsw, copy)
            return copy
        found = {name: _copied_out(raw, name) for name in TABLES}
        return {name: rows for name, rows in found.items() if rows}


def _copied_out(connection: "psycopg.Connection[Any]", table: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} TO STDOUT") as copy:
        return b"".join(copy)


def _put_back(database: Database, rows: Any) -> None:
    with database._writing.connect() as connection:
        raw: Any = connection.connection.driver_connection
        if database.kind == "sqlite":
            _copy_pages(rows, raw.apsw)
            return
        with raw.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table, lines in rows.items():
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(lines)
        raw.commit()


def _copy_pages(source: apsw.Connection, target: apsw.Connection) -> None:
    with target.backup("main", source, "main") as copying:
        copying.step()
