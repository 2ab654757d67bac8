"""What the pages of an import show, from its stored report."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from designer.imports import (
    billing,
    focus,
    limits,
    live_optics,
    openstack,
    plain,
    rvtools,
    server_lists,
    services,
)
from designer.imports.inventory import EXPLAINED, NEVER_COUNTED, Reason
from designer.imports.tables import ENCODINGS
from designer.models import Design, WorkloadImport

GIB, TIB = 1024, 1024**2
FORMATS: Mapping[str, str] = {
    rvtools.FORMAT: "RVTools",
    live_optics.FORMAT: "Live Optics",
    server_lists.AZURE: "Azure Migrate",
    server_lists.AWS: "AWS Migration Hub",
    openstack.FORMAT: "OpenStack",
    focus.FOCUS: "FOCUS bill",
    billing.CUR: "AWS cost and usage report",
    plain.FORMAT: "Table",
}
BASES = (("provisioned", "as provisioned"), ("used", "average in use"), ("peak", "peak in use"))
DISK_BASES = (("provisioned", "as provisioned"), ("used", "what is written"))
FIELD_LABELS: Mapping[str, str] = {
    "name": "Name",
    "vcpus": "vCPUs",
    "ram": "RAM",
    "ram_used": "RAM in use",
    "disk": "Disk",
    "disk_used": "Disk in use",
    "cpu_percent": "Processor load, average in %",
    "cpu_peak_percent": "Processor load, peak in %",
    "iops": "IOPS",
    "power": "On or off",
    "count": "How many such VMs",
    "os": "Operating system",
}


def uploads(design: Design) -> dict[str, Any]:
    """Return what the upload panel of a design shows: its limits in words, and the imports there are."""
    found = design.workload_imports.without_rows().defer("report").select_related("author")[:20]
    return {
        "imports": [{"import": one, "format": FORMATS.get(one.format, "")} for one in found],
        "encodings": ENCODINGS,
        "max_files": limits.MAX_FILES,
        "max_file_mib": limits.MAX_FILE_BYTES // limits.MIB,
        "max_rows": limits.MAX_ROWS,
        "max_vms": limits.MAX_VMS,
        "max_columns": limits.MAX_COLUMNS,
    }


def detail(found: WorkloadImport) -> dict[str, Any]:
    """Return what the page of an import shows besides the import: figures in the units that people read."""
    context: dict[str, Any] = {
        "import": found,
        "format": FORMATS.get(found.format, ""),
        "is_reading": found.state == WorkloadImport.State.READING,
        "needs_mapping": found.state == WorkloadImport.State.NEEDS_MAPPING,
        "is_ready": found.state == WorkloadImport.State.READY,
        "is_refused": found.state == WorkloadImport.State.REFUSED,
        "encodings": ENCODINGS,
    }
    if columns := services.columns_of(found):
        context |= _mapping(found, columns)
    if found.report and found.state == WorkloadImport.State.READY:
        context |= _report(found)
    return context


def _mapping(found: WorkloadImport, columns: tuple[str, ...]) -> dict[str, Any]:
    inventory = found.inventory or {}
    chosen = {**(inventory.get("mapping") or {}), **found.mapping}
    return {
        "columns": columns,
        "examples": inventory.get("examples", []),
        "mapping_fields": [
            {
                "name": name,
                "label": FIELD_LABELS[name],
                "value": chosen.get(name, ""),
                "needed": name in plain.NEEDED,
            }
            for name in plain.FIELDS
        ],
        "mapping_units": [
            {
                "name": "ram_unit",
                "label": "Unit of RAM",
                "value": chosen.get("ram_unit", ""),
                "choices": tuple(plain.RAM_UNITS),
            },
            {
                "name": "disk_unit",
                "label": "Unit of disk",
                "value": chosen.get("disk_unit", ""),
                "choices": tuple(plain.DISK_UNITS),
            },
        ],
    }


def _report(found: WorkloadImport) -> dict[str, Any]:
    report: dict[str, Any] = found.report or {}
    switches = services.shown_switches(found)
    loss, kept, planned = report["loss"], report["loss"]["kept"], report["planned"]
    dropped = [
        {
            **row,
            "ram_gib": row["sums"]["ram_mib"] / GIB,
            "disk_tib": row["sums"]["disk_mib"] / TIB,
            "more": row["sums"]["vms"] - len(row["names"]),
        }
        for row in loss["dropped"]
    ]
    seen = [row["reason"] for row in dropped] + list(loss["included_after_all"])
    return {
        "report": report,
        "switches": switches,
        "is_bill": found.format in (focus.FOCUS, billing.CUR),
        "has_text": any(file["encoding"] for file in report["files"]),
        "has_hours": any(Decimal(str(profile["always_on_share"])) != 1 for profile in report["profiles"]),
        "dropped": dropped,
        "dropped_rows": sum(row["sums"]["vms"] for row in dropped),
        "reasons": [
            {
                "value": reason.value,
                "label": EXPLAINED[reason].split(":")[0],
                "is_on": reason.value in switches["include"],
                "count": loss["included_after_all"].get(reason.value)
                or next((row["sums"]["vms"] for row in dropped if row["reason"] == reason), 0),
            }
            for reason in Reason
            if reason.value in seen and reason not in NEVER_COUNTED and reason is not Reason.ZOMBIE
        ],
        "bases": BASES,
        "disk_bases": DISK_BASES,
        "sums": _sums(kept, planned, report["profile_sums"]),
        "is_iops_measured": bool(kept["iops_measured"]) or report["estate_iops"] is not None,
        "is_right_sized": switches["basis"] != "provisioned",
        "is_written_disk": switches["disk_basis"] != "provisioned",
        "added_ram_gib": report["added_ram_mib"] / GIB,
        "shared_disk_gib": report["shared_disk_mib"] / GIB,
        "outliers": [
            {**o, "unit": "vCPU" if o["what"] == "vCPUs" else "GiB"}
            | ({} if o["what"] == "vCPUs" else {"value": o["value"] / GIB, "limit": o["limit"] / GIB})
            for o in report["outliers"]
        ],
    }


def _sums(
    kept: Mapping[str, Any], planned: Mapping[str, Any], profiles: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """One row a resource (older reports have no load of processors): provisioned, used and peak as measured, planned, and what the profiles add up to."""
    gb = 2**20 / 10**9
    return [
        {"label": "VMs", "unit": "", "provisioned": kept["vms"], "planned": planned["vms"], "profiles": profiles["vms"], "ratio": 1},
        {
            "label": "vCPU", "unit": "", "provisioned": kept["vcpus"],
            "used": kept.get("vcpus_used") if kept["cpu_measured"] else None, "used_of": kept["cpu_measured"],
            "peak": kept.get("vcpus_peak") if kept["cpu_peak_measured"] else None, "peak_of": kept["cpu_peak_measured"],
            "planned": planned["vcpus"],
            "profiles": profiles["vcpus"], "ratio": planned["vcpus_ratio"],
        },
        {
            "label": "RAM", "unit": "GiB", "provisioned": kept["ram_mib"] / GIB,
            "used": kept["ram_used_mib"] / GIB if kept["ram_measured"] else None, "used_of": kept["ram_measured"],
            "peak": kept["ram_peak_mib"] / GIB if kept["ram_peak_measured"] else None, "peak_of": kept["ram_peak_measured"],
            "planned": planned["ram_mib"] / GIB, "profiles": profiles["ram_gib"], "ratio": planned["ram_ratio"],
        },
        {
            "label": "Disk", "unit": "GB", "provisioned": kept["disk_mib"] * gb,
            "used": kept["disk_used_mib"] * gb if kept["disk_measured"] else None, "used_of": kept["disk_measured"],
            "planned": planned["disk_mib"] * gb, "profiles": profiles["disk_gb"], "ratio": planned["disk_ratio"],
        },
    ]  # fmt: skip
