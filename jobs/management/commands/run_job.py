"""`manage.py run_job ID`: one attempt at one job, without any queue."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from jobs.worker import run


class Command(BaseCommand):
    help = "Try one job in this process, if it is to be had."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("job_id")

    def handle(self, *args: Any, job_id: str, **options: Any) -> None:
        run(job_id)
