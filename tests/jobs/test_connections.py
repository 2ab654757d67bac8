"""What a job asks of the database: few statements, over a connection that is kept, but never a dead one."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from config.prepared import PreparedInsert, turn_to_write
from jobs import leases, worker
from jobs.models import Job, State
from tests.builders import a_team

pytestmark = pytest.mark.usefixtures("sample_jobs")


def a_job():
    return Job.objects.create(kind="sample.sums_up", input={"numbers": [1, 2]}, input_hash="-")


@pytest.mark.django_db
def test_a_short_job_is_one_statement_to_begin_and_one_to_end():
    worker.run(str(a_job().pk))  # the first one compiles the statements
    job = a_job()

    with CaptureQueriesContext(connection) as queries:
        worker.run(str(job.pk))

    assert [query["sql"].split()[0] for query in queries] == ["UPDATE", "UPDATE"]
    job.refresh_from_db()
    assert (job.state, job.result, job.progress) == (State.DONE, {"sum": 3}, 1.0)


@pytest.mark.django_db
def test_a_claimed_job_is_read_as_it_is_stored():
    Job.objects.create(kind="sample.sums_up", input={"text": 'Grüße "\\'}, input_hash="-", team=a_team())
    claimed = leases.claim(Job.objects.get().pk, worker="here:1")

    stored = Job.objects.get()
    for field in Job._meta.concrete_fields:
        assert getattr(claimed, field.attname) == getattr(stored, field.attname)
    assert (stored.worker, stored.attempt, stored.team) == ("here:1", 1, claimed.team)


def commit_waits_for_disk():
    """Whether the next commit of this connection is on the disk when it is confirmed."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous" if connection.vendor == "sqlite" else "SHOW synchronous_commit")
        return cursor.fetchone()[0] in (2, "on")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="Of PostgreSQL, the statement itself says it.")
def test_only_the_claim_of_a_job_does_not_wait_for_the_disk():
    worker.run(str(a_job().pk))  # the first one compiles the statements
    job = a_job()
    seen = []
    connection.connection.set_trace_callback(seen.append)

    worker.run(str(job.pk))

    connection.connection.set_trace_callback(None)
    words = [
        statement.split()[0] + statement.partition("=")[2] * statement.startswith("PRAGMA")
        for statement in seen
    ]
    assert words == ["PRAGMANORMAL", "UPDATE", "PRAGMAFULL", "UPDATE"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is told before the statement.")
def test_only_the_claim_of_a_job_does_not_wait_for_the_disk_on_postgresql():
    worker.run(str(a_job().pk))
    job = a_job()

    with CaptureQueriesContext(connection) as queries:
        worker.run(str(job.pk))

    eased = ["'synchronous_commit', COALESCE('off'" in query["sql"] for query in queries]
    assert eased == [True, False]


@pytest.mark.django_db(transaction=True)
def test_after_a_claim_commits_wait_for_the_disk_as_before():
    leases.claim(a_job().pk)
    assert commit_waits_for_disk()


@pytest.mark.django_db(transaction=True)
def test_a_claim_within_a_transaction_takes_nothing_of_its_durability():
    with transaction.atomic():
        claimed = leases.claim(a_job().pk)
        assert commit_waits_for_disk()
    assert claimed is not None


@pytest.mark.django_db
def test_who_claimed_before_the_power_was_lost_is_a_ghost_afterwards():
    job = a_job()
    before = Job.objects.filter(pk=job.pk).values().get()
    first = leases.claim(job.pk)
    Job.objects.filter(pk=job.pk).update(**before)  # what the disk had

    second = leases.claim(job.pk)

    assert (first.attempt, second.attempt) == (1, 1)
    assert not leases.finish(job.pk, first.lease_token, State.DONE, result={"by": "first"})
    assert leases.finish(job.pk, second.lease_token, State.DONE, result={"by": "second"})
    job.refresh_from_db()
    assert job.result == {"by": "second"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="A server has a queue of its own.")
def test_writers_of_jobs_wait_in_a_queue():
    """Who holds the queue for a while delays a claim, and nothing else happens to it."""
    job, claimed = a_job(), []
    with turn_to_write(connection):
        other = threading.Thread(target=lambda: (claimed.append(leases.claim(job.pk)), connection.close()))
        other.start()
        other.join(0.2)
        assert not claimed
    other.join(10)
    assert claimed[0].pk == job.pk


@pytest.mark.django_db
def test_an_inserted_row_is_what_save_would_have_written():
    team = a_team()
    values = {"kind": "sample.echo", "input": {"text": 'Grüße "\\'}, "input_hash": "-", "team": team}
    saved, inserted = Job.objects.create(**values), Job(**values)

    PreparedInsert(Job).insert(inserted)

    stored = Job.objects.get(pk=inserted.pk)
    own = {"id", "created_at"}
    for field in Job._meta.concrete_fields:
        assert getattr(inserted, field.attname) == getattr(stored, field.attname)
        assert field.attname in own or getattr(stored, field.attname) == getattr(saved, field.attname)
    inserted.save()  # it knows that it is stored
    assert Job.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_one_thread_looks_after_many_short_jobs_and_ends():
    for _ in range(3):
        worker.run(str(a_job().pk))
    assert sum(thread.name == "leases" for thread in threading.enumerate()) <= 1

    end = time.monotonic() + 10
    while any(thread.name == "leases" for thread in threading.enumerate()) and time.monotonic() < end:
        time.sleep(0.05)
    assert not worker.watcher.is_running
    worker.run(str(a_job().pk))
    assert set(Job.objects.values_list("state", flat=True)) == {State.DONE}


@pytest.mark.django_db(transaction=True)
def test_the_connection_is_kept_from_job_to_job():
    worker.run(str(a_job().pk))
    kept = connection.connection

    worker.run(str(a_job().pk))

    assert kept is not None
    assert connection.connection is kept
    assert set(Job.objects.values_list("state", flat=True)) == {State.DONE}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="Only a server ends the connections of others.")
def test_a_connection_that_the_server_ended_between_jobs_is_replaced():
    job = a_job()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])  # and wait for its end
    other.close()

    worker.run(str(job.pk))

    job.refresh_from_db()
    assert (job.state, job.attempt) == (State.DONE, 1)
