"""`manage.py work`: everything on the worker side, ended together by SIGTERM."""

import os
import signal
import socket
import sys
import tempfile
import threading
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from jobs import queue, sweeper
from jobs.supervisor import end_with_parent, manage, supervise
from jobs.worker import STOP_FILE_VARIABLE


class Command(BaseCommand):
    help = "Run jobs: the queue's workers and the sweeper, until SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", choices=["queue", "sweeper"], help="one part, in this very process")

    def handle(self, *args: Any, only: str | None = None, **options: Any) -> None:
        match only:
            case "queue":
                end_with_parent()
                queue.WORKERS[settings.JOB_QUEUE]()
            case "sweeper":
                end_with_parent()
                over = threading.Event()
                for number in (signal.SIGTERM, signal.SIGINT):
                    signal.signal(number, lambda *_: over.set())
                sweeper.sweep_until(over, name=f"{socket.gethostname()}:{os.getppid()}")
            case _:
                sys.exit(self.supervise())

    def supervise(self) -> int:
        with tempfile.TemporaryDirectory(prefix="jobs-") as folder:
            stop_file = Path(folder) / "stop"

            def stop() -> None:
                """Have workers take nothing new, and give back what is not done by the end of the grace period."""
                part = stop_file.with_suffix(".part")
                part.write_text(str(time.time() + settings.JOB_GRACE_SECONDS))
                part.rename(stop_file)

            print(
                f"Working on jobs from {settings.JOB_QUEUE} with {settings.JOB_WORKERS} workers.", flush=True
            )
            return supervise(
                {part: manage("work", "--only", part) for part in ("queue", "sweeper")},
                cwd=settings.BASE_DIR,
                grace_seconds=settings.JOB_GRACE_SECONDS + 10,
                on_stop=stop,
                environment={STOP_FILE_VARIABLE: str(stop_file)},
            )
