"""Files that are made to do harm end as a finding that says what to do; the process that asked lives on (R41 to R46)."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from config import children
from designer.imports import limits, run
from designer.imports.run import Unreadable
from tests.designer.imports.files import VINFO, a_vm, an_estate, csv_bytes, read, workbook

DTD = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


def a_zip(entries) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return target.getvalue()


def far_cells() -> bytes:
    """Some 500 bytes that ask for a table of 17 thousand million cells."""
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    xml = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>'
    return workbook({"vInfo": []}, replace={"vInfo": xml})


def entity_bomb() -> bytes:
    xml = DTD + "<worksheet><sheetData><row><c><v>&b;</v></c></row></sheetData></worksheet>"
    return workbook({"vInfo": []}, replace={"vInfo": xml})


def encrypted() -> bytes:
    data = bytearray(a_zip([("xl/workbook.xml", "<x/>")]))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def lying() -> bytes:
    """The directory says ten bytes where two million come."""
    data = bytearray(a_zip([("xl/workbook.xml", b"0" * 2_000_000)]))
    at = data.rindex(b"PK\x01\x02") + 24
    data[at : at + 4] = (10).to_bytes(4, "little")
    return bytes(data)


HOSTILE = {
    "zip bomb": (lambda: a_zip([("xl/workbook.xml", b"0" * (30 * 2**20))]), "zip bomb"),
    "too large unpacked": (lambda: a_zip([("xl/a.xml", b"0" * (201 * 2**20))]), "200 MiB"),
    "too many entries": (lambda: a_zip([(f"xl/{n}", b"") for n in range(1001)]), "1,001 entries"),
    "lying directory": (lying, "damaged|lies"),
    "path out": (lambda: a_zip([("../../etc/passwd", b"x")]), "points out"),
    "absolute path": (lambda: a_zip([("/etc/passwd", b"x")]), "points out"),
    "encrypted": (encrypted, "encrypted"),
    "macros": (lambda: workbook({"vInfo": an_estate()}, extra={"xl/vbaProject.bin": b"x"}), "macros"),
    "entities": (entity_bomb, "entities"),
    "cells far apart": (far_cells, "columns; at most|memory"),
    "old workbook": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old .xls"),
    "cut off": (lambda: workbook({"vInfo": an_estate()})[:400], "damaged"),
    "no workbook": (lambda: a_zip([("readme.txt", b"hello")]), "not an .xlsx"),
    "a million columns": (lambda: b"a," * 1_000_000 + b"\n1,2\n", "columns; at most 1,000"),
    "NUL bytes": (lambda: b"VM,Powerstate,CPUs,Memory\nx\0y,poweredOn,1,512\n", "Line 2 holds a NUL"),
    "binary": (lambda: bytes(range(256)) * 10, "Line . holds"),
    "wrong encoding": (lambda: csv_bytes([VINFO, a_vm("größe")], encoding="windows-1252"), "Line 2 holds bytes.*windows-1252"),
    "unfinished quote": (lambda: b'VM,Powerstate,CPUs,Memory\n"x' + b"y" * 100_000, "quotation mark|CSV"),
    "empty": (lambda: b"  \n", "is empty"),
    "deep JSON": (lambda: b"[" * 200_000, "nested|JSON"),
    "not JSON": (lambda: b'{"servers": [NaN]}', "not JSON"),
    "gzip bomb": (lambda: gzip.compress(b"0" * (201 * 2**20)), "200 MiB"),
    "damaged gzip": (lambda: b"\x1f\x8b" + b"x" * 50, "damaged"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_as_a_finding_with_a_remedy(name):
    make, message = HOSTILE[name]

    with pytest.raises(Unreadable, match=f"(?s){message}") as caught:
        read(("file", make()))

    assert len(caught.value.remedy) > 10
    assert "Traceback" not in caught.value.message


def test_two_entries_of_one_name_are_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("xl/workbook.xml", b"a")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("xl/workbook.xml", b"b")

    with pytest.raises(Unreadable, match="names one entry twice"):
        read(("file.xlsx", target.getvalue()))


def test_columns_up_to_the_limit_are_read_and_one_more_is_not():
    def table(columns):
        rest = [f"c{n}" for n in range(columns - 4)]
        return csv_bytes(
            [("VM", "Powerstate", "CPUs", "Memory", *rest), ("a", "poweredOn", 1, 512, *[""] * len(rest))]
        )

    assert len(read(("a.csv", table(limits.MAX_COLUMNS))).vms) == 1
    with pytest.raises(Unreadable, match="1,001 columns"):
        read(("a.csv", table(limits.MAX_COLUMNS + 1)))


def test_formulas_and_markup_stay_text():
    names = ['=cmd|"/c calc"!A1', "<script>alert(1)</script>", "+1+1", "a\u0007b", "x" * 500]
    rows = [VINFO, *(a_vm(name, uuid=str(n)) for n, name in enumerate(names))]

    found = [vm.name for vm in read(("a.csv", csv_bytes(rows))).vms]

    assert found == [names[0], names[1], names[2], "a\N{REPLACEMENT CHARACTER}b", "x" * 120]


def test_numbers_that_no_vm_has_are_dropped_not_planned():
    from designer.imports.inventory import Switches, select

    rows = [VINFO, *(a_vm(f"vm{n}", cpus=cpus, ram=ram) for n, (cpus, ram) in enumerate(
        [("9" * 5000, 1024), ("1e400", 1024), (-4, 1024), (2, "NaN"), (10**9, 1024), (2, 10**14), (2, 1024)]
    ))]  # fmt: skip

    vms, report = select(read(("a.csv", csv_bytes(rows))), Switches())

    assert [vm.name for vm in vms] == ["vm6"]
    assert {d.reason.value for d in report.dropped} == {"empty", "impossible"}


def test_a_declared_encoding_is_used():
    data = csv_bytes([VINFO, a_vm("größe")], encoding="windows-1252")

    assert read(("a.csv", data), mapping={"encoding": "windows-1252"}).vms[0].name == "größe"


STUBS = {
    "aborts": ("import os; os.abort()", "memory"),
    "allocates without end": ("x = []\nwhile True: x.append(bytes(10**7))", "memory"),
    "spins": ("while True: pass", "processor time"),
    "sleeps": ("import time; time.sleep(60)", "longer than"),
    "writes without end": ("import sys\nwhile True: sys.stdout.write('x' * 10**6)", "memory|failed"),
    "raises": ("raise ValueError('secret path')", "Reading it failed"),
}


@pytest.mark.parametrize("name", STUBS)
def test_however_the_child_dies_only_the_import_fails(name, monkeypatch, tmp_path):
    """security R44, with parsers that abort, allocate, spin, sleep, write and raise."""
    code, message = STUBS[name]
    head = (
        f"import json, sys\nsys.path.insert(0, {str(children.ROOT)!r})\nfrom config.limited import limit_this_process\n"
        "limit_this_process(**json.loads(sys.argv[1])['limits'])\n"
    )
    (tmp_path / "stub.py").write_text(head + code)
    monkeypatch.setattr(children, "ROOT", tmp_path)
    monkeypatch.setattr(run, "MODULE", "stub")
    monkeypatch.setattr(limits, "CPU_SECONDS", 1)
    monkeypatch.setattr(limits, "WALL_SECONDS", 2 if name == "sleeps" else 60)
    monkeypatch.setattr(limits, "OUTPUT_BYTES", 2**20)

    with pytest.raises(Unreadable, match=message) as caught:
        read(("a.csv", b"VM\n"))

    assert "secret path" not in caught.value.message


def test_the_child_has_no_secret_and_no_database(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "planted")
    monkeypatch.setenv("DATABASE_URL", "planted")
    seen = {}
    start = children.subprocess.Popen
    monkeypatch.setattr(children.subprocess, "Popen", lambda *a, **k: seen.update(k["env"]) or start(*a, **k))

    read(("a.csv", csv_bytes(an_estate())))

    assert seen
    assert "planted" not in seen.values()
