"""B15: how soon a job starts and how many run in a second, against the bare queue library in the same workers.

Ours writes a row, claims a lease, watches it, and writes the end; the floor is the same function sent by the
library alone to the same worker processes. Real workers are started: `manage.py work`.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from bench import harness, scratch
from bench.benchmark import Benchmark
from bench.harness import Clock, Comparison, Result, Void, checksum, compare_values, percentile

VERSION = 2
SEED = 115
SIZES = {"s": 30, "m": 300}
"""Jobs of one throughput block; of one latency block a tenth of them, at least 5."""
BROKER = os.environ.get("CELERY_BROKER_URL", "amqp://guest:guest@127.0.0.1:5672//")
QUEUES = {"django-q2": "django-q2 with the ORM", "celery": "Celery with RabbitMQ"}
PATIENCE_SECONDS = 60.0
IDLE_SECONDS = 5.0
ADDED_MS = 15
SHARE_OF_FLOOR = 0.5
SHORT_WORK_SECONDS = 0.05
CLICKS = 20
FIRST_PROGRESS_MS = 500
LONGEST_GAP_SECONDS = 0.2
"""Between jobs of a latency block, at random, so that they meet every phase of a queue that polls."""

Send = Callable[..., None]
"""Called with a number, and the seconds that the work takes."""


def answers(url: str) -> bool:
    """Return whether something listens where `url` points."""
    parts = urlsplit(url)
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((parts.hostname or "127.0.0.1", parts.port or 5672)) == 0


def measure(size: str, rounds: int) -> Result:
    """Measure each queue in a child of its own: settings and Django are read once a process."""
    comparisons: list[Comparison] = []
    users: dict[str, float] = {}
    words = []
    for queue, title in QUEUES.items():
        if queue == "celery" and not answers(BROKER):
            words.append(f"{title}: no broker answers, left out")
            continue
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "bench.job_settings",
            "PROFILE": "test",
            "JOB_QUEUE": queue,
            "JOB_QUEUE_NAME": f"bench-{uuid4().hex[:12]}",
            "CELERY_BROKER_URL": BROKER,
            "JOB_WORKERS": "2",
            "JOB_GRACE_SECONDS": "5",
        }
        command = [sys.executable, "-m", "bench.job_latency", queue, size, str(rounds)]
        done = subprocess.run(
            command, cwd=harness.ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
        )
        raw = json.loads(done.stdout.splitlines()[-1])
        comparisons += [Comparison(**c) for c in raw["comparisons"]]
        users |= raw["user_numbers"]
        words.append(raw["words"])
    return Result(
        benchmark="B15",
        version=VERSION,
        size=size,
        n=SIZES[size],
        checksum=checksum(json.dumps([SEED, VERSION, SIZES[size], LONGEST_GAP_SECONDS]).encode()),
        correctness="; ".join(words),
        comparisons=tuple(comparisons),
        user_numbers=users,
    )


class Started:
    """What the probe wrote: when each number was started."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.at: dict[int, float] = {}
        self.doubles = 0
        self._read = 0
        file.write_text("")

    def look(self) -> None:
        with self.file.open() as lines:
            lines.seek(self._read)
            text = lines.read()
        complete = text[: text.rfind("\n") + 1]
        self._read += len(complete)
        for line in complete.splitlines():
            number, at = line.split()
            self.doubles += int(number) in self.at
            self.at[int(number)] = float(at)

    def wait_for(self, numbers: range) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not all(number in self.at for number in numbers):
            if time.monotonic() > end:
                raise Void(f"B15: {len(numbers)} jobs sent, {len(self.at)} started in all, and no more came")
            time.sleep(0.002)
            self.look()


