"""One attempt at one job, in a process that may be killed at any moment."""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from config.errors import DomainError
from jobs import leases
from jobs.models import Job, State

log = logging.getLogger(__name__)
STUCK_SECONDS = 5.0
"""Code that does not stop within this time (a solver in C) ends with its process."""
STOP_FILE_VARIABLE = "JOB_STOP_FILE"
"""Names the file that `manage.py work` writes when it is told to end: the moment by which work must be over."""


class Stopped(BaseException):
    """The attempt must not go on."""


class Cancelled(Stopped):
    """A person asked for it to stop."""


class LeaseLost(Stopped):
    """Somebody else has the job now, or it is over: nothing this attempt writes may count."""


class Superseded(Stopped):
    """What the job is about is gone, or newer work replaces it."""


class TimeLimit(Stopped):
    """It ran for longer than its kind may."""


class GoingAway(Stopped):
    """The worker is being stopped; another will do the job."""


class Held(Stopped):
    """Something it needs is missing for now."""

    def __init__(self, reason: str, *, seconds: float = 60.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.seconds = seconds


Function = TypeVar("Function", bound=Callable[..., Any])


def time_limit(seconds: float) -> Callable[[Function], Function]:
    """Give a kind of job its own limit; without it JOB_TIME_LIMIT_SECONDS holds."""

    def limited(function: Function) -> Function:
        function.time_limit_seconds = seconds  # type: ignore[attr-defined]  # read below, by name
        return function

    return limited


class Run:
    """What a job function is given: its input, and how to say how far it is."""

    REPORT_SECONDS = 0.2
    """Reports that come faster than this are not written one by one."""

    def __init__(self, job: Job, token: UUID) -> None:
        self.job = job
        self.input: dict[str, Any] = job.input
        self.token = token
        self.is_finished = False
        self.stop: Stopped | None = None
        self._reported_at = 0.0

    def report(self, progress: float, message: str = "") -> None:
        """Note how far the work is (0 to 1) and renew the lease.

        Raises:
            Cancelled, LeaseLost: stop here, write nothing more.
        """
        self.check()
        if self.is_finished or time.monotonic() - self._reported_at < self.REPORT_SECONDS:
            return
        self._reported_at = time.monotonic()
        self.note(leases.renew(self.job.pk, self.token, progress=progress, message=message))
        self.check()

    def check(self) -> None:
        """Raise if the attempt must stop."""
        if self.stop is not None and not self.is_finished:
            raise self.stop

    def note(self, renewal: leases.Renewal) -> None:
        if not renewal.is_held:
            self.stop = LeaseLost()
        elif renewal.cancel_requested:
            self.stop = Cancelled()

    def hold(self, reason: str, *, seconds: float = 60.0) -> None:
        """Give up for now and be tried again later."""
        raise Held(reason, seconds=seconds)

    def finish_result(self, result: dict[str, Any] | None = None) -> None:
        """End the job as done, in the caller's transaction: its effects and its end are committed together.

        Raises:
            LeaseLost: another attempt has the job. Let it pass, so that the transaction is rolled back.
        """
        self.check()
        if not leases.finish(self.job.pk, self.token, State.DONE, result=result):
            self.stop = LeaseLost()
            raise self.stop
        self.is_finished = True


def function_of(kind: str) -> Callable[[Run], Any]:
    """Return the function that does jobs of `kind`: `size_revision` in the `jobs` module of the app `designer`.

    Raises:
        LookupError: there is none.
    """
    app, _, name = kind.partition(".")
    module = import_module(f"{apps.get_app_config(app).name}.jobs")
    function = getattr(module, name, None)
    if name.startswith("_") or not callable(function) or function.__module__ != module.__name__:
        raise LookupError(f"{module.__name__} has no job {name}")
    return function  # type: ignore[no-any-return]


def stop_deadline() -> float | None:
    """When work must be over (Unix time), or None: this worker is not being stopped."""
    path = os.environ.get(STOP_FILE_VARIABLE)
    try:
        return float(Path(path).read_text() or "inf") if path else None
    except FileNotFoundError:
        return None


class Watch:
    """Renews the lease of one attempt every third of it, and stops work that must not go on."""

    def __init__(self, run: Run, limit_seconds: float) -> None:
        self.run = run
        self.limit_seconds = limit_seconds
        self.started = self.renewed = time.monotonic()
        self.is_over = False
        self.told_at: float | None = None
        self.main_thread = threading.main_thread()
        self.can_interrupt = threading.current_thread() is self.main_thread

    def look(self) -> None:
        now = time.monotonic()
        if now - self.renewed >= settings.JOB_LEASE_SECONDS / 3:
            self.renewed = now
            self.renew()
        if self.run.stop is None:
            deadline = stop_deadline()
            if now - self.started > self.limit_seconds:
                self.run.stop = TimeLimit()
            elif deadline is not None and time.time() > deadline:
                self.run.stop = GoingAway()
        if self.run.stop is not None and not self.run.is_finished:
            self.interrupt(now)

    def renew(self) -> None:
        try:
            if not self.run.is_finished and self.run.stop is None:
                self.run.note(leases.renew(self.run.job.pk, self.run.token))
        except (
            OperationalError,
            InterfaceError,
        ) as problem:  # the database restarts: the lease outlasts that
            log.warning("lease of job %s not renewed: %s", self.run.job.pk, type(problem).__name__)
        finally:
            connection.close()  # the thread's own, not needed for as long as a third of the lease

    def interrupt(self, now: float) -> None:
        """Raise in the main thread; if that does not help, say in the row what happened and end the process."""
        if not self.can_interrupt:
            return
        if self.told_at is None:
            self.told_at = now
            signal.pthread_kill(self.main_thread.ident or 0, signal.SIGUSR2)
        elif now - self.told_at > STUCK_SECONDS:
            conclude(self.run, self.run.stop)
            log.error("job %s did not stop; ending its process", self.run.job.pk)
            os._exit(1)


class Watcher:
    """The thread that looks after the attempts of this process. It ends when it finds none.

    So it starts once for many short jobs, which are over before it looks.
    """

    TICK_SECONDS = 0.2

    def __init__(self) -> None:
        self.lock = threading.Lock()
        """Held while it looks: what is taken out is left alone from then on."""
        self.watches: set[Watch] = set()
        self.is_running = False

    def add(self, watch: Watch) -> None:
        with self.lock:
            self.watches.add(watch)
            if not self.is_running:
                self.is_running = True
                threading.Thread(target=self.keep_looking, name="leases", daemon=True).start()

    def remove(self, watch: Watch) -> None:
        watch.is_over = True
        with self.lock:
            self.watches.discard(watch)

    def keep_looking(self) -> None:
        while True:
            time.sleep(min(self.TICK_SECONDS, settings.JOB_LEASE_SECONDS / 10))
            with self.lock:
                if not self.watches:
                    self.is_running = False
                    return
                for watch in self.watches:
                    watch.look()


watcher = Watcher()


@contextmanager
def watched(run: Run, limit_seconds: float) -> Iterator[None]:
    """Have the lease of `run` renewed; raise what stops it, wherever its code is."""
    watch = Watch(run, limit_seconds)

    def stop_now(number: int, frame: object) -> None:
        if run.stop is not None and not run.is_finished and not watch.is_over:
            raise run.stop

    previous = signal.signal(signal.SIGUSR2, stop_now) if watch.can_interrupt else None
    watcher.add(watch)
    try:
        yield
    finally:
        watcher.remove(watch)
        if watch.can_interrupt:
            signal.signal(signal.SIGUSR2, previous)


def run(job_id: str) -> None:
    """Try the job once, if it is to be had. Never raises what a job raised: the row says how it ended."""
    try:
        UUID(job_id)
    except (TypeError, ValueError, AttributeError):
        log.error("a message of the queue names no job; discarded")
        return
    if stop_deadline() is not None:
        return  # the row stays queued; another worker's sweeper announces it
    drop_dead_connections()
    job = leases.claim(job_id, worker=f"{socket.gethostname()}:{os.getpid()}")
    if job is None:
        return
    assert job.lease_token is not None  # noqa: S101 - just claimed
    attempt = Run(job, job.lease_token)
    started = time.monotonic()
    outcome: BaseException | None = None
    result: Any = None
    try:
        function = function_of(job.kind)
        limit = float(getattr(function, "time_limit_seconds", settings.JOB_TIME_LIMIT_SECONDS))
        with watched(attempt, limit):
            result = function(attempt)
    except BaseException as problem:  # noqa: BLE001 - the edge of a job; WeasyPrint raises BaseExceptions too
        outcome = problem
    drop_dead_connections()
    state = conclude(attempt, outcome, result)
    log.info(
        "job %s kind=%s attempt=%s outcome=%s duration_ms=%d",
        job.pk,
        job.kind,
        job.attempt,
        state,
        (time.monotonic() - started) * 1000,
    )
    if isinstance(outcome, KeyboardInterrupt | SystemExit):
        raise outcome


def drop_dead_connections() -> None:
    """A connection is kept from job to job, but not one that is old, broken, or no longer answered."""
    if not connection.in_atomic_block:
        close_old_connections()


def conclude(attempt: Run, outcome: BaseException | None, result: Any = None) -> str:
    """Write how the attempt ended, and return it in a word."""
    job, token = attempt.job, attempt.token
    if attempt.is_finished:
        return "done"
    try:
        match outcome:
            case None:
                held = leases.finish(job.pk, token, State.DONE, result=as_result(result))
                return "done" if held else "ghost"
            case LeaseLost():
                return "ghost"
            case Cancelled():
                return "cancelled" if leases.finish(job.pk, token, State.CANCELLED) else "ghost"
            case Superseded():
                return "superseded" if leases.finish(job.pk, token, State.SUPERSEDED) else "ghost"
            case Held():
                return (
                    "held"
                    if leases.hold(job.pk, token, seconds=outcome.seconds, reason=outcome.reason)
                    else "ghost"
                )
            case GoingAway() | KeyboardInterrupt() | SystemExit():
                return "released" if leases.release(job.pk, token) else "ghost"
            case OSError() if outcome.errno in (errno.ENOSPC, errno.EDQUOT):
                return (
                    "held"
                    if leases.hold(job.pk, token, seconds=60, reason="The storage is full.")
                    else "ghost"
                )
            case OperationalError() | InterfaceError() if job.attempt < job.max_attempts:
                connection.close()
                log.warning("job %s meets a database that is away", job.pk)
                return "lost"  # the lease runs out and the sweeper queues it again
            case _:
                held = leases.finish(job.pk, token, State.FAILED, error=explained(outcome, job))
                return "failed" if held else "ghost"
    except (OperationalError, InterfaceError):
        log.exception("job %s ended, but the database is away", job.pk)
        return "lost"


def as_result(result: Any) -> dict[str, Any] | None:
    return result if isinstance(result, dict) else None


def explained(problem: BaseException, job: Job) -> str:
    """What to tell people: our own errors as they stand; of others only that they happened, and where to look."""
    match problem:
        case TimeLimit():
            return "Time limit: it took longer than work of this kind may."
        case MemoryError():
            return "Memory limit: it needed more memory than work of this kind may."
        case DomainError():
            return problem.message
        case ValidationError():
            return "; ".join(problem.messages)
        case LookupError() if problem.args and str(problem.args[0]).endswith(
            f"has no job {job.kind.partition('.')[2]}"
        ):
            return f"This version does not know work of the kind {job.kind}."
    log.error("job %s failed", job.pk, exc_info=problem)
    return f"An internal error ({type(problem).__name__}). The log has the details under job {job.pk}."
