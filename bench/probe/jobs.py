"""The same work as a job of ours."""

from __future__ import annotations

import time

from bench.probe import bare
from jobs.worker import Run


def touch(run: Run) -> None:
    bare.touch(run.input["file"], run.input["number"], run.input["seconds"])


def advance(run: Run) -> None:
    """Say at once how far it is, then take a while."""
    run.report(0.1, "Under way")
    time.sleep(0.2)
