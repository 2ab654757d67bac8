"""What a job asks of the database: few statements, over a connection that is kept, but never a dead one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

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
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    other.close()

    worker.run(str(job.pk))

    job.refresh_from_db()
    assert (job.state, job.attempt) == (State.DONE, 1)
