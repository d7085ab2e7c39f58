"""The child keeps its bounds, reads and writes only what it was given, and never outlives us."""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from onstage.media import launcher, sandbox
from onstage.media.sandbox import Bounds, Interrupted, Stopped, run
from tests.media.conftest import running

LAUNCHER = str(Path(launcher.__file__))
ENDLESS = ["-f", "lavfi", "-i", "testsrc2=size=640x360:duration=100000"]


def stopped_by(ffmpeg: str, arguments: list[str], bounds: Bounds) -> str:
    with pytest.raises(Stopped) as stopped:
        run(ffmpeg, arguments, bounds, formats="lavfi")
    assert not running()
    return stopped.value.reason


def test_cpu_time_is_bounded(ffmpeg: str) -> None:
    assert stopped_by(ffmpeg, [*ENDLESS, "-f", "null", "-"], Bounds(cpu_seconds=1)) == "cpu"


def test_what_it_writes_is_bounded(ffmpeg: str, tmp_path: Path) -> None:
    raw = [*ENDLESS, "-c:v", "rawvideo", "-f", "nut", str(tmp_path / "out.nut")]
    assert stopped_by(ffmpeg, raw, Bounds(file_size=1 << 20)) == "size"
    assert (tmp_path / "out.nut").stat().st_size <= 1 << 20


def test_what_it_says_is_bounded(ffmpeg: str) -> None:
    assert stopped_by(ffmpeg, [*ENDLESS, "-c:v", "rawvideo", "-f", "nut", "-"], Bounds(cpu_seconds=60)) == "size"


def test_memory_is_bounded(ffmpeg: str) -> None:
    large = ["-f", "lavfi", "-i", "testsrc2=size=8000x8000:duration=1", "-c:v", "libx264", "-f", "null", "-"]
    assert stopped_by(ffmpeg, large, Bounds(address_space=512 << 20)) == "memory"


def test_one_that_waits_for_nothing_is_ended(ffmpeg: str) -> None:
    slow = ["-re", "-f", "lavfi", "-i", "testsrc2=size=80x80:rate=1/60", "-c:v", "libx264", "-f", "null", "-"]
    assert stopped_by(ffmpeg, slow, Bounds(stall_seconds=1.5)) == "stalled"


def test_one_that_works_without_moving_on_is_ended(ffmpeg: str) -> None:
    turning = [*ENDLESS, "-vf", "select=0", "-f", "null", "-"]
    assert stopped_by(ffmpeg, turning, Bounds(cpu_seconds=60, stall_seconds=1, threads=1)) == "stalled"


def test_progress_grows_and_reaches_the_end(ffmpeg: str, made: Path) -> None:
    seen: list[int] = []
    run(ffmpeg, ["-i", str(made / "plain.mp4"), "-f", "null", "-"], Bounds(), seen.append)
    assert seen == sorted(set(seen))
    assert seen[-1] == pytest.approx(2_000_000, abs=50_000)


def test_an_error_of_ours_ends_the_child(ffmpeg: str) -> None:
    def fail(_: int) -> None:
        raise RuntimeError("ours")

    with pytest.raises(RuntimeError, match="ours"):
        run(ffmpeg, [*ENDLESS, "-f", "null", "-"], Bounds(cpu_seconds=60), fail, formats="lavfi")
    assert not running()


def test_no_descriptor_is_left(ffmpeg: str, made: Path) -> None:
    before = psutil.Process().num_fds()
    run(ffmpeg, ["-i", str(made / "plain.mp4"), "-f", "null", "-"], Bounds())
    with pytest.raises(FileNotFoundError):
        run("/there/is/no/ffmpeg", ["-i", str(made / "plain.mp4")], Bounds())
    assert psutil.Process().num_fds() == before


def test_a_failing_child_is_the_callers_to_judge(ffmpeg: str, made: Path) -> None:
    finished = run(ffmpeg, ["-i", str(made / "words.mp4"), "-f", "null", "-"], Bounds())
    assert finished.returncode != 0
    assert finished.stderr
    assert finished.peak_memory > 1 << 20


