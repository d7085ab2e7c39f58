"""`onstage serve` as a process: where it answers, what it refuses, how it ends."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from onstage.db.sqlite import open_sqlite
from tests.docs.generated import ROOT
from tests.serve.running import Running, answers, free_port, gone, launch, run, serving, wait_for


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server for the tests that leave it as it is."""
    with serving(tmp_path_factory.mktemp("serve") / "data") as started:
        yield started


def has_both_loopbacks() -> bool:
    """Whether this machine has an IPv6 loopback."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def test_both_loopbacks_answer(server: Running) -> None:
    assert server.get("/healthz").status_code == 200
    if has_both_loopbacks():
        assert server.get("/healthz", host="[::1]").status_code == 200


def test_it_listens_to_nobody_else(server: Running) -> None:
    listening = {
        connection.laddr.ip
        for process in server.family()
        for connection in process.net_connections(kind="tcp")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening <= {"127.0.0.1", "::1"}


def test_printed_links_say_localhost(server: Running) -> None:
    wait_for(lambda: len(server.said) > 1)
    assert server.link == f"http://localhost:{server.port}"
    link = re.search(r"http://localhost:\d+(/welcome/\S+)", server.said[1])
    assert link
    assert server.get(link[1]).status_code == 200


def test_exactly_two_processes(server: Running) -> None:
    wait_for(server.jobs)
    assert len(server.family()) == 2


def test_a_second_start_on_the_same_data_is_refused(server: Running) -> None:
    refused = run(server.data, "serve", PORT=str(free_port()))
    assert refused.returncode == 2
    assert f"in use by another onstage (process {server.process.pid})" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_port_in_use_is_refused(server: Running, tmp_path: Path) -> None:
    refused = run(tmp_path / "data", "serve", PORT=str(server.port))
    assert refused.returncode == 2
    assert f"Port {server.port}" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_bad_setting_is_named(tmp_path: Path) -> None:
    refused = run(tmp_path / "data", "serve", SIGN_UP="sometimes")
    assert refused.returncode == 2
    assert refused.stderr.strip() == "onstage: SIGN_UP is 'sometimes'; it takes open, invite, closed."


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"TLS_CERT": "/nowhere.pem", "TLS_KEY": "/nowhere.key"}, "No such file"),
        ({"TLS_CERT": __file__, "TLS_KEY": __file__}, "TLS_CERT and TLS_KEY can't be used"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "The database does not answer"),
        ({"HOST": "203.0.113.9"}, "can't be used"),
        ({"FFMPEG": "/nowhere/ffmpeg"}, "FFMPEG is '/nowhere/ffmpeg'"),
        ({"SPEECH_TO_TEXT": __file__}, "SPEECH_TO_TEXT"),
        ({"ONSTAGE_DATA": "/dev/null/data"}, "/dev/null/data"),
        ({"ONSTAGE_DATA": __file__}, "can't"),
    ],
)
def test_what_can_not_be_served_is_refused_in_a_sentence(tmp_path: Path, given: dict[str, str], says: str) -> None:
    refused = run(tmp_path / "data", "serve", PORT=str(free_port()), **given)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("onstage: ")
    assert says in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    database = open_sqlite(tmp_path / "data" / "onstage.db")
    with database.write() as db:
        db.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        db.exec_driver_sql("INSERT INTO alembic_version VALUES ('9000')")
    database.close()
    refused = run(tmp_path / "data", "serve", PORT=str(free_port()))
    assert refused.returncode == 2
    assert refused.stderr.strip().startswith("onstage: A newer Onstage wrote this database.")
    assert list((tmp_path / "data").glob("before-*")) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_asked_and_leaves_only_its_data(tmp_path: Path, number: signal.Signals) -> None:
    data, scratch = tmp_path / "data", tmp_path / "scratch"
    scratch.mkdir()
    with serving(data, TMPDIR=str(scratch)) as server:
        wait_for(server.jobs)
        family = server.family()
        server.process.send_signal(number)
        wait_for(lambda: all(gone(process) for process in family))
        assert server.process.wait() == 0
    assert not answers(server.port)
    assert list(scratch.iterdir()) == []
    assert {path.name for path in tmp_path.iterdir()} == {"data", "scratch"}


def test_it_ends_when_asked_while_many_go_away_at_once(tmp_path: Path) -> None:
    """Each wakes the event loop through a small pipe, and a signal that finds it full must be heard all the same."""
    with serving(tmp_path / "data", RATE_LIMIT="0") as server:
        asked = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(600)]
        for connection in asked:
            connection.sendall(b"GET /api/v1/feed HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for connection in asked:
            connection.close()
        server.process.terminate()
        assert server.process.wait(60) == 0


def test_killing_the_web_process_leaves_nothing(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        wait_for(server.jobs)
        family = server.family()
        server.process.kill()
        wait_for(lambda: all(gone(process) for process in family))
        assert not answers(server.port)


def test_killing_make_leaves_nothing(tmp_path: Path) -> None:
    """`make serve` stands between the shell and the server; whoever kills it means the server."""
    port, environment = str(free_port()), {"ONSTAGE_DATA": str(tmp_path / "data"), "PATH": os.environ["PATH"]}
    command = ["make", "-C", str(ROOT), f"PY={sys.executable}", "-o", ".venv/run.stamp", "serve"]
    with tempfile.TemporaryFile("w+") as said:
        make = subprocess.Popen(command, env=environment | {"PORT": port}, stdout=said, stderr=said)
        try:
            wait_for(lambda: answers(int(port)))
            family = psutil.Process(make.pid).children(recursive=True)
            assert family
        finally:
            make.kill()
            make.wait()
        wait_for(lambda: all(gone(process) for process in family))
    assert not answers(int(port))


@pytest.mark.postgres
def test_several_processes_answer_and_none_outlives_the_first(tmp_path: Path, postgres_url: str) -> None:
    with serving(tmp_path / "data", DATABASE_URL=postgres_url, WEB_PROCESSES="3") as server:
        wait_for(lambda: len(server.listeners()) == 3)
        family = server.family()
        assert len(family) == 4
        helper = next(process for process in family[1:] if process.pid in server.listeners())
        helper.kill()
        wait_for(lambda: gone(helper) and len(server.listeners()) == 3)
        assert {server.get("/healthz").status_code for _ in range(12)} == {200}
        family = server.family()
        server.process.kill()
        wait_for(lambda: all(gone(process) for process in family))
        assert not answers(server.port)


def test_a_killed_jobs_process_is_replaced(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        wait_for(server.jobs)
        first = server.jobs()
        assert first
        first.kill()
        wait_for(lambda: (now := server.jobs()) is not None and now.pid != first.pid)
        assert server.get("/healthz").status_code == 200
        assert len(server.family()) == 2


def test_it_starts_again_on_its_data_after_kill_9(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data) as server:
        server.process.kill()
        server.process.wait()
    with serving(data) as server:
        assert server.get("/healthz").status_code == 200


def test_two_starts_at_the_same_time_leave_one_server(tmp_path: Path) -> None:
    with tempfile.TemporaryFile("w+") as said:
        both = [launch(tmp_path / "data", free_port(), said, said) for _ in range(2)]
        try:
            wait_for(lambda: any(process.poll() is not None for process in both))
            assert sorted(str(process.poll()) for process in both) == ["2", "None"]
        finally:
            for process in both:
                process.terminate()
                process.wait()


def test_behind_a_trusted_proxy_the_callers_address_counts(tmp_path: Path) -> None:
    """The limit on sign-ins goes by address, so that a proxy's own address does not lock everybody out."""
    with serving(tmp_path / "data", TRUSTED_PROXIES="127.0.0.1", RATE_LIMIT="5") as server:
        answers = [server.get("/", **{"X-Forwarded-For": "192.0.2.1"}).status_code for _ in range(12)]
        assert 429 in answers
        assert server.get("/", **{"X-Forwarded-For": "192.0.2.2"}).status_code == 200


def test_without_a_trusted_proxy_a_forwarded_address_is_not_believed(tmp_path: Path) -> None:
    with serving(tmp_path / "data", RATE_LIMIT="5") as server:
        answers = [server.get("/", **{"X-Forwarded-For": f"192.0.2.{number}"}).status_code for number in range(12)]
        assert 429 in answers


def test_a_server_without_ipv6_or_with_a_given_host_listens_there(tmp_path: Path) -> None:
    with serving(tmp_path / "data", HOST="127.0.0.1") as server:
        assert server.link == f"http://localhost:{server.port}"
        assert not has_both_loopbacks() or not answers(server.port, "::1")
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"http://[::1]:{server.port}/healthz")


def test_the_data_is_for_its_owner_alone(server: Running) -> None:
    assert server.data.stat().st_mode & 0o777 == 0o700
    assert (server.data / "secret").stat().st_mode & 0o777 == 0o600
