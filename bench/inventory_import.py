"""B12: an RVTools workbook of five sheets, read in a limited child, against calamine that only makes lists of it.

Ours includes the start of the child, the inspection of the archive, joining the tabs and handing the inventory over as JSON.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from bench.benchmark import Benchmark
from bench.harness import Result, Void, checksum, compare, peak_memory_mb
from designer.imports.inventory import Switches, select
from designer.imports.reader import read
from designer.imports.run import read_files

SEED = 9
VERSION = 1
COLUMNS = 72
SIZES = {"s": 1_000, "m": 10_000, "l": 50_000}
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
VINFO = (
    "VM", "Powerstate", "Template", "CPUs", "Memory", "Provisioned MiB", "In Use MiB", "Datacenter", "Cluster", "Host", "VM UUID",
    "OS according to the VMware Tools",
)  # fmt: skip


def rows_of(vms: int) -> dict[str, list[list[Any]]]:
    """Return five sheets of `vms` VMs from seed 9: vInfo has 72 columns of mixed text and numbers in a random order."""
    chance = random.Random(SEED)  # noqa: S311 - a generator with a seed, not a secret
    more = [f"Column {n}" for n in range(COLUMNS - len(VINFO))]
    header = [*VINFO, *more]
    order = list(range(COLUMNS))
    chance.shuffle(order)
    info, disks, memory, cpus, partitions = [[header[i] for i in order]], [], [], [], []
    for n in range(vms):
        vcpus, ram = chance.choice((1, 2, 4, 8, 16)), 1024 * chance.choice((2, 4, 8, 16, 32, 64))
        disk = 1024 * chance.randint(20, 500)
        name, host = f"vm-{n:06}", f"esx{n % 97:02}.example.internal"
        place = ["DC1", f"cluster-{n % 7}", host]
        values = [
            name, "poweredOn" if n % 10 else "poweredOff", "True" if n % 50 == 1 else "False", vcpus, ram, disk + ram, disk // 2 + ram,
            *place, f"{chance.getrandbits(128):032x}", f"System {n % 12}",
            *(chance.randint(0, 10**6) if k % 2 else f"text {chance.randint(0, 5000)}" for k in range(len(more))),
        ]  # fmt: skip
        info.append([values[i] for i in order])
        disks += [[name, f"Hard disk {d}", f"[ds] {name}_{d}.vmdk", disk // 2, *place] for d in (1, 2)]
        memory.append([name, ram, ram // 2, 0, *place])
        cpus.append([name, vcpus, 2600 * vcpus, chance.randint(0, 2000 * vcpus), *place])
        partitions.append([name, "/", disk, disk // 2, *place])
    tail = ["Datacenter", "Cluster", "Host"]
    return {
        "vInfo": info,
        "vDisk": [["VM", "Disk", "Disk Path", "Capacity MiB", *tail], *disks],
        "vMemory": [["VM", "Size MiB", "Consumed", "Reservation", *tail], *memory],
        "vCPU": [["VM", "CPUs", "Max", "Overall", *tail], *cpus],
        "vPartition": [["VM", "Disk", "Capacity MiB", "Consumed MiB", *tail], *partitions],
    }


def workbook(sheets: dict[str, list[list[Any]]]) -> bytes:
    """Return the sheets as a workbook with shared strings, as spreadsheet programs write them."""
    strings: dict[str, int] = {}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number, rows in enumerate(sheets.values(), 1):
            with archive.open(_entry(f"xl/worksheets/sheet{number}.xml"), "w", force_zip64=True) as sheet:
                sheet.write(f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>'.encode())
                sheet.writelines(line.encode() for line in _lines(rows, strings))
                sheet.write(b"</sheetData></worksheet>")
        listed = "".join(
            f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, 1)
        )
        archive.writestr(
            _entry("xl/workbook.xml"),
            f'<?xml version="1.0"?><workbook xmlns="{MAIN}" xmlns:r="{RELATED}"><sheets>{listed}</sheets></workbook>',
        )
        targets = [("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)]
        targets.append(("sharedStrings", "sharedStrings.xml"))
        related = "".join(
            f'<Relationship Id="r{n}" Type="{RELATED}/{kind}" Target="{path}"/>'
            for n, (kind, path) in enumerate(targets, 1)
        )
        archive.writestr(
            _entry("xl/_rels/workbook.xml.rels"),
            f'<?xml version="1.0"?><Relationships xmlns="{PACKAGE}">{related}</Relationships>',
        )
        archive.writestr(
            _entry("_rels/.rels"),
            f'<?xml version="1.0"?><Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{RELATED}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        items = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
        archive.writestr(
            _entry("xl/sharedStrings.xml"), f'<?xml version="1.0"?><sst xmlns="{MAIN}">{items}</sst>'
        )
        archive.writestr(
            _entry("[Content_Types].xml"),
            '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        )
    return target.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    """An entry without the time of day, so that the same rows make the same bytes."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _lines(rows: Sequence[Sequence[Any]], strings: dict[str, int]) -> Iterable[str]:
    letters = [_letters(index) for index in range(max(map(len, rows)))]
    for number, row in enumerate(rows, 1):
        cells = [
            f'<c r="{letters[c]}{number}"><v>{value}</v></c>'
            if isinstance(value, int)
            else f'<c r="{letters[c]}{number}" t="s"><v>{strings.setdefault(value, len(strings))}</v></c>'
            for c, value in enumerate(row)
        ]
        yield f'<row r="{number}">{"".join(cells)}</row>'


