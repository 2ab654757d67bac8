"""Archives of types: every file comes to its own end; what is unsafe is refused at once (security R41, R42, R44, R49)."""

from __future__ import annotations

import io
import os
import random
import stat
import struct
import tarfile
import time
import zipfile
from pathlib import Path

import pytest
import yaml

from catalog.imports import archives, device_run
from catalog.imports.archives import Refused
from catalog.imports.device_files import MAX_FILE_BYTES, read_types
from catalog.library import DATA
from config import children
from tests.catalog.device_library import FOLDERS, MODULE, SERVER, SWITCH, as_tar, as_zip, generated

PATH = "lib/device-types/Example Networks/SW-48.yaml"


def reading(data, known=None):
    return read_types("library", data, known or {})


def rejected(files):
    """Path -> field and message of the first problem."""
    found = reading(as_zip(files)).rejected
    return {one["path"]: (one["problems"][0]["field"], one["problems"][0]["message"]) for one in found}


@pytest.mark.parametrize("pack", [as_zip, as_tar, lambda files: as_tar(files, "w")])
def test_a_library_is_read_from_any_archive(pack):
    found = reading(pack({**FOLDERS, "lib/README.md": "text", "lib/device-types/a.png": b"\x89PNG"}))

    assert [one["key"] for one in found.types] == [
        "device-type/example-networks-sw-48",
        "device-type/example-systems-r1",
        "module-type/Example Systems/PSU-800",
    ]
    assert found.types[0]["path"] == PATH
    told = found.to_data()
    assert (told["folder"], told["newest"], told["passed_over"], told["rejected"]) == (
        "lib",
        "2025-05-29",
        2,
        [],
    )


@pytest.mark.parametrize(
    "pack", [lambda files, c: as_zip(files, c), lambda files, c: as_tar(files, commit=c)]
)
def test_the_commit_that_a_forge_leaves_in_an_archive_is_kept(pack):
    assert reading(pack(FOLDERS, "5" * 40)).archive.commit == "5" * 40
    assert reading(pack(FOLDERS, "no commit")).archive.commit == ""


def test_one_file_alone_and_loose_files_are_told_by_what_they_hold():
    assert reading(SWITCH.encode()).types[0]["document"]["kind"] == "device-type"
    assert [t["document"]["kind"] for t in reading(as_zip({"a.yaml": SERVER, "b.yml": MODULE})).types] == [
        "device-type", "module-type",
    ]  # fmt: skip


def test_what_is_in_force_is_known_by_its_hash_and_not_read():
    first = reading(as_zip(FOLDERS))
    known = {one["sha256"]: one["key"] for one in first.types}

    again = reading(as_tar({f"elsewhere/{name}": text for name, text in FOLDERS.items()}), known)

    assert (again.unchanged, again.types, again.rejected) == (3, [], [])


def test_a_bad_file_rejects_itself_only():
    bad = {
        "lib/device-types/a/alias.yaml": "a: &x 1\nb: *x",
        "lib/device-types/a/tag.yaml": "a: !!python/name:os.system",
        "lib/device-types/a/latin.yaml": "a: ü".encode("latin-1"),
        "lib/device-types/a/nul.yaml": "manufacturer: \"a\\0b\"",
        "lib/device-types/a/deep.yaml": "[" * 60_000,
        "lib/device-types/a/keys.yaml": "\n".join(f"k{n}: 1" for n in range(40_000)),
        "lib/device-types/a/large.yaml": "#" * (MAX_FILE_BYTES + 1),
        "lib/device-types/a/other.yaml": "name: CI\non: push",
        "lib/device-types/a/slugless.yaml": SWITCH.replace("slug:", "slag:"),
        "lib/device-types/b/again.yaml": SWITCH,
        "lib/rack-types/APC/AR1.yaml": "manufacturer: APC",
    }  # fmt: skip

    found = reading(as_zip({**FOLDERS, **bad}))

    assert len(found.types) == 3
    assert {one["path"] for one in found.rejected} == set(bad)
    assert all(p["message"] and p["remedy"] for one in found.rejected for p in one["problems"])
    first = rejected({**FOLDERS, **bad})
    assert first["lib/device-types/b/again.yaml"][0] == "slug"
    assert PATH in first["lib/device-types/b/again.yaml"][1]
    assert first["lib/device-types/a/slugless.yaml"] == ("slug", "is missing")
    assert first["lib/rack-types/APC/AR1.yaml"][1].startswith("is a rack type")