def test_it_dies_with_the_one_that_waits_for_it(ffmpeg: str) -> None:
    waiting = (
        "from onstage.media.sandbox import Bounds, run\n"
        f"run({ffmpeg!r}, {[*ENDLESS, '-f', 'null', '-']!r}, Bounds(cpu_seconds=60), formats='lavfi')"
    )
    parent = psutil.Popen([sys.executable, "-c", waiting])
    deadline = time.monotonic() + 120
    while not (children := parent.children()) or "ffmpeg" not in children[0].name():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    gone, alive = psutil.wait_procs(children, timeout=60)
    assert (len(gone), alive) == (1, [])


def confined(script: str, *, reads: Sequence[Path] = (), writes: Sequence[Path] = ()) -> str:
    """What a shell script says, errors included, when it runs where ffmpeg would."""
    numbers = [str(number) for number in (os.getpid(), 3 << 30, 1 << 20, 20, 0)]
    command = ["/bin/bash", "-c", script]
    lists = [str(word) for words in (reads, writes, command) for word in (len(words), *words)]
    arguments = [sys.executable, "-I", "-S", LAUNCHER, *numbers, *lists]
    done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.stdout


def test_it_reads_and_writes_nothing_else(tmp_path: Path) -> None:
    if not sandbox.second_line()["landlock"]:
        pytest.skip("this kernel has no Landlock")
    given, canary, inside = tmp_path / "given", tmp_path / "canary", tmp_path / "out"
    given.write_text("may be read")
    canary.write_text("may not")
    inside.mkdir()
    assert confined(f"cat {given}; echo x > {inside}/new", reads=[given], writes=[inside]) == "may be read"
    for forbidden in (
        f"cat {canary}",
        f"echo x >> {given}",
        f"echo x > {tmp_path}/new",
        f"rm {canary}",
        "ls /proc/self",
    ):
        assert "Permission denied" in confined(forbidden, reads=[given], writes=[inside])
    assert (canary.read_text(), given.read_text()) == ("may not", "may be read")
    assert (inside / "new").exists()


def test_it_reaches_no_network() -> None:
    lines = sandbox.second_line()
    if not (lines["network"] or lines["seccomp"]):
        pytest.skip("this kernel gives neither a network name space nor seccomp")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert "through" not in confined(f"exec 3<>/dev/tcp/127.0.0.1/{port} && echo through")
        server.settimeout(0.2)
        with pytest.raises(TimeoutError):
            server.accept()


def test_it_signals_nobody() -> None:
    if not sandbox.second_line()["seccomp"]:
        pytest.skip("this kernel has no seccomp")
    assert "not permitted" in confined(f"kill -0 {os.getpid()}")


def test_without_its_parent_it_does_not_start() -> None:
    arguments = [sys.executable, "-I", "-S", LAUNCHER, "1", str(3 << 30), "1000", "20", "0", "0", "0", "1", "/bin/true"]
    assert subprocess.run(arguments, check=False).returncode == 125


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_one_that_others_end_may_be_tried_again(ffmpeg: str, number: signal.Signals) -> None:
    def end(_: int) -> None:
        running()[0].send_signal(number)

    with pytest.raises(Interrupted):
        run(ffmpeg, [*ENDLESS, "-f", "null", "-"], Bounds(cpu_seconds=60), end, formats="lavfi")


def test_a_full_disk_is_not_the_files_fault(ffmpeg: str, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True, check=False
    ).returncode:
        pytest.skip("nobody but root can make a disk that is small")
    try:
        with pytest.raises(OSError, match="No space left") as caught:
            run(ffmpeg, [*ENDLESS, "-c:v", "rawvideo", "-f", "nut", str(disk / "out")], Bounds(), formats="lavfi")
        assert caught.value.errno == errno.ENOSPC
    finally:
        subprocess.run(["umount", disk], check=True)
