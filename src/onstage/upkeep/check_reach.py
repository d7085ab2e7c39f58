"""The doctor looks at how people reach the server: address, port, https, mail, and what a phone will lack."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

from onstage import datafolder, oidc
from onstage.errors import InUse
from onstage.oidc import IssuerAway
from onstage.server import open_mail
from onstage.settings import Settings
from onstage.supervisor import addresses, check_port
from onstage.upkeep.findings import Finding, note, ok, wrong

_HERE = {"localhost", "127.0.0.1", "::1"}
_SOON = timedelta(days=14)
_HTTPS = "docs/run/https.md has two ways to https: at home with a certificate of your own, or behind a proxy."


def check(settings: Settings) -> Iterator[Finding]:
    """Everything about reaching it."""
    yield from _listening(settings)
    yield from _secure(settings)
    if settings.tls_cert:
        yield from _certificate(settings)
    yield from _mail(settings)
    if settings.oidc_issuer:
        yield from _issuer(settings)


def _listening(settings: Settings) -> Iterator[Finding]:
    if datafolder.is_held(settings.data):
        yield ok(f"Onstage is running on this data folder, at {settings.origin}.")
        return
    try:
        check_port(addresses(settings.host), settings.port)
    except InUse as error:
        yield wrong(str(error), "Or stop what listens there.")
    else:
        yield ok(f"Port {settings.port} is free; Onstage will be at {settings.origin}.")


def _secure(settings: Settings) -> Iterator[Finding]:
    if settings.secure:
        yield ok("People come by https: recording, installing and passkeys work on their phones.")
        if not settings.tls_cert and not settings.trusted_proxies:
            said = "A proxy must be speaking https, and none is trusted: all callers look like one."
            yield wrong(said, "Set TRUSTED_PROXIES to its address, such as 127.0.0.1,::1.")
    elif urlsplit(settings.origin).hostname in _HERE:
        on_all = settings.host not in _HERE
        said = "On this machine everything works. " + (
            "A phone that comes over plain http can't record in the page, install the app or use passkeys; it can pick files."
            if on_all
            else "Other machines can't reach it."
        )
        yield note(said, _HTTPS if on_all else f"For phones in your network: HOST=0.0.0.0, and {_HTTPS}")
    else:
        said = f"{settings.origin} is plain http: phones can't record in the page, install the app or use passkeys."
        yield note(said + " They can pick files.", _HTTPS)


def _certificate(settings: Settings) -> Iterator[Finding]:
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(settings.tls_cert, settings.tls_key)
        certificate = x509.load_pem_x509_certificate(Path(settings.tls_cert).read_bytes())
    except (OSError, ValueError) as error:
        yield wrong(
            f"TLS_CERT and TLS_KEY can't be used together: {error}.", "Check both paths, and that they belong together."
        )
        return
    until, host = certificate.not_valid_after_utc, urlsplit(settings.origin).hostname
    named = _names(certificate)
    if until < datetime.now(UTC) + _SOON:
        yield wrong(f"The certificate ends on {until:%Y-%m-%d}.", "Make a new one and start the server again.")
    elif host not in named and f"*.{(host or '').partition('.')[2]}" not in named:
        yield wrong(
            f"The certificate is for {', '.join(sorted(named))}, not for {host}.",
            "Set ONSTAGE_URL to a name that is in it.",
        )
    else:
        yield ok(f"The certificate for {host} is good until {until:%Y-%m-%d}.")


def _names(certificate: x509.Certificate) -> set[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    addresses = {str(address) for address in found.get_values_for_type(x509.IPAddress)}
    return set(found.get_values_for_type(x509.DNSName)) | addresses


def _mail(settings: Settings) -> Iterator[Finding]:
    try:
        where = open_mail(settings).reach()
    except (OSError, ValueError) as error:  # all that smtplib raises is an OSError
        yield wrong(f"Mail can't be sent: {error}.", "Check MAIL_URL.")
        return
    if where == "the log":
        yield note("Mail goes to the log.", "People come back in by codes or your link; with MAIL_URL also by mail.")
    else:
        yield ok(f"Mail goes out by {where}.")


def _issuer(settings: Settings) -> Iterator[Finding]:
    back = f"{settings.origin}{oidc.BACK}"
    try:
        oidc.discover(settings.oidc_issuer)
    except IssuerAway as error:
        yield wrong(
            f"OIDC_ISSUER: {error}", f"Check that {settings.oidc_issuer} is its exact name, and answers from here."
        )
    else:
        yield ok(f"{settings.oidc_issuer} answers as an issuer. It must know {back} as the address to come back to.")
