"""Modules whose libraries take megabytes that a process at rest has no use for."""

from importlib import import_module
from typing import Any


class Later:
    """A module that is loaded when something of it is first used: `_ciphers = Later("onstage.ciphers")`."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self._module), name)
