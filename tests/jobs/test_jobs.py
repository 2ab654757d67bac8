"""Every step a job can take, by one attempt after another in this process."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from config.errors import Conflict, Forbidden
from jobs import leases, queue, services, sweeper, worker
from jobs.models import FINAL, Job, State, WorkerHeartbeat
from tests.builders import a_membership, a_team, a_user
from tests.jobs.sample import jobs as sample

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_jobs")]


def a_job(kind="sample.echo", input=None, **fields):
    return queue.enqueue(kind, input or {}, user=fields.pop("user", None), **fields)


def attempt(job):
    worker.run(str(job.pk))
    job.refresh_from_db()
    return job


def expire(job):
    """As if the worker had been gone for a minute, by the database's clock."""
    Job.objects.filter(pk=job.pk).update(lease_until=sweeper.ago(60))


def test_a_job_runs_and_keeps_its_result():
    job = attempt(a_job(input={"say": "hello"}))

    assert (job.state, job.result, job.progress, job.attempt) == (State.DONE, {"said": "hello"}, 1.0, 1)
    assert (job.lease_token, job.lease_until, job.started_at <= job.finished_at) == (None, None, True)


def test_the_same_message_twice_runs_once():
    job = attempt(a_job())

    attempt(job)

    assert (job.state, job.attempt) == (State.DONE, 1)


def test_only_one_of_two_workers_gets_a_job():
    job = a_job()

    first, second = leases.claim(job.pk), leases.claim(job.pk)

    assert first is not None
    assert second is None


@pytest.mark.parametrize("state", FINAL)
def test_a_finished_job_is_never_claimed(state):
    job = a_job()
    Job.objects.update(state=state, finished_at=Now())

    assert leases.claim(job.pk) is None


def test_a_lost_job_goes_to_another_and_the_first_becomes_a_ghost():
    job = a_job()
    first = leases.claim(job.pk)
    expire(job)

    assert leases.recover_lost()["queued"] == 1
    second = leases.claim(job.pk)

    assert second.attempt == 2
    assert not leases.renew(job.pk, first.lease_token).is_held
    assert not leases.finish(job.pk, first.lease_token, State.DONE, result={"from": "ghost"})
    assert leases.finish(job.pk, second.lease_token, State.DONE, result={"from": "second"})
    job.refresh_from_db()
    assert job.result == {"from": "second"}


def test_an_expired_lease_is_claimed_even_without_a_sweep():
    job = a_job()
    leases.claim(job.pk)
    expire(job)

    assert leases.claim(job.pk).hard_deaths == 1


def test_a_ghost_that_finishes_in_its_transaction_leaves_no_effect():
    def lose_the_lease(run):
        Job.objects.filter(pk=run.job.pk).update(lease_token=uuid4())
        with transaction.atomic():
            a_team("made by a ghost")
            run.finish_result({})

    sample.HOOKS["ghost"] = lose_the_lease
    job = attempt(a_job("sample.hook", {"hook": "ghost"}))

    assert job.state == State.RUNNING
    assert not type(a_team()).objects.filter(name="made by a ghost").exists()


def test_two_hard_deaths_give_up_with_a_reason():
    job = a_job()
    for _ in range(2):
        assert leases.claim(job.pk) is not None
        expire(job)
        leases.recover_lost()

    job.refresh_from_db()
    assert (job.state, job.attempt, job.hard_deaths) == (State.FAILED, 2, 2)
    assert job.error.startswith("Gave up")


def test_a_job_on_its_last_attempt_gives_up():
    job = a_job()
    Job.objects.update(max_attempts=1)
    leases.claim(job.pk)
    expire(job)

    assert leases.recover_lost()["gave_up"] == 1


def test_a_lease_that_still_runs_is_left_alone():
    job = a_job()
    leases.claim(job.pk)

    assert not any(leases.recover_lost().values())


@pytest.mark.parametrize("hours", [-10, 10])
def test_leases_follow_the_clock_of_the_database_not_of_the_machine(monkeypatch, hours):
    from django.utils import timezone

    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(hours=hours))
    job = a_job()

    held = leases.claim(job.pk)

    assert held is not None
    assert leases.recover_lost()["queued"] == 0
    left = Job.objects.annotate(now=Now()).values_list("lease_until", "now").get()
    assert timedelta(seconds=0) < left[0] - left[1] <= timedelta(seconds=30)


