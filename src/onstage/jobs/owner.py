"""Which process has a job, in words that tell a dead process from a live one with the same number."""

import os
import socket
from pathlib import Path


def this_process() -> str:
    """A name that no other process on any host ever has: host, boot, process name space, number and start."""
    pid = os.getpid()
    return f"{_place()}:{pid}:{_started(pid)}"


def is_dead(owner: str) -> bool:
    """Whether that process has surely ended; False for one that this host and name space can't see."""
    place, pid, started = owner.rsplit(":", 2)
    return place == _place() and _started(int(pid)) != int(started)


def _place() -> str:
    boot = Path("/proc/sys/kernel/random/boot_id").read_text()[:8]
    return f"{socket.gethostname()}/{boot}/{Path('/proc/self/ns/pid').stat().st_ino}"


def _started(pid: int) -> int:
    """Clock ticks from boot to the process's start (proc_pid_stat(5), field 22); 0: no such process, or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return 0 if fields[0] in {b"Z", b"X"} else int(fields[19])
