"""Run ffmpeg as a child that can neither outlive us nor use more than it is given: the only module that starts one."""

import contextlib
import errno
import math
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

_LAUNCHER = str(Path(__file__).with_name("launcher.py"))
_TICK = 0.5
_STDOUT_MOST = 64 << 20
_ENDED_BY_SIGNAL, _NOT_PERMITTED = 255, "Operation not permitted"  # ffmpeg gives 255 for both
_NO_MEMORY = ("Cannot allocate memory", "malloc of size", "std::bad_alloc")
_STDERR_HEAD, _STDERR_TAIL = 32 << 10, 224 << 10

# Real containers only: a playlist, a concat script or an image sequence is no clip, whatever its name says.
FORMATS = "mov,matroska,avi,mpegts,mpeg,flv,ogg,asf,gif,apng,webp_anim"
PICTURES = "jpeg_pipe,png_pipe,webp_pipe"

GIB = 1 << 30


@dataclass(frozen=True)
class Bounds:
    """What a child may use at most: bytes, CPU seconds, seconds without progress, threads, niceness.

    Less than 3 GiB of address space ends an honest 4k60 clip.
    """

    address_space: int = 3 * GIB
    file_size: int = 2 * GIB
    cpu_seconds: float = 20
    stall_seconds: float = 20
    threads: int = 2
    nice: int = 0


@dataclass(frozen=True)
class Finished:
    """A child that ended by itself: `stderr` is cut in the middle past 256 KiB, `peak_memory` is in bytes."""

    returncode: int
    stdout: bytes
    stderr: str
    cpu_seconds: float
    peak_memory: int


class Stopped(Exception):
    """A child that did not end by itself, or met one of its bounds."""

    def __init__(self, reason: Literal["cpu", "memory", "stalled", "size", "crashed"], detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


class Interrupted(Exception):
    """The child was ended from outside, as by a shutdown or for want of memory elsewhere: trying again may help."""


def run(
    ffmpeg: str,
    arguments: Sequence[str],
    bounds: Bounds,
    on_progress: Callable[[int], None] | None = None,
    *,
    formats: str = FORMATS,
    also: Sequence[str] = (),
) -> Finished:
    """Run ffmpeg and wait for it; `on_progress` gets microseconds of output time, ever more, in this thread.

    Paths among the arguments are absolute: what follows `-i` is all it may read, and it may write only in the folders
    of the others; `also` are files that it may read because of a filter, see `movie`. Every input opens only `formats`
    (names of demuxers) from plain files. A return code that is not zero is the caller's to judge. Raises Stopped,
    Interrupted, OSError(ENOSPC) where the disk is full, and FileNotFoundError where there is no ffmpeg.
    """
    reads, writes = _paths(arguments)

    def command(progress: int) -> list[str]:
        return [ffmpeg, *_global_options(bounds, progress), *_guarded(arguments, bounds, formats)]

    return _run(command, [*reads, *also], writes, bounds, on_progress)


def movie(path: str, bounds: Bounds, wanted: str) -> str:
    """A graph for ffmpeg's input `lavfi` that reads a file under the same guard as every input; gives `wanted` pads."""
    guard = f"protocol_whitelist=file:format_whitelist={FORMATS}"
    options = {"filename": path, "dec_threads": str(bounds.threads), "format_opts": guard}
    return "movie=" + ":".join(f"{name}={_escaped(value)}" for name, value in options.items()) + wanted


def _escaped(value: str) -> str:
    """As a filter wants its options, and once more as a graph wants its filters (ffmpeg-filters, 3.1)."""
    for special in (r"[\\':]", r"[\\'\[\],;]"):
        value = re.sub(special, r"\\\g<0>", value)
    return value


def run_program(command: Sequence[str], reads: Sequence[str], bounds: Bounds) -> Finished:
    """Run another program of the owner's in the same cage; it may read `reads` and write nothing. Raises as `run` does."""
    return _run(lambda _progress: command, reads, [], bounds, None)


def _run(
    command: Callable[[int], Sequence[str]],
    reads: Sequence[str],
    writes: Sequence[str],
    bounds: Bounds,
    on_progress: Callable[[int], None] | None,
) -> Finished:
    progress_read, progress_write = os.pipe()
    try:
        child = _start(command(progress_write), reads, writes, bounds, progress_write)
    except BaseException:
        os.close(progress_read)
        raise
    finally:
        os.close(progress_write)
    watch = _Watch(child, bounds, on_progress)
    try:
        watch.follow(progress_read)
    finally:
        os.close(progress_read)
        watch.end()
    return _judge(watch.finished(), bounds)


def _start(
    command: Sequence[str], reads: Sequence[str], writes: Sequence[str], bounds: Bounds, progress: int
) -> subprocess.Popen[bytes]:
    numbers = (os.getpid(), bounds.address_space, bounds.file_size, math.ceil(bounds.cpu_seconds), bounds.nice)
    lists = [word for words in (reads, writes, command) for word in (str(len(words)), *words)]
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", "-S", _LAUNCHER, *map(str, numbers), *lists],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=(progress,),
        start_new_session=True,
        env={},
    )


