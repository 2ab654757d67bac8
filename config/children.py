"""Starting a limited child process: no database, no secrets, bounded memory, time and output (R39, R44).

The child is a module of ours, run as `python -m module`. It calls `config.limited.limit_this_process` before anything else. However
it dies, the worker that started it lives on and gets an `Ended`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a child ended. `code` is negative for a signal; `took_too_long` when its wall time was over."""

    code: int
    output: bytes
    errors: str
    took_too_long: bool = False

    @property
    def last_words(self) -> str:
        """The last line it wrote to standard error; empty when it said nothing."""
        lines = self.errors.strip().splitlines()
        return lines[-1] if lines else ""

    @property
    def ran_out(self) -> bool:
        """Whether it was ended for using more memory or processor time than it may."""
        return self.code < 0 or "MemoryError" in self.errors or "memory allocation" in self.errors


def run_child(
    module: str,
    arguments: Sequence[str] = (),
    *,
    source: Iterable[bytes],
    wall_seconds: float,
    environment: Mapping[str, str] | None = None,
) -> Ended:
    """Run `module` with the pieces of `source` on its standard input until it ends, at most `wall_seconds`.

    Its environment holds nothing of ours but `PATH`, and what `environment` adds. What it started dies with it.
    """
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as output,
        tempfile.TemporaryFile() as errors,
    ):
        given.writelines(source)
        given.seek(0)
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", module, *arguments],
            stdin=given,
            stdout=output,
            stderr=errors,
            env={
                "PATH": os.environ.get("PATH", ""),
                "LANG": "C.UTF-8",
                "PYTHONDONTWRITEBYTECODE": "1",
                **(environment or {}),
            },
            cwd=ROOT,
            start_new_session=True,
        )
        took_too_long = False
        try:
            child.wait(timeout=wall_seconds)
        except subprocess.TimeoutExpired:
            took_too_long = True
        finally:  # also when the job is cancelled meanwhile
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
        output.seek(0)
        errors.seek(0)
        told = errors.read(64 * 1024).decode(errors="replace")
        return Ended(code=child.returncode, output=output.read(), errors=told, took_too_long=took_too_long)
