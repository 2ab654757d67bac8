"""Every formula of every engine, in one list: the API, `manage.py calculate` and docs/formulas.md read it."""

from __future__ import annotations

from functools import cache

from catalog.engine.formulary import Formulary
from costing.engine.formulas import FORMULAS as COST_FORMULAS
from costing.engine.matching_formulas import FORMULAS as MATCHING_FORMULAS
from designer.engine.failures.formulas import FORMULAS as FAILURE_FORMULAS
from designer.engine.sizing.formulas import FORMULAS as SIZING_FORMULAS


@cache
def formulary() -> Formulary:
    """Return the formulas of the product."""
    return Formulary((*SIZING_FORMULAS, *FAILURE_FORMULAS, *COST_FORMULAS, *MATCHING_FORMULAS))
