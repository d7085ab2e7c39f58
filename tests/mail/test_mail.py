"""Letters arrive, encrypted where the mail server is elsewhere, and a refusal is told."""

import logging
import smtplib
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from onstage.mail.console import ConsoleMail
from onstage.mail.smtp import SmtpMail


class Server(socketserver.ThreadingTCPServer):
    """A mail server of a few words (RFC 5321, RFC 3207, RFC 4954) that keeps what it is given."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, identity: ssl.SSLContext | None, *, implicit: bool = False, host: str = "127.0.0.1") -> None:
        super().__init__((host, 0), Conversation)
        self.identity = identity
        self.implicit = implicit
        self.letters: list[bytes] = []
        self.said: list[str] = []


class Conversation(socketserver.StreamRequestHandler):
    """One connection."""

    server: Server

    def handle(self) -> None:
        self.encrypted = False
        if self.server.implicit:
            self._encrypt()
        self._say("220 ready")
        while line := self.rfile.readline():
            word = line.decode().strip()
            self.server.said.append(f"{'tls' if self.encrypted else 'plain'} {word}")
            match word[:4].upper():
                case "EHLO":
                    offer = self.server.identity is not None and not self.encrypted
                    self._say("250-here\r\n250-AUTH PLAIN" + ("\r\n250 STARTTLS" if offer else "\r\n250 HELP"))
                case "STAR":
                    self._say("220 go on")
                    self._encrypt()
                case "AUTH":
                    self._say("235 welcome")
                case "DATA":
                    self._say("354 go on")
                    self._take_letter()
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 ok")

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def _take_letter(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b"."))  # RFC 5321, 4.5.2
        self.server.letters.append(b"".join(lines))
        self._say("250 kept")

    def _encrypt(self) -> None:
        assert self.server.identity
        self.connection = self.server.identity.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.encrypted = True

    def _say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


@contextmanager
def running(identity: ssl.SSLContext | None, *, implicit: bool = False, host: str = "127.0.0.1") -> Iterator[Server]:
    """A mail server on a free port of this machine."""
    with Server(identity, implicit=implicit, host=host) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of localhost and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("certificate") / "localhost.pem"
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    path.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + made.public_bytes(pem))
    return path


@pytest.fixture
def identity(certificate: Path) -> ssl.SSLContext:
    """What the mail server shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusting(certificate: Path) -> ssl.SSLContext:
    """A client that trusts the mail server's certificate."""
    return ssl.create_default_context(cafile=str(certificate))


def test_a_letter_arrives_encrypted_and_whole(identity: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    with running(identity) as server:
        mail = SmtpMail(
            f"smtp://nia:pass%40word@localhost:{server.server_address[1]}",
            "Stage <stage@example.org>",
            trusted=trusting,
        )
        mail.send("ben@example.org", "Ein Gruß 🎬", "Zeile eins\n.\nüber alles\n")
    letter = message_from_bytes(server.letters[0], policy=policy.default)
    assert (letter["To"], letter["From"], letter["Subject"]) == (
        "ben@example.org",
        "Stage <stage@example.org>",
        "Ein Gruß 🎬",
    )
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"].endswith("@example.org>")
    body = letter.get_body()
    assert body
    assert body.get_content().replace("\r\n", "\n") == "Zeile eins\n.\nüber alles\n"
    assert [line.split()[0] for line in server.said if "AUTH" in line or "mail FROM" in line] == ["tls", "tls"]


def test_a_letter_arrives_by_implicit_tls(identity: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    with running(identity, implicit=True) as server:
        SmtpMail(f"smtps://localhost:{server.server_address[1]}", "a@example.org", trusted=trusting).send(
            "b@example.org", "Hi", "x"
        )
    assert len(server.letters) == 1


def test_this_machine_may_take_mail_in_clear() -> None:
    with running(None) as server:
        SmtpMail(f"smtp://127.0.0.1:{server.server_address[1]}", "").send("b@example.org", "Hi", "x")
    assert b"From: onstage@127.0.0.1" in server.letters[0]


def test_a_certificate_of_somebody_else_is_refused_before_anything_is_said(identity: ssl.SSLContext) -> None:
    with running(identity) as server:
        mail = SmtpMail(f"smtp://nia:secret@localhost:{server.server_address[1]}", "a@example.org")
        with pytest.raises(ssl.SSLCertVerificationError):
            mail.send("b@example.org", "Hi", "x")
    assert server.letters == []
    assert not any("AUTH" in line for line in server.said)


def test_a_server_elsewhere_without_encryption_is_refused() -> None:
    with running(None, host="127.0.0.2") as server:
        mail = SmtpMail(f"smtp://127.0.0.2:{server.server_address[1]}", "a@example.org")
        with pytest.raises(smtplib.SMTPNotSupportedError):
            mail.send("b@example.org", "Hi", "x")
    assert server.letters == []


def test_a_header_can_not_be_smuggled_in() -> None:
    with running(None) as server, pytest.raises(ValueError, match=r"newline|linefeed"):
        SmtpMail(f"smtp://127.0.0.1:{server.server_address[1]}", "a@example.org").send(
            "b@example.org", "Hi\nBcc: c@example.org", "x"
        )


@pytest.mark.parametrize("url", ["http://localhost", "smtp://", "localhost:25"])
def test_another_address_is_no_mail_server(url: str) -> None:
    with pytest.raises(ValueError, match="MAIL_URL"):
        SmtpMail(url, "")


def test_without_a_mail_server_the_letter_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "onstage.mail"):
        ConsoleMail().send("ben@example.org", "Hello", "Some words.")
    assert "ben@example.org" in caplog.text
    assert "Some words." in caplog.text
