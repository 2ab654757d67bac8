"""The app that gives worker processes of a benchmark something to do."""

from django.apps import AppConfig
from django.conf import settings


class ProbeConfig(AppConfig):
    name = "bench.probe"
    label = "bench_probe"

    def ready(self) -> None:
        """Have our own Celery worker know the bare task as well: both run in the same processes."""
        if settings.JOB_QUEUE == "celery":
            from bench.probe.bare import touch
            from jobs.queue import celery_app

            celery_app().task(touch, name="bench.touch")
