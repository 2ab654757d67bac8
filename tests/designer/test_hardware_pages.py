"""The hardware page: what is there already, device classes, pools, and counts that a person fixed."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Role
from catalog.engine.documents import write
from designer import services
from jobs.models import Job
from tests.builders import a_membership, a_user

pytestmark = pytest.mark.django_db


def address(design, name="design-hardware"):
    return reverse(f"designer:{name}", args=[design.pk])


def form(design, **changes):
    hardware = write(services.document_of(design).hardware)
    models = ("control", "compute", "storage", "leaf", "spine", "oob", "rack", "pdu")
    return {name: hardware[name] or "" for name in models} | {"version": design.version} | changes


def size(design, user):
    sizing = services.size_revision(
        services.freeze_revision(design=design, user=user), report=lambda *_: None
    )
    design.refresh_from_db()
    return sizing


EXISTING = {
    "existing-0-spec": "cmp-1024", "existing-0-role": "compute", "existing-0-count": "4",
    "existing-1-spec": "", "existing-1-role": "storage", "existing-1-count": "",
}  # fmt: skip
CLASSES = {
    "storage_tiers-0": "sto-hdd24",
    "pools-0-name": "objects", "pools-0-device_class": "hdd", "pools-0-share_of_raw": "100", "pools-0-k": "2",
    "pools-0-m": "1", "pools-1-name": "", "pools-1-device_class": "",
}  # fmt: skip


def test_the_page_opens_with_what_the_design_has(signed_in, design):
    page = signed_in.get(address(design)).content.decode()

    assert '<option value="cmp-512" selected>' in page
    assert 'name="existing-0-spec"' in page


def test_existing_nodes_classes_and_pools_are_saved_as_one_change_and_sized(signed_in, design):
    fixed = {"hardware-overrides-compute": "12", "policies-spare_hosts": "2"}

    answer = signed_in.post(address(design), form(design, **EXISTING, **CLASSES, **fixed))

    assert (answer.status_code, answer.url) == (302, address(design, "design-sizing"))
    design.refresh_from_db()
    document = services.document_of(design)
    assert design.version == 2
    assert [(row.spec, row.role.value, row.count) for row in document.hardware.existing] == [
        ("cmp-1024", "compute", 4)
    ]
    assert document.hardware.storage_tiers == ("sto-hdd24",)
    (pool,) = document.policies.pools
    assert (pool.name, pool.device_class.value, pool.share_of_raw, pool.k, pool.m) == (
        "objects",
        "hdd",
        1,
        2,
        1,
    )
    assert (document.hardware.overrides.compute, document.policies.spare_hosts) == (12, 2)
    assert Job.objects.filter(kind="designer.size_revision").count() == 1


def test_what_was_saved_is_shown_again(signed_in, design):
    signed_in.post(address(design), form(design, **EXISTING, **CLASSES))
    design.refresh_from_db()

    page = signed_in.get(address(design)).content.decode()

    assert '<option value="cmp-1024" selected>' in page
    assert '<option value="sto-hdd24" selected>' in page
    assert 'name="pools-0-share_of_raw" value="100"' in page
    assert 'name="existing-1-spec"' in page  # an empty row, without script too


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"existing-0-spec": "cmp-512", "existing-0-role": "compute", "existing-0-count": "many"}, "existing-0-count"),
        ({"existing-0-spec": "cmp-512", "existing-0-role": "storage", "existing-0-count": "3"}, "no drives for Ceph"),
        ({"storage_tiers-0": "sto-nvme24-100g"}, "Choose one model for each device class"),
        ({"pools-0-name": "a", "pools-0-device_class": "hdd", "pools-0-share_of_raw": "100"}, "has such drives"),
        ({"pools-0-name": "a", "pools-0-share_of_raw": "60"}, "Is the sum of the shares"),
        ({"hardware-overrides-compute": "0"}, "hardware-overrides-compute"),
        ({"compute": "abacus"}, "of the catalog"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_what_was_typed(signed_in, design, changes, words):
    answer = signed_in.post(address(design), form(design, **changes))

    page = answer.content.decode()
    assert answer.status_code == 400
    assert words in page
    design.refresh_from_db()
    assert design.version == 1
    for value in changes.values():
        assert value in page or value == "abacus"  # a choice that does not exist cannot be shown again


def test_an_edit_of_an_older_version_is_not_lost_on_either_side(signed_in, design, architect):
    old = form(design)
    services.change_part(design=design, part="profile", value="lab", based_on=1, user=architect)

    answer = signed_in.post(address(design), old | {"hardware-overrides-compute": "15"})

    assert answer.status_code == 412
    assert 'value="15"' in answer.content.decode()


def test_a_fixed_count_sticks_when_the_workload_changes_and_one_click_removes_it(
    signed_in, design, architect
):
    signed_in.post(address(design), form(design, **{"hardware-overrides-compute": "5"}))
    design.refresh_from_db()
    workload = {**write(services.document_of(design).workload)}
    workload["profiles"][0]["count"] = 600
    services.change_part(design=design, part="workload", value=workload, based_on=2, user=architect)
    design.refresh_from_db()
    result = size(design, architect).result
    page = signed_in.get(address(design, "design-sizing")).content.decode()

    assert result["counts"]["compute"] == 5
    assert result["overrides"][0] | {"label": ""} == {
        "field": "hardware.overrides.compute", "figure": "compute.hosts", "label": "", "unit": "nodes",
        "computed": 12, "chosen": 5, "formula": "sizing.C7",
    }  # fmt: skip
    assert "5 compute nodes are set by hand" in page
    assert "Let the rules count" in page

    answer = signed_in.post(
        address(design, "design-override-remove"),
        {"field": "hardware.overrides.compute", "version": design.version},
    )
    assert answer.status_code == 302
    design.refresh_from_db()
    assert size(design, architect).result["counts"]["compute"] == 12


@pytest.mark.parametrize("field", ["policies.racks", "policies.spare_hosts", "policies.controllers"])
def test_every_fixed_count_has_a_way_back(signed_in, design, field):
    name = field.partition(".")[2]
    policies = {**write(services.document_of(design).policies), name: 5}
    services.change_part(design=design, part="policies", value=policies, based_on=1, user=design.created_by)
    design.refresh_from_db()

    signed_in.post(address(design, "design-override-remove"), {"field": field, "version": 2})

    design.refresh_from_db()
    assert design.version == 3
    assert getattr(services.document_of(design).policies, name) == (3 if name == "controllers" else None)


def test_nothing_else_is_removed(signed_in, design):
    answer = signed_in.post(
        address(design, "design-override-remove"), {"field": "workload.profiles", "version": 1}
    )

    assert answer.status_code == 400
    design.refresh_from_db()
    assert design.version == 1


def test_who_may_only_read_changes_nothing(client, design):
    reader = a_user()
    a_membership(team=design.team, user=reader, role=Role.CATALOG_MANAGER)
    client.force_login(reader)

    assert client.get(address(design)).status_code == 200
    assert client.post(address(design), form(design)).status_code == 403
    answer = client.post(address(design, "design-override-remove"), {"field": "policies.racks", "version": 1})
    assert answer.status_code == 403


@pytest.mark.parametrize("table", ["existing", "pools"])
def test_a_row_comes_as_a_fragment(signed_in, table):
    page = signed_in.get(reverse("designer:hardware-row", args=[table]), {"index": "7"}).content.decode()

    assert f'name="{table}-7-' in page
    assert "<html" not in page


def test_capacity_says_what_would_change_the_answer(signed_in, design, architect):
    best = size(design, architect).result["best_change"]

    page = signed_in.get(address(design, "design-sizing")).content.decode()

    assert "What would change the answer" in page
    assert best["text"] in page
    assert "Leaf ports" in page


def test_disks_name_their_class_where_there_are_several(signed_in, design, architect):
    signed_in.post(address(design), form(design, **CLASSES))
    design.refresh_from_db()
    workload = reverse("designer:design-workload", args=[design.pk])
    assert 'name="object_storage_class"' in signed_in.get(workload).content.decode()

    values = {
        "version": design.version, "kind": "profiles", "object_storage_class": "hdd", "object_storage_tb": "40",
        "profiles-0-name": "Files", "profiles-0-count": "20", "profiles-0-vcpus": "2", "profiles-0-ram_gib": "4",
        "profiles-0-disk_gb": "2000", "profiles-0-device_class": "hdd",
    }  # fmt: skip
    assert signed_in.post(workload, values).status_code == 302
    design.refresh_from_db()
    saved = services.document_of(design).workload
    assert (saved.profiles[0].device_class.value, saved.object_storage_class.value) == ("hdd", "hdd")
    result = size(design, architect).result
    fast, slow = result["storage_classes"]
    assert (fast["sizing"]["needed_usable_tb"], slow["sizing"]["needed_usable_tb"]) == (0, 20 * 2 * 0.66 + 40)
    page = signed_in.get(address(design, "design-sizing")).content.decode()
    assert "From raw to usable: HDD" in page
