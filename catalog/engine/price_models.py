"""Which price of a price list stands for which term: without upfront payment, next best where one is missing."""

from __future__ import annotations

from collections.abc import Container, Mapping

from catalog.engine.offers import Term

ON_DEMAND = "on_demand"

PRICE_MODELS: Mapping[str, Mapping[Term, tuple[str, ...]]] = {
    "aws": {
        Term.ON_DEMAND: (ON_DEMAND,),
        Term.ONE_YEAR: ("reserved_1y_no_upfront", "convertible_1y_no_upfront"),
        Term.THREE_YEARS: ("reserved_3y_no_upfront", "convertible_3y_no_upfront"),
    },
    "azure": {
        Term.ON_DEMAND: (ON_DEMAND,),
        Term.ONE_YEAR: ("reserved_1y", "savings_plan_1y"),
        Term.THREE_YEARS: ("reserved_3y",),
    },
    "gcp": {
        Term.ON_DEMAND: (ON_DEMAND,),
        Term.ONE_YEAR: ("cud_1y",),
        Term.THREE_YEARS: ("cud_3y",),
    },
}
"""Provider -> term -> price models in order of preference, as the price lists call them."""

KNOWN_PRICE_MODELS = frozenset(
    {model for terms in PRICE_MODELS.values() for models in terms.values() for model in models}
    | {"spot", "reserved_1y_all_upfront", "on_demand_full_month_sud"}
)


def model_of(provider: str, term: Term, present: Container[str]) -> str | None:
    """Return the price model that stands for `term` among those `present`, or None when there is no price.

    A provider without a table of its own is known on demand only.
    """
    terms = PRICE_MODELS.get(provider, {Term.ON_DEMAND: (ON_DEMAND,)})
    return next((model for model in terms.get(term, ()) if model in present), None)
