"""Sizes of the instance types that a bill only names.

From the name itself, else from the price books, which have what is sold now, else from the list of sizes that the catalog ships.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from django.db.models.functions import Lower

from catalog.engine.instance_names import size_in_name, spellings
from catalog.instance_sizes import instance_sizes
from catalog.models import CloudOffer, PriceBookVersion
from designer.imports.rows import Inventory, InventoryVm, clean

NAMES_SHOWN = 12
Size = tuple[int, int]
"""vCPUs, and MiB of memory."""


def with_known_sizes(inventory: Inventory) -> Inventory:
    """Return `inventory` with vCPUs and RAM of instance types that only their name or the catalog tells.

    What stays unknown is noted by name: those rows are left out as of unknown size.
    """
    asked: dict[str, set[str]] = {}
    for vm in inventory.vms:
        if _is_open(vm):
            asked.setdefault(vm.provider, set()).add(vm.instance_type)
    if not asked:
        return inventory
    sizes = {
        (provider, name): size
        for provider, names in asked.items()
        for name, size in _sizes(provider, names).items()
    }
    vms = tuple(
        _sized(vm, sizes.get((vm.provider, vm.instance_type))) if _is_open(vm) else vm for vm in inventory.vms
    )
    notes = list(inventory.notes)
    if sizes:
        notes.append(
            f"Sizes of {len(sizes):,} instance types come from their names, the price books or the catalog."
        )
    if unknown := Counter(vm.instance_type for vm in vms if _is_open(vm)):
        listed = ", ".join(f"{name} {n:,}" for name, n in unknown.most_common(NAMES_SHOWN))
        more = f" and {len(unknown) - NAMES_SHOWN:,} more types" if len(unknown) > NAMES_SHOWN else ""
        notes.append(
            f"{sum(unknown.values()):,} machines are of types whose size neither the bill nor the catalog says, and are left "
            f"out: {clean(listed, 600)}{more}. Import a price file that has them to count them."
        )
    return replace(inventory, vms=vms, notes=tuple(notes))


def _is_open(vm: InventoryVm) -> bool:
    return bool(vm.provider and vm.instance_type and not (vm.vcpus and vm.ram_mib))


def _sized(vm: InventoryVm, size: Size | None) -> InventoryVm:
    """What the bill itself says comes first: vCPUs of a type may be constrained."""
    if size is None:
        return vm
    return vm._replace(vcpus=vm.vcpus or size[0], ram_mib=vm.ram_mib or size[1])


def _sizes(provider: str, names: Iterable[str]) -> dict[str, Size]:
    """The sizes of those `names` that are known."""
    found: dict[str, Size] = {}
    spelled: dict[str, tuple[str, ...]] = {}
    for name in names:
        if (size := size_in_name(provider, name)) is not None:
            found[name] = size
        else:
            spelled[name] = spellings(provider, name)
    in_book = _in_price_book(provider, {spelling for each in spelled.values() for spelling in each})
    shipped = instance_sizes()
    for name, each in spelled.items():
        sizes = (in_book.get(spelling) or shipped.get((provider, spelling)) for spelling in each)
        if (size := next(filter(None, sizes), None)) is not None:
            found[name] = size
    return found


def _in_price_book(provider: str, spelled: set[str]) -> dict[str, Size]:
    version = PriceBookVersion.objects.current().filter(book__provider=provider).first()
    if version is None or not spelled:
        return {}
    offers = (
        CloudOffer.objects.filter(version=version, vcpus__isnull=False, memory_mib__isnull=False)
        .annotate(spelled=Lower("instance_type"))
        .filter(spelled__in=spelled)
        .order_by()
        .values_list("spelled", "vcpus", "memory_mib")
        .distinct()
    )
    return {name: (vcpus or 0, memory_mib or 0) for name, vcpus, memory_mib in offers}
