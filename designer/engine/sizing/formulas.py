"""The sizing formulas on their own, for programs, tests and the curious."""

from __future__ import annotations

from catalog.engine.figures import Formula
from designer.engine.sizing import (
    compute_formulas,
    control_formulas,
    daemon_formulas,
    network_formulas,
    numa_formulas,
    performance_formulas,
    power_formulas,
    storage_formulas,
)

_SUBJECTS = ("C", "CP", "S", "P", "H", "N", "R")


def _place(formula: Formula) -> tuple[int, int, str]:
    """Where a formula stands in the list: by subject and number, as in the domain notes."""
    name, _, variant = formula.id.removeprefix("sizing.").partition("-")
    letters = name.rstrip("0123456789")
    return _SUBJECTS.index(letters), int(name.removeprefix(letters)), variant


FORMULAS: tuple[Formula, ...] = tuple(
    sorted(
        (
            *compute_formulas.FORMULAS,
            *numa_formulas.FORMULAS,
            *control_formulas.FORMULAS,
            *storage_formulas.FORMULAS,
            *daemon_formulas.FORMULAS,
            *performance_formulas.FORMULAS,
            *network_formulas.FORMULAS,
            *power_formulas.FORMULAS,
        ),
        key=_place,
    )
)
