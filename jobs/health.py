"""What `/readyz` asks about background work."""

from django.conf import settings

from config.health import NotReady
from jobs import services


def worker() -> str:
    """A worker-side process said within the last minute that it lives."""
    age = services.heartbeat_age()
    if age is None:
        raise NotReady("No worker has started yet. Run manage.py work.")
    if age > settings.WORKER_SILENT_SECONDS:
        raise NotReady(f"The worker was last heard of {age:.0f} s ago. See its log, and run manage.py work.")
    return f"heard of {age:.0f} s ago"


def queue() -> str:
    """No job waits longer than it should."""
    age = services.oldest_queued_age()
    if age > settings.QUEUE_OLD_SECONDS:
        raise NotReady(f"The oldest job has waited {age:.0f} s. Are there enough workers?")
    return f"oldest job has waited {age:.0f} s"
