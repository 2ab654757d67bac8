"""What the name of an instance type tells: family, generation, and whether a comparison may choose it (tco.M2)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from catalog.engine.offers import Architecture, Category

CURRENT_GENERATIONS = 2
"""How many generations of a line count as current: the newest two (tco.M2)."""

ACCELERATED = "accelerated"
STORAGE_DENSE = "storage-dense"
HPC = "hpc"
METAL = "metal"
SINGLE_TENANT = "single-tenant"
PREVIOUS = "previous-generation"
OTHER_KIND = "other"

AWS_KINDS = {
    **dict.fromkeys(("p", "g", "gr", "cg", "inf", "trn", "dl", "vt", "f"), ACCELERATED),  # f: FPGA
    **dict.fromkeys(("i", "im", "is", "d", "h", "hs"), STORAGE_DENSE),
    **dict.fromkeys(("hpc", "cc", "cr"), HPC),
    "mac": METAL,
    "a": PREVIOUS,  # a1: the only generation of its line, on the provider's list of previous ones
}
AZURE_KINDS = {
    **dict.fromkeys(("PB", "SQLG"), ACCELERATED),  # PB: FPGA; SQLG: for the provider's own databases
    **dict.fromkeys(("L", "LS"), STORAGE_DENSE),
    **dict.fromkeys(("A", "G", "GS"), PREVIOUS),
}
GCP_KINDS = {
    **dict.fromkeys(("a", "g"), ACCELERATED),
    "z": STORAGE_DENSE,
    "h": HPC,
    "custom": OTHER_KIND,
}

CORE_BASED_AWS = frozenset({"m7a", "c7a", "r7a", "m8a", "c8a", "r8a"})
"""AMD families that sell whole cores: simultaneous multithreading is off (tco.FR2, from general knowledge)."""
CORE_BASED_GCP = frozenset({"t2d"})
"""Tau T2D: one vCPU is one core (the provider's description of the family, from general knowledge)."""

_AWS_FAMILY = re.compile(r"([a-z]+)(\d+)([a-z]*)(-.*)?")
_AWS_U_FAMILY = re.compile(r"u-\d+tb(\d+)")
_AZURE_NAME = re.compile(r"(Standard|Basic)_([A-Z]+)(\d+)(?:-\d+)?([a-z]*)(.*)")
_AZURE_VERSION = re.compile(r"_v(\d)(?!\d)")
_GCP_FAMILY = re.compile(r"([a-z])(\d+)([a-z]*)")


_GCP_CUSTOM = re.compile(r"(?:[a-z]\d+[a-z]?-)?custom-(\d{1,4})-(\d{1,8})(?:-ext)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceTraits:
    """What a name tells. `line` joins the generations of one family: m5, m6i and m7i are `m intel`."""

    family: str
    line: str
    generation: int = 0
    """0: the name tells none."""
    is_burstable: bool = False
    is_core_based: bool = False
    kind: str = ""
    """Why M2 leaves it out (metal, HPC, single-tenant …), or "" for an ordinary instance."""


def traits(
    provider: str, instance_type: str, *, architecture: Architecture, family: str = ""
) -> InstanceTraits:
    """Return what the name of `instance_type` tells.

    A vCPU is a whole core on ARM (Graviton, Ampere, Axion and Cobalt have no second thread), on the AMD
    families of `CORE_BASED_AWS` and on `CORE_BASED_GCP`; elsewhere it counts as a hardware thread. Azure's
    AMD series F v6 and v7 may sell cores as well: not verified, so they count as threads.
    An unknown provider's types are ordinary, of no generation, in the `family` that its price list names.
    """
    arm = architecture is Architecture.ARM64
    if provider == "aws":
        return _aws(instance_type, arm)
    if provider == "azure":
        return _azure(instance_type, arm)
    if provider == "gcp":
        return _gcp(instance_type, arm)
    return InstanceTraits(family=family or instance_type, line="", is_core_based=arm)


def spellings(provider: str, raw: str) -> tuple[str, ...]:
    """Return the names, in lower case, that what a bill calls an instance type may have in a price list.

    Azure's meters leave out the tier, write blanks, and name two types of one price: `D2 v3/D2s v3`.
    """
    name = raw.strip().lower()
    if provider != "azure" or name.startswith(("standard_", "basic_")):
        return (name,)
    for suffix in (" spot", " low priority", " expired"):
        name = name.removesuffix(suffix)
    return tuple(f"standard_{part.strip().replace(' ', '_')}" for part in name.split("/") if part.strip())


def size_in_name(provider: str, instance_type: str) -> tuple[int, int] | None:
    """Return vCPUs and MiB of memory where the name says both: Google's custom types, `n2-custom-4-16384`."""
    found = _GCP_CUSTOM.fullmatch(instance_type.lower()) if provider == "gcp" else None
    return (int(found[1]), int(found[2])) if found else None


def vcpus_per_ocpu(described: str) -> int:
    """Return the vCPUs of an Oracle CPU: 1 on Arm A1, else 2 (Oracle, Compute Shapes, provisioning units)."""
    return 1 if re.search(r"\bA1\b", described) else 2


def category(vcpus: int, memory_gib: Decimal) -> Category:
    """Return what GiB of memory a vCPU make an instance good for (tco.M2): < 3, < 6, to 12, more."""
    ratio = memory_gib / vcpus
    if ratio < 3:
        return Category.COMPUTE
    if ratio < 6:
        return Category.GENERAL
    return Category.MEMORY if ratio <= 12 else Category.HIGH_MEMORY


def current_generations(instances: Iterable[InstanceTraits]) -> dict[str, frozenset[int]]:
    """Return the two newest generations of each line among `instances`; those of a kind that M2 leaves out count not."""
    found: dict[str, set[int]] = {}
    for instance in instances:
        if not instance.kind and instance.generation:
            found.setdefault(instance.line, set()).add(instance.generation)
    return {line: frozenset(sorted(all_of_it)[-CURRENT_GENERATIONS:]) for line, all_of_it in found.items()}


def is_current(instance: InstanceTraits, generations: dict[str, frozenset[int]]) -> bool:
    """Return whether M2 lets a comparison choose `instance`, where the price list has `generations` of each line."""
    if instance.kind:
        return False
    return not instance.line or instance.generation in generations.get(instance.line, frozenset())


def _aws(instance_type: str, arm: bool) -> InstanceTraits:
    family, _, size = instance_type.partition(".")
    if old := _AWS_U_FAMILY.fullmatch(family):
        series, generation, extra = "u", int(old[1]), ""
    elif parts := _AWS_FAMILY.fullmatch(family):
        series, generation, extra = parts[1], int(parts[2]), parts[3]
    else:
        return InstanceTraits(family=family, line="?", kind=OTHER_KIND, is_core_based=arm)
    maker = "arm" if arm else "amd" if "a" in extra else "intel"
    return InstanceTraits(
        family=family,
        line=f"{series} {maker}",
        generation=generation,
        is_burstable=series == "t",
        is_core_based=arm or family in CORE_BASED_AWS,
        kind=METAL if size.startswith("metal") else AWS_KINDS.get(series, ""),
    )


def _azure(instance_type: str, arm: bool) -> InstanceTraits:
    parts = _AZURE_NAME.fullmatch(instance_type)
    if parts is None:
        return InstanceTraits(family=instance_type, line="?", kind=OTHER_KIND, is_core_based=arm)
    tier, letters, _, extra, rest = parts.groups()
    version = _AZURE_VERSION.search(rest)
    generation = int(version[1]) if version else 0 if "_v" in rest else 1
    series = {"DS": "D", "GS": "G", "LS": "L"}.get(letters, letters)
    maker = "arm" if arm else "amd" if "a" in extra else "intel"
    if letters.startswith("N"):
        kind = ACCELERATED
    elif letters.startswith("H"):
        kind = HPC
    elif "i" in extra or rest.endswith("_SPECIAL"):
        kind = SINGLE_TENANT  # isolated: the whole server is one customer's
    elif tier == "Basic" or rest.endswith("_Promo") or (series == "F" and generation == 1):
        kind = PREVIOUS
    else:
        kind = AZURE_KINDS.get(series, "")
    return InstanceTraits(
        family=f"{letters}{extra}" + (f"v{generation}" if generation > 1 else ""),
        line=f"{series} {maker}",
        generation=generation,
        is_burstable=series == "B",
        is_core_based=arm,
        kind=kind,
    )


def _gcp(instance_type: str, arm: bool) -> InstanceTraits:
    family = instance_type.partition("-")[0]
    parts = _GCP_FAMILY.fullmatch(family)
    if parts is None:
        kind = GCP_KINDS.get(family, OTHER_KIND)
        return InstanceTraits(family=family, line="?", kind=kind, is_core_based=arm)
    series, generation, extra = parts[1], int(parts[2]), parts[3]
    maker = "arm" if arm else "amd" if "d" in extra else "intel"
    is_shared_core = family in ("f1", "g1")
    if is_shared_core:
        kind = PREVIOUS  # N1 machines
    elif instance_type.endswith("-metal"):
        kind = METAL
    else:
        kind = GCP_KINDS.get(series, "")
    return InstanceTraits(
        family=family,
        line=f"{series} {maker}",
        generation=generation,
        is_burstable=is_shared_core or instance_type in ("e2-micro", "e2-small", "e2-medium"),
        is_core_based=arm or family in CORE_BASED_GCP,
        kind=kind,
    )
