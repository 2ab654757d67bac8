"""Small files as the tools write them, made in the test: workbooks by hand, since only what is read is a dependency."""

from __future__ import annotations

import csv
import io
import zipfile
from xml.sax.saxutils import escape

from designer.imports.rows import Inventory
from designer.imports.run import read_files

CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def column_letters(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def sheet_xml(rows) -> str:
    lines = []
    for r, row in enumerate(rows, 1):
        cells = []
        for c, value in enumerate(row):
            place = f"{column_letters(c)}{r}"
            if value is None or value == "":
                continue
            if isinstance(value, bool):
                cells.append(f'<c r="{place}" t="b"><v>{int(value)}</v></c>')
            elif isinstance(value, int | float):
                cells.append(f'<c r="{place}"><v>{value}</v></c>')
            else:
                cells.append(f'<c r="{place}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>')
        lines.append(f'<row r="{r}">{"".join(cells)}</row>')
    return (
        f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'
    )


def entry(name: str) -> zipfile.ZipInfo:
    """An entry without the time of day: the same sheets are the same bytes."""
    made = zipfile.ZipInfo(name)
    made.compress_type = zipfile.ZIP_DEFLATED
    return made


def workbook(sheets, extra=None, replace=None) -> bytes:
    """Return an .xlsx of `sheets`, name to rows; `extra` entries are added, `replace` puts raw XML for a sheet."""
    names = list(sheets)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(entry("[Content_Types].xml"), CONTENT_TYPES)
        archive.writestr(
            entry("_rels/.rels"),
            f'<?xml version="1.0"?><Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" '
            f'Type="{RELATIONSHIPS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        listed = "".join(f'<sheet name="{n}" sheetId="{i}" r:id="rId{i}"/>' for i, n in enumerate(names, 1))
        archive.writestr(
            entry("xl/workbook.xml"),
            f'<?xml version="1.0"?><workbook xmlns="{MAIN}" xmlns:r="{RELATIONSHIPS}"><sheets>{listed}</sheets></workbook>',
        )
        related = "".join(
            f'<Relationship Id="rId{i}" Type="{RELATIONSHIPS}/worksheet" Target="worksheets/sheet{i}.xml"/>'
            for i in range(1, len(names) + 1)
        )
        archive.writestr(
            entry("xl/_rels/workbook.xml.rels"),
            f'<?xml version="1.0"?><Relationships xmlns="{PACKAGE}">{related}</Relationships>',
        )
        for i, name in enumerate(names, 1):
            xml = (replace or {}).get(name) or sheet_xml(sheets[name])
            archive.writestr(entry(f"xl/worksheets/sheet{i}.xml"), xml)
        for name, data in (extra or {}).items():
            archive.writestr(entry(name), data)
    return target.getvalue()


def csv_bytes(rows, delimiter=",", encoding="utf-8") -> bytes:
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return target.getvalue().encode(encoding)


def read(*files, mapping=None) -> Inventory:
    """Read files, pairs of name and bytes, by the limited child as the product does."""
    return read_files([(name, len(data)) for name, data in files], [data for _, data in files], mapping)


VINFO = (
    "VM", "Powerstate", "Template", "SRM Placeholder", "CPUs", "Memory", "Provisioned MiB", "In Use MiB", "Datacenter", "Cluster",
    "Host", "VM UUID", "OS according to the VMware Tools",
)  # fmt: skip


def a_vm(
    name,
    *,
    power="poweredOn",
    template=False,
    placeholder=False,
    cpus=4,
    ram=8192,
    disk=61440,
    used=20480,
    uuid="",
):
    """A row of vInfo as vCenter counts: while a VM runs, its swap file is in both figures of disk."""
    swap = ram if power == "poweredOn" and isinstance(ram, int) else 0
    return (
        name, power, template, placeholder, cpus, ram, disk + swap, used + swap, "DC1", "cl-prod", "esx01", uuid or f"uuid-{name}",
        "Ubuntu Linux (64-bit)",
    )  # fmt: skip


def an_estate():
    """Six rows that count, and one for each reason that drops a row. Sums: 6 VMs, 28 vCPU, 57,344 MiB RAM."""
    return [
        VINFO,
        *(a_vm(f"web-{n}") for n in range(1, 5)),
        a_vm("app-1", cpus=4, ram=8192),
        a_vm("db-1", cpus=8, ram=16384, disk=409600, used=102400),
        a_vm("old-1", power="poweredOff"),
        a_vm("paused-1", power="suspended"),
        a_vm("template-1", power="poweredOff", template=True),
        a_vm("app-1-srm", power="poweredOff", placeholder=True),
        a_vm("vCLS-1", cpus=1, ram=128),
        a_vm("web-1"),
        a_vm("no-size", cpus="", ram=""),
    ]


TOTALS = {
    "vms": 6,
    "vcpus": 28,
    "ram_mib": 57344,
    "disk_mib": 5 * 61440 + 409600,
    "disk_used_mib": 5 * 20480 + 102400,
}
"""Of `an_estate`, worked out by hand."""
