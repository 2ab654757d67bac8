"""Job kinds that only the tests know."""

import os
import time

from django.db import transaction

from config.errors import DomainError
from jobs.worker import Held, Run, Superseded, time_limit


class Fatal(BaseException):
    """Like WeasyPrint's FatalURLFetchingError: not an Exception."""


def echo(run: Run) -> dict:
    run.report(0.5, "Half way")
    return {"said": run.input.get("say")}


def sums_up(run: Run) -> dict:
    return {"sum": sum(run.input["numbers"])}


def refuses(run: Run) -> None:
    raise DomainError("10 VMs do not fit on 0 hosts.")


def breaks(run: Run) -> None:
    raise ValueError("password=hunter2")


def breaks_badly(run: Run) -> None:
    raise Fatal("password=hunter2")


def waits_for_storage(run: Run) -> None:
    raise OSError(28, "No space left on device")


def holds(run: Run) -> None:
    raise Held("The price book is being imported.", seconds=600)


def finds_nothing(run: Run) -> None:
    raise Superseded


@time_limit(0.3)
def spins(run: Run) -> None:
    while True:
        pass


def hook(run: Run) -> dict:
    """Calls what the test put here, in the middle of the work."""
    HOOKS[run.input["hook"]](run)
    run.report(0.9, "After the hook")
    return {"hook": "passed"}


HOOKS: dict = {}


def leaves_one_effect(run: Run) -> None:
    """Works `seconds` long, then leaves an effect together with its end."""
    from tests.jobs.sample.models import Attempt, Effect

    if run.input.get("writes_attempt", True):
        Attempt.objects.create(job_id=run.job.pk, number=run.job.attempt, pid=os.getpid())
    end = time.monotonic() + run.input["seconds"]
    while time.monotonic() < end:
        run.report(0.5, "Working")
        time.sleep(0.05)
    with transaction.atomic():
        Effect.objects.create(job_id=run.job.pk)
        run.finish_result({"pid": os.getpid()})
