"""Plain HTML forms to documents and back: a field's name is its path in the document.

`profiles-2-count` is `profiles[2].count`, so that an error names the very field it belongs to, with the value as typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from config.errors import Invalid, Stale
from designer.engine.document import DesignDocument

NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,12})?", re.ASCII)
PERCENT_FIELDS = {
    "annual_growth_rate",
    "always_on_share",
    "on_hours_share",
    "thin_share_boot",
    "snapshot_share",
}
"""Ratios that people type as percent; percent exists only on screen."""

PROFILE_FIELDS = (
    "name",
    "count",
    "vcpus",
    "ram_gib",
    "gpus",
    "disk_gb",
    "disk_iops",
    "disk_mb_per_second",
    "always_on_share",
    "on_hours_share",
    "huge_pages",
    "numa_nodes",
    "anti_affinity_group_size",
    "device_class",
)
TEXT_FIELDS = ("name", "huge_pages")
CHECKED_FIELDS = ("is_production", "has_pinned_cpus")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One input as people see it."""

    name: str
    label: str
    unit: str = ""
    help: str = ""


WORKLOAD_FIELDS = (
    Field(name="annual_growth_rate", label="Growth", unit="% a year"),
    Field(name="object_storage_tb", label="Object storage", unit="TB"),
    Field(name="egress_gb_per_vm", label="Traffic to the internet", unit="GB per VM and month"),
    Field(name="inter_zone_gb_per_vm", label="Traffic between zones", unit="GB per VM and month"),
    Field(name="load_balancers", label="Load balancers"),
    Field(name="public_ipv4_addresses", label="Public IPv4 addresses"),
)
POLICY_FIELDS = (
    Field(
        name="cpu_allocation_ratio",
        label="vCPU per thread",
        help="How many virtual CPUs share a hardware thread",
    ),
    Field(
        name="pinned_threads",
        label="Threads for pinned vCPUs",
        unit="each compute node",
        help="cpu_dedicated_set. Empty: by the share of pinned vCPUs (sizing.C8)",
    ),
    Field(name="spare_hosts", label="Spare compute nodes", help="Empty: computed by sizing.C7"),
    Field(name="replicas", label="Copies of stored data"),
    Field(name="controllers", label="Control nodes", help="An odd number"),
    Field(name="racks", label="Racks", help="Empty: computed by sizing.R6"),
    Field(name="zones", label="Zones", help="Empty: none. Racks are dealt over them in turn"),
    Field(
        name="amphorae_per_load_balancer",
        label="Amphorae of a load balancer",
        help="0: none on the compute nodes, 1 or 2",
    ),
    Field(name="thin_share_boot", label="Written share of disks", unit="%"),
    Field(name="snapshot_share", label="Snapshots", unit="% of what is written"),
    Field(name="failure_unit", label="Loss that VMs survive", help="host, rack or zone"),
    Field(name="storage_failure_domain", label="Loss that storage survives", help="host, rack or zone"),
)

HYPER_CONVERGED_FIELDS = (
    Field(
        name="control_share_gib",
        label="Control plane keeps, on each node",
        unit="GiB",
        help="Empty: the house value, 48 GiB from 512 GiB of RAM on, else 36 (sizing.H1)",
    ),
    Field(
        name="control_share_threads",
        label="Control plane keeps, on each node",
        unit="threads",
        help="Empty: the house value, 8 threads from 512 GiB of RAM on, else 6 (sizing.C2)",
    ),
)
"""Planning rules that only hyper-converged nodes have."""

EMPTY_ROWS = ("name", "count", "vcpus", "ram_gib", "disk_gb")


@dataclass(slots=True)
class FormState:
    """What a form shows: the values as typed, and the errors by field name."""

    values: dict[str, Any]
    errors: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_valid(self) -> bool:
        return not self.errors