def test_a_type_that_is_unchanged_and_given_a_second_time_is_rejected_the_second_time():
    known = {one["sha256"]: one["key"] for one in reading(as_zip(FOLDERS)).types}
    twice = {
        **FOLDERS,
        "lib/device-types/b/again.yaml": SWITCH,
        "lib/device-types/b/other.yaml": SWITCH + "# more\n",
    }

    found = reading(as_zip(twice), known)

    assert (found.unchanged, len(found.rejected), found.types) == (3, 2, [])


def test_links_are_told_and_never_followed():
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for kind, name in (
            (tarfile.SYMTYPE, "sym"),
            (tarfile.LNKTYPE, "hard"),
            (tarfile.CHRTYPE, "device"),
            (tarfile.FIFOTYPE, "pipe"),
        ):
            entry = tarfile.TarInfo(f"lib/device-types/a/{name}.yaml")
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
    linked = io.BytesIO()
    with zipfile.ZipFile(linked, "w") as archive:
        entry = zipfile.ZipInfo("lib/device-types/a/sym.yaml")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")

    assert [one["path"][-9:] for one in reading(target.getvalue()).rejected] == [
        "/sym.yaml",
        "hard.yaml",
        "vice.yaml",
        "pipe.yaml",
    ]
    assert reading(linked.getvalue()).rejected[0]["problems"][0]["message"] == "is a link or a special file"


def encrypted():
    data = bytearray(as_zip(FOLDERS))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        data[at + offset] |= 1
    return bytes(data)


def overlapping():
    data = bytearray(as_zip({"a.yaml": SWITCH, "b.yaml": SERVER}))
    second = data.rfind(b"PK\x01\x02")
    struct.pack_into("<I", data, second + 42, 1)
    return bytes(data)


def lying():
    """A directory that says 10 bytes of an entry that has 700,000."""
    data = bytearray(as_zip({"a.yaml": "#" * 700_000}))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.find(mark) + offset, 10)
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (as_zip({"../../etc/a.yaml": SWITCH}), "points out"),
        (as_zip({"/etc/a.yaml": SWITCH}), "points out"),
        (as_zip({"C:\\a.yaml": SWITCH}), "points out"),
        (as_zip({"a\\..\\..\\b.yaml": SWITCH}), "points out"),
        (as_zip({"x" * 500 + ".yaml": SWITCH}), "points out"),
        (as_tar({"../a.yaml": SWITCH}), "points out"),
        (as_tar({"/a.yaml": SWITCH}), "points out"),
        (as_zip({"a.yaml": SWITCH, "bomb.bin": b"\0" * 12_000_000}), "times its size"),
        (as_tar({"a.yaml": SWITCH, "bomb.bin": b"\0" * 12_000_000}), "times its size"),
        (encrypted(), "encrypted"),
        (overlapping(), "overlap"),
        (lying(), "a"),
        (as_zip(FOLDERS)[:-40], "damaged"),
        (as_tar(FOLDERS)[:-40], "damaged"),
        (b"PK\x03\x04 nonsense", "damaged"),
        (b"\x1f\x8b nonsense", "damaged"),
        (b"BZh91AY", "packed in a way"),
        (b"7z\xbc\xaf\x27\x1c", "packed in a way"),
        (as_zip({"a.txt": "text"}), "No .yaml"),
        (as_zip({}), "No .yaml"),
    ],
)
def test_an_unsafe_or_damaged_archive_is_refused_at_once(data, word):
    started = time.process_time()

    with pytest.raises(Refused) as refused:
        reading(data)

    assert word in refused.value.message
    assert refused.value.remedy
    assert time.process_time() - started < 2


def test_names_given_twice_refuse_an_archive():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.yaml", SWITCH)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.yaml", SERVER)

    with pytest.raises(Refused, match="twice"):
        reading(target.getvalue())


