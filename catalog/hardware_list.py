"""Which hardware models a person looks for: one meaning for the page and the API."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from catalog.engine.device_types import Lack, ModelKind
from catalog.engine.documents import unprintable
from catalog.models import HardwareImport, HardwareModel
from catalog.models.hardware import HardwareModelQuerySet
from config.errors import Invalid, Problem

SORTS = {
    "name": ("manufacturer", "model", "id"),
    "model": ("model", "manufacturer", "id"),
    "height": ("u_height", "manufacturer", "model", "id"),
    "weight": ("weight_kg", "manufacturer", "model", "id"),
    "power": ("port_watts", "manufacturer", "model", "id"),
}
"""What a list can be sorted by -> columns. A model without the value is not in a list sorted by it."""
NULLABLE = ("u_height", "weight_kg", "port_watts")


@dataclass(frozen=True, slots=True, kw_only=True)
class HardwareSearch:
    """What is asked for; an empty text asks for nothing in particular."""

    words: str = ""
    kind: str = ""
    manufacturer: str = ""
    height: str = ""
    """Rack units."""
    missing: str = ""
    """What the models must lack."""
    sort: str = ""
    """A key of `SORTS`, with - for descending."""

    def problems(self) -> list[Problem]:
        """What of it is not a choice."""
        choices = {
            "kind": [kind.value for kind in ModelKind],
            "missing": [lack.value for lack in Lack],
            "sort": [sign + key for key in SORTS for sign in ("", "-")],
        }
        found = [
            Problem(name, ascii(text), f"holds the character {bad}", "Remove it.")
            for name in ("words", "manufacturer")
            if (bad := unprintable(text := getattr(self, name)))
        ]
        if self.height and self.rack_units is None:
            found.append(
                Problem("height", self.height[:20], "is no height", "Use rack units, such as 1 or 0.5.")
            )
        return found + [
            Problem(name, value[:80], "is not a choice", f"Use one of: {', '.join(allowed)}.")
            for name, allowed in choices.items()
            if (value := getattr(self, name)) and value not in allowed
        ]

    @property
    def rack_units(self) -> Decimal | None:
        """The height as a number; None where it is none, or none was asked for."""
        try:
            units = Decimal(self.height.strip()) if len(self.height) < 8 else None
        except InvalidOperation:
            return None
        return units if units is not None and units.is_finite() and 0 <= units <= 100 else None

    @property
    def ordering(self) -> tuple[str, ...]:
        """Columns for the paging, the last one unique."""
        columns = SORTS[self.sort.removeprefix("-") or "name"]
        if not self.sort.startswith("-"):
            return columns
        return tuple(f"-{column}" for column in columns)


def found_models(user: User | AnonymousUser, search: HardwareSearch) -> HardwareModelQuerySet:
    """Return the hardware models in force that `search` asks for, in its order.

    Raises:
        Invalid: something of it is not a choice.
    """
    if problems := search.problems():
        raise Invalid(problems)
    models = HardwareModel.objects.all().visible_to(user).in_force().matching(search.words)
    if search.kind:
        models = models.filter(kind=search.kind)
    if search.manufacturer:
        models = models.filter(manufacturer=search.manufacturer)
    if search.rack_units is not None:
        models = models.filter(u_height=search.rack_units)
    if search.missing:
        models = models.filter(missing__contains=search.missing)
    column = search.ordering[0].removeprefix("-")
    if column in NULLABLE:
        models = models.filter(**{f"{column}__isnull": False})
    return models.order_by(*search.ordering)


def states_in_force(user: User | AnonymousUser, identity: UUID | str) -> HardwareModelQuerySet:
    """Return the states of one make and model that are or were in force, the newest first."""
    applied = (HardwareImport.State.APPLIED, HardwareImport.State.ROLLED_BACK)
    states = HardwareModel.objects.all().visible_to(user).filter(identity=identity, source__state__in=applied)
    return states.select_related("source").order_by("-source__applied_at", "-id")
