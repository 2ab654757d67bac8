"""Imports of hardware models: nothing before apply, all or nothing, back again; twice changes nothing (R51, reliability P8)."""

from __future__ import annotations

import threading

import jsonschema
import pytest
import yaml
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection

from accounts.models import AuditEntry, Role
from catalog import device_imports
from catalog.engine.device_types import json_schema, key_of
from catalog.imports import device_run
from catalog.library import DATA
from catalog.models import HardwareImport, HardwareModel
from config.errors import Conflict, DomainError, Forbidden, Invalid, Stale
from jobs import services as jobs_services
from jobs import worker
from jobs.models import Job
from jobs.models import State as JobState
from tests.builders import a_team, a_user
from tests.catalog.device_library import FOLDERS, SWITCH, as_tar, as_zip

pytestmark = pytest.mark.django_db
State = HardwareImport.State


@pytest.fixture(autouse=True)
def files_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def manager(db):
    user = a_user()
    a_team(members=[user], role=Role.CATALOG_MANAGER)
    return user


def added(data, user=None, name="library.zip"):
    return device_imports.add_import(file=ContentFile(data), name=name, user=user)[0]


def read(data, user=None):
    found = added(data, user)
    return device_imports.read_import(found, report=lambda *_: None)


def applied(data, user):
    found = read(data)
    return device_imports.apply(found=found, user=user, based_on=found.version)


def in_force():
    return {
        m.key: (m.document, m.source_id, m.is_current)
        for m in HardwareModel.objects.in_force().order_by("key")
    }


def changed_library():
    heavier = SWITCH.replace("weight: 10", "weight: 20").replace("25gbase-x-sfp28", "10gbase-x-sfpp")
    more = SWITCH.replace("SW-48", "SW-49").replace("sw-48", "sw-49")
    return {
        **FOLDERS,
        "lib/device-types/Example Networks/SW-48.yaml": heavier,
        "lib/device-types/Example Networks/SW-49.yaml": more,
        "lib/device-types/Example Networks/bad.yaml": "slug: [",
    }


def test_nothing_is_in_force_before_it_is_applied(manager):
    found = read(as_zip(FOLDERS))

    assert (found.state, found.counts["new"], HardwareModel.objects.in_force().count()) == (State.READY, 3, 0)
    device_imports.apply(found=found, user=manager, based_on=found.version)
    assert set(in_force()) == {
        "device-type/example-networks-sw-48", "device-type/example-systems-r1", "module-type/Example Systems/PSU-800",
    }  # fmt: skip
    found.refresh_from_db()
    assert (found.state, found.applied_by) == (State.APPLIED, manager)
    assert AuditEntry.objects.filter(action="hardware_import.applied", subject_id=str(found.pk)).exists()


def test_a_model_keeps_where_it_is_from_and_tells_what_it_lacks(manager):
    source = applied(as_tar(FOLDERS, commit="5" * 40), manager)
    server = HardwareModel.objects.in_force().get(slug="example-systems-r1")

    assert (server.path, len(server.sha256)) == ("lib/device-types/Example Systems/R1.yml", 64)
    assert (server.source, source.commit, str(source.newest), source.folder) == (
        source,
        "5" * 40,
        "2025-05-29",
        "lib",
    )
    assert server.lacks == ["weight", "power", "airflow", "part number"]
    assert source.counts["lacking"] == {"weight": 1, "power": 1, "airflow": 1, "part-number": 1}


def test_the_same_content_again_changes_nothing(manager):
    applied(as_zip(FOLDERS), manager)
    before = in_force()

    for data in (as_zip(FOLDERS), as_tar({f"other/{name}": text for name, text in FOLDERS.items()})):
        again = read(data)
        assert (again.state, again.counts["unchanged"], again.counts["new"]) == (State.UNCHANGED, 3, 0)
        with pytest.raises(Conflict, match="nothing to change"):
            device_imports.apply(found=again, user=manager, based_on=again.version)
    in_other_words = read(as_zip({name: f"# a comment\n{text}" for name, text in FOLDERS.items()}))
    assert (in_other_words.state, in_other_words.counts["unchanged"]) == (State.UNCHANGED, 3)
    assert in_force() == before