def test_a_stopping_worker_gives_the_job_back_and_the_attempt_does_not_count():
    job = a_job()
    held = leases.claim(job.pk)

    assert leases.release(job.pk, held.lease_token)

    job.refresh_from_db()
    assert (job.state, job.max_attempts - job.attempt) == (State.QUEUED, 3)
    assert leases.claim(job.pk).attempt == 2


def test_a_held_job_waits_with_its_reason():
    job = attempt(a_job("sample.holds"))

    assert (job.state, job.hold_reason) == (State.QUEUED, "The price book is being imported.")
    assert leases.claim(job.pk) is None
    Job.objects.update(hold_until=sweeper.ago(1))
    assert leases.claim(job.pk) is not None


def test_a_full_disk_holds_the_job():
    job = attempt(a_job("sample.waits_for_storage"))

    assert (job.state, job.hold_reason) == (State.QUEUED, "The storage is full.")


def test_our_own_errors_are_shown_as_they_stand():
    assert attempt(a_job("sample.refuses")).error == "10 VMs do not fit on 0 hosts."


@pytest.mark.parametrize("kind", ["sample.breaks", "sample.breaks_badly"])
def test_other_errors_fail_the_job_and_keep_their_secrets(kind):
    job = attempt(a_job(kind))

    assert job.state == State.FAILED
    assert "hunter2" not in job.error
    assert str(job.pk) in job.error


def test_a_kind_that_nobody_knows_fails_with_words():
    assert (
        attempt(a_job("sample.nothing")).error
        == "This version does not know work of the kind sample.nothing."
    )


@pytest.mark.parametrize("message", ["not an id", "", None, "4711"])
def test_a_message_that_names_no_job_is_discarded(message):
    worker.run(message)


def test_a_spinning_job_ends_at_its_time_limit():
    job = attempt(a_job("sample.spins"))

    assert job.state == State.FAILED
    assert job.error.startswith("Time limit")


def test_a_job_whose_subject_is_gone_ends_superseded():
    assert attempt(a_job("sample.finds_nothing")).state == State.SUPERSEDED


def test_cancelling_a_queued_job_ends_it_at_once():
    user = a_user()
    job = a_job(user=user)

    services.cancel(job=job, user=user)

    assert attempt(job).state == State.CANCELLED
    assert job.attempt == 0


def test_cancelling_a_held_job_ends_it_at_once():
    user = a_user()
    job = attempt(a_job("sample.holds", user=user))

    assert services.cancel(job=job, user=user).state == State.CANCELLED


def test_cancelling_a_running_job_stops_it_at_its_next_report():
    user = a_user()
    sample.HOOKS["cancel"] = lambda run: services.cancel(job=Job.objects.get(pk=run.job.pk), user=user)

    job = attempt(a_job("sample.hook", {"hook": "cancel"}, user=user))

    assert (job.state, job.result) == (State.CANCELLED, None)


def test_cancelling_after_the_last_report_comes_too_late():
    user = a_user()
    job = attempt(a_job(user=user))

    with pytest.raises(Conflict):
        services.cancel(job=job, user=user)
    assert job.state == State.DONE


def test_a_cancelled_job_whose_worker_died_ends_cancelled():
    user = a_user()
    job = a_job(user=user)
    leases.claim(job.pk)
    services.cancel(job=job, user=user)
    expire(job)

    assert leases.claim(job.pk) is None
    leases.recover_lost()

    job.refresh_from_db()
    assert job.state == State.CANCELLED


def test_superseding_a_running_job_makes_its_worker_a_ghost():
    job = a_job(subject_type="designer.design", subject_id="7")
    held = leases.claim(job.pk)

    assert services.supersede(subject_type="designer.design", subject_id="7") == 1

    assert not leases.finish(job.pk, held.lease_token, State.DONE)
    job.refresh_from_db()
    assert job.state == State.SUPERSEDED


def test_a_failed_job_can_be_retried_with_the_same_input():
    user = a_user()
    job = attempt(a_job("sample.refuses", {"n": 1}, user=user))
    hash_before = job.input_hash

    services.retry(job=job, user=user)

    assert (job.state, job.input_hash, job.error) == (State.QUEUED, hash_before, "")
    assert attempt(job).attempt == 2


def test_a_job_that_did_not_fail_is_not_retried():
    user = a_user()

    with pytest.raises(Conflict):
        services.retry(job=attempt(a_job(user=user)), user=user)


