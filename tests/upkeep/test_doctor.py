"""The doctor finds what is planted, says how to mend it, and finds nothing in a server that is well."""

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import insert, update

from onstage import datafolder, settings
from onstage.clips.models import clips, renditions
from onstage.clock import now
from onstage.jobs.models import jobs
from onstage.jobs.queue import enqueue
from onstage.server import open_database
from onstage.settings import Settings
from onstage.storage.objects import new_key
from onstage.upkeep import check_media
from onstage.upkeep.doctor import doctor, examine
from onstage.upkeep.findings import Finding, Verdict
from onstage.web.http import App
from tests.serve.running import free_port
from tests.upkeep.conftest import Filled

Examine = Callable[..., list[Finding]]


@pytest.fixture
def plain(tmp_path: Path) -> Settings:
    """The settings of a server that was never started, for what has nothing to do with its database."""
    (tmp_path / "data").mkdir(mode=0o700)
    chosen = settings.load({"ONSTAGE_DATA": str(tmp_path / "data"), "PORT": str(free_port())})
    return replace(chosen, secret="only for tests, and long enough by far")


@pytest.fixture
def chosen(app: App) -> Settings:
    """The settings of a server that is well."""
    app.settings.data.chmod(0o700)
    return replace(app.settings, port=free_port(), secret="only for tests, and long enough by far")


def wrongs(settings: Settings, **asked: bool) -> list[str]:
    """What the doctor says is wrong."""
    return [str(finding) for finding in examine(settings, **asked) if finding.verdict is Verdict.WRONG]


def notes(settings: Settings, **asked: bool) -> list[str]:
    """What the doctor says is worth knowing."""
    return [str(finding) for finding in examine(settings, **asked) if finding.verdict is Verdict.NOTE]


