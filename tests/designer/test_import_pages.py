"""The pages of imports: upload on the workload tab, what is lost, switches, columns, use."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Role
from designer import services
from designer.models import WorkloadImport
from jobs import worker
from jobs.models import Job, State
from tests.builders import a_membership, a_team, a_user
from tests.designer.imports.files import VINFO, a_vm, an_estate, csv_bytes, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def upload(client, design, data=None, name="export.xlsx", **more):
    data = workbook({"vInfo": an_estate()}) if data is None else data
    url = reverse("designer:import-create", args=[design.pk])
    return client.post(url, {"files": SimpleUploadedFile(name, data), **more})


def work():
    for job in Job.objects.filter(kind="designer.read_inventory", state=State.QUEUED):
        worker.run(str(job.pk))


@pytest.fixture
def imported(signed_in, design):
    answer = upload(signed_in, design)
    assert answer.status_code == 302
    work()
    return WorkloadImport.objects.get()


def page(client, found):
    answer = client.get(reverse("designer:import-detail", args=[found.pk]))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_workload_tab_takes_files_and_names_the_limits(signed_in, design, imported):
    shown = signed_in.get(reverse("designer:design-workload", args=[design.pk])).content.decode()

    assert "At most 8 files of 64 MiB, 1,000,000 rows and 1,000 columns a table, 100,000 VMs." in shown
    assert reverse("designer:import-detail", args=[imported.pk]) in shown


def test_the_page_shows_what_counts_and_each_loss_with_its_reason(signed_in, imported):
    shown = page(signed_in, imported)

    for text in (
        "Templates: copied from, never run",
        "vCLS",
        "Powered off",
        "template-1",
        "old-1",
        "no-size",
    ):
        assert text in shown
    totals = re.search(r"<th scope=.row.>vCPU</th>(.*?)</tr>", shown)[1]
    assert re.findall(r"<td class=.num.>([^<]*?)\s*</td>", totals) == [
        "28",
        "not measured",
        "not measured",
        "28",
        "100",
        "28",
    ]


def test_a_page_of_files_that_are_being_read_asks_again(signed_in, design):
    upload(signed_in, design)

    assert 'hx-trigger="every 2s"' in page(signed_in, WorkloadImport.objects.get())


def test_the_switches_recount_and_the_page_shows_the_ratio(signed_in, imported):
    form = {
        "version": 1,
        "include": ["powered_off"],
        "basis": "used",
        "disk_basis": "used",
        "comfort_factor": "1.5",
        "max_profiles": "3",
    }

    answer = signed_in.post(reverse("designer:import-switches", args=[imported.pk]), form)

    assert answer.status_code == 302
    imported.refresh_from_db()
    assert imported.report["loss"]["kept"]["vms"] == 7
    shown = page(signed_in, imported)
    assert "times 1.5" in shown
    assert "Written share of disks" in shown


@pytest.mark.parametrize(
    ("change", "status", "text"),
    [
        ({"comfort_factor": "9"}, 400, "comfort_factor"),
        ({"version": "7"}, 412, "version 1 is current"),
        ({"basis": ""}, 302, ""),
    ],
)
def test_a_switch_that_cannot_be_leaves_the_page_with_what_helps(signed_in, imported, change, status, text):
    form = {"version": 1, "basis": "provisioned", "comfort_factor": "1.3", "max_profiles": "20", **change}

    answer = signed_in.post(reverse("designer:import-switches", args=[imported.pk]), form)

    assert (answer.status_code, text in answer.content.decode()) == (status, True)


def test_using_it_leads_to_the_capacity_of_the_new_workload(signed_in, design, imported):
    url = reverse("designer:import-use", args=[imported.pk])

    answer = signed_in.post(url, {"version": 1})
    stale = signed_in.post(url, {"version": 1})

    assert answer.url == reverse("designer:design-sizing", args=[design.pk])
    design.refresh_from_db()
    assert (design.version, services.document_of(design).workload.vms) == (2, 6)
    assert stale.status_code == 412


def test_a_vm_that_no_host_can_carry_is_refused_on_the_page(signed_in, design):
    upload(signed_in, design, csv_bytes([VINFO, a_vm("giant", cpus=1000, ram=20_000 * 1024)]), "a.csv")
    work()
    found = WorkloadImport.objects.get()

    answer = signed_in.post(reverse("designer:import-use", args=[found.pk]), {"version": 1})

    assert answer.status_code == 400
    design.refresh_from_db()
    assert design.version == 1


def test_columns_are_named_on_the_page(signed_in, design):
    upload(signed_in, design, csv_bytes([("Maschine", "Kerne", "Speicher"), ("a", 2, 4)]), "mine.csv")
    work()
    found = WorkloadImport.objects.get()
    assert '<option value="Kerne"' in page(signed_in, found)

    form = {"version": 1, "vcpus": "Kerne", "ram": "Speicher", "ram_unit": "GiB", "name": "Maschine"}
    assert signed_in.post(reverse("designer:import-mapping", args=[found.pk]), form).status_code == 302
    work()

    found.refresh_from_db()
    assert (found.state, found.report["profiles"][0]["vcpus"]) == ("ready", 2)


def test_a_wrong_encoding_is_refused_and_another_may_be_chosen(signed_in, design):
    upload(signed_in, design, csv_bytes([VINFO, a_vm("größe")], encoding="windows-1252"), "a.csv")
    work()
    found = WorkloadImport.objects.get()
    assert "Line 2 holds bytes that are not UTF-8." in page(signed_in, found)

    signed_in.post(
        reverse("designer:import-mapping", args=[found.pk]), {"version": 1, "encoding": "windows-1252"}
    )
    work()

    found.refresh_from_db()
    assert found.state == "ready"


def test_names_from_files_are_text_on_the_page(signed_in, design):
    rows = [
        VINFO,
        a_vm("<script>alert(1)</script>", power="poweredOff"),
        a_vm("=1+1", power="poweredOff", uuid="2"),
    ]
    upload(signed_in, design, csv_bytes(rows), "<img src=x>.csv")
    work()

    shown = page(signed_in, WorkloadImport.objects.get())

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<script>alert" not in shown
    assert "<img src=x>" not in shown


def test_no_file_is_no_import(signed_in, design):
    answer = signed_in.post(reverse("designer:import-create", args=[design.pk]))

    assert answer.status_code == 400
    assert "Choose 1 to 8 files" in answer.content.decode()


def test_whoever_may_not_change_designs_sees_the_report_and_no_form(client, team, imported):
    reader = a_user()  # a catalog manager reads designs and changes none
    a_membership(team=team, user=reader, role=Role.CATALOG_MANAGER)
    client.force_login(reader)

    assert "Use this workload" not in page(client, imported)
    assert client.post(reverse("designer:import-use", args=[imported.pk]), {"version": 1}).status_code == 403


@pytest.mark.parametrize("name", ["import-detail", "import-switches", "import-mapping", "import-use"])
def test_a_stranger_finds_nothing(client, imported, name):
    stranger = a_user()
    a_team(members=[stranger])
    client.force_login(stranger)
    ask = client.get if name == "import-detail" else client.post

    assert ask(reverse(f"designer:{name}", args=[imported.pk])).status_code == 404


def test_an_import_is_deleted_from_its_page_and_the_workload_stays(signed_in, design, imported):
    signed_in.post(reverse("designer:import-use", args=[imported.pk]), {"version": design.version})
    design.refresh_from_db()
    used = design.version
    url = reverse("designer:import-delete", args=[imported.pk])

    stale = signed_in.post(url, {"version": imported.version + 1})
    answer = signed_in.post(url, {"version": imported.version})

    design.refresh_from_db()
    assert (stale.status_code, answer.status_code, design.version) == (412, 302, used)
    assert not WorkloadImport.objects.exists()


def test_the_page_says_with_numbers_that_there_is_no_room(signed_in, design, settings):
    settings.UPLOAD_QUOTA_TEAM_MIB = 1

    answer = upload(signed_in, design, data=b"a,b\n" * 300_000)

    assert answer.status_code == 413
    assert "this one has 1,200,000; at most 1,048,576 are" in answer.content.decode()


def test_the_load_of_processors_is_shown_beside_what_is_provisioned(signed_in, design):
    rows = [
        ("Server", "vCPU", "RAM GiB", "CPU %", "Peak CPU %"),
        ("a", 4, 8, 25, 50),
        ("b", 8, 8, 50, ""),
        ("c", 2, 8, "", ""),
    ]
    upload(signed_in, design, data=csv_bytes(rows), name="mine.csv")
    work()

    shown = re.sub(r"<[^>]+>", " ", page(signed_in, WorkloadImport.objects.get()))

    assert re.search(r"vCPU\s+14\s+5\s+of 2 VMs\s+2\s+of 1 VMs\s+14\s+100\s+14", shown)


def test_a_bill_shows_machines_and_the_hours_that_they_run(signed_in, design):
    header = ("ChargeCategory", "ServiceCategory", "BilledCost", "ChargePeriodStart", "ChargePeriodEnd", "ChargeDescription",
              "ConsumedQuantity", "ConsumedUnit", "ResourceType", "ResourceId", "ProviderName")  # fmt: skip
    line = ("Usage", "Compute", "1", "2024-09-01 00:00:00", "2024-09-02 00:00:00", "$0.1 per On Demand Linux m5.large Instance Hour",
            "6", "Hours", "instance", "i-1", "AWS")  # fmt: skip
    upload(signed_in, design, data=csv_bytes([header, line]), name="focus.csv")
    work()

    shown = page(signed_in, WorkloadImport.objects.get())

    assert "Machines in the bill" in shown
    assert "Else on, % of hours" in shown
    assert '<td class="num">0</td><td class="num">25</td>' in shown


def test_a_report_that_was_stored_before_loads_were_summed_is_still_shown(signed_in, design, imported):
    kept = imported.report["loss"]["kept"]
    del kept["vcpus_used"], kept["vcpus_peak"]
    kept["cpu_measured"] = kept["cpu_peak_measured"] = 1
    imported.save()

    assert "What counts and what is lost" in page(signed_in, imported)
