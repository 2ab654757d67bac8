"""Whether this installation can take requests: `/readyz` asks each of `settings.READINESS_CHECKS`.

A check returns what an administrator wants to know, and raises `NotReady` with the reason.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.core.files.storage.filesystem import FileSystemStorage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.module_loading import import_string


class NotReady(Exception):
    """What is missing, in one sentence with its figures."""


def readiness() -> dict[str, tuple[bool, str]]:
    """Each check by the last part of its name: whether it passed, and what it says."""
    return {path.rpartition(".")[2]: outcome(path) for path in settings.READINESS_CHECKS}


def outcome(path: str) -> tuple[bool, str]:
    try:
        return True, str(import_string(path)())
    except NotReady as problem:
        return False, str(problem)
    except (DatabaseError, OSError) as problem:
        return False, f"{type(problem).__name__}: {problem}"


def database() -> str:
    """Writes: removes sessions that ended a month ago, which nobody will miss."""
    Session.objects.filter(expire_date__lt=timezone.now() - timedelta(days=30)).delete()
    return f"{connection.vendor}, writable"


def migrations() -> str:
    executor = MigrationExecutor(connection)
    if missing := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotReady(
            f"{len(missing)} migrations are not applied, first {missing[0][0]}. Run manage.py migrate."
        )
    return "current"


def storage() -> str:
    """A file can be written where PDFs go, and some room is left there."""
    if not isinstance(default_storage, FileSystemStorage) and not hasattr(default_storage, "location"):
        return "not on this machine"
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"ready")
    free_mb = shutil.disk_usage(folder).free // 2**20
    if free_mb < settings.STORAGE_MINIMUM_FREE_MB:
        raise NotReady(f"{free_mb} MB are free for files; {settings.STORAGE_MINIMUM_FREE_MB} MB are needed.")
    return f"{free_mb} MB free"
