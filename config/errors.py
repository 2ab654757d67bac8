"""What the apps raise at people: every error says what is wrong, with the figures, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with what was sent."""

    field: str
    """Dotted path with list indices: `workload.profiles[2].count`."""
    value: Any
    message: str
    remedy: str


class DomainError(Exception):
    """Something a person asked for that cannot be done; shown to them as it stands."""

    status = 400
    title = "This cannot be done"

    def __init__(self, message: str, *, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.problems = tuple(problems)


class Invalid(DomainError):
    """What was sent does not describe a possible thing. Nothing was stored."""

    title = "The input is not valid"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{p.field}: {p.message}" for p in problems), problems=problems)


class Forbidden(DomainError):
    """A person sees the thing but their role may not do this with it."""

    status = 403
    title = "Your role does not allow this"


class Conflict(DomainError):
    """The thing is in a state in which this cannot be done."""

    status = 409
    title = "The state does not allow this"


class PreconditionRequired(DomainError):
    """An edit came without If-Match, so it could overwrite somebody's work."""

    status = 428
    title = "Say which version you are changing"


class Stale(DomainError):
    """An edit was based on a version that is no longer the current one (security R71)."""

    status = 412
    title = "Somebody changed this in the meantime"

    def __init__(self, message: str, *, current_version: int, detail: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.current_version = current_version
        self.detail = detail or {}
