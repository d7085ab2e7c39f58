"""Every setting, once: its name, default, meaning; read from the environment, then from a TOML file."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import urlsplit


class BadSetting(Exception):
    """A setting has a value that it can't have; the message names it and says what it takes."""


@dataclass(frozen=True)
class Setting:
    """One row of the settings table: `name` is the variable, its lower-case form the key in the file and the field.

    `least` and `most` bound a number. `secret`: its value is never shown. `may_be_empty`: empty is a value of its own;
    elsewhere an empty variable is as one that is not there.
    """

    name: str
    default: object
    meaning: str
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 999_999_999
    secret: bool = False
    may_be_empty: bool = False

    @property
    def field(self) -> str:
        """The attribute of `Settings` that holds it."""
        return self.name.lower().removeprefix("onstage_")


SETTINGS = (
    Setting("HOST", "localhost", "Address to listen on. `localhost` is both loopbacks; `0.0.0.0` is every network."),
    Setting("PORT", 8000, "Port to listen on.", least=1, most=65535),
    Setting("ONSTAGE_DATA", "data", "Folder of the database, the media, the uploads and the secret."),
    Setting("ONSTAGE_URL", "", "The address people type, such as `https://stage.example`. Empty: from HOST and PORT."),
    Setting("ONSTAGE_NAME", "Onstage", "What this server calls itself in its pages."),
    Setting("TLS_CERT", "", "Certificate chain (PEM). With TLS_KEY the server speaks https itself."),
    Setting("TLS_KEY", "", "Private key (PEM) of TLS_CERT."),
    Setting(
        "TRUSTED_PROXIES",
        "",
        "Addresses or networks of proxies, separated by commas, whose X-Forwarded-For is believed.",
    ),
    Setting(
        "DATABASE_URL", "", "`postgresql://user:password@host/name`. Empty: SQLite in the data folder.", secret=True
    ),
    Setting("STORAGE_URL", "", "`s3://bucket/prefix`. Empty: the folder `objects` in the data folder."),
    Setting("STORAGE_ENDPOINT", "", "Address of an S3-speaking server that is not Amazon's."),
    Setting(
        "MEDIA_DELIVERY",
        "here",
        "Who sends media once Onstage has said yes: itself, nginx (X-Accel-Redirect), or S3 (addresses for a minute).",
        ("here", "nginx", "s3"),
    ),
    Setting("CDN_URL", "", "Address of a cache that fetches `/media/` from here; it gets what every guest may see."),
    Setting(
        "CDN_PURGE_URL",
        "",
        'Told by POST, `{"urls": [...]}`, what the cache must forget when a clip is withheld.',
        secret=True,
    ),
    Setting(
        "WEB_PROCESSES",
        1,
        "How many processes answer HTTP, on one port. More than one needs PostgreSQL.",
        least=1,
        most=1000,
    ),
    Setting(
        "ONSTAGE_SECRET",
        "",
        "The secret all keys come from. Empty: made once and kept in the data folder.",
        secret=True,
    ),
    Setting(
        "ONSTAGE_SECRET_PREVIOUS",
        "",
        "The secret before it was changed; what it signed is still accepted.",
        secret=True,
    ),
    Setting("MAIL_URL", "console:", "`smtp://user:password@host:587` or `console:` (written to the log).", secret=True),
    Setting("MAIL_FROM", "", "Sender of mail, such as `Onstage <stage@example.org>`."),
    Setting("SIGN_UP", "open", "Who may sign up.", ("open", "invite", "closed")),
    Setting(
        "COUNTRY",
        "",
        "Two letters, such as `DE`: sets the two ages below to that country's, as far as we found them, unless they are given.",
    ),
    Setting(
        "OWN_ACCOUNT_FROM",
        13,
        "Age in years from which a person may have an account with a full guardian (13 or more).",
        least=13,
        most=100,
    ),
    Setting(
        "ALONE_FROM", 16, "Age in years from which a person may have an account alone (13 or more).", least=13, most=100
    ),
    Setting("CHILD_SIGN_IN", True, "Whether a full guardian may make a sign-in for a child under 13."),
    Setting(
        "OIDC_ISSUER",
        "",
        "Where guardians show an eID or wallet, by OpenID Connect, such as `https://id.example`. Empty: nowhere.",
    ),
    Setting("OIDC_CLIENT", "", "What that issuer calls this server: the client id."),
    Setting("OIDC_SECRET", "", "The client secret it gave. Empty: it gave none.", secret=True),
    Setting("MAX_UPLOAD_MB", 1024, "Largest file a person may upload, in MB (1,000,000 bytes).", least=1),
    Setting("MAX_SECONDS", 600, "Longest clip, in seconds.", least=1),
    Setting("MAX_MEGAPIXELS", 38, "Most pixels of one picture of a clip, in millions. 8K has 33.", least=1),
    Setting("MAX_FPS", 1000, "Most pictures a second that an uploaded file may claim; 60 of them are shown.", least=1),
    Setting("MAX_MBIT", 1000, "Densest upload, in Mbit (1,000,000 bits) a second.", least=1),
    Setting("MAX_TRACKS", 32, "Most tracks of picture and sound in an uploaded file.", least=1),
    Setting("MAX_CPU_SECONDS", 7200, "CPU seconds that one step of the work on a clip may use at most.", least=1),
    Setting(
        "MAX_MEMORY_MB", 3072, "Memory (MiB of address space) of such a step. 4K at 60 pictures needs 3072.", least=256
    ),
    Setting("QUOTA_MB", 20_000, "Space for the clips of one person, in MB. 0: no limit."),
    Setting("UPLOAD_HOURS", 24, "Hours after which an unfinished upload is thrown away.", least=1, most=100_000),
    Setting(
        "BACKUP_DAYS",
        30,
        "Days for which you keep backups. Receipts of deletions name the day on which the last one with it expires.",
        most=36_500,
    ),
    Setting(
        "VAULT_DAYS",
        365,
        "Days for which what the law obliges you to keep stays in the vault; then it is erased. Ask what your law says.",
        least=1,
        most=36_500,
    ),
    Setting("KEEP_ORIGINALS", False, "Keep the uploaded file even when it had to be encoded."),
    Setting(
        "AV1_FROM_VIEWS",
        0,
        "Views from which a clip that everybody may see gets a rendition in AV1 too: fewer bytes, more work. 0: none does.",
    ),
    Setting("FFMPEG", "", "Path of an ffmpeg to use instead of the one that comes along."),
    Setting(
        "SPEECH_TO_TEXT",
        "",
        "Path of a program that writes down what is said in a clip that has no captions. Empty: nobody does.",
    ),
    Setting("RATE_LIMIT", 600, "Requests a minute that one person or address may send. 0: no limit."),
    Setting(
        "GUEST_VIEWS",
        10,
        "Views by guests that one address (IPv6: one /64) adds to a clip in 30 minutes. People who are signed in always count.",
    ),
    Setting(
        "KEEP_EVENTS_DAYS",
        90,
        "Days for which single events of the log of plays are kept (4 or more); then only totals.",
        least=4,
        most=36_500,
    ),
    Setting(
        "PUSH_SERVICES",
        "fcm.googleapis.com, push.services.mozilla.com, push.apple.com, notify.windows.com",
        "Push services that may be called to wake browsers: hosts with their subdomains, or origins. Empty: none.",
        may_be_empty=True,
    ),
    Setting(
        "SOURCE_URL", "", "Where this server's source code can be had (AGPL). Empty: the server offers its own files."
    ),
    Setting("LOG_LEVEL", "info", "How much is logged.", ("debug", "info", "warning", "error")),
)


