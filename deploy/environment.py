"""Make .venv from the hash locks: `run` is what serving needs, `dev` adds what tests and checks need.

Runs on the Python of the machine, before anything is installed: standard library only, in words an old Python reads.
"""

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLDEST = (3, 11)
LOCKS = {"run": ("requirements.lock",), "dev": ("requirements.lock", "requirements-dev.lock")}


def main() -> None:
    """Make or complete the environment; a second time there is nothing to do."""
    _use_a_python_that_is_new_enough()
    _need_wheels()
    kind = sys.argv[1]
    if not (VENV / "bin" / "python").exists() or not _starts():
        _make()
    for lock in LOCKS[kind]:
        _pip("install", "--require-hashes", "--only-binary", ":all:", "--requirement", str(ROOT / lock))
    _pip("install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    for done in LOCKS:
        if kind in (done, "dev"):
            (VENV / (done + ".stamp")).touch()


def _use_a_python_that_is_new_enough() -> None:
    if sys.version_info >= OLDEST:
        return
    for minor in range(14, OLDEST[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, *sys.argv])  # noqa: S606
    _stop(
        f"Onstage needs Python 3.11 or later, and this is {platform.python_version()} ({sys.executable}).",
        "Install a newer one (Debian 12 and Ubuntu 24.04 have it: sudo apt install python3 python3-venv)",
        "or name one: make serve PYTHON=/path/to/python3.",
    )


def _need_wheels() -> None:
    machine, (libc, _) = platform.machine(), platform.libc_ver()
    if platform.system() != "Linux" or machine not in ("x86_64", "aarch64") or libc != "glibc":
        _stop(
            "Onstage runs on Linux with glibc on x86_64 and aarch64.",
            f"This is {platform.system()} on {machine}" + ("." if libc == "glibc" else " without glibc."),
            "Elsewhere, run it in a container: see deploy/Dockerfile.",
        )


def _make() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        _stop(
            f"This Python {version} comes without venv.",
            f"On Debian and Ubuntu: sudo apt install python{version}-venv",
        )
    sys.stdout.write("Making the environment in .venv: this takes about a minute, once.\n")
    sys.stdout.flush()
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)  # noqa: S603


def _starts() -> bool:
    """Whether the environment's Python still runs: the one it was made from may have been removed."""
    asked = [str(VENV / "bin" / "python"), "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"]
    return subprocess.run(asked, stderr=subprocess.DEVNULL, check=False).returncode == 0  # noqa: S603


def _pip(*arguments: str) -> None:
    quiet = ("-qq", "--no-input", "--disable-pip-version-check", "--no-warn-script-location")
    command = [str(VENV / "bin" / "python"), "-m", "pip", arguments[0], *quiet, *arguments[1:]]
    if subprocess.run(command, check=False).returncode:  # noqa: S603
        _stop(
            "The packages could not be installed; pip says why above.", "Nothing is lost: run the same command again."
        )


def _stop(*sentences: str) -> None:
    sys.exit("\n".join(sentences))


if __name__ == "__main__":
    main()
