"""Settings: each from the environment and from a file, the environment first; what makes no sense is refused by name."""

import json
from pathlib import Path

import pytest

from onstage.settings import SETTINGS, BadSetting, Setting, Settings, load

GIVEN = {
    "HOST": "192.0.2.7", "PORT": "9000", "ONSTAGE_URL": "https://stage.example", "ONSTAGE_NAME": "Hollow Brook",
    "TLS_CERT": "/tls/stage.pem", "TLS_KEY": "/tls/stage.key", "TRUSTED_PROXIES": "10.0.0.0/8, ::1",
    "DATABASE_URL": "postgresql://a:b@db/onstage", "STORAGE_URL": "s3://clips/here",
    "STORAGE_ENDPOINT": "https://s3.example", "WEB_PROCESSES": "3", "ONSTAGE_SECRET": "new", "ONSTAGE_SECRET_PREVIOUS": "old",
    "MAIL_URL": "smtp://mail.example", "MAIL_FROM": "Stage <stage@example.org>", "SIGN_UP": "invite",
    "OWN_ACCOUNT_FROM": "14", "ALONE_FROM": "18", "MAX_UPLOAD_MB": "5", "MAX_SECONDS": "30", "QUOTA_MB": "0",
    "UPLOAD_HOURS": "2", "KEEP_ORIGINALS": "yes", "FFMPEG": "/opt/ffmpeg", "RATE_LIMIT": "0",
    "SOURCE_URL": "https://code.example", "LOG_LEVEL": "error", "MEDIA_DELIVERY": "s3", "CDN_URL": "https://cdn.example",
    "CDN_PURGE_URL": "https://cdn.example/purge", "COUNTRY": "DE", "CHILD_SIGN_IN": "no", "BACKUP_DAYS": "11", "VAULT_DAYS": "90",
    "MAX_MEGAPIXELS": "9", "MAX_FPS": "61", "MAX_MBIT": "77", "MAX_TRACKS": "3", "MAX_CPU_SECONDS": "123",
    "MAX_MEMORY_MB": "4096", "SPEECH_TO_TEXT": "/opt/speech", "AV1_FROM_VIEWS": "1000",
    "GUEST_VIEWS": "3", "KEEP_EVENTS_DAYS": "41", "PUSH_SERVICES": "push.example",
    "OIDC_ISSUER": "https://id.example", "OIDC_CLIENT": "onstage-7", "OIDC_SECRET": "given by them",
}  # fmt: skip
REST = [setting for setting in SETTINGS if setting.name in GIVEN]


def _defaults(tmp_path: Path) -> Settings:
    return load({"ONSTAGE_DATA": str(tmp_path)})


@pytest.mark.parametrize(
    ("country", "own", "alone"),
    [("", 13, 16), ("DE", 13, 16), ("DK", 13, 15), ("IT", 13, 14), ("GB", 13, 13), ("AU", 16, 16)],
)
def test_a_country_presets_the_ages_unless_they_are_given(country: str, own: int, alone: int) -> None:
    chosen = load({"COUNTRY": country})
    assert (chosen.own_account_from, chosen.alone_from) == (own, alone)
    assert load({"COUNTRY": country, "ALONE_FROM": "17"}).alone_from == 17
    with pytest.raises(BadSetting, match="COUNTRY is 'IS'"):
        load({"COUNTRY": "IS"})


def test_this_page_knows_every_setting() -> None:
    assert {setting.name for setting in SETTINGS} - {"ONSTAGE_DATA"} == set(GIVEN)


def _changed(setting: Setting, chosen: Settings, tmp_path: Path) -> bool:
    value = getattr(chosen, setting.field)
    return value != getattr(_defaults(tmp_path), setting.field) and str(value).lower() in {
        GIVEN[setting.name].lower(),
        "true",
        "false",
    }


def test_each_can_be_given_in_the_environment(tmp_path: Path) -> None:
    chosen = load({**GIVEN, "ONSTAGE_DATA": str(tmp_path)})
    assert [setting.name for setting in REST if not _changed(setting, chosen, tmp_path)] == []


def test_each_can_be_given_in_the_file(tmp_path: Path) -> None:
    lines = [f"{name.lower()} = {json.dumps(value)}" for name, value in GIVEN.items()]
    (tmp_path / "here.toml").write_text("\n".join(lines))
    chosen = load({"ONSTAGE_CONFIG": str(tmp_path / "here.toml"), "ONSTAGE_DATA": str(tmp_path / "data")})
    assert [setting.name for setting in REST if not _changed(setting, chosen, tmp_path)] == []


