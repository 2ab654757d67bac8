"""`manage.py serve`: the web server and the workers under one parent."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from jobs.supervisor import manage, supervise


class Command(BaseCommand):
    help = "Run the web server (granian) and `work` until SIGTERM or Ctrl-C; ends both."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--web-workers", type=int, default=int(os.environ.get("WEB_WORKERS", "1")))

    def handle(self, *args: Any, host: str, port: int, web_workers: int, **options: Any) -> None:
        granian = [
            sys.executable,
            "-m",
            "granian",
            "--interface",
            "wsgi",
            "--host",
            host,
            "--port",
            str(port),
            "--workers",
            str(web_workers),
            "--blocking-threads",
            "4",
            "--no-access-log",
            "config.wsgi:application",
        ]
        print(f"Stackwright: http://{host}:{port}", flush=True)
        code = supervise(
            {"web server": granian, "workers": manage("work")},
            cwd=settings.BASE_DIR,
            grace_seconds=settings.JOB_GRACE_SECONDS + 20,
        )
        sys.exit(code)
