"""Bytes of uploaded files to one inventory: by content, never by the name of a file. Runs in the limited child only.

What reads one kind of file is imported when such a file comes: the start of the child is a part of every import.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence, Set
from typing import Any

from designer.imports import limits, rvtools
from designer.imports.limits import Refused
from designer.imports.rows import Inventory
from designer.imports.tables import GZIP, OLE, ZIP, Table

LIVE_OPTICS = ("VMs", "ESX Hosts", "ESX Performance")
"""The sheets of a Live Optics workbook that are read."""


def read(files: Sequence[tuple[str, bytes]], mapping: Mapping[str, str] | None = None) -> Inventory:
    """Return the inventory that `files`, pairs of name and content, hold together.

    `mapping` is what people said: columns of a plain table, and `encoding`.

    Raises:
        Refused: a file is unsafe, damaged, too large, of no known format, or the files do not belong together.
    """
    found: list[Table] = []
    documents: list[tuple[str, Any]] = []
    for name, data in files:
        if data.startswith(GZIP):
            from designer.imports.texts import gunzipped

            data = gunzipped(data)
        if not data.strip():
            raise Refused(f"{name} is empty.", "Export it again.")
        if data.startswith(OLE):
            raise Refused(
                f"{name} is an old .xls file, or a workbook with a password.",
                "Save it as .xlsx without a password.",
            )
        if data.startswith(ZIP):
            found += _workbook(name, data)
        elif data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
            documents.append((name, _json(name, data)))
        else:
            from designer.imports.texts import csv_table, decoded

            content, used = decoded(data, (mapping or {}).get("encoding", ""))
            found.append(csv_table(content, file=name, encoding=used))
    inventory = _inventory(found, documents, mapping)
    if len(inventory.vms) > limits.MAX_VMS:
        raise Refused(
            f"The inventory has {len(inventory.vms):,} VMs; at most {limits.MAX_VMS:,} are read at once.",
            "Split it by site, one design each.",
        )
    return inventory


def _inventory(
    found: Sequence[Table], documents: Sequence[tuple[str, Any]], mapping: Mapping[str, str] | None
) -> Inventory:
    if documents and found:
        raise Refused("JSON of OpenStack and tables do not make one inventory.", "Import them one by one.")
    if documents:
        return _openstack(documents)
    if any(rvtools.tab_of(table) == "vInfo" for table in found):
        return rvtools.read(found)
    return _other(found, mapping)


def _openstack(documents: Sequence[tuple[str, Any]]) -> Inventory:
    from designer.imports import openstack

    kinds = [openstack.kind_of(document) for _, document in documents]
    if "servers" not in kinds:
        what = f" There are {', '.join(sorted(k for k in kinds if k))}." if any(kinds) else ""
        raise Refused(
            f"No list of servers is among the JSON files.{what}",
            "Add the output of `openstack server list --all-projects --long -f json`.",
        )
    return openstack.read(documents)


def _other(found: Sequence[Table], mapping: Mapping[str, str] | None) -> Inventory:
    from designer.imports import billing, focus, live_optics, plain, server_lists

    for is_kind, read_kind in (
        (live_optics.is_vms, live_optics.read),
        (server_lists.is_azure, server_lists.read_azure),
        (server_lists.is_aws, server_lists.read_aws),
        (focus.is_focus, focus.read),
        (billing.is_cur, billing.read_cur),
    ):
        if any(is_kind(table) for table in found):
            chosen = found if read_kind is live_optics.read else [t for t in found if is_kind(t)]
            return read_kind(chosen)
    if any(rvtools.tab_of(table) for table in found):
        raise Refused(
            f"These are tabs of RVTools ({', '.join(rvtools.tab_of(t) for t in found if rvtools.tab_of(t))}) without vInfo.",
            "Add the tab vInfo (RVTools_tabvInfo.csv), or the whole workbook.",
        )
    if len(found) > 1:
        raise Refused("Several tables of no known format were sent.", "Import them one by one.")
    if not found or not any(found[0].header):
        raise Refused("There is no table in the file.", "The first row with text must be the header.")
    if kind := billing.foreign(found[0]):
        raise Refused(
            f"This is a cost export of {kind} in its own format.",
            "Export the costs as FOCUS, which is read, or list the VMs in a table.",
        )
    return plain.read(found, mapping)


def _workbook(name: str, data: bytes) -> list[Table]:
    from designer.imports import workbooks

    names = workbooks.inspect_archive(data)
    if not any(entry.startswith("xl/") for entry in names):
        raise Refused(
            f"{name} is an archive, but not an .xlsx workbook.", "Unpack it, and send what is in it."
        )
    workbook = workbooks.open_workbook(data)
    sheets = workbook.sheet_names
    wanted: Mapping[str, Set[str] | None] = dict.fromkeys(LIVE_OPTICS if "VMs" in sheets else sheets[:1])
    if "vInfo" in sheets:
        wanted = rvtools.COLUMNS
    return list(workbooks.sheets(workbook, name, wanted))


def _json(name: str, data: bytes) -> Any:
    from designer.imports.texts import decoded

    content, _ = decoded(data)
    try:
        return json.loads(content, parse_constant=_no_constant)
    except RecursionError as error:
        raise Refused(f"{name} is nested too deeply.", "Send what the OpenStack client wrote.") from error
    except ValueError as error:
        where = f" in line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise Refused(
            f"{name} is not JSON{where}.", "Add `-f json` to the command, and send its whole output."
        ) from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")
