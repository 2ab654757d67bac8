"""Ask for work, and the senders: the only module that knows a queue library.

The row is written in the caller's transaction; the queue is told the id once that is committed. A message that
gets lost costs seconds (the sweeper sends it again), one that comes twice costs nothing.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import time
from functools import cache, partial
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction

from config.prepared import PreparedInsert
from jobs.models import Job

if TYPE_CHECKING:
    from accounts.models import Team, User

log = logging.getLogger(__name__)
KIND = re.compile(r"[a-z_]+\.[a-z_0-9]+")


_new_job = PreparedInsert(Job)


def input_hash(input: dict[str, Any]) -> str:
    """SHA-256 of the input's one canonical JSON form."""
    return hashlib.sha256(json.dumps(input, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def enqueue(
    kind: str,
    input: dict[str, Any],
    *,
    user: User | None,
    team: Team | None = None,
    subject_type: str = "",
    subject_id: UUID | str | None = None,
    unique_key: str | None = None,
) -> Job:
    """Insert a job in the caller's transaction; send the queue only its id, once that is committed.

    Raises:
        ValueError: `kind` is not `app.function`.
        TypeError: `input` is not JSON.
    """
    if not KIND.fullmatch(kind):
        raise ValueError(f"A kind is app.function, not {kind!r}")
    job = Job(
        kind=kind,
        input=input,
        input_hash=input_hash(input),
        unique_key=unique_key,
        created_by=user,
        team=team,
        subject_type=subject_type,
        subject_id="" if subject_id is None else str(subject_id),
    )
    _new_job.insert(job)
    transaction.on_commit(partial(announce, job.pk), robust=True)
    return job


def enqueue_once(
    kind: str,
    input: dict[str, Any],
    *,
    user: User | None,
    team: Team | None = None,
    subject_type: str = "",
    subject_id: UUID | str | None = None,
) -> Job:
    """Like `enqueue`, but return the job that already waits or runs for the same team, subject and input."""
    of_what = [
        kind,
        input_hash(input),
        subject_type,
        str(subject_id),
        str(team.pk if team else user and user.pk),
    ]
    key = hashlib.sha256("\n".join(of_what).encode()).hexdigest()
    while True:
        job = Job.objects.active().filter(unique_key=key).first()
        if job is not None:
            return job
        try:
            with transaction.atomic():
                return enqueue(
                    kind,
                    input,
                    user=user,
                    team=team,
                    subject_type=subject_type,
                    subject_id=subject_id,
                    unique_key=key,
                )
        except IntegrityError:  # somebody else was first; theirs is visible now, or already over
            if not Job.objects.filter(unique_key=key).exists():
                raise


BROKEN_SECONDS = 5.0
"""After a failed send the queue is left alone this long, so that an outage delays one request in that time."""
_broken_until = 0.0


def announce(job_id: UUID) -> bool:
    """Tell the queue to look at a job. False when the queue cannot be reached: the sweeper will try again."""
    global _broken_until
    if time.monotonic() < _broken_until:
        return False
    try:
        SENDERS[settings.JOB_QUEUE](str(job_id))
    except Exception as problem:  # noqa: BLE001 - any failure of a queue library means the same
        _broken_until = time.monotonic() + BROKEN_SECONDS
        log.warning("job %s not announced: %s", job_id, type(problem).__name__)
        return False
    return True


def send_to_q2(job_id: str) -> None:
    from django_q.tasks import async_task

    async_task("jobs.worker.run", job_id)


def send_to_celery(job_id: str) -> None:
    """What Celery's `send_task` sends, without looking up each time what is always the same: half of its time."""
    app = celery_app()
    message = app.amqp.create_task_message(str(uuid4()), "jobs.run", args=[job_id], ignore_result=True)
    with app.producer_pool.acquire(block=True) as producer:
        producer.publish(
            message.body,
            routing_key=settings.JOB_QUEUE_NAME,
            declare=[app.amqp.queues[settings.JOB_QUEUE_NAME]],
            serializer=app.conf.task_serializer,
            headers=message.headers,
            retry=False,
            **message.properties,
        )


SENDERS = {"django-q2": send_to_q2, "celery": send_to_celery}


@cache
def celery_app() -> Any:
    """The Celery application: JSON only, nothing kept in the broker but ids (security R63)."""
    from celery import Celery

    from jobs import worker

    app = Celery("stackwright", set_as_current=True)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.update(
        task_default_queue=settings.JOB_QUEUE_NAME,
        broker_connection_max_retries=None,  # a worker waits for its broker as long as it takes
        broker_transport_options={  # a sender does not: it tries once
            "max_retries": 0,
            "interval_start": 0,
            **settings.CELERY_BROKER_TRANSPORT_OPTIONS,
        },
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,  # they finish by their lease
    )
    app.task(worker.run, name="jobs.run")
    return app


def work_q2() -> None:
    """Be a django-q2 cluster until SIGTERM."""
    from django_q.cluster import Cluster

    cluster = Cluster()
    cluster.start()
    cluster.sentinel.join()


def work_celery() -> None:
    """Be a Celery worker until SIGTERM."""
    celery_app().worker_main(
        [
            "worker",
            f"--concurrency={settings.JOB_WORKERS}",
            "--loglevel=WARNING",
            "--without-gossip",
            "--without-mingle",
        ]
    )


WORKERS = {"django-q2": work_q2, "celery": work_celery}