@dataclass(frozen=True)
class Settings:
    """The values in force; see `SETTINGS` for what each means."""

    host: str
    port: int
    data: Path
    url: str
    name: str
    tls_cert: str
    tls_key: str
    trusted_proxies: str
    database_url: str
    storage_url: str
    storage_endpoint: str
    media_delivery: str
    cdn_url: str
    cdn_purge_url: str
    web_processes: int
    secret: str
    secret_previous: str
    mail_url: str
    mail_from: str
    sign_up: str
    country: str
    own_account_from: int
    alone_from: int
    child_sign_in: bool
    oidc_issuer: str
    oidc_client: str
    oidc_secret: str
    max_upload_mb: int
    max_seconds: int
    max_megapixels: int
    max_fps: int
    max_mbit: int
    max_tracks: int
    max_cpu_seconds: int
    max_memory_mb: int
    quota_mb: int
    upload_hours: int
    backup_days: int
    vault_days: int
    keep_originals: bool
    av1_from_views: int
    ffmpeg: str
    speech_to_text: str
    rate_limit: int
    guest_views: int
    keep_events_days: int
    push_services: str
    source_url: str
    log_level: str

    @property
    def origin(self) -> str:
        """Scheme, host and port that links and passkeys use, written as browsers write them (RFC 6454, section 6.2)."""
        if self.url:
            return _origin(self.url)
        scheme = "https" if self.tls_cert else "http"
        host = "localhost" if self.host in _THIS_MACHINE else self.host
        return _origin(f"{scheme}://[{host}]:{self.port}" if ":" in host else f"{scheme}://{host}:{self.port}")

    @property
    def secure(self) -> bool:
        """Whether people reach the server by https."""
        return self.origin.startswith("https://")