def _paths(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    pairs = list(zip(("", *arguments), arguments, strict=False))
    reads = [word for before, word in pairs if before == "-i"]
    writes = {str(Path(word).parent) for before, word in pairs if before != "-i" and word.startswith("/")}
    return reads, sorted(writes)


def _global_options(bounds: Bounds, progress: int) -> list[str]:
    threads = str(bounds.threads)
    options = ["-hide_banner", "-nostdin", "-nostats", "-y", "-v", "error", "-stats_period", str(_TICK)]
    return [*options, "-progress", f"pipe:{progress}", "-filter_threads", threads, "-filter_complex_threads", threads]


def _guarded(arguments: Sequence[str], bounds: Bounds, formats: str) -> list[str]:
    guard = ["-threads", str(bounds.threads), "-protocol_whitelist", "file,pipe", "-format_whitelist", formats]
    return [part for word in arguments for part in ((*guard, word) if word == "-i" else (word,))]


@dataclass
class _Watch:
    """The child's pipes and clocks, followed until it ends or has to be ended."""

    child: "subprocess.Popen[bytes]"
    bounds: Bounds
    on_progress: Callable[[int], None] | None
    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    status: int | None = None
    cpu_seconds: float = 0
    peak_memory: int = 0
    _line: bytes = b""
    _reached: int = 0
    _place: tuple[bytes, ...] = ()
    _moved: bool = True
    _cpu_at_move: float = 0
    _cpu_seen: float = 0
    _seen_at: float = 0
    _alive_at: float = field(default_factory=time.monotonic)

    def follow(self, progress: int) -> None:
        assert self.child.stdout
        assert self.child.stderr
        readers = {self.child.stdout.fileno(): self._output, self.child.stderr.fileno(): self._complain}
        readers[progress] = self._report
        with selectors.DefaultSelector() as selector:
            for number in readers:
                selector.register(number, selectors.EVENT_READ)
            while selector.get_map():
                for key, _ in selector.select(_TICK):
                    chunk = os.read(key.fd, 1 << 16)
                    if chunk:
                        readers[key.fd](chunk)
                    else:
                        selector.unregister(key.fd)
                self._check_still()
        while not self._reap(os.WNOHANG):
            self._check_still()
            time.sleep(0.001)

    def end(self) -> None:
        """Leave no process behind, however `follow` was left."""
        if self.status is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.child.pid, signal.SIGKILL)
            self._reap(0)
        for pipe in (self.child.stdout, self.child.stderr):
            if pipe:
                pipe.close()

    def finished(self) -> Finished:
        assert self.status is not None
        text = self.stderr.decode("utf-8", "replace")
        return Finished(self.status, bytes(self.stdout), text, self.cpu_seconds, self.peak_memory)

    def _reap(self, flags: int) -> bool:
        pid, status, usage = os.wait4(self.child.pid, flags)
        if not pid:
            return False
        self.status = self.child.returncode = os.waitstatus_to_exitcode(status)
        self.cpu_seconds, self.peak_memory = usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10
        return True

    def _output(self, chunk: bytes) -> None:
        self.stdout += chunk
        if len(self.stdout) > _STDOUT_MOST:
            raise Stopped("size", "standard output")

    def _complain(self, chunk: bytes) -> None:
        self.stderr += chunk
        surplus = len(self.stderr) - _STDERR_HEAD - _STDERR_TAIL
        if surplus > 0:
            del self.stderr[_STDERR_HEAD : _STDERR_HEAD + surplus]

    def _report(self, chunk: bytes) -> None:
        *lines, rest = (self._line + chunk).split(b"\n")
        self._line = rest[-256:]
        values = dict(line.split(b"=", 1) for line in lines if b"=" in line)
        place = tuple(values.get(name, b"") for name in (b"frame", b"out_time_us", b"total_size"))
        if any(place) and place != self._place:
            self._place, self._moved = place, True
        time_us = values.get(b"out_time_us", b"")
        if self.on_progress and time_us.isdigit() and int(time_us) > self._reached:
            self._reached = int(time_us)
            self.on_progress(self._reached)

    def _check_still(self) -> None:
        """A child stands still when it neither moves on nor works, or works this long and does not move on.

        One that is starved by others, or busy with a first frame that is large, is neither.
        """
        now = time.monotonic()
        if now - self._seen_at < 2 * _TICK:
            return
        cpu = _cpu_of(self.child.pid)
        if self._moved or cpu > self._cpu_seen:
            self._alive_at = now
        if self._moved:
            self._moved, self._cpu_at_move = False, cpu
        self._seen_at, self._cpu_seen = now, cpu
        if cpu - self._cpu_at_move > self.bounds.stall_seconds * self.bounds.threads:
            raise Stopped("stalled", "it works and does not move on")
        if now - self._alive_at > self.bounds.stall_seconds:
            raise Stopped("stalled", "it does nothing")


def _cpu_of(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _judge(finished: Finished, bounds: Bounds) -> Finished:
    code, text = finished.returncode, finished.stderr
    if code == 127 and not finished.stdout and text.count("\n") <= 1:
        raise FileNotFoundError(errno.ENOENT, text.strip() or "ffmpeg")
    if code and "No space left on device" in text:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if finished.cpu_seconds >= math.ceil(bounds.cpu_seconds):  # ffmpeg ends in good order at the soft limit
        raise Stopped("cpu")
    if code == -signal.SIGXFSZ or (code and "File too large" in text):
        raise Stopped("size")
    if code and any(words in text for words in _NO_MEMORY):
        raise Stopped("memory")
    if code in (-signal.SIGKILL, -signal.SIGTERM) or (code == _ENDED_BY_SIGNAL and _NOT_PERMITTED not in text):
        raise Interrupted(f"ffmpeg ended with {code}")
    if code < 0:
        raise Stopped("crashed", signal.Signals(-code).name)
    return finished


def second_line() -> dict[str, bool]:
    """Which defences beyond resource limits this kernel gives: network name space, Landlock, seccomp."""
    report = subprocess.run(  # noqa: S603
        [sys.executable, "-I", "-S", _LAUNCHER, "--report"], capture_output=True, text=True, check=True, env={}
    )
    return {name: value == "1" for name, value in (pair.split("=") for pair in report.stdout.split())}
