"""The processes of `onstage serve`: this one answers HTTP, children do the jobs and help to answer; none outlives it."""

import asyncio
import logging
import os
import signal
import socket
import ssl
import sys
from pathlib import Path
from types import FrameType

from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server

from onstage import __version__, datafolder
from onstage.accounts.doors.recovery import owner_link
from onstage.clock import now
from onstage.db.revision import current, newest
from onstage.errors import InUse
from onstage.footprint import few_heaps, settle
from onstage.parent import die_with
from onstage.server import compose
from onstage.settings import BadSetting, Settings
from onstage.web.app import App
from onstage.web.asgi import make

log = logging.getLogger("onstage.serve")

MOST_OPEN = 16_384  # requests under way at once: every open page holds one, and beyond this nobody is let in


def addresses(host: str) -> list[str]:
    """What to listen on: `localhost` is both loopbacks, where the machine has both."""
    if host != "localhost":
        return [host]
    return ["127.0.0.1", "::1"] if _can_bind("::1") else ["127.0.0.1"]


def _can_bind(address: str) -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True


def check_port(hosts: list[str], port: int) -> None:
    """Raise InUse when somebody listens there already (the listeners share ports among themselves, so ask first)."""
    for host in hosts:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise InUse(
                    f"Port {port} on {host} can't be used: {error.strerror}. Set HOST or PORT to another."
                ) from None


def serve(settings: Settings, parent: int | None) -> None:
    """Answer HTTP and do jobs until INT or TERM, or until the process `parent` ends. Raises InUse."""
    if parent is not None:
        die_with(parent)
    few_heaps()
    hosts = addresses(settings.host)
    _check_certificate(settings)
    _check_programs(settings)
    with datafolder.hold(settings.data):
        check_port(hosts, settings.port)
        asyncio.run(_serve(settings, hosts))


def _check_certificate(settings: Settings) -> None:
    if settings.tls_cert:
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(settings.tls_cert, settings.tls_key)
        except OSError as error:
            raise BadSetting(f"TLS_CERT and TLS_KEY can't be used together: {error.strerror or error}.") from None


def _check_programs(settings: Settings) -> None:
    for name, path in (("FFMPEG", settings.ffmpeg), ("SPEECH_TO_TEXT", settings.speech_to_text)):
        if path and not (Path(path).is_file() and os.access(path, os.X_OK)):
            raise BadSetting(f"{name} is {path!r}, and there is no program of that path.")


def help_answering(settings: Settings, parent: int) -> None:
    """Answer HTTP beside the process `parent`, on the same port, until INT or TERM or until that process ends."""
    die_with(parent)
    few_heaps()
    asyncio.run(_help_answering(settings))


async def _serve(settings: Settings, hosts: list[str]) -> None:
    app = compose(settings)
    if current(app.database) != newest():
        await _migrated()
    stopping = _asked_to_stop()
    kinds = ["worker", *["web"] * (settings.web_processes - 1)]
    children = [asyncio.create_task(_keep(kind, stopping)) for kind in kinds]
    answering = asyncio.create_task(_answer(app, hosts, stopping))
    await _until_it_answers(hosts, settings.port)
    print(_welcome(app), flush=True)
    await asyncio.gather(answering, *children)
    app.close()


async def _help_answering(settings: Settings) -> None:
    app = compose(settings)
    await _answer(app, addresses(settings.host), _asked_to_stop())
    app.close()


def _asked_to_stop() -> asyncio.Event:
    """Set by SIGINT or SIGTERM; not by the loop's own handlers, which lose a signal while its pipe is full of wake-ups."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stopping.set)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    return stopping


async def _answer(app: App, hosts: list[str], stopping: asyncio.Event) -> None:
    application = make(app)  # one for all, with one count of requests
    servers = [_listener(application, app.settings, host) for host in hosts]
    settle()
    answering = [asyncio.create_task(server.serve()) for server in servers]
    await asyncio.wait([asyncio.create_task(stopping.wait()), *answering], return_when=asyncio.FIRST_COMPLETED)
    stopping.set()
    app.stopping.set()
    for server in servers:
        server.stop()  # type: ignore[no-untyped-call]
    await asyncio.wait(answering, timeout=5)


async def _until_it_answers(hosts: list[str], port: int) -> None:
    for host in hosts:
        for _ in range(200):
            try:
                _, writer = await asyncio.open_connection(host, port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                break


async def _migrated() -> None:
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", "onstage", "migrate", "--quiet")
    if await child.wait():
        raise SystemExit(2)


def _welcome(app: App) -> str:
    lines = [f"Onstage {__version__} is at {app.settings.origin}"]
    with app.database.write() as db:
        link = owner_link(db, now())
    if link:
        lines.append(f"Open this once to become its owner: {app.settings.origin}/welcome/{link}")
    return "\n".join(lines)


def _listener(application: object, settings: Settings, host: str) -> Server:
    return Server(
        application,
        address=host,
        port=settings.port,
        interface=Interfaces.ASGINL,
        websockets=False,
        backlog=1024,
        backpressure=MOST_OPEN,
        log_enabled=False,
        log_level=LogLevels.error,
        http1_settings=HTTP1Settings(header_read_timeout=15_000),
        ssl_cert=Path(settings.tls_cert) if settings.tls_cert else None,
        ssl_key=Path(settings.tls_key) if settings.tls_key else None,
    )


async def _keep(kind: str, stopping: asyncio.Event) -> None:
    """Keep one child of this kind; one that dies is replaced, after a pause."""
    while not stopping.is_set():
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "onstage", kind, "--parent", str(os.getpid()), start_new_session=True
        )
        ended = asyncio.create_task(child.wait())
        asked = asyncio.create_task(stopping.wait())
        await asyncio.wait([ended, asked], return_when=asyncio.FIRST_COMPLETED)
        if stopping.is_set():
            await _stop(child, ended)
            return
        log.error("the %s process ended with %s; starting it again", kind, child.returncode)
        await asyncio.wait([asked], timeout=1)


async def _stop(child: asyncio.subprocess.Process, ended: "asyncio.Task[int]") -> None:
    if child.returncode is None:
        child.terminate()
    _, waiting = await asyncio.wait([ended], timeout=8)
    if waiting:
        child.kill()
        await child.wait()
