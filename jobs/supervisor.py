"""A parent that starts a few processes and ends them together. Nothing is restarted behind anybody's back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence

Command = Sequence[str]


def manage(*arguments: str) -> list[str]:
    """The command line of one of our management commands."""
    return [sys.executable, "manage.py", *arguments]


def supervise(
    commands: Mapping[str, Command],
    *,
    cwd: str | os.PathLike[str],
    grace_seconds: float,
    on_stop: Callable[[], None] = lambda: None,
    environment: Mapping[str, str] | None = None,
) -> int:
    """Run `commands` until SIGTERM, SIGINT or the end of one of them; then end them all.

    Return 0 after a signal, 1 when one ended by itself. `on_stop` is called before the children are told. A child
    that has not ended `grace_seconds` after it was told is killed with what it started.
    """
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    children = {
        name: subprocess.Popen(  # noqa: S603 - our own commands
            command,
            cwd=cwd,
            start_new_session=True,
            env={**os.environ, **(environment or {}), "PARENT_PID": str(os.getpid())},
        )
        for name, command in commands.items()
    }
    ended = ""
    while not told.wait(0.2) and not ended:
        ended = next((name for name, child in children.items() if child.poll() is not None), "")
    if ended:
        print(f"{ended} ended with code {children[ended].returncode}; stopping.", file=sys.stderr, flush=True)  # noqa: T201
    on_stop()
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + grace_seconds
    for child in children.values():
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(child.pid, signal.SIGKILL)  # what is left of it: each child leads its own group
        except ProcessLookupError:
            pass
        child.wait()
    return 1 if ended else 0


def end_with_parent() -> None:
    """Send this process SIGTERM when the supervisor that started it is gone, even if it was killed."""
    parent = os.environ.get("PARENT_PID")
    if not parent or os.getppid() != int(parent):
        return

    def watch() -> None:
        while os.getppid() == int(parent):
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="end with parent", daemon=True).start()
