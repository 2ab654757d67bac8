"""What the hardware page of a design shows and what its form says: models, existing nodes, device classes, pools."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from catalog import services as catalog_services
from catalog.engine.documents import write
from catalog.engine.hardware import DeviceClass, NodeRole, NodeSpec, PduSpec, RackSpec, SwitchRole, SwitchSpec
from catalog.library import Spec
from designer.engine.document import DesignDocument
from designer.forms import FormState, as_typed, typed
from designer.models import Sizing

Choices = list[tuple[str, str]]

MODELS = (
    ("control", "Control node"),
    ("compute", "Compute node"),
    ("storage", "Storage node"),
    ("leaf", "Leaf switch"),
    ("spine", "Spine switch"),
    ("oob", "Out-of-band switch"),
    ("rack", "Rack"),
    ("pdu", "Power distribution"),
)
OPTIONAL_MODELS = ("control", "storage")
"""A hyper-converged design has none of its own."""
ROLES: Choices = [(role.value, role.value.capitalize()) for role in (NodeRole.COMPUTE, NodeRole.STORAGE, NodeRole.CONTROL)]  # fmt: skip
CLASSES: Choices = [("", "main"), *((one.value, one.value.upper()) for one in DeviceClass)]
EXISTING_FIELDS = ("spec", "role", "count")
POOL_FIELDS = ("name", "device_class", "share_of_raw", "replicas", "k", "m")
TIERS = 2
"""Storage nodes of other device classes: there are three classes."""
FIXED = (
    ("hardware.overrides.compute", "Compute nodes"),
    ("hardware.overrides.storage_hdd", "Storage nodes, HDD"),
    ("hardware.overrides.storage_ssd", "Storage nodes, SSD"),
    ("hardware.overrides.storage_nvme", "Storage nodes, NVMe"),
    ("policies.spare_hosts", "Spare compute nodes"),
    ("policies.racks", "Racks"),
)
"""Counts that a person may fix, by their place in the document."""


def shown(document: DesignDocument, state: FormState) -> dict[str, Any]:
    """Return the hardware form: as typed where something was typed, else from `document`."""
    hardware, policies = write(document.hardware), write(document.policies)
    posted = state.values
    existing = rows(posted, "existing", EXISTING_FIELDS) if posted else hardware["existing"]
    pools = rows(posted, "pools", POOL_FIELDS) if posted else policies["pools"]
    return {
        "models": [
            _select(name, label, hardware[name], _choices(name), state) for name, label in MODELS
        ],
        "tiers": [
            _select(
                f"storage_tiers-{n}", f"Beside it, {n + 1}", (hardware["storage_tiers"] + [""] * TIERS)[n],
                [("", "none"), *_specs(_has_drives)], state,
            )
            for n in range(TIERS)
        ],
        "existing_rows": [existing_row(n, row) for n, row in enumerate([*existing, {}])],
        "pool_rows": [pool_row(n, row, is_typed=bool(posted)) for n, row in enumerate([*pools, {}])],
        "fixed": [
            {
                "name": place.replace(".", "-"),
                "label": label,
                "value": posted.get(place.replace(".", "-"), as_typed(_at(document, place))),
                "error": state.errors.get(place.replace(".", "-"), state.errors.get(place.partition(".")[2], "")),
            }
            for place, label in FIXED
        ],
        "roles": ROLES,
        "classes": CLASSES,
        "node_specs": node_choices(),
    }  # fmt: skip


def node_choices() -> Choices:
    """Every server of the catalog: what is there already may be any of them."""
    return [("", "none"), *_specs(lambda spec: isinstance(spec, NodeSpec))]


def existing_row(index: int, row: Mapping[str, Any]) -> dict[str, Any]:
    """One row of the existing nodes; an empty one to be filled."""
    return {
        "index": index,
        "spec": row.get("spec") or "",
        "role": row.get("role") or NodeRole.COMPUTE.value,
        "count": as_typed(row.get("count")),
    }


def pool_row(index: int, row: Mapping[str, Any], *, is_typed: bool = False) -> dict[str, Any]:
    """One row of the pools; its share as percent, as people type it."""
    values: dict[str, Any] = {"index": index} | {name: as_typed(row.get(name)) for name in POOL_FIELDS}
    if not is_typed:
        values["share_of_raw"] = as_typed(row.get("share_of_raw"), percent=True)
    return values


def rows(data: Mapping[str, str], table: str, names: Iterable[str]) -> list[dict[str, str]]:
    """Return the rows of a posted table as typed, those that nobody filled left out.

    A role or a class alone fills none: they have a choice from the beginning.
    """
    found = (re.fullmatch(rf"{table}-(\d{{1,3}})-\w+", name) for name in data)
    indices = sorted({int(match[1]) for match in found if match})
    typed_rows = [{name: data.get(f"{table}-{n}-{name}", "").strip() for name in names} for n in indices]
    return [
        row for row in typed_rows if any(text for name, text in row.items() if name not in ("role", "device_class"))
    ]  # fmt: skip


def parts_from(data: Mapping[str, str], document: DesignDocument) -> dict[str, Any]:
    """Return the parts `hardware` and `policies` of a posted form, as plain data to be checked."""
    chosen = {name: data.get(name, "").strip() or None for name, _ in MODELS}
    tiers = [data.get(f"storage_tiers-{n}", "").strip() for n in range(TIERS)]
    fixed = {place: typed(data.get(place.replace(".", "-"), "")) for place, _ in FIXED}
    overrides = {p.rpartition(".")[2]: value for p, value in fixed.items() if p.startswith("hardware.")}
    existing = [
        {"spec": row["spec"], "role": row["role"], "count": typed(row["count"])}
        for row in rows(data, "existing", EXISTING_FIELDS)
    ]
    pools = [
        {
            name: typed(text, percent=name == "share_of_raw")
            if name not in ("name", "device_class")
            else text
            for name, text in row.items()
            if text
        }
        for row in rows(data, "pools", POOL_FIELDS)
    ]
    return {
        "hardware": {
            **chosen, "storage_tiers": [tier for tier in tiers if tier], "existing": existing, "overrides": overrides,
        },
        "policies": {
            **write(document.policies), "pools": pools, "spare_hosts": fixed["policies.spare_hosts"],
            "racks": fixed["policies.racks"],
        },
    }  # fmt: skip


def built(sizing: Sizing) -> list[dict[str, Any]]:
    """Return the nodes of a sizing by model, with their names from the catalog."""
    specs = catalog_services.library().node_specs
    return [
        {**nodes, "name": specs[nodes["spec"]].name if nodes["spec"] in specs else nodes["spec"]}
        for nodes in sizing.result["nodes"]
    ]


def _select(name: str, label: str, value: Any, choices: Choices, state: FormState) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "value": state.values.get(name, value or ""),
        "choices": choices,
        "error": state.errors.get(f"hardware-{name}", state.errors.get(name, "")),
    }


def _at(document: DesignDocument, place: str) -> Any:
    value: Any = document
    for name in place.split("."):
        value = getattr(value, name)
    return value


def _choices(name: str) -> Choices:
    """The models that may be chosen for a part; a node for any part that its roles name."""
    if name in ("control", "compute", "storage"):
        found = _specs(lambda spec: isinstance(spec, NodeSpec) and NodeRole(name) in spec.roles)
        return [("", "none of its own: hyper-converged"), *found] if name in OPTIONAL_MODELS else found
    if name in ("rack", "pdu"):
        kind = RackSpec if name == "rack" else PduSpec
        return _specs(lambda spec: isinstance(spec, kind))
    return _specs(lambda spec: isinstance(spec, SwitchSpec) and spec.role is SwitchRole(name))


def _has_drives(spec: Spec) -> bool:
    return isinstance(spec, NodeSpec) and NodeRole.STORAGE in spec.roles and spec.osds > 0


def _specs(fits: Any) -> Choices:
    return [(key, spec.name) for key, spec in catalog_services.library().hardware_by_id.items() if fits(spec)]