def test_limits_hold_at_the_limit_and_refuse_beyond(monkeypatch):
    monkeypatch.setattr(archives, "MAX_ENTRIES", 5)
    assert len(reading(as_zip(generated(5))).types) == 5
    for pack in (as_zip, as_tar):
        with pytest.raises(Refused, match="more than 5 entries"):
            reading(pack(generated(6)))
    monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", len(SWITCH))
    assert len(reading(as_zip({"a.yaml": SWITCH})).types) == 1
    with pytest.raises(Refused, match="unpacks to more"):
        reading(as_zip({"a.yaml": SWITCH, "b.txt": "x"}))
    monkeypatch.setattr(archives, "MAX_FILE_BYTES", 100)
    with pytest.raises(Refused, match="bytes"):
        reading(as_zip(FOLDERS))


def test_any_bytes_are_read_or_refused():
    chance = random.Random(113)
    for pack in (as_zip, as_tar, lambda files: as_tar(files, "w")):
        whole = pack(FOLDERS)
        for _ in range(60):
            data = bytearray(whole)
            for _ in range(chance.randint(1, 20)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            try:
                reading(bytes(data)).to_data()
            except Refused as refused:
                assert refused.remedy


def test_the_child_reads_and_however_it_dies_only_the_import_is_refused(monkeypatch, tmp_path):
    data = as_zip(FOLDERS)
    assert len(device_run.read_types("a.zip", len(data), [data])["types"]) == 3
    (tmp_path / "abort.py").write_text("import os\nos.abort()")
    (tmp_path / "sleep.py").write_text("import time\ntime.sleep(60)")
    (tmp_path / "fail.py").write_text("raise RuntimeError('no')")
    hungry = (
        f"import json, sys\nsys.path.insert(0, {str(children.ROOT)!r})\nfrom config.limited import limit_this_process\n"
        "limit_this_process(**json.loads(sys.argv[1])['limits'])\nx = bytearray(3 * 2**30)"
    )
    (tmp_path / "hungry.py").write_text(hungry)
    monkeypatch.setattr(children, "ROOT", tmp_path)
    monkeypatch.setattr(device_run, "WALL_SECONDS", 2)
    for module, word in (
        ("abort", "memory"),
        ("sleep", "longer than"),
        ("fail", "failed"),
        ("hungry", "memory"),
    ):
        monkeypatch.setattr(device_run, "MODULE", module)
        with pytest.raises(device_run.Unreadable) as refused:
            device_run.read_types("a.zip", len(data), [data])
        assert word in refused.value.reason
        assert refused.value.remedy


def test_a_generated_library_of_many_is_read_whole():
    files = generated(400)
    for pack in (as_zip, as_tar):
        found = reading(pack(files))
        assert (len(found.types), found.rejected) == (400, [])
        assert {t["document"]["power_ports"][0]["maximum_watts"] for t in found.types} == set(range(300, 700))


@pytest.mark.skipif(
    "DEVICE_TYPES" not in os.environ, reason="DEVICE_TYPES names no folder with the community's library"
)
def test_the_library_of_the_community_is_read_whole():
    """DEVICE_TYPES: a folder with one .tar.gz of it and `newer_upstream/`; the counts are those of its own index."""
    folder = Path(os.environ["DEVICE_TYPES"])
    found = reading(next(folder.glob("*.tar.gz")).read_bytes())

    kinds = [one["document"]["kind"] for one in found.types]
    assert (kinds.count("device-type"), kinds.count("module-type"), found.rejected) == (2752, 1208, [])
    index = (folder / "devicetype_index.csv").read_text(encoding="utf-8").splitlines()[1:]
    archived = {
        one["path"].partition("/")[2] for one in found.types if one["document"]["kind"] == "device-type"
    }
    listed = {line.rpartition("archive:")[2] for line in index if ",archive:" in line}
    assert archived == listed
    newer = {str(p.relative_to(folder)): p.read_bytes() for p in folder.glob("newer_upstream/**/*.y*ml")}
    later = reading(as_zip(newer))
    assert (len(later.types), len(later.rejected)) == (5, 4)
    assert all("rack type" in one["problems"][0]["message"] for one in later.rejected)
    shipped = yaml.safe_load((DATA / "hardware-models.yaml").read_text(encoding="utf-8"))["groups"]
    originals = {one["sha256"]: one["document"] for one in (*found.types, *later.types)}
    for one in (one for group in shipped for one in group["types"]):
        assert originals[one["sha256"]] == one["document"], one["path"]
