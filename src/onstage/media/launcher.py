"""Start one program inside limits it cannot lift: run as a script by media.sandbox, it imports nothing of ours.

Arguments: the parent's process id, bytes of address space, bytes of file size, CPU seconds, niceness, then three lists
(readable files, folders it may write in, the command), each preceded by its length. `--report` prints what the kernel
gives.
"""

import ctypes
import os
import resource
import sys

_LIBC = ctypes.CDLL(None, use_errno=True)

# asm/signal.h; the module signal costs as much time to import as the rest of this file to run
_SIGKILL, _SIGPIPE, _SIGXFSZ, _SIG_DFL = 9, 13, 25, None
# linux/prctl.h
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP = 1, 38, 22
# linux/sched.h
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
# linux/landlock.h; the three system calls have the same number on every architecture
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_EXECUTE, _WRITE, _READ, _READ_DIR, _REMOVE, _MAKE, _TRUNCATE = 1, 2, 4, 8, 1 << 5, 1 << 8, 1 << 14
_PROGRAM_PLACES = ("/usr", "/lib", "/lib64", "/nix/store", "/etc/ld.so.cache", "/dev/null", "/dev/urandom")

# Refused system calls: sockets, other processes, new name spaces, and the doors around this filter.
_REFUSED = {
    "x86_64": (0xC000003E, (41, 42, 53, 62, 101, 165, 200, 246, 272, 298, 308, 310, 311, 321, 323, 424, 425, 434)),
    "aarch64": (0xC00000B7, (198, 199, 203, 40, 97, 104, 117, 129, 130, 241, 268, 270, 271, 280, 282, 424, 425, 434)),
}


class _RulesetAttr(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("jt", ctypes.c_uint8), ("jf", ctypes.c_uint8), ("k", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("filter", ctypes.POINTER(_Instruction)))


def _die_with(parent: int) -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(125)


def _limit(address_space: int, file_size: int, cpu_seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def _leave_network() -> bool:
    if _LIBC.unshare(_CLONE_NEWNET) == 0:
        return True
    return bool(_LIBC.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0)


def _landlock_version() -> int:
    return int(_LIBC.syscall(_LANDLOCK_CREATE, None, 0, 1))


def _confine_files(command: str, reads: list[str], writes: list[str]) -> bool:
    version = _landlock_version()
    if version < 1:
        return False
    handled = (1 << (13 if version < 2 else 14 if version < 3 else 15 if version < 5 else 16)) - 1
    attr = _RulesetAttr(handled, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = _LIBC.syscall(_LANDLOCK_CREATE, ctypes.byref(attr), size, 0)
    if ruleset < 0:
        return False
    libraries = os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(command))), "lib")
    for place in (*_PROGRAM_PLACES, command, libraries):
        _allow(ruleset, place, handled & (_EXECUTE | _READ | _READ_DIR))
    for path in reads:
        _allow(ruleset, path, handled & (_READ | _READ_DIR))
    for folder in writes:
        _allow(ruleset, folder, handled & (_WRITE | _READ | _READ_DIR | _REMOVE | _MAKE | _TRUNCATE))
    return bool(_LIBC.syscall(_LANDLOCK_RESTRICT, ruleset, 0) == 0)


def _allow(ruleset: int, path: str, access: int) -> None:
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not os.path.isdir(path):
        access &= _EXECUTE | _READ | _WRITE | _TRUNCATE
    rule = _PathBeneath(access, parent)
    _LIBC.syscall(_LANDLOCK_ADD, ruleset, 1, ctypes.byref(rule), 0)
    os.close(parent)


def _refuse_calls() -> bool:
    if os.uname().machine not in _REFUSED:
        return False
    architecture, calls = _REFUSED[os.uname().machine]
    load, equal, at_least, give = 0x20, 0x15, 0x35, 0x06  # linux/bpf_common.h: LD|W|ABS, JMP|JEQ, JMP|JGE, RET
    allow, refuse = 0x7FFF0000, 0x00050001  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO with EPERM
    steps = [(load, 0, 0, 4), (equal, 0, len(calls) + 3, architecture)]
    steps += [(load, 0, 0, 0), (at_least, len(calls) + 1, 0, 0x40000000)]  # x32 has other numbers for the same calls
    steps += [(equal, len(calls) - index, 0, call) for index, call in enumerate(calls)]
    steps += [(give, 0, 0, allow), (give, 0, 0, refuse)]
    instructions = (_Instruction * len(steps))(*(_Instruction(*step) for step in steps))
    program = _Program(len(steps), instructions)
    return bool(_LIBC.prctl(_PR_SET_SECCOMP, 2, ctypes.byref(program), 0, 0) == 0)


def _take(arguments: list[str]) -> tuple[list[str], list[str]]:
    count = int(arguments[0])
    return arguments[1 : 1 + count], arguments[1 + count :]


def _report() -> None:
    _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    network = _leave_network()
    files = _confine_files(sys.executable, [], [])
    calls = _refuse_calls()
    print(f"network={int(network)} landlock={int(files)} seccomp={int(calls)}")  # noqa: T201


def main(arguments: list[str]) -> None:
    """Take on the limits and become the command; exits 125 without its parent, 127 where it can't be started."""
    parent, address_space, file_size, cpu_seconds, niceness = (int(argument) for argument in arguments[:5])
    reads, rest = _take(arguments[5:])
    writes, rest = _take(rest)
    command, _ = _take(rest)
    os.nice(niceness)
    _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _leave_network()
    _confine_files(command[0], reads, writes)
    _refuse_calls()
    _die_with(parent)  # after the change of name space, which clears it
    # Python ignores these two, and what is ignored stays so across exec.
    _LIBC.signal(_SIGPIPE, _SIG_DFL)
    _LIBC.signal(_SIGXFSZ, _SIG_DFL)
    _limit(address_space, file_size, cpu_seconds)
    try:
        os.execve(command[0], command, {"LANG": "C"})  # noqa: S606
    except OSError as error:
        os.write(2, f"{command[0]}: {error.strerror}\n".encode())
        os._exit(127)


if __name__ == "__main__":
    if sys.argv[1:] == ["--report"]:
        _report()
    else:
        main(sys.argv[1:])
