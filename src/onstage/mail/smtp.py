"""Mail by SMTP (RFC 5321), encrypted unless the mail server is this machine."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from urllib.parse import unquote, urlsplit

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_SECONDS = 30


class SmtpMail:
    """Hands letters to the server that `smtp://user:password@host:587` or `smtps://…:465` names."""

    def __init__(self, url: str, sender: str, *, trusted: ssl.SSLContext | None = None) -> None:
        """`trusted` replaces the system's certificate authorities."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("MAIL_URL is smtp://user:password@host:port or smtps://user:password@host:port.")
        self._implicit = parts.scheme == "smtps"
        self._host = parts.hostname
        self._port = parts.port or (465 if self._implicit else 587)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._sender = sender or f"onstage@{self._host}"
        self._trusted = trusted or ssl.create_default_context()

    def send(self, to: str, subject: str, words: str) -> None:
        """Send a letter; a server elsewhere that offers no encryption is refused (smtplib.SMTPNotSupportedError)."""
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = self._sender, to, subject
        letter["Date"] = formatdate()
        letter["Message-ID"] = make_msgid(domain=parseaddr(self._sender)[1].rpartition("@")[2] or None)
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies
        letter.set_content(words)
        with self._signed_in() as server:
            server.send_message(letter)

    def reach(self) -> str:
        """The mail server, which took our name and password."""
        with self._signed_in() as server:
            server.noop()
        return f"{self._host}:{self._port}"

    def _signed_in(self) -> smtplib.SMTP:
        server = self._connect()
        try:
            if self._user:
                server.login(self._user, self._password)
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
        return server

    def _connect(self) -> smtplib.SMTP:
        if self._implicit:
            return smtplib.SMTP_SSL(self._host, self._port, timeout=_SECONDS, context=self._trusted)
        server = smtplib.SMTP(self._host, self._port, timeout=_SECONDS)
        try:
            server.ehlo()
            if server.has_extn("starttls") or self._host not in _LOOPBACK:
                server.starttls(context=self._trusted)
                server.ehlo()
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
        return server
