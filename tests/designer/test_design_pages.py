"""The pages of designs: they show what the services know, keep what was typed, and hide what is not yours."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from designer import services
from designer.models import Design
from tests.builders import a_team, a_user

pytestmark = pytest.mark.django_db

PAGES = (
    "design-detail",
    "design-workload",
    "design-sizing",
    "design-drawing",
    "design-drawing-svg",
    "design-findings",
    "design-history",
)


@pytest.fixture
def sized(design, architect):
    services.size_revision(services.freeze_revision(design=design, user=architect), report=lambda *_: None)
    design.refresh_from_db()
    return design


def form(design, **changes):
    values = {
        "version": design.version, "kind": "profiles", "annual_growth_rate": "12.5", "cpu_allocation_ratio": "4",
        "profiles-0-name": "Web", "profiles-0-count": "250", "profiles-0-vcpus": "4", "profiles-0-ram_gib": "8",
        "profiles-0-disk_gb": "60", "profiles-0-is_production": "on",
    }  # fmt: skip
    return values | changes


@pytest.mark.parametrize("page", PAGES)
def test_every_page_of_a_sized_design_opens(signed_in, sized, page):
    answer = signed_in.get(reverse(f"designer:{page}", args=[sized.pk]))

    assert answer.status_code == 200


@pytest.mark.parametrize("page", ["home", "customer-list", "customer-create", "design-list", "design-create"])
def test_every_list_opens(signed_in, sized, page):
    assert signed_in.get(reverse(f"designer:{page}")).status_code == 200


def test_the_overview_shows_figures_with_their_formula(signed_in, sized):
    page = signed_in.get(reverse("designer:design-detail", args=[sized.pk])).content.decode()

    assert "sizing.C7" in page
    assert 'data-element="cmp10"' in page


def test_a_share_is_not_rounded_away(signed_in, sized):
    page = signed_in.get(reverse("designer:design-sizing", args=[sized.pk])).content.decode()
    row = page[page.index(">Fill limit<") :]

    assert ">0.825<" in row[: row.index("</tr>")]


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_finds_nothing(client, sized, page):
    stranger = a_user()
    a_team(members=[stranger])
    client.force_login(stranger)

    assert client.get(reverse(f"designer:{page}", args=[sized.pk])).status_code == 404


def test_saving_a_workload_makes_one_version_and_asks_for_a_sizing(signed_in, design):
    answer = signed_in.post(reverse("designer:design-workload", args=[design.pk]), form(design))

    assert answer.status_code == 302
    design.refresh_from_db()
    assert design.version == 2
    workload = services.document_of(design).workload
    assert (workload.vms, str(workload.annual_growth_rate)) == (250, "0.125")


def test_totals_become_profiles(signed_in, design):
    values = {
        "version": 1,
        "kind": "totals",
        "vms": "100",
        "vcpus": "256",
        "ram_gib": "800",
        "disk_gb": "6000",
    }

    signed_in.post(reverse("designer:design-workload", args=[design.pk]), values)

    design.refresh_from_db()
    profiles = services.document_of(design).workload.profiles
    assert sum(p.count for p in profiles) == 100
    assert sum(p.count * p.vcpus for p in profiles) == 256


def test_a_wrong_number_is_named_and_the_rest_stays_as_typed(signed_in, design):
    answer = signed_in.post(
        reverse("designer:design-workload", args=[design.pk]), form(design, **{"profiles-0-count": "-5"})
    )

    assert answer.status_code == 400
    page = answer.content.decode()
    assert 'value="-5"' in page
    assert "profiles-0-count" in page
    assert Design.objects.get().version == 1


def test_a_stale_form_keeps_what_was_typed_and_tells_who_was_faster(
    signed_in, design, price_books, architect
):
    services.change_part(
        design=design,
        part="clouds",
        value=[{"provider": "aws", "region": "eu-central-1"}],
        based_on=1,
        user=architect,
    )

    answer = signed_in.post(reverse("designer:design-workload", args=[design.pk]), form(design, version=1))

    assert answer.status_code == 412
    page = answer.content.decode()
    assert "clouds" in page
    assert 'value="250"' in page
    assert 'name="version" value="2"' in page


def test_a_new_design_is_created_and_sized(signed_in, catalog, customer):
    values = form(Design(version=1), name="Second", customer=str(customer.pk), reference_design="rd-mid")

    answer = signed_in.post(reverse("designer:design-create"), values)

    design = Design.objects.get()
    assert answer.url == reverse("designer:design-detail", args=[design.pk])
    assert services.document_of(design).workload.vms == 250


def test_the_drawing_file_is_safe_to_open(signed_in, design):
    answer = signed_in.get(reverse("designer:design-drawing-svg", args=[design.pk]))

    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]


def test_the_share_of_the_control_plane_is_asked_where_nodes_do_everything(
    signed_in, customer, architect, design
):
    together = services.create_design(
        customer=customer, user=architect, name="Together", reference_design="rd-starter-hci3"
    )
    address = reverse("designer:design-workload", args=[together.pk])
    apart = signed_in.get(reverse("designer:design-workload", args=[design.pk])).content.decode()

    page = signed_in.get(address).content.decode()
    signed_in.post(address, form(together, control_share_gib="24", control_share_threads=""))

    assert 'name="control_share_gib"' in page
    assert 'name="control_share_gib"' not in apart
    together.refresh_from_db()
    policies = services.document_of(together).policies
    assert (policies.control_share_gib, policies.control_share_threads) == (24, None)


def test_pinned_vcpus_huge_pages_and_cells_of_a_profile_are_saved_and_shown(signed_in, design):
    address = reverse("designer:design-workload", args=[design.pk])
    values = {
        "profiles-0-has_pinned_cpus": "on",
        "profiles-0-huge_pages": "1GiB",
        "profiles-0-numa_nodes": "2",
        "profiles-0-anti_affinity_group_size": "3",
        "pinned_threads": "40",
    }

    signed_in.post(address, form(design, **values))

    design.refresh_from_db()
    document = services.document_of(design)
    first = document.workload.profiles[0]
    assert (first.has_pinned_cpus, first.huge_pages, first.numa_nodes) == (True, "1GiB", 2)
    assert first.anti_affinity_group_size == 3
    assert document.policies.pinned_threads == 40
    page = signed_in.get(address).content.decode()
    assert '<option value="1GiB" selected>' in page
    assert 'name="profiles-0-has_pinned_cpus" checked' in page
    assert 'name="profiles-0-anti_affinity_group_size" value="3"' in page


def test_a_group_of_one_vm_is_told_at_its_field(signed_in, design):
    values = {"profiles-0-anti_affinity_group_size": "1"}

    answer = signed_in.post(reverse("designer:design-workload", args=[design.pk]), form(design, **values))

    assert answer.status_code == 400
    errors = re.search(r'<div class="note error" role="alert">(.*?)</div>', answer.content.decode(), re.S)[1]
    assert "profiles-0-anti_affinity_group_size" in errors
    assert " 2 " in errors


def test_cells_that_do_not_divide_the_vcpus_are_told_at_their_field(signed_in, design):
    answer = signed_in.post(
        reverse("designer:design-workload", args=[design.pk]), form(design, **{"profiles-0-numa_nodes": "3"})
    )

    assert answer.status_code == 400
    assert "divide" in answer.content.decode()
