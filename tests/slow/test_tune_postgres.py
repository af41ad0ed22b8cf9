"""Workers on several machines: a real PostgreSQL server that all of them reach, and one of them is killed."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
TRIALS = 6
COMMAND = ["--trials", str(TRIALS), "--images", "6000", "--epochs", "4", "--patience", "6"]


def programs() -> Path:
    """Return the folder of PostgreSQL's programs; Debian keeps them away from PATH."""
    found = [*Path("/usr/lib/postgresql").glob("*/bin"), Path(shutil.which("initdb") or "-").parent]
    found = [folder for folder in found if (folder / "initdb").exists()]
    if not found:
        pytest.fail("PostgreSQL is missing, and this test must run: sudo apt install postgresql")
    return max(found)


class Server:
    """A PostgreSQL server of its own in `folder`, which is on a free port of this machine; never run by root."""

    def __init__(self, folder: Path) -> None:
        self.bin, self.data = programs(), folder / "data"
        self.user = "postgres" if os.getuid() == 0 else None
        if self.user:
            shutil.chown(folder, self.user)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.options = f"-p {self.port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self.run("initdb", "-D", self.data, "-U", "course", "-A", "trust", "-E", "UTF8")
        self.start()
        self.url = f"postgresql://course@127.0.0.1:{self.port}/postgres"

    def run(self, program: str, *arguments: object) -> None:
        command = [str(self.bin / program), *map(str, arguments)]
        log = self.data.with_name("log")
        with log.open("ab") as file:  # the server keeps what it is given as output: a pipe would never end
            done = subprocess.run(command, user=self.user, cwd=self.data.parent, stdout=file, stderr=file, timeout=120)
        assert done.returncode == 0, log.read_text()

    def start(self) -> None:
        self.run("pg_ctl", "start", "-w", "-D", self.data, "-o", self.options)

    def stop(self) -> None:
        self.run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", self.data)


@pytest.fixture
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="course-", dir="/tmp") as folder:  # a socket's path must be short
        server = Server(Path(folder))
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture
def worker(server: Server) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started = []

    def worker(folder: Path) -> subprocess.Popen[str]:
        command = [
            sys.executable,
            "-u",
            "-m",
            "helpers.tune",
            *COMMAND,
            "--storage",
            server.url,
            "--output",
            str(folder),
        ]
        started.append(subprocess.Popen(command, cwd=ROOT, stdout=-1, stderr=-1, text=True))
        return started[-1]

    yield worker
    for each in started:
        each.kill()
        each.communicate()


def in_database(server: Server, query: str) -> Sequence[tuple]:
    import psycopg

    with psycopg.connect(server.url) as connection:
        return connection.execute(query).fetchall()


def wait_for(condition: Callable[[], object], seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def running(server: Server) -> Sequence[tuple]:
    """Trials that a worker has begun to train."""
    if not in_database(server, "SELECT to_regclass('trials') WHERE to_regclass('trials') IS NOT NULL"):
        return ()
    return in_database(
        server,
        "SELECT number FROM trials JOIN trial_intermediate_values USING (trial_id) WHERE state = 'RUNNING'",
    )


def assert_each_once(server: Server, folder: Path) -> None:
    with open(folder / "results.csv", encoding="utf-8", newline="") as file:
        assert [int(row["trial"]) for row in csv.DictReader(file)] == list(range(TRIALS))
    counted = in_database(
        server,
        "SELECT value_json, count(*) FROM trials JOIN trial_user_attributes USING (trial_id) "
        "WHERE key = 'trial' AND state = 'COMPLETE' GROUP BY value_json",
    )
    assert sorted((int(number), count) for number, count in counted) == [(number, 1) for number in range(TRIALS)]


def test_three_workers_one_of_them_killed_in_a_trial(server, worker, tmp_path):
    doomed = worker(tmp_path)
    wait_for(lambda: running(server))
    doomed.send_signal(signal.SIGKILL)
    doomed.wait()
    [(lost, *_), *_] = running(server)
    others = [worker(tmp_path), worker(tmp_path)]
    said = [each.communicate(timeout=230) for each in others]
    assert [(each.returncode, errors) for each, (_, errors) in zip(others, said, strict=True)] == [(0, "")] * 2
    assert_each_once(server, tmp_path)
    of_a_trial = "FROM trials JOIN trial_user_attributes USING (trial_id) WHERE key = 'trial' AND"
    states = in_database(
        server,
        f"SELECT state {of_a_trial} value_json = (SELECT value_json {of_a_trial} number = {lost}) ORDER BY trial_id",
    )
    assert [state for (state,) in states] == ["FAIL", "COMPLETE"]
    assert (tmp_path / "best.keras").stat().st_size


def test_a_server_that_restarts_is_waited_for_and_one_that_stays_away_is_a_sentence(server, worker, tmp_path):
    first = worker(tmp_path)
    wait_for(lambda: running(server))
    server.stop()
    time.sleep(1)
    server.start()
    wait_for(lambda: len((tmp_path / "results.csv").read_text().splitlines()) > 2)
    assert first.poll() is None
    server.stop()
    _, errors = first.communicate(timeout=120)
    assert (first.returncode, len(errors.splitlines())) == (3, 1), errors
    assert "the storage is away" in errors
    kept = (tmp_path / "results.csv").read_text()
    server.start()
    second = worker(tmp_path)
    _, errors = second.communicate(timeout=230)
    assert (second.returncode, errors) == (0, "")
    assert set(kept.splitlines()) <= set((tmp_path / "results.csv").read_text().splitlines())
    assert_each_once(server, tmp_path)
