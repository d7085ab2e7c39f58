"""The doctor looks at the machine: Python, ffmpeg and its cage, the clock."""

import os
import platform
import time
from collections.abc import Iterator

import imageio_ffmpeg

from onstage.clock import to_datetime
from onstage.media import sandbox
from onstage.settings import Settings
from onstage.upkeep.findings import Finding, note, ok, wrong

_ENCODERS = ("libx264", "aac", "libwebp")
_BUILT = 1_790_000_000  # seconds; no clock of a running server is earlier than this
_MEANING = {
    "network": "a network of its own",
    "landlock": "Landlock (Linux 5.13)",
    "seccomp": "seccomp",
}


def check(settings: Settings) -> Iterator[Finding]:
    """Everything about the machine."""
    libc, version = platform.libc_ver()
    yield ok(f"Python {platform.python_version()} on {os.uname().sysname} {platform.machine()}, {libc} {version}.")
    yield from _ffmpeg(settings)
    yield from _cage()
    if time.time() < _BUILT:
        said = f"The clock says {to_datetime(time.time_ns() // 1000):%Y-%m-%d}, which can't be."
        yield wrong(said, "Set it: sign-ins, links and birthdays go by it.")
    else:
        yield ok(f"The clock says {to_datetime(time.time_ns() // 1000):%Y-%m-%d %H:%M} UTC.")


def _ffmpeg(settings: Settings) -> Iterator[Finding]:
    program = settings.ffmpeg or imageio_ffmpeg.get_ffmpeg_exe()
    mend = "Leave FFMPEG empty to use the one that comes along." if settings.ffmpeg else "Run `make serve` once more."
    try:
        listed = sandbox.run(program, ["-encoders"], sandbox.Bounds())
    except (OSError, sandbox.Stopped) as error:
        yield wrong(f"ffmpeg does not run: {error}.", mend)
        return
    has = {words[1] for line in listed.stdout.decode("utf-8", "replace").splitlines() if len(words := line.split()) > 1}
    missing = [encoder for encoder in _ENCODERS if encoder not in has]
    if listed.returncode or missing:
        yield wrong(f"This ffmpeg can't encode {', '.join(missing) or 'anything'}.", mend)
    else:
        yield ok("ffmpeg runs in its own process with bounded memory, time and file size.")


def _cage() -> Iterator[Finding]:
    given = sandbox.second_line()
    missing = [_MEANING.get(name, name) for name, there in given.items() if not there]
    if missing:
        said = f"This kernel gives ffmpeg no {' and no '.join(missing)}."
        yield note(
            said, "Uploads are still read in a bounded process; a newer kernel or container runtime adds the rest."
        )
    else:
        yield ok("ffmpeg is cut off from the network, from other files and from other processes.")
