"""Imports over REST: upload, report, switches, use; and what a stranger or a reader may not."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Role
from designer import services
from designer.models import WorkloadImport
from jobs import worker
from jobs.models import Job, State
from tests.builders import a_membership, a_team, a_user
from tests.designer.imports.files import TOTALS, an_estate, csv_bytes, workbook

pytestmark = pytest.mark.django_db

URL = "/api/v1/imports/"
JSON = "application/json"


@pytest.fixture(autouse=True)
def files_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def upload(client, design, data=None, name="export.xlsx", **more):
    data = workbook({"vInfo": an_estate()}) if data is None else data
    return client.post(URL, {"design": str(design.pk), "files": SimpleUploadedFile(name, data), **more})


def work():
    """Do what waits, as a worker would."""
    for job in Job.objects.filter(kind="designer.read_inventory", state=State.QUEUED):
        worker.run(str(job.pk))


def ready(client, design, **more):
    found = upload(client, design, **more).json()
    work()
    answer = client.get(f"{URL}{found['id']}/")
    return answer.json(), answer["ETag"]


def test_an_upload_is_read_in_the_background_and_comes_to_its_totals(signed_in, design):
    answer = upload(signed_in, design)

    assert answer.status_code == 202
    assert (answer.json()["state"], answer.json()["report"]) == ("reading", None)
    assert answer["Location"] == f"{URL}{answer.json()['id']}/"
    work()
    found = signed_in.get(answer["Location"]).json()
    assert (found["state"], found["format"], found["file_name"]) == ("ready", "rvtools", "export.xlsx")
    kept = found["report"]["loss"]["kept"]
    assert {name: kept[name] for name in TOTALS} == TOTALS
    assert Job.objects.get().result == {"import": found["id"], "design": str(design.pk), "state": "ready"}
    design.refresh_from_db()
    assert design.version == 1


def test_the_same_file_again_is_the_same_import_and_no_work(signed_in, design):
    found, _ = ready(signed_in, design)

    again = upload(signed_in, design, name="renamed.xlsx")

    assert (again.status_code, again.json()) == (200, found)
    assert (WorkloadImport.objects.count(), Job.objects.count()) == (1, 1)


def test_one_whose_job_was_lost_is_asked_for_again_by_the_same_file(signed_in, design):
    first = upload(signed_in, design)
    Job.objects.all().delete()

    again = upload(signed_in, design)
    work()

    assert (first.status_code, again.status_code) == (202, 202)
    assert WorkloadImport.objects.get().state == "ready"


def test_one_key_with_another_file_of_the_same_name_is_another_request(signed_in, design):
    key = {"Idempotency-Key": "4711"}

    def send(data):
        body = {"design": str(design.pk), "files": SimpleUploadedFile("a.csv", data)}
        return signed_in.post(URL, body, headers=key)

    first, again, other = send(b"a,b\n1,2\n"), send(b"a,b\n1,2\n"), send(b"a,b\n1,3\n")

    assert (first.status_code, again["Idempotency-Replayed"], other.status_code) == (202, "true", 409)
    assert first.json() == again.json()


def test_using_it_makes_one_version_of_the_workload_and_a_second_time_none(signed_in, design):
    found, _ = ready(signed_in, design)

    first = signed_in.post(f"{URL}{found['id']}/use/", {"design_version": 1}, content_type=JSON)
    second = signed_in.post(f"{URL}{found['id']}/use/", {"design_version": 2}, content_type=JSON)

    assert (first.status_code, first.json()["design_version"]) == (202, 2)
    assert (second.status_code, second.json()) == (
        200,
        {"design": str(design.pk), "design_version": 2, "job": None},
    )
    design.refresh_from_db()
    workload = services.document_of(design).workload
    assert (workload.vms, sum(p.count * p.vcpus for p in workload.profiles)) == (6, 28)
    assert Job.objects.filter(kind="designer.size_revision").count() == 1
    assert WorkloadImport.objects.get().used_version == 2
    assert design.change_sets.get(version=2).part == "workload"


def test_a_version_of_the_design_that_moved_on_is_not_overwritten(signed_in, design, architect):
    found, _ = ready(signed_in, design)
    policies = replace(services.document_of(design).policies, controllers=5)
    services.change_part(design=design, part="policies", value=policies, based_on=1, user=architect)

    answer = signed_in.post(f"{URL}{found['id']}/use/", {"design_version": 1}, content_type=JSON)

    assert (answer.status_code, answer.json()["version"]) == (412, 2)


def test_switches_change_what_counts_and_equal_ones_change_nothing(signed_in, design):
    found, tag = ready(signed_in, design)
    body = {"switches": {"include": ["powered_off", "suspended"], "max_profiles": 1}}

    changed = signed_in.patch(f"{URL}{found['id']}/", body, content_type=JSON, headers={"If-Match": tag})
    again = signed_in.patch(
        f"{URL}{found['id']}/", body, content_type=JSON, headers={"If-Match": changed["ETag"]}
    )

    report = changed.json()["report"]
    assert (report["loss"]["kept"]["vms"], report["loss"]["included_after_all"]) == (
        8,
        {"powered_off": 1, "suspended": 1},
    )
    assert len(report["profiles"]) == 1
    assert (again.status_code, again["ETag"]) == (200, changed["ETag"])


@pytest.mark.parametrize(
    "switches",
    [{"basis": "guessed"}, {"comfort_factor": 0.5}, {"max_profiles": 0}, {"bogus": 1}, {"include": ["x"]}],
)
def test_a_switch_that_cannot_be_is_refused_by_its_name(signed_in, design, switches):
    found, tag = ready(signed_in, design)

    answer = signed_in.patch(
        f"{URL}{found['id']}/", {"switches": switches}, content_type=JSON, headers={"If-Match": tag}
    )

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].startswith(f"switches.{next(iter(switches))}")


def test_a_change_says_what_it_is_based_on(signed_in, design):
    found, _ = ready(signed_in, design)
    url = f"{URL}{found['id']}/"

    assert signed_in.patch(url, {"switches": {}}, content_type=JSON).status_code == 428
    stale = signed_in.patch(url, {"switches": {}}, content_type=JSON, headers={"If-Match": '"9"'})
    assert (stale.status_code, stale.json()["version"]) == (412, 1)


def test_right_sized_disks_switch_the_written_share_of_the_plan_off(signed_in, design):
    found, tag = ready(signed_in, design)
    signed_in.patch(
        f"{URL}{found['id']}/",
        {"switches": {"disk_basis": "used"}},
        content_type=JSON,
        headers={"If-Match": tag},
    )

    signed_in.post(f"{URL}{found['id']}/use/", {"design_version": 1}, content_type=JSON)

    design.refresh_from_db()
    document = services.document_of(design)
    used_gb = sum(p.count * p.disk_gb for p in document.workload.profiles)
    assert round(used_gb) == round(TOTALS["disk_used_mib"] * 2**20 / 10**9)
    assert document.policies.thin_share_boot == 1


def test_a_refused_file_says_why_and_what_helps_and_may_be_sent_again(signed_in, design):
    found, _ = ready(signed_in, design, data=b"PK\x03\x04 nonsense")

    assert (found["state"], found["report"]) == ("refused", None)
    assert found["reason"].startswith("The archive is damaged")
    assert found["remedy"]
    assert Job.objects.get().state == State.DONE
    assert (
        signed_in.post(f"{URL}{found['id']}/use/", {"design_version": 1}, content_type=JSON).status_code
        == 409
    )
    assert upload(signed_in, design, data=b"PK\x03\x04 nonsense").status_code == 202


def test_a_table_waits_until_its_columns_are_named(signed_in, design):
    data = csv_bytes([("Maschine", "Kerne", "Speicher"), ("a", 2, 4)])
    found, tag = ready(signed_in, design, data=data, name="mine.csv")
    assert (found["state"], found["columns"]) == ("needs-mapping", ["Maschine", "Kerne", "Speicher"])

    mapping = {"vcpus": "Kerne", "ram": "Speicher", "ram_unit": "GiB"}
    answer = signed_in.patch(
        f"{URL}{found['id']}/", {"mapping": mapping}, content_type=JSON, headers={"If-Match": tag}
    )
    work()

    assert answer.json()["state"] == "reading"
    found = signed_in.get(f"{URL}{found['id']}/").json()
    assert (found["state"], found["report"]["loss"]["kept"]["ram_mib"]) == ("ready", 4096)


def test_a_mapping_of_unknown_things_is_refused(signed_in, design):
    found, tag = ready(signed_in, design)

    answer = signed_in.patch(
        f"{URL}{found['id']}/",
        {"mapping": {"ram_unit": "bits", "x": "y"}},
        content_type=JSON,
        headers={"If-Match": tag},
    )

    assert [p["field"] for p in answer.json()["errors"]] == ["mapping.ram_unit", "mapping.x"]


def test_several_files_make_one_inventory(signed_in, design):
    servers = [
        {"ID": "1", "Name": "a", "Status": "ACTIVE", "Flavor": "c2", "Networks": {}, "Image Name": "x"}
    ]
    flavors = [{"Name": "c2", "RAM": 4096, "Disk": 40, "VCPUs": 2}]
    files = [
        SimpleUploadedFile(name, json.dumps(d).encode())
        for name, d in (("s.json", servers), ("f.json", flavors))
    ]

    answer = signed_in.post(URL, {"design": str(design.pk), "files": files})
    work()

    found = signed_in.get(answer["Location"]).json()
    assert (found["format"], found["report"]["loss"]["kept"]["ram_mib"], len(found["files"])) == (
        "openstack",
        4096,
        2,
    )


def test_a_bill_takes_sizes_from_the_price_books(signed_in, design, price_books):
    header = (
        "ChargeCategory",
        "ServiceCategory",
        "BilledCost",
        "ChargePeriodStart",
        "ChargePeriodEnd",
        "ChargeDescription",
        "ConsumedQuantity",
        "ConsumedUnit",
        "ResourceType",
        "ResourceId",
        "ProviderName",
    )
    line = ("Usage", "Compute", "1", "2024-09-01 00:00:00", "2024-09-02 00:00:00", "$0.1 per On Demand Linux m7i.large Instance Hour", "24", "Hours", "instance", "i-1", "AWS")  # fmt: skip

    found, _ = ready(signed_in, design, data=csv_bytes([header, line]), name="focus.csv")

    kept = found["report"]["loss"]["kept"]
    assert (found["format"], kept["vms"], kept["vcpus"], kept["ram_mib"]) == ("focus", 1, 2, 8192)
    assert any("price books" in note for note in found["report"]["notes"])


def test_names_of_files_are_only_shown(signed_in, design):
    found, _ = ready(signed_in, design, name="..\\..\\x\u202e<b>.xlsx")

    stored = WorkloadImport.objects.get()
    assert "/" not in found["file_name"]
    assert "\\" not in found["file_name"]
    assert stored.files[0]["sha256"] == stored.sha256


@pytest.mark.parametrize(
    ("change", "status"),
    [({"files": ""}, 400), ({"design": "nobody"}, 400), ({"encoding": "klingon"}, 400)],
)
def test_what_is_missing_or_wrong_is_refused(signed_in, design, change, status):
    body = {"design": str(design.pk), "files": SimpleUploadedFile("a.csv", b"x"), **change}

    assert signed_in.post(URL, body).status_code == status


def test_more_bytes_than_are_read_are_refused_with_the_numbers(signed_in, design, monkeypatch):
    from designer.imports import limits

    monkeypatch.setattr(limits, "MAX_FILE_BYTES", 1000)
    at_limit = upload(signed_in, design, data=b"x" * 1000)
    above = upload(signed_in, design, data=b"x" * 1001)
    announced = signed_in.generic(
        "POST", URL, b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH="9000000000"
    )

    assert (at_limit.status_code, above.status_code, announced.status_code) == (202, 413, 413)
    assert "1,001 bytes; at most 1,000" in above.json()["detail"]


def test_a_design_has_so_many_imports_and_no_more(signed_in, design, monkeypatch):
    from designer.imports import services as imports

    monkeypatch.setattr(imports, "MAX_IMPORTS_OF_A_DESIGN", 1)

    assert upload(signed_in, design, data=b"a,b\n1,2\n").status_code == 202
    assert upload(signed_in, design, data=b"a,b\n1,3\n").status_code == 409


def test_more_bytes_than_a_person_may_keep_are_413_with_the_numbers_and_leave_no_file(
    signed_in, design, settings, tmp_path
):
    settings.UPLOAD_QUOTA_USER_MIB = 1
    first = upload(signed_in, design, data=b"vm,vcpus\n" + b"a,1\n" * 200_000)
    again = upload(signed_in, design, data=b"vm,vcpus\n" + b"a,1\n" * 200_000)

    above = upload(signed_in, design, data=b"vm,vcpus\n" + b"b,1\n" * 200_000)

    assert (first.status_code, again.status_code, above.status_code) == (202, 202, 413)
    assert above.json()["type"] == "storage-quota-exceeded"
    assert (
        "You keep 800,009 bytes of uploads and this one has 800,009; at most 1,048,576"
        in above.json()["detail"]
    )
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_more_uploads_than_a_team_may_keep_are_409_until_one_is_deleted(signed_in, design, settings):
    settings.UPLOAD_QUOTA_TEAM_COUNT = 1
    found, tag = ready(signed_in, design)
    url = f"{URL}{found['id']}/"

    above = upload(signed_in, design, data=b"a,b\n1,3\n")
    deleted = signed_in.delete(url, headers={"If-Match": tag})

    assert (above.status_code, above.json()["type"]) == (409, "upload-count-exceeded")
    assert "keeps 1 uploads; at most 1" in above.json()["detail"]
    assert (deleted.status_code, signed_in.get(url).status_code) == (204, 404)
    assert upload(signed_in, design, data=b"a,b\n1,3\n").status_code == 202


def test_files_go_with_the_last_import_that_has_them(
    signed_in, design, tmp_path, architect, django_capture_on_commit_callbacks
):
    alone, tag = ready(signed_in, design, data=b"vm,vcpus,ram gib\na,1,2\n", name="a.csv")
    copied = services.create_design(
        customer=design.customer, user=architect, name="Another", reference_design="rd-mid"
    )
    other, other_tag = ready(signed_in, copied, data=b"vm,vcpus,ram gib\na,1,2\n", name="a.csv")

    def files_after_deleting(found, tag):
        with django_capture_on_commit_callbacks(execute=True):
            assert signed_in.delete(f"{URL}{found['id']}/", headers={"If-Match": tag}).status_code == 204
        return len([path for path in tmp_path.rglob("*") if path.is_file()])

    assert signed_in.delete(f"{URL}{alone['id']}/").status_code == 428
    assert signed_in.delete(f"{URL}{alone['id']}/", headers={"If-Match": '"9"'}).status_code == 412
    assert [files_after_deleting(alone, tag), files_after_deleting(other, other_tag)] == [1, 0]


def test_a_reader_sees_it_and_changes_nothing(client, design, team, signed_in):
    found, tag = ready(signed_in, design)
    reader = a_user()  # a catalog manager reads designs and changes none
    a_membership(team=team, user=reader, role=Role.CATALOG_MANAGER)
    client.force_login(reader)

    url = f"{URL}{found['id']}/"
    assert client.get(url).status_code == 200
    assert upload(client, design).status_code == 403
    assert (
        client.patch(url, {"switches": {}}, content_type=JSON, headers={"If-Match": tag}).status_code == 403
    )
    assert client.post(f"{url}use/", {"design_version": 1}, content_type=JSON).status_code == 403
    assert client.delete(url, headers={"If-Match": tag}).status_code == 403


def test_a_stranger_finds_nothing(client, design, signed_in):
    found, tag = ready(signed_in, design)
    stranger = a_user()
    a_team(members=[stranger])
    client.force_login(stranger)

    url = f"{URL}{found['id']}/"
    assert client.get(url).status_code == 404
    assert client.get(URL).json()["results"] == []
    assert (
        client.patch(url, {"switches": {}}, content_type=JSON, headers={"If-Match": tag}).status_code == 404
    )
    assert client.post(f"{url}use/", {"design_version": 1}, content_type=JSON).status_code == 404
    assert upload(client, design).status_code == 400  # an unknown object, like any design of others


def test_a_list_has_no_rows_and_comes_newest_first(signed_in, design):
    ready(signed_in, design)
    ready(signed_in, design, data=csv_bytes(an_estate()), name="second.csv")

    listed = signed_in.get(URL).json()["results"]

    assert [row["file_name"] for row in listed] == ["second.csv", "export.xlsx"]
    assert "report" not in listed[0]