def test_a_server_that_is_well(chosen: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    doctor(chosen, deep=True, media=True, counts=True, mend=True)
    said = capsys.readouterr().out.splitlines()
    assert len(said) >= 10
    assert not [line for line in said if line.startswith("wrong")]


def test_it_changes_nothing_where_there_is_nothing(tmp_path: Path, plain: Settings) -> None:
    nowhere = replace(plain, data=tmp_path / "nowhere", database_url="", secret="")
    assert wrongs(nowhere) == []
    assert not nowhere.data.exists()


def test_what_is_wrong_makes_it_fail(plain: Settings) -> None:
    with pytest.raises(SystemExit) as ended:
        doctor(replace(plain, secret="short"), deep=False, media=False, counts=False, mend=False)
    assert ended.value.code == 1


def test_a_folder_and_a_secret_that_others_can_read(plain: Settings) -> None:
    plain.data.chmod(0o755)
    (plain.data / "secret").write_text("for everybody")
    (plain.data / "secret").chmod(0o644)
    open_to_all = replace(plain, secret="")
    assert any("chmod 700" in line for line in notes(open_to_all))
    assert any("chmod 600" in line for line in wrongs(open_to_all))


def test_a_full_disk(plain: Settings) -> None:
    free = os.statvfs(plain.data)
    too_much = free.f_bavail * free.f_frsize // 1_000_000
    assert any("make room" in line for line in wrongs(replace(plain, max_upload_mb=too_much)))


def test_an_ffmpeg_that_is_none(plain: Settings, tmp_path: Path) -> None:
    assert any("ffmpeg does not run" in line for line in wrongs(replace(plain, ffmpeg=str(tmp_path / "none"))))
    assert any("can't encode libx264" in line for line in wrongs(replace(plain, ffmpeg="/bin/true")))


def test_a_database_that_does_not_answer(plain: Settings) -> None:
    elsewhere = replace(plain, database_url=f"postgresql://nobody@127.0.0.1:{free_port()}/none")
    assert any("Check DATABASE_URL" in line for line in wrongs(elsewhere, media=True))


def test_an_object_that_is_lost_and_one_that_belongs_to_nothing(
    filled: Filled, chosen: Settings, tmp_path: Path
) -> None:
    storage = filled.app.storage
    with filled.app.database.read() as db:
        key = db.execute(renditions.select().where(renditions.c.clip_id == filled.first.clip)).first()
    assert key
    storage.delete([key.key])
    (tmp_path / "stray").write_bytes(b"nobody's")
    stray, fresh = new_key(".mp4"), new_key(".mp4")
    for each in (stray, fresh):
        storage.put(each, tmp_path / "stray")
        (tmp_path / "stray").unlink()
        (tmp_path / "stray").write_bytes(b"nobody's")
    path = storage.path(stray)
    assert path
    long_ago = time.time() - check_media.GRACE / 1_000_000 - 60
    os.utime(path, (long_ago, long_ago))
    assert any(f"/c/{filled.first.slug}" in line for line in wrongs(chosen, media=True))
    assert any("1 objects belong to nothing" in line for line in notes(chosen, media=True))
    assert storage.size(stray) is not None
    notes(chosen, media=True, mend=True)
    assert storage.size(stray) is None
    assert storage.size(fresh) is not None


def test_jobs_that_were_given_up(app: App, chosen: Settings) -> None:
    with app.database.write() as db:
        enqueue(db, "publish", {})
        db.execute(update(jobs).values(due_at=None, attempt=15, error="OSError: the disk is full"))
    assert any("1 jobs were given up" in line and "disk is full" in line for line in notes(chosen))
    notes(chosen, mend=True)
    assert not any("given up" in line for line in notes(chosen))
    with app.database.read() as db:
        due_at, attempt = db.execute(jobs.select().with_only_columns(jobs.c.due_at, jobs.c.attempt)).one()
    assert due_at <= now()
    assert attempt == 0


def test_rows_that_point_nowhere(plain: Settings, sqlite_template: Path) -> None:
    shutil.copy(sqlite_template, plain.data / "onstage.db")
    database = open_database(plain)
    row = {"id": 1, "slug": "s", "account_id": 404, "person_id": 404, "stage": "none"}
    with database.migrating() as db:
        db.execute(insert(clips).values(**row, audience="public", commenters="everyone", created_at=1))
    database.close()
    assert any("in clips" in line for line in wrongs(plain))


def test_a_damaged_file_is_found_by_reading_deep(plain: Settings, sqlite_template: Path) -> None:
    shutil.copy(sqlite_template, plain.data / "onstage.db")
    with (plain.data / "onstage.db").open("r+b") as file:
        file.seek(4096 * 20)
        file.write(b"\xff" * 4096 * 30)
    assert any("damaged" in line or "can't be used" in line for line in wrongs(plain, deep=True))


def test_a_server_that_runs(plain: Settings) -> None:
    with datafolder.hold(plain.data):
        assert any("is running on this data folder" in str(finding) for finding in examine(plain))


@pytest.mark.parametrize(
    ("host", "url", "lacks"),
    [
        ("localhost", "", "HOST=0.0.0.0"),
        ("0.0.0.0", "", "can't record in the page, install the app or use passkeys"),
        ("0.0.0.0", "http://stage.example", "can't record in the page, install the app or use passkeys"),
    ],
)
def test_it_says_what_a_phone_will_lack(plain: Settings, host: str, url: str, lacks: str) -> None:
    (line,) = [line for line in notes(replace(plain, host=host, url=url)) if "docs/run/https.md" in line]
    assert lacks in line


def test_by_https_a_phone_lacks_nothing(plain: Settings) -> None:
    assert not any("docs/run/https.md" in line for line in notes(replace(plain, url="https://stage.example")))


def test_a_proxy_that_is_not_trusted(plain: Settings) -> None:
    behind = replace(plain, url="https://stage.example")
    assert any("TRUSTED_PROXIES" in line for line in wrongs(behind))
    assert wrongs(replace(behind, trusted_proxies="127.0.0.1")) == []


def certificate(folder: Path, name: str, days: int) -> dict[str, str]:
    """The settings of a certificate for a name that ends in so many days."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    moment = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(days=1))
        .not_valid_after(moment + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoded = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(*encoded))
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return {"tls_cert": str(folder / "cert.pem"), "tls_key": str(folder / "key.pem")}


@pytest.mark.parametrize(
    ("name", "days", "said"),
    [
        ("stage.example", 90, "is good until"),
        ("stage.example", 3, "ends on"),
        ("other.example", 90, "not for stage.example"),
    ],
)
def test_certificates(plain: Settings, tmp_path: Path, name: str, days: int, said: str) -> None:
    with_tls = replace(plain, url="https://stage.example", **certificate(tmp_path, name, days))  # type: ignore[arg-type]
    (line,) = [str(finding) for finding in examine(with_tls) if " certificate " in str(finding)]
    assert said in line


def test_a_certificate_with_another_key(plain: Settings, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    mixed = certificate(tmp_path, "stage.example", 90) | {
        "tls_key": certificate(tmp_path / "other", "stage.example", 90)["tls_key"]
    }
    assert any("belong together" in line for line in wrongs(replace(plain, **mixed)))  # type: ignore[arg-type]


def test_mail_that_can_not_be_sent(plain: Settings) -> None:
    assert any(
        "Mail can't be sent" in line for line in wrongs(replace(plain, mail_url=f"smtp://127.0.0.1:{free_port()}"))
    )
    assert any("Mail can't be sent" in line for line in wrongs(replace(plain, mail_url="smtp:nonsense")))


def test_what_a_broken_restore_left(plain: Settings) -> None:
    (plain.data / "restoring").mkdir()
    assert any("broken off" in line for line in wrongs(plain))
    list(examine(plain, mend=True))
    assert not (plain.data / "restoring").exists()