def test_asking_twice_for_the_same_work_gives_the_same_job_until_it_is_over():
    user = a_user()
    ask = {"user": user, "subject_type": "designer.revision", "subject_id": "1"}

    first = queue.enqueue_once("sample.echo", {"say": "x"}, **ask)
    assert queue.enqueue_once("sample.echo", {"say": "x"}, **ask) == first
    assert queue.enqueue_once("sample.echo", {"say": "y"}, **ask) != first
    attempt(first)
    assert queue.enqueue_once("sample.echo", {"say": "x"}, **ask) != first


def test_a_job_is_announced_only_when_its_transaction_is_committed(
    monkeypatch, django_capture_on_commit_callbacks
):
    sent = []
    monkeypatch.setitem(queue.SENDERS, "django-q2", sent.append)
    with django_capture_on_commit_callbacks(execute=True):
        job = a_job()
        assert sent == []

    assert sent == [str(job.pk)]


def test_a_queue_that_is_away_delays_the_job_and_nothing_else(
    monkeypatch, django_capture_on_commit_callbacks
):
    def refuse(job_id):
        raise ConnectionRefusedError

    monkeypatch.setitem(queue.SENDERS, "django-q2", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        job = a_job()
    Job.objects.update(created_at=sweeper.ago(11))

    ran = []
    counts = sweeper.sweep(lambda job_id: ran.append(job_id) or True)

    assert (ran, counts["polled"]) == ([job.pk], 1)


def test_the_sweeper_sends_old_jobs_again_but_not_at_every_round(monkeypatch):
    sent = []
    monkeypatch.setitem(queue.SENDERS, "django-q2", sent.append)
    old, young = a_job(), a_job()
    Job.objects.filter(pk=old.pk).update(created_at=sweeper.ago(11))

    for _ in range(3):
        sweeper.sweep()

    assert sent == [str(old.pk)]
    Job.objects.filter(pk=old.pk).update(announced_at=sweeper.ago(21))
    sweeper.sweep()
    assert sent == [str(old.pk)] * 2
    assert str(young.pk) not in sent


def test_a_lost_job_is_announced_in_the_same_round(monkeypatch):
    sent = []
    monkeypatch.setitem(queue.SENDERS, "django-q2", sent.append)
    job = a_job()
    leases.claim(job.pk)
    expire(job)

    sweeper.sweep()

    assert sent == [str(job.pk)]


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "lost"},
        {"progress": 1.1},
        {"progress": -0.1},
        {"state": State.RUNNING},
        {"state": State.DONE},
        {"lease_token": UUID(int=1)},
        {"attempt": 4},
    ],
    ids=str,
)
def test_the_database_refuses_a_job_that_contradicts_itself(fields):
    job = a_job()

    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(**fields)


@pytest.mark.parametrize("kind", ["size", "designer.", ".x", "os.system('x')", "Designer.size"])
def test_a_kind_names_an_app_and_a_function(kind):
    with pytest.raises(ValueError, match="kind"):
        a_job(kind)


def test_the_hash_of_an_input_ignores_the_order_of_its_keys():
    assert (
        queue.input_hash({"a": 1, "b": 2}) == queue.input_hash({"b": 2, "a": 1}) != queue.input_hash({"a": 1})
    )


def test_a_colleague_sees_and_stops_the_teams_jobs_and_a_stranger_sees_none():
    author, colleague, stranger = a_user(), a_user(), a_user()
    team = a_team(members=[author, colleague])
    job = a_job(user=author, team=team)
    own = a_job(user=stranger)

    assert list(Job.objects.visible_to(colleague)) == [job]
    assert list(Job.objects.visible_to(stranger)) == [own]
    with pytest.raises(Forbidden):
        services.cancel(job=job, user=stranger)
    assert services.cancel(job=job, user=colleague).state == State.CANCELLED


def test_who_left_the_team_sees_its_jobs_no_longer():
    membership = a_membership()
    a_job(user=membership.user, team=membership.team)

    membership.delete()

    assert not Job.objects.visible_to(membership.user).exists()


def test_the_age_of_the_heartbeat_is_told_by_the_database():
    assert services.heartbeat_age() is None

    WorkerHeartbeat.objects.create(name="a", queue="django-q2", beat_at=sweeper.ago(90))

    assert 89 < services.heartbeat_age() < 600
