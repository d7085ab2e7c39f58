"""What only npm has, installed once for all test processes, from a lock file with hashes."""

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest


def installed(config: pytest.Config, source: Path, name: str) -> Path:
    """A folder, kept between runs, with the files of `source` and the package `name` in its node_modules; skips without npm."""
    if shutil.which("npm") is None:
        pytest.skip("there is no node with npm on the path")
    assert config.cache is not None
    folder = config.cache.mkdir(name)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for file in source.glob("*.js*"):
            shutil.copy(file, folder)
        done = folder / hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()
        if not done.exists():
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, check=True, capture_output=True)
            done.touch()
    return folder
