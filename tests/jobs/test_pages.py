"""The pages and the API of jobs, for the author, a colleague and a stranger."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs import leases, queue, sweeper
from jobs.models import Job, State
from tests.builders import a_team, a_user

pytestmark = pytest.mark.django_db
PATHS = ["/jobs/{}/", "/jobs/{}/progress/", "/api/v1/jobs/{}/"]


@pytest.fixture
def author():
    return a_user()


@pytest.fixture
def job(author):
    return queue.enqueue("sample.echo", {}, user=author, team=a_team(members=[author]))


@pytest.mark.parametrize("path", PATHS)
def test_a_stranger_finds_no_job(client, job, path):
    client.force_login(a_user())

    assert client.get(path.format(job.pk)).status_code == 404


@pytest.mark.parametrize("action", ["/jobs/{}/cancel/", "/jobs/{}/retry/", "/api/v1/jobs/{}/cancel/"])
def test_a_stranger_changes_no_job(client, job, action):
    client.force_login(a_user())

    assert client.post(action.format(job.pk)).status_code == 404
    job.refresh_from_db()
    assert job.state == State.QUEUED


@pytest.mark.parametrize("path", PATHS)
def test_the_author_follows_the_job(client, author, job, path):
    client.force_login(author)

    assert client.get(path.format(job.pk)).status_code == 200


def test_the_fragment_asks_again_until_the_job_is_over(client, author, job):
    client.force_login(author)
    held = leases.claim(job.pk)
    leases.renew(job.pk, held.lease_token, progress=0.42, message="Sizing <compute>")

    running = client.get(f"/jobs/{job.pk}/progress/").content.decode()
    leases.finish(job.pk, held.lease_token, State.DONE)
    done = client.get(f"/jobs/{job.pk}/progress/")

    assert 'hx-trigger="every 200ms"' in running
    assert 'value="42"' in running
    assert "Sizing &lt;compute&gt;" in running
    assert "hx-trigger" not in done.content.decode()
    assert done["HX-Trigger"] == "job-done"


@pytest.mark.parametrize(
    ("seconds", "moment", "interval"),
    [(1, "created_at", "200ms"), (60, "created_at", "1s"), (1, "announced_at", "200ms")],
)
def test_a_page_asks_often_only_in_the_first_seconds_after_a_click(
    client, author, job, seconds, moment, interval
):
    client.force_login(author)
    Job.objects.update(created_at=sweeper.ago(3600))
    Job.objects.update(**{moment: sweeper.ago(seconds)})

    fragment = client.get(f"/jobs/{job.pk}/progress/").content.decode()

    assert f'hx-trigger="every {interval}"' in fragment


def test_cancel_and_retry_by_plain_forms(client, author, job):
    client.force_login(author)

    response = client.post(f"/jobs/{job.pk}/cancel/")

    assert (response.status_code, response["Location"]) == (302, f"/jobs/{job.pk}/")
    job.refresh_from_db()
    assert job.state == State.CANCELLED


def test_the_api_says_state_progress_message_and_result(client, author, job):
    client.force_login(author)
    held = leases.claim(job.pk)
    leases.finish(job.pk, held.lease_token, State.DONE, result={"sizing": "1"})

    answer = client.get(f"/api/v1/jobs/{job.pk}/").json()

    assert (answer["state"], answer["progress"], answer["result"]) == ("done", 1.0, {"sizing": "1"})
    assert "lease_token" not in answer
    assert client.post(f"/api/v1/jobs/{job.pk}/cancel/").status_code == 409


@pytest.mark.parametrize("path", ["/jobs/", "/api/v1/jobs/"])
def test_a_list_of_twenty_jobs_costs_the_queries_of_one(client, author, job, path):
    client.force_login(author)
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(path)
    Job.objects.bulk_create(
        Job(kind="sample.echo", input_hash="", created_by=author, team=job.team) for _ in range(19)
    )

    with CaptureQueriesContext(connection) as twenty:
        assert client.get(path).status_code == 200

    assert len(twenty) == len(one) <= 8
