"""Which offers of the current price books a person looks for: one meaning for the page and the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from catalog.engine.documents import unprintable
from catalog.engine.hardware import Basis
from catalog.engine.offers import Category, Term
from catalog.models import CloudOffer, PriceBookVersion
from catalog.models.prices import CloudOfferQuerySet
from config.errors import Invalid, Problem

PRICE_COLUMNS = {
    Term.ON_DEMAND: "on_demand_price",
    Term.ONE_YEAR: "one_year_price",
    Term.THREE_YEARS: "three_years_price",
}
BASIS_COLUMNS = {
    Term.ON_DEMAND: "on_demand_basis",
    Term.ONE_YEAR: "one_year_basis",
    Term.THREE_YEARS: "three_years_basis",
}
SORTS = {"name": "instance_type", "vcpus": "vcpus", "memory": "memory_mib"} | {
    term.value: column for term, column in PRICE_COLUMNS.items()
}
"""What a list can be sorted by -> column. An offer without the value is not in a list sorted by it."""
EXACT = ("region", "category", "operating_system")
"""What must be just so: of the search, and columns of the same name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferSearch:
    """What is asked for; an empty text asks for nothing in particular."""

    words: str = ""
    provider: str = ""
    region: str = ""
    category: str = ""
    term: str = ""
    """Only offers with a price at this term."""
    basis: str = ""
    """Of the price at `term`, or on demand."""
    operating_system: str = ""
    only_current: bool = False
    """Only what comparisons may choose: current generations, no special kinds, size known (tco.M2)."""
    sort: str = ""
    """A key of `SORTS`, with - for descending."""

    def problems(self) -> list[Problem]:
        """What of it is not a choice."""
        choices = {
            "category": [category.value for category in Category],
            "term": [term.value for term in Term],
            "basis": [basis.value for basis in Basis],
            "sort": [sign + key for key in SORTS for sign in ("", "-")],
        }
        unreadable = [
            Problem(name, ascii(text), f"holds the character {bad}", "Remove it.")
            for name in ("words", "provider", "region", "operating_system")
            if (bad := unprintable(text := getattr(self, name)))
        ]
        return unreadable + [
            Problem(
                name, getattr(self, name), "is not one of the choices", f"Use one of: {', '.join(allowed)}."
            )
            for name, allowed in choices.items()
            if getattr(self, name) and getattr(self, name) not in allowed
        ]

    @property
    def ordering(self) -> tuple[str, ...]:
        """The columns of the sort, the last one unique: what keyset paging needs."""
        column = SORTS[self.sort.removeprefix("-") or "name"]
        columns = (column, "id") if column == "instance_type" else (column, "instance_type", "id")
        return tuple(f"-{column}" for column in columns) if self.sort.startswith("-") else columns


def found_offers(user: User | AnonymousUser, search: OfferSearch) -> CloudOfferQuerySet:
    """Return what `user` finds in the current price books, in the order asked for.

    Raises:
        Invalid: a choice is none.
    """
    if problems := search.problems():
        raise Invalid(problems)
    versions = dict(PriceBookVersion.objects.current().values_list("pk", "book__provider"))
    return offers_in(versions, search).visible_to(user)


def offers_in(versions: Mapping[int, str], search: OfferSearch) -> CloudOfferQuerySet:
    """Return the offers of `versions`, id to provider, that `search` finds, in its order."""
    wanted = [pk for pk, provider in versions.items() if search.provider in ("", provider)]
    offers = CloudOffer.objects.filter(version__in=wanted)
    exact = {name: getattr(search, name) for name in EXACT}
    offers = offers.filter(**{column: value for column, value in exact.items() if value})
    if search.only_current:
        offers = offers.filter(is_current=True)
    term = Term(search.term or Term.ON_DEMAND)
    if search.term:
        offers = offers.filter(**{f"{PRICE_COLUMNS[term]}__isnull": False})
    if search.basis:
        offers = offers.filter(**{BASIS_COLUMNS[term]: search.basis})
    sorted_by = search.ordering[0].removeprefix("-")
    if sorted_by != "instance_type":
        offers = offers.filter(**{f"{sorted_by}__isnull": False})
    return offers.matching(search.words).order_by(*search.ordering)