def test_a_change_is_told_field_by_field_and_the_state_before_is_kept(manager):
    first = applied(as_zip(FOLDERS), manager)
    found = read(as_zip(changed_library()))

    counts = found.counts
    assert [counts[name] for name in ("new", "changed", "unchanged", "rejected", "large_changes", "not_in_files")] == [
        1, 1, 2, 1, 1, 0,
    ]  # fmt: skip
    switch = found.types.get(slug="example-networks-sw-48")
    told = {
        change["field"]: (change["before"], change["after"], change["is_large"]) for change in switch.changes
    }
    assert told["weight_kg"] == (4.536, 9.072, True)
    assert told["interfaces[eth2].type"] == ("25gbase-x-sfp28", "10gbase-x-sfpp", False)
    assert switch.change_count == 3
    device_imports.apply(found=found, user=manager, based_on=found.version)
    states = HardwareModel.objects.filter(identity=switch.identity).order_by("pk")
    assert [(state.source_id, state.is_current) for state in states] == [(first.pk, False), (found.pk, True)]


def test_roll_back_puts_in_force_what_was_before_and_can_be_undone(manager):
    first = applied(as_zip(FOLDERS), manager)
    before = in_force()
    second = applied(as_zip(changed_library()), manager)
    after = in_force()

    with pytest.raises(Conflict, match="applied later"):
        device_imports.roll_back(found=first, user=manager)
    device_imports.roll_back(found=second, user=manager)
    assert in_force() == before
    assert device_imports.roll_back(found=second, user=manager).state == State.ROLLED_BACK
    second.refresh_from_db()
    device_imports.apply(found=second, user=manager, based_on=second.version)
    assert in_force() == after
    device_imports.roll_back(found=second, user=manager)
    device_imports.roll_back(found=first, user=manager)
    assert in_force() == {}


def test_discarding_leaves_no_trace_but_the_audit_line(manager, settings):
    applied(as_zip(FOLDERS), manager)
    before = in_force()
    found = read(as_zip(changed_library()))

    with pytest.raises(Stale):
        device_imports.discard(found=found, user=manager, based_on=found.version - 1)
    device_imports.discard(found=found, user=manager, based_on=found.version)

    assert in_force() == before
    assert HardwareModel.objects.count() == 3
    assert not HardwareImport.objects.filter(pk=found.pk).exists()
    assert AuditEntry.objects.filter(action="hardware_import.discarded").exists()
    kept = HardwareImport.objects.get()
    with pytest.raises(Conflict, match="history"):
        device_imports.discard(found=kept, user=manager, based_on=kept.version)


def test_what_was_reviewed_is_what_is_applied(manager):
    one, other = read(as_zip(FOLDERS)), read(as_zip(changed_library()))
    device_imports.apply(found=one, user=manager, based_on=one.version)

    with pytest.raises(Conflict, match="changed since"):
        device_imports.apply(found=other, user=manager, based_on=other.version)
    assert HardwareModel.objects.in_force().count() == 3
    seen = other.version
    other, _ = device_imports.read_again(found=other, user=manager)
    other = device_imports.read_import(other, report=lambda *_: None)
    assert (other.counts["new"], other.counts["changed"]) == (1, 1)
    with pytest.raises(Stale):
        device_imports.apply(found=other, user=manager, based_on=seen)
    device_imports.apply(found=other, user=manager, based_on=other.version)
    assert HardwareModel.objects.in_force().count() == 4


