"""Documents at the edge: what the engines refuse becomes the error that people and programs read."""

from typing import Any, TypeVar

from catalog.engine import documents
from config.errors import Invalid, Problem

T = TypeVar("T")


def parse(kind: type[T], data: Any, *, path: str = "") -> T:
    """Return `data`, parsed JSON, as a `kind` (see `catalog.engine.documents.read`).

    Raises:
        Invalid: with every mistake by field, value and remedy.
    """
    try:
        return documents.read(kind, data, path=path)
    except documents.InvalidDocument as error:
        raise refused(error) from error


def refused(error: documents.InvalidDocument) -> Invalid:
    """Return the error to show for what an engine refused."""
    return Invalid([Problem(p.field, documents.write(p.value), p.message, p.remedy) for p in error.problems])
