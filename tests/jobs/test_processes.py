"""Real worker processes, killed in the middle of a job: nothing is lost, nothing is done twice."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
BROKER = os.environ.get("TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//")
PATIENCE_SECONDS = 40


def answers(url):
    parts = urlsplit(url)
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((parts.hostname, parts.port)) == 0


def children_of(parent):
    """Process ids whose parent is `parent`."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split() if entry.name.isdigit() else []
        except OSError:  # it ended while we looked
            continue
        if fields and int(fields[1]) == parent:
            found.append(int(entry.name))
    return found


class SQLite:
    """A file."""

    def __init__(self, folder):
        self.file = folder / "jobs.sqlite3"
        self.url = f"sqlite:///{self.file}"

    def rows(self, statement):
        with sqlite3.connect(self.file, timeout=20) as database:
            return database.execute(statement).fetchall()

    def drop(self):
        pass


class PostgreSQL:
    """A database of its own on the server that the tests use."""

    def __init__(self, folder):
        self.name = f"test_jobs_{uuid4().hex[:12]}"
        self.url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{self.name}").geturl()
        self.ask_server(f"CREATE DATABASE {self.name}")

    def ask_server(self, statement):
        import psycopg

        with psycopg.connect(os.environ["DATABASE_URL"], dbname="postgres", autocommit=True) as server:
            server.execute(statement)

    def rows(self, statement):
        import psycopg

        with psycopg.connect(self.url) as database:
            return database.execute(statement).fetchall()

    def drop(self):
        self.ask_server(f"DROP DATABASE {self.name} WITH (FORCE)")


class Machine:
    """A database, and worker processes that share it."""

    def __init__(self, folder, job_queue):
        self.database = (PostgreSQL if connection.vendor == "postgresql" else SQLite)(folder)
        self.rows = self.database.rows
        self.workers = []
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.jobs.process_settings",
            "DATABASE_URL": self.database.url,
            "PROFILE": "test",
            "JOB_QUEUE": job_queue,
            "JOB_QUEUE_NAME": f"test-{uuid4().hex[:12]}",
            "CELERY_BROKER_URL": BROKER,
            "JOB_LEASE_SECONDS": "2",
            "JOB_SWEEP_SECONDS": "0.5",
            "JOB_REANNOUNCE_SECONDS": "1",
            "JOB_WORKERS": "1",
            "JOB_GRACE_SECONDS": "5",
        }
        self.manage("migrate", "--run-syncdb", "--verbosity", "0")

    def manage(self, *arguments):
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def enqueue(self, seconds, **more):
        given = {"seconds": seconds, **more}
        code = (
            "from jobs.queue import enqueue; "
            f"print('job', enqueue('sample.leaves_one_effect', {given}, user=None).pk)"
        )
        return self.manage("shell", "-c", code).split("job ")[-1].split()[0]

    def start_worker(self):
        command = [sys.executable, "manage.py", "work"]
        worker = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.workers.append(worker)
        return worker

    def kill(self, worker):
        """As if the machine had lost its power: every process of the worker, at once."""
        family = [worker.pid]
        for pid in family:
            family += children_of(pid)
        for pid in family:
            os.kill(pid, signal.SIGSTOP)  # none may see the death of another and act on it
        for pid in family:
            os.kill(pid, signal.SIGKILL)
        worker.wait()

    def wait_for(self, statement, expected):
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            if self.rows(statement) == expected:
                return
            time.sleep(0.1)
        pytest.fail(f"{statement} gave {self.rows(statement)}, not {expected}, for {PATIENCE_SECONDS} s")


@pytest.fixture(params=["django-q2", "celery"])
def machine(request, tmp_path):
    if request.param == "celery" and not answers(BROKER):
        pytest.skip(f"No RabbitMQ answers at {BROKER}: start one, or set TEST_RABBITMQ_URL.")
    made = Machine(tmp_path, request.param)
    yield made
    for worker in made.workers:
        if worker.poll() is None:
            made.kill(worker)
    made.database.drop()


def test_a_killed_worker_loses_nothing_and_doubles_nothing(machine):
    first = machine.start_worker()
    machine.enqueue(seconds=3)
    machine.wait_for("select count(*) from sample_attempt", [(1,)])

    machine.kill(first)
    assert machine.rows("select count(*) from sample_effect") == [(0,)]
    machine.start_worker()

    machine.wait_for("select state from jobs_job", [("done",)])
    assert machine.rows("select count(*) from sample_effect") == [(1,)]
    assert machine.rows("select attempt from jobs_job") == [(2,)]
    pids = machine.rows("select distinct pid from sample_attempt")
    assert len(pids) == 2


def test_a_worker_that_is_asked_to_stop_ends_and_gives_its_job_back_or_finishes_it(machine):
    worker = machine.start_worker()
    machine.enqueue(seconds=1)
    machine.wait_for("select count(*) from sample_attempt", [(1,)])

    worker.terminate()

    assert worker.wait(timeout=PATIENCE_SECONDS) == 0
    machine.start_worker()
    machine.wait_for("select state from jobs_job", [("done",)])
    assert machine.rows("select count(*) from sample_effect") == [(1,)]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="Only of a file can one keep what the disk had.")
def test_a_claim_that_the_disk_never_had_is_made_again_and_the_effect_appears_once(machine, tmp_path):
    """Power is lost after a claim that no later commit brought to the disk: it is as if nobody had taken the job."""
    machine.enqueue(seconds=3, writes_attempt=False)
    before = tmp_path / "before the claim"
    before.mkdir()
    files = [machine.database.file.with_name(machine.database.file.name + end) for end in ("", "-wal")]
    for file in files:
        if file.exists():
            shutil.copy(file, before)
    worker = machine.start_worker()
    machine.wait_for("select state from jobs_job", [("running",)])

    machine.kill(worker)
    for file in files:
        file.unlink(missing_ok=True)
        if (before / file.name).exists():
            shutil.copy(before / file.name, file)
    machine.database.file.with_name(machine.database.file.name + "-shm").unlink(missing_ok=True)
    assert machine.rows("select state, attempt from jobs_job") == [("queued", 0)]
    machine.start_worker()

    machine.wait_for("select state from jobs_job", [("done",)])
    assert machine.rows("select attempt from jobs_job") == [(1,)]
    assert machine.rows("select count(*) from sample_effect") == [(1,)]