def test_a_changed_type_that_another_import_changed_first_is_not_overwritten(manager):
    applied(as_zip(FOLDERS), manager)
    one = read(as_zip({"a.yaml": SWITCH.replace("weight: 10", "weight: 11")}))
    other = read(as_zip({"a.yaml": SWITCH.replace("weight: 10", "weight: 12")}))
    device_imports.apply(found=one, user=manager, based_on=one.version)

    with pytest.raises(Conflict, match="changed since"):
        device_imports.apply(found=other, user=manager, based_on=other.version)
    assert HardwareModel.objects.in_force().get(slug="example-networks-sw-48").document["weight_kg"] == 4.99


def test_applying_is_all_or_nothing(manager, monkeypatch):
    applied(as_zip(FOLDERS), manager)
    before = in_force()
    found = read(as_zip(changed_library()))

    def fails(*_, **__):
        raise IntegrityError("the power went")

    monkeypatch.setattr(device_imports, "audit", fails)
    with pytest.raises(IntegrityError):
        device_imports.apply(found=found, user=manager, based_on=found.version)
    assert in_force() == before
    found.refresh_from_db()
    assert found.state == State.READY


def test_what_is_refused_says_why_and_can_be_read_again(manager):
    found = read(b"PK\x03\x04 nonsense")

    assert found.state == State.REFUSED
    assert "damaged" in found.reason
    assert found.remedy
    with pytest.raises(Conflict):
        device_imports.apply(found=found, user=manager, based_on=found.version)


def test_only_who_keeps_the_catalog_may_import(manager):
    architect = a_user()
    a_team(members=[architect], role=Role.ARCHITECT)
    found = read(as_zip(FOLDERS))

    for act in (
        lambda: added(as_zip({"a.yaml": SWITCH}), architect),
        lambda: device_imports.apply(found=found, user=architect, based_on=found.version),
        lambda: device_imports.roll_back(found=found, user=architect),
        lambda: device_imports.read_again(found=found, user=architect),
        lambda: device_imports.discard(found=found, user=architect, based_on=found.version),
    ):
        with pytest.raises(Forbidden):
            act()
    assert list(HardwareImport.objects.all().visible_to(architect)) == []
    assert list(HardwareImport.objects.all().visible_to(manager)) == [found]


def test_the_job_reads_once_and_a_cancelled_one_leaves_nothing(manager):
    found, job = device_imports.add_import(file=ContentFile(as_zip(FOLDERS)), name="a.zip", user=manager)
    same, again = device_imports.add_import(file=ContentFile(as_zip(FOLDERS)), name="b.zip", user=manager)
    assert (same, again) == (found, job)
    jobs_services.cancel(job=job, user=manager)
    worker.run(str(job.pk))
    found.refresh_from_db()
    assert (found.state, HardwareModel.objects.count()) == (State.READING, 0)

    _, job = device_imports.read_again(found=found, user=manager)
    worker.run(str(job.pk))
    worker.run(str(job.pk))

    job.refresh_from_db()
    found.refresh_from_db()
    assert (job.state, found.state, HardwareModel.objects.count()) == (JobState.DONE, State.READY, 3)
    assert job.result == {"hardware_import": str(found.pk), "state": "ready"}


def test_a_job_of_a_discarded_import_is_superseded(manager):
    found, job = device_imports.add_import(file=ContentFile(as_zip(FOLDERS)), name="a.zip", user=manager)
    device_imports.discard(found=found, user=manager, based_on=found.version)

    job.refresh_from_db()
    assert job.state == JobState.SUPERSEDED
    assert HardwareModel.objects.count() == 0


