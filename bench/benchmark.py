"""What a benchmark is: a name, sizes, and how it is measured at one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bench.harness import Result


def unchanged(results: list[Result]) -> list[Result]:
    return results


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """One benchmark of the suite."""

    name: str
    title: str
    sizes: Mapping[str, int]
    by_default: tuple[str, ...]
    measure: Callable[[str, int], Result]
    """Called with the size and the number of rounds."""
    finish: Callable[[list[Result]], list[Result]] = field(default=unchanged)
    """Adds what only several sizes together can tell."""
