"""How severe a finding is, by what a design is for, and which findings somebody has accepted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from catalog.engine.documents import Bounds, Name, Slug


class Severity(StrEnum):
    """How much a finding matters, worst first."""

    ERROR = "error"
    """The design is not fit for production: no proposal is made of it until it is repaired or accepted with a reason."""
    WARNING = "warning"
    """To be weighed before an offer: proposals list it with its remedy."""
    INFO = "info"


class Profile(StrEnum):
    """What a design is for. It decides how severe some findings are."""

    PRODUCTION = "production"
    LAB = "lab"
    EDGE = "edge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """A finding that somebody looked at and accepted, with the reason."""

    rule: Annotated[str, Bounds(4, 4)]
    reason: Annotated[str, Bounds(3, 500)]
    author: Name
    at: Annotated[str, Bounds(10, 40)]
    """When, in ISO 8601."""
    elements: Annotated[tuple[Slug, ...], Bounds(0, 10_000)] = ()
    """Ids of the elements it is accepted for; none: for all."""