def test_the_file_in_the_data_folder_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / "onstage.toml").write_text("port = 9001\nkeep_originals = true\nmax_seconds = 60\n")
    chosen = load({"ONSTAGE_DATA": str(tmp_path), "MAX_SECONDS": "90", "PORT": ""})
    assert (chosen.port, chosen.keep_originals, chosen.max_seconds) == (9001, True, 90)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"), ("PORT", "65536"), ("PORT", "eight"), ("PORT", "²"), ("PORT", "-1"), ("KEEP_ORIGINALS", "maybe"),
        ("SIGN_UP", "sometimes"), ("TRUSTED_PROXIES", "nginx"), ("WEB_PROCESSES", "0"), ("UPLOAD_HOURS", "0"),
        ("WEB_PROCESSES", "2"), ("ALONE_FROM", "12"), ("TLS_CERT", "only.pem"), ("ONSTAGE_URL", "stage.example"),
        ("ONSTAGE_URL", "https://stage.example/below"), ("ONSTAGE_URL", "https://"), ("ONSTAGE_URL", "https://a b"),
        ("ONSTAGE_URL", "https://me@stage.example"), ("DATABASE_URL", "mysql://db/onstage"), ("MAIL_URL", "mail.example"),
        ("STORAGE_URL", "ftp://files"), ("OIDC_ISSUER", "https://id.example"), ("OIDC_ISSUER", "http://id.example"),
        ("OIDC_ISSUER", "id.example"), ("OIDC_ISSUER", "https://id.example?a"), ("OIDC_ISSUER", "https://a@id.example"),
        ("STORAGE_ENDPOINT", "s3.example"), ("STORAGE_URL", "s3://"), ("MAIL_URL", "smtp://"), ("MAIL_URL", "smtp://a:b"),
        ("ONSTAGE_URL", "http://stage.example:65536"), ("CDN_URL", "https://"), ("SOURCE_URL", "javascript:alert(1)"),
        ("MAX_UPLOAD_MB", "0"), ("MAX_SECONDS", "0"), ("MAX_MEMORY_MB", "1"), ("UPLOAD_HOURS", "99999999999999"),
        ("BACKUP_DAYS", "9999999"), ("VAULT_DAYS", "0"), ("VAULT_DAYS", "36501"), ("QUOTA_MB", "1" * 5000),
        ("KEEP_EVENTS_DAYS", "3"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        load({"ONSTAGE_DATA": str(tmp_path), name: value})


@pytest.mark.parametrize(
    ("line", "named"),
    [
        (b"onstage_name = { first = 1 }", "ONSTAGE_NAME"), (b'push_services = ["push.example"]', "PUSH_SERVICES"),
        (b"port = 80.5", "PORT"), (b"port = true", "PORT"), (b'onstage_name = " "', "ONSTAGE_NAME"), (b"\xff", "onstage.toml"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_in_the_file_is_refused_by_name(tmp_path: Path, line: bytes, named: str) -> None:
    (tmp_path / "onstage.toml").write_bytes(line)
    with pytest.raises(BadSetting, match=named):
        _defaults(tmp_path)


def test_an_empty_variable_is_as_none_but_where_empty_means_something(tmp_path: Path) -> None:
    chosen = load({"ONSTAGE_DATA": str(tmp_path), "ONSTAGE_NAME": " ", "MAX_SECONDS": "", "PUSH_SERVICES": ""})
    assert (chosen.name, chosen.max_seconds, chosen.push_services) == ("Onstage", 600, "")


def test_a_setting_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    (tmp_path / "onstage.toml").write_text("prot = 9001\n")
    with pytest.raises(BadSetting, match="prot"):
        _defaults(tmp_path)
    with pytest.raises(BadSetting, match="no such file"):
        load({"ONSTAGE_CONFIG": str(tmp_path / "missing.toml")})


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ({}, "http://localhost:8000"),
        ({"PORT": "80"}, "http://localhost"),
        ({"HOST": "0.0.0.0", "PORT": "9000"}, "http://localhost:9000"),
        ({"HOST": "::1"}, "http://localhost:8000"),
        ({"HOST": "192.168.1.5"}, "http://192.168.1.5:8000"),
        ({"HOST": "fd00::5"}, "http://[fd00::5]:8000"),
        ({"TLS_CERT": "a", "TLS_KEY": "b", "PORT": "443"}, "https://localhost"),
        ({"ONSTAGE_URL": "https://Stage.Example:443/"}, "https://stage.example"),
        ({"ONSTAGE_URL": "https://stage.home.arpa:8443"}, "https://stage.home.arpa:8443"),
        ({"ONSTAGE_URL": "http://[fd00::5]:8000"}, "http://[fd00::5]:8000"),
    ],
)
def test_the_origin_is_written_as_browsers_write_it(tmp_path: Path, given: dict[str, str], origin: str) -> None:
    assert load({**given, "ONSTAGE_DATA": str(tmp_path)}).origin == origin