_THIS_MACHINE = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "::"}  # noqa: S104
_USUAL_PORTS = {"http": ":80", "https": ":443"}


def _origin(url: str) -> str:
    parts = urlsplit(url.lower())
    return f"{parts.scheme}://{parts.netloc.removesuffix(_USUAL_PORTS[parts.scheme])}"


def load(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings from the environment, then from the file ONSTAGE_CONFIG names (or `onstage.toml` in the data folder).

    Raises BadSetting, naming the setting.
    """
    data = Path(environment.get("ONSTAGE_DATA") or "data")
    filed = _read_file(environment.get("ONSTAGE_CONFIG"), data)
    kinds = get_type_hints(Settings)
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        in_file = filed.pop(setting.name.lower(), None)
        given: Any = environment.get(setting.name)
        if given is None or (not given.strip() and not setting.may_be_empty and setting.default != ""):
            preset = _of_country(values.get("country", ""), setting.field, setting.default)
            given = preset if in_file is None else in_file
        values[setting.field] = _convert(setting, given, kinds[setting.field])
    if filed:
        raise BadSetting(f"The settings file has a key that means nothing here: {', '.join(sorted(filed))}.")
    settings = Settings(**values)
    _check(settings)
    return settings


# From which age somebody says yes to an online service alone: GDPR, article 8 (16, where a country sets nothing lower), and
# what each made of it, as read in 2026. By their acts: AT (data protection act, section 4(4)), BE (act of 30 July 2018,
# article 7), CY (law 125(I)/2018, section 8), CZ (section 7), DK (15 instead of 13 since 1 January 2024), ES (article 7), FR
# (article 7-1), IE (section 31), IT (section 2-quinquies). By overviews of law firms and authorities that
# agree: EE, FI, GB, GR, HR, LU, LV, MT, NL, RO, SE, SK. Nothing lower is set: DE, HU, PL. Elsewhere: AU (online safety
# amendment (social media minimum age) act 2024), KR (under 14 by a guardian), US (COPPA). Sources disagreed about BG, LT, PT
# and SI, none was found for IS and LI, and NO is changing its own: there the stricter default stands until the owner sets it.
_ALONE = {
    13: "BE EE FI GB LV MT SE US",
    14: "AT CY ES IT KR",
    15: "CZ DK FR GR",
    16: "AU DE HR HU IE LU NL PL RO SK",
}
_COUNTRIES = {country: age for age, named in _ALONE.items() for country in named.split()}
_FROM_16 = {"AU"}  # no account at all before, guardian or not


def _of_country(country: str, field: str, default: object) -> object:
    """What a country presets; raises BadSetting for one that is not known here."""
    if not country or field not in {"own_account_from", "alone_from"}:
        return default
    if country not in _COUNTRIES:
        raise BadSetting(f"COUNTRY is {country!r}; it takes {', '.join(sorted(_COUNTRIES))}.")
    if field == "own_account_from":
        return 16 if country in _FROM_16 else default
    return _COUNTRIES[country]


def _read_file(named: str | None, data: Path) -> dict[str, object]:
    path = Path(named) if named else data / "onstage.toml"
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        if named:
            raise BadSetting(f"ONSTAGE_CONFIG names {path}, and there is no such file.") from None
        return {}
    except OSError as error:
        raise BadSetting(f"{path} can't be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSetting(f"{path} is not TOML: {error}") from None


def _convert(setting: Setting, given: object, kind: type) -> object:
    if not isinstance(given, str | int):
        raise BadSetting(f"{setting.name} is one text or number, true or false, in the file.")
    words = str(given).strip()
    if not words and setting.default != "" and not setting.may_be_empty:
        raise BadSetting(f"{setting.name} is empty; leave it out for {setting.default!r}.")
    if setting.choices and words not in setting.choices:
        raise BadSetting(f"{setting.name} is {words!r}; it takes {', '.join(setting.choices)}.")
    if kind is bool:
        if words.lower() not in {"true", "false", "1", "0", "yes", "no"}:
            raise BadSetting(f"{setting.name} is {words!r}; it takes true or false.")
        return words.lower() in {"true", "1", "yes"}
    if kind is int:
        if not (words.isascii() and words.isdigit()):
            raise BadSetting(f"{setting.name} is {words!r}; it takes a whole number.")
        if len(words) > 9 or not setting.least <= int(words) <= setting.most:
            raise BadSetting(f"{setting.name} is {words}; it takes {setting.least} to {setting.most}.")
        return int(words)
    return Path(words) if kind is Path else words


_ADDRESS = re.compile(r"https?://([\w.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?/?", re.IGNORECASE | re.ASCII)


def _check(settings: Settings) -> None:
    if bool(settings.tls_cert) != bool(settings.tls_key):
        raise BadSetting("TLS_CERT and TLS_KEY go together: give both or none.")
    _check_networks(settings.trusted_proxies)
    if settings.url and not (_ADDRESS.fullmatch(settings.url) and _has_host(settings.url)):
        raise BadSetting(
            f"ONSTAGE_URL is {settings.url!r}; it takes an address such as https://stage.example, no path."
        )
    _check_issuer(settings)
    for name, url, schemes in (
        ("DATABASE_URL", settings.database_url, ("postgresql://",)),
        ("STORAGE_URL", settings.storage_url, ("s3://", "memory:")),
        ("STORAGE_ENDPOINT", settings.storage_endpoint, ("http://", "https://")),
        ("MAIL_URL", settings.mail_url, ("smtp://", "smtps://", "console:")),
        ("CDN_URL", settings.cdn_url, ("http://", "https://")),
        ("CDN_PURGE_URL", settings.cdn_purge_url, ("http://", "https://")),
        ("SOURCE_URL", settings.source_url, ("http://", "https://")),
    ):
        if url and not url.startswith(schemes):
            raise BadSetting(f"{name} takes what begins with {' or '.join(schemes)}.")
        if "://" in url and not url.startswith("postgresql:") and not _has_host(url):
            raise BadSetting(f"{name} takes a name, and a port up to 65535 where one is given, after the ://.")
    if settings.media_delivery == "s3" and not settings.storage_url.startswith("s3://"):
        raise BadSetting("MEDIA_DELIVERY=s3 needs STORAGE_URL to name a bucket.")
    if settings.media_delivery == "nginx" and settings.storage_url:
        raise BadSetting("MEDIA_DELIVERY=nginx needs media in the data folder: leave STORAGE_URL empty.")
    if settings.web_processes > 1 and not settings.database_url:
        raise BadSetting("WEB_PROCESSES above 1 needs PostgreSQL: set DATABASE_URL.")


def _has_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:  # by urllib, for what can't be a port
        return False


def _check_issuer(settings: Settings) -> None:
    parts = urlsplit(settings.oidc_issuer)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _THIS_MACHINE)
    if settings.oidc_issuer and (not is_safe or not parts.hostname or parts.query or parts.fragment or parts.username):
        raise BadSetting("OIDC_ISSUER takes an https address without a query (http only for this machine).")
    if settings.oidc_issuer and not settings.oidc_client:
        raise BadSetting("OIDC_ISSUER needs OIDC_CLIENT: the name that the issuer gave this server.")


def _check_networks(proxies: str) -> None:
    for proxy in filter(None, map(str.strip, proxies.split(","))):
        try:
            ip_network(proxy, strict=False)
        except ValueError:
            raise BadSetting(f"TRUSTED_PROXIES has {proxy!r}; it takes addresses and networks.") from None
