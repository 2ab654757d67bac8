"""The same work as a job of ours."""

from __future__ import annotations

from bench.probe import bare
from jobs.worker import Run


def touch(run: Run) -> None:
    bare.touch(run.input["file"], run.input["number"], run.input["seconds"])