def typed(raw: str, *, percent: bool = False) -> Any:
    """Return what a person typed as a number where it is one in plain digits, else the text itself (R59)."""
    text = raw.strip().replace("\u2009", "").replace("\u00a0", "")
    if not NUMBER.fullmatch(text):
        return text if text else None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    if percent:
        value /= 100
    return int(value) if value == value.to_integral_value() else value


def profile_rows(data: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the VM profiles of a posted form as documents, skipping rows that nobody filled."""
    indices = sorted({int(m[1]) for name in data if (m := re.fullmatch(r"profiles-(\d{1,4})-\w+", name))})
    rows = []
    for index in indices:
        raw = {name: data.get(f"profiles-{index}-{name}", "") for name in PROFILE_FIELDS}
        if not any(raw[name].strip() for name in EMPTY_ROWS):
            continue
        row = {
            name: typed(text, percent=name in PERCENT_FIELDS) if name not in TEXT_FIELDS else text.strip()
            for name, text in raw.items()
            if text.strip()
        }
        row["id"] = data.get(f"profiles-{index}-id", "").strip() or f"profile-{index + 1}"
        row |= {name: data.get(f"profiles-{index}-{name}", "") == "on" for name in CHECKED_FIELDS}
        rows.append(row)
    return rows


def policy_fields(document: DesignDocument) -> tuple[Field, ...]:
    """Return the planning rules that concern a design."""
    chosen = document.hardware
    is_together = chosen.control is None and chosen.storage is None
    return POLICY_FIELDS + (HYPER_CONVERGED_FIELDS if is_together else ())


def scalar_fields(data: Mapping[str, str], names: tuple[str, ...]) -> dict[str, Any]:
    """Return the named fields of a posted form, numbers as numbers; those left empty are left out."""
    found = {}
    for name in names:
        if (text := data.get(name, "").strip()) != "":
            found[name] = typed(text, percent=name in PERCENT_FIELDS)
    return found


def version(data: Mapping[str, str]) -> int:
    """Return the version that a form was made from; 0 when it does not say."""
    raw = data.get("version", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0


def shown_fields(
    fields: tuple[Field, ...], values: Mapping[str, Any], state: FormState
) -> list[dict[str, Any]]:
    """Return `fields` as a template shows them: as typed where somebody typed, else from `values`."""
    return [
        {
            "name": f.name,
            "label": f.label,
            "unit": f.unit,
            "help": f.help,
            "value": state.values.get(f.name, as_typed(values.get(f.name), percent=f.name in PERCENT_FIELDS)),
            "error": state.errors.get(f.name, ""),
        }
        for f in fields
    ]


def as_typed(value: Any, *, percent: bool = False) -> Any:
    """Return a value of a document as a person would type it: shares as percent."""
    if not percent or not isinstance(value, int | float | Decimal):
        return "" if value is None else value
    hundred = Decimal(str(value)) * 100
    return int(hundred) if hundred == hundred.to_integral_value() else hundred.normalize()


def errors_by_name(error: Invalid, *, strip: str = "") -> dict[str, str]:
    """Return the messages of `error` by form field name, message and remedy together."""
    found: dict[str, str] = {}
    for problem in error.problems:
        path = problem.field.removeprefix(strip)
        name = re.sub(r"\[(\d+)\]", r"-\1", path).replace(".", "-") or "form"
        found.setdefault(name, f"{problem.message[:1].upper()}{problem.message[1:]}. {problem.remedy}")
    return found


def errors_of(error: Invalid | Stale) -> dict[str, str]:
    """Return what a form says of a refused edit of a design: by field, or `form` for what concerns all of it."""
    if isinstance(error, Invalid):
        found = errors_by_name(error)
        return {re.sub("^(workload|policies|deployment)-", "", name): text for name, text in found.items()}
    told = "; ".join(
        f"{change['author']} changed the {change['part']} in version {change['version']}"
        for change in error.detail.get("changes", [])
    )
    return {
        "form": f"{error.message} {told}. Your input is still here: look at theirs, then save again to put yours over it."
    }