def _letters(index: int) -> str:
    high, low = divmod(index, 26)
    return (chr(64 + high) if high else "") + chr(65 + low)


@cache
def fixture(vms: int) -> bytes:
    return workbook(rows_of(vms))


def expected(vms: int) -> tuple[int, int, int, int]:
    """Return VMs, vCPU, RAM and disk in MiB that count: those that are on and no templates."""
    sheets = rows_of(vms)
    header = sheets["vInfo"][0]
    at = {name: header.index(name) for name in VINFO}
    kept = [
        row
        for row in sheets["vInfo"][1:]
        if row[at["Powerstate"]] == "poweredOn" and row[at["Template"]] == "False"
    ]
    names = {row[at["VM"]] for row in kept}
    disks = sum(row[3] for row in sheets["vDisk"][1:] if row[0] in names)
    return len(kept), sum(row[at["CPUs"]] for row in kept), sum(row[at["Memory"]] for row in kept), disks


def ours(data: bytes) -> tuple[int, int, int, int]:
    kept = select(read_files([("export.xlsx", len(data))], [data]), Switches())[1].kept
    return kept.vms, kept.vcpus, kept.ram_mib, kept.disk_mib


def calamine(data: bytes) -> int:
    """Only make lists of the cells of all sheets."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return sum(len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)


def measure(size: str, rounds: int) -> Result:
    """Check the totals against those of the generator, then time."""
    n = SIZES[size]
    data = fixture(n)
    _stored(size)
    found, right = ours(data), expected(n)
    if found != right:
        raise Void(f"B12 {size}: ours comes to {found}, the generator made {right}")
    comparison = compare(
        "limited child, against calamine to lists",
        lambda: ours(data),
        lambda: calamine(data),
        rounds=rounds,
        at_most=1.6 if size == "m" else None,
    )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        largest_mb = max(entry.file_size for entry in archive.infolist()) / 10**6
    return Result(
        benchmark="B12",
        version=VERSION,
        size=size,
        n=n,
        checksum=checksum(data),
        correctness="VMs, vCPU, RAM and disk as the generator made them",
        comparisons=(comparison,),
        memory_mb={
            "file alone": peak_memory_mb("bench.inventory_import:file_once", size),
            "child, file included": peak_memory_mb("bench.inventory_import:child_once", size),
            "parent, file included": peak_memory_mb("bench.inventory_import:parent_once", size),
            "largest sheet unpacked": largest_mb,
        },
        user_numbers={"from file to inventory, s": comparison.other_clock["ours_wall_seconds"]},
        seconds={"import": comparison.ours},
    )


def _stored(size: str) -> bytes:
    """The file from a folder, for a fresh child whose memory is asked for: making it takes more than reading it."""
    from bench.harness import FOLDER

    path = FOLDER / f"b12-{size}.xlsx"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(fixture(SIZES[size]))
    return path.read_bytes()


def file_once(size: str) -> None:
    """For the memory of a fresh child that only holds the file."""
    _stored(size)


def child_once(size: str) -> None:
    """For the memory of what the limited child does."""
    read([("export.xlsx", _stored(size))]).to_data()


def parent_once(size: str) -> None:
    """For the memory of who starts the limited child."""
    data = _stored(size)
    read_files([("export.xlsx", len(data))], [data])


B12 = Benchmark(
    name="B12",
    title="RVTools workbook: five sheets, 72 columns, read in a limited child against calamine alone",
    sizes=SIZES,
    by_default=("s", "m"),
    measure=measure,
)