def test_uploads_are_bounded(manager, settings, monkeypatch):
    with pytest.raises(Invalid, match="empty"):
        added(b"", manager)
    monkeypatch.setattr(device_imports, "MAX_WAITING", 1)
    added(as_zip(FOLDERS), manager)
    with pytest.raises(Conflict, match="wait already"):
        added(as_zip({"a.yaml": SWITCH}), manager)
    monkeypatch.setattr(device_imports, "MAX_WAITING", 20)
    settings.UPLOAD_QUOTA_USER_COUNT = 1
    with pytest.raises(DomainError, match="at most 1"):
        added(as_zip({"a.yaml": SWITCH}), manager)
    monkeypatch.setattr(device_imports.archives, "MAX_FILE_BYTES", 10)
    with pytest.raises(device_imports.TooLarge):
        added(as_zip(FOLDERS), manager)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "C:\\x\\evil.zip", "a\x00b.zip", "x" * 4000, "...", "", "CON"]
)
def test_a_file_name_is_data_only(manager, name, settings):
    found = added(as_zip(FOLDERS), manager, name=name)

    assert found.file_name
    assert len(found.file_name) <= 200
    assert "/" not in found.file_name
    assert found.file_name.isprintable()
    stored = [path.name for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
    assert stored == [found.sha256]


def test_the_command_previews_applies_and_says_what_is_wrong(tmp_path, capsys):
    for name, text in changed_library().items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    call_command("import_device_types", str(tmp_path / "lib"))
    told = capsys.readouterr().out
    assert "5 files: 4 new, 0 changed, 0 unchanged, 1 rejected" in told
    assert "not YAML" in told
    assert HardwareModel.objects.in_force().count() == 0
    call_command("import_device_types", str(tmp_path / "lib"), "--apply")
    assert HardwareModel.objects.in_force().count() == 4
    call_command("import_device_types", str(tmp_path / "lib"), "--apply")
    assert "0 new, 0 changed, 4 unchanged, 1 rejected" in capsys.readouterr().out
    (tmp_path / "empty").mkdir()
    for wrong in ("empty", "nothing"):
        with pytest.raises(CommandError, match="Nothing was changed"):
            call_command("import_device_types", str(tmp_path / wrong))
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04 nonsense")
    with pytest.raises(CommandError, match="damaged"):
        call_command("import_device_types", str(tmp_path / "bad.zip"))


def test_a_reader_that_dies_refuses_only_this_import(manager, monkeypatch):
    monkeypatch.setattr(device_run, "MODULE", "no.such.module")

    found = read(as_zip(FOLDERS))

    assert (found.state, found.reason) == (State.REFUSED, "Reading it failed.")
    monkeypatch.undo()


def test_shipped_models_are_there_at_once_and_never_in_the_way_of_imports(manager):
    entries = yaml.safe_load((DATA / "hardware-models.yaml").read_text(encoding="utf-8"))["groups"]
    documents = {key_of(t["document"]): t["document"] for group in entries for t in group["types"]}
    own = next(key for key in documents if key.endswith("mellanox-sn2700"))
    mine = SWITCH.replace("Example Networks", "Mellanox").replace("SW-48", "SN2700")
    applied(as_zip({"a.yaml": mine.replace("example-networks-sw-48", "mellanox-sn2700")}), manager)

    made = device_imports.load_shipped_models()
    again = device_imports.load_shipped_models()

    found = {model.key: model for model in HardwareModel.objects.in_force()}
    assert found.keys() == documents.keys()
    assert all(found[key].document == documents[key] for key in documents if key != own)
    assert found[own].part_number == "EN-48"
    assert ([one.state for one in made], again) == ([State.APPLIED] * len(entries), [])
    for document in documents.values():
        jsonschema.validate(document, json_schema())
    for one in reversed(made):
        device_imports.roll_back(found=one, user=manager)
    assert device_imports.load_shipped_models() == []
    assert list(in_force()) == [own]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer")
def test_two_who_apply_at_once_do_not_mix(manager):
    imports = [read(as_zip({"a.yaml": SWITCH.replace("weight: 10", f"weight: {n}")})) for n in (11, 12)]
    outcomes = []

    def act(found):
        try:
            device_imports.apply(found=found, user=manager, based_on=found.version)
            outcomes.append("applied")
        except Conflict:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(found,)) for found in imports]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["applied", "refused"]
    assert HardwareModel.objects.in_force().count() == 1
    assert Job.objects.count() == 0
