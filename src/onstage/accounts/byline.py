"""Whose public name stands beside something."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class By:
    """Whose public name stands beside something."""

    handle: str
    name: str
    avatar: str | None

    @property
    def url(self) -> str:
        """The account's page."""
        return f"/@{self.handle}"

    @property
    def avatar_url(self) -> str | None:
        """The account's picture, if it has one."""
        return f"/media/{self.avatar}" if self.avatar else None
