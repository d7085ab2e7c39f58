"""Mail that the server sends: one method, two ways of sending it."""

from typing import Protocol

JOB = "mail"
"""The kind of job that sends a letter; its payload is what `Mail.send` takes."""


class Mail(Protocol):
    """Sends letters; called by jobs only, since it waits for the network."""

    def send(self, to: str, subject: str, words: str) -> None:
        """Send a letter in plain words; raises OSError or smtplib.SMTPException when it can't be handed over."""

    def reach(self) -> str:
        """Where letters go, in words, after trying to hand over nothing; raises as `send` does."""