@contextmanager
def worker() -> Iterator[int]:
    """Run `manage.py work` meanwhile; gives its process id."""
    command = [sys.executable, "manage.py", "work"]
    process = subprocess.Popen(
        command,
        cwd=harness.ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def family(pid: int) -> list[int]:
    """Return `pid` and the ids of all processes below it."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:  # it ended while we looked
                continue
    found = [pid]
    for member in found:
        found += [child for child, parent in parents.items() if parent == member]
    return found


def processor_seconds(pids: list[int]) -> float:
    """Return the processor time that `pids` have used so far."""
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def senders(queue: str, file: Path) -> tuple[Send, Send]:
    """Return how a number is sent as a job of ours, and by the queue library alone."""
    from jobs.queue import celery_app, enqueue

    def ours(number: int, seconds: float = 0) -> None:
        enqueue("bench_probe.touch", {"file": str(file), "number": number, "seconds": seconds}, user=None)

    def by_q2(number: int, seconds: float = 0) -> None:
        from django_q.tasks import async_task

        async_task("bench.probe.bare.touch", str(file), number, seconds)

    def by_celery(number: int, seconds: float = 0) -> None:
        celery_app().send_task("bench.touch", args=[str(file), number, seconds], retry=False)

    return ours, by_q2 if queue == "django-q2" else by_celery


def first_progress(clicks: int) -> list[float]:
    """Return the ms from a click that queues a job until the page shows that it is under way.

    The click is "Try again" of a failed job. The page then asks for its fragment as often as the fragment says;
    requests go through the whole product, in this process.
    """
    from django.db.models.functions import Now
    from django.test import Client

    from accounts.models import User
    from jobs.models import Job, State

    person = User.objects.create_user("clicks@example.com", "correct horse battery staple")
    client = Client(headers={"HX-Request": "true"})
    client.force_login(person)
    found = []
    for _ in range(clicks):
        job = Job.objects.create(
            kind="bench_probe.advance", input={}, input_hash="-", created_by=person, state=State.FAILED,
            finished_at=Now(),
        )  # fmt: skip
        clicked = time.perf_counter()
        shown = client.post(f"/jobs/{job.pk}/retry/").content.decode()
        while 'data-job-state="queued"' in shown:
            wait = re.search(r'hx-trigger="every ([0-9.]+)(ms|s)"', shown)
            if wait is None or time.perf_counter() - clicked > PATIENCE_SECONDS:
                raise Void("B15: a queued job whose page does not ask again, or that never starts")
            time.sleep(float(wait[1]) * (1e-3 if wait[2] == "ms" else 1))
            shown = client.get(f"/jobs/{job.pk}/progress/").content.decode()
        found.append((time.perf_counter() - clicked) * 1e3)
    return found


def measured(queue: str, size: str, rounds: int) -> dict[str, Any]:
    jobs = SIZES[size]
    some = max(5, jobs // 10)
    title = QUEUES[queue]
    file = harness.FOLDER / f"probe-{uuid4().hex[:8]}.txt"
    started = Started(file)
    chance = random.Random(SEED)  # noqa: S311 - gaps between jobs, nothing to guess
    sent = 0

    def numbers(count: int) -> range:
        nonlocal sent
        sent += count
        return range(sent - count, sent)

    def latencies(send: Send, count: int) -> list[float]:
        found = []
        for number in numbers(count):
            time.sleep(chance.uniform(0, LONGEST_GAP_SECONDS))
            asked = time.time()
            send(number)
            started.wait_for(range(number, number + 1))
            found.append((started.at[number] - asked) * 1e3)
        return found

    def a_second(send: Send, count: int, seconds: float = 0) -> float:
        block = numbers(count)
        begun = time.time()
        for number in block:
            send(number, seconds)
        started.wait_for(block)
        return count / (max(started.at[number] for number in block) - begun)

    with scratch.database("job_latency") as kind, worker() as pid:
        from jobs.models import Job, State

        ours, floor = senders(queue, file)
        for send in (ours, floor):  # until all processes have started and know both
            a_second(send, 10)
        time.sleep(2)
        members = family(pid)
        before = processor_seconds(members)
        time.sleep(IDLE_SECONDS)
        idle_share = (processor_seconds(members) - before) / IDLE_SECONDS
        mine: list[float] = []
        theirs: list[float] = []
        for _ in range(rounds):
            mine += latencies(ours, some)
            theirs += latencies(floor, some) + latencies(floor, some)
            mine += latencies(ours, some)
        comparisons = [
            Comparison(
                name=f"{title}: p{percent} until it starts",
                ours=percentile(mine, percent),
                floor=percentile(theirs, percent),
                ratio=percentile(mine, percent) / percentile(theirs, percent),
                unit="ms",
                clock=Clock.WALL,
                goal=f"floor + {ADDED_MS} ms" if percent == 95 else "",
                is_met=percentile(mine, 95) <= percentile(theirs, 95) + ADDED_MS if percent == 95 else None,
                note=f"{len(mine)} jobs each",
            )
            for percent in (50, 95)
        ]
        comparisons.append(
            compare_values(
                f"{title}: jobs a second",
                lambda: a_second(ours, jobs),
                lambda: a_second(floor, jobs),
                unit="/s",
                rounds=rounds,
                at_least=SHARE_OF_FLOOR,
            )
        )
        comparisons.append(
            compare_values(
                f"{title}: jobs of {SHORT_WORK_SECONDS * 1e3:g} ms a second",
                lambda: a_second(ours, some * 4, SHORT_WORK_SECONDS),
                lambda: a_second(floor, some * 4, SHORT_WORK_SECONDS),
                unit="/s",
                rounds=rounds,
                at_least=SHARE_OF_FLOOR,
            )
        )
        clicks = first_progress(CLICKS)
        seen, bare = percentile(clicks, 95), percentile(theirs, 95)
        comparisons.append(
            Comparison(
                name=f"{title}: p95 from click to first progress on the page",
                ours=seen,
                floor=bare,
                ratio=seen / bare,
                unit="ms",
                clock=Clock.WALL,
                goal=f"<= {FIRST_PROGRESS_MS} ms",
                is_met=seen <= FIRST_PROGRESS_MS,
                note=f"{len(clicks)} clicks; the floor is the start of a bare message, which nobody sees",
            )
        )
        end = time.monotonic() + PATIENCE_SECONDS
        while Job.objects.active().exists() and time.monotonic() < end:
            time.sleep(0.1)
        started.look()
        done = Job.objects.filter(state=State.DONE, attempt=1).count()
        total = Job.objects.count()
    file.unlink()
    if done != total or started.doubles or len(started.at) != sent:
        raise Void(
            f"B15 {queue}: {total} jobs, {done} done at the first attempt, {started.doubles} started twice,"
            f" {sent} sent in all, {len(started.at)} started"
        )
    return {
        "comparisons": [asdict(c) for c in comparisons],
        "user_numbers": {
            f"{title}: processor share of idle workers": idle_share,
            f"{title}: mean ms until a job starts": statistics.fmean(mine),
        },
        "words": f"{title} on {kind}: all {total} jobs done once, all {sent} messages started once",
    }


B15 = Benchmark(
    name="B15",
    title="Job latency and throughput: our job table against the bare queue library",
    sizes=SIZES,
    by_default=("s",),
    measure=measure,
)


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
