"""Reference designs from start to numbers: each is sized and shown, and a hyper-converged one is compared."""

from __future__ import annotations

import pytest
from django.urls import reverse

from catalog.library import load_library
from costing import services
from costing.proposals import content
from designer import services as designer_services
from designer.findings import review_of

pytestmark = pytest.mark.django_db


def started(customer, user, reference):
    return designer_services.create_design(
        customer=customer, user=user, name=f"From {reference}", reference_design=reference
    )


def sized(design, user):
    revision = designer_services.freeze_revision(design=design, user=user)
    return designer_services.size_revision(revision, report=lambda *_: None)


@pytest.mark.parametrize("reference", list(load_library().reference_designs))
def test_every_reference_design_is_sized_and_shown(catalog, customer, architect, signed_in, reference):
    design = started(customer, architect, reference)

    sizing = sized(design, architect)
    page = signed_in.get(reverse("designer:design-sizing", args=[design.pk]))

    assert page.status_code == 200
    assert sizing.result["compute"]["vms_with_spare"] >= catalog.reference_designs[reference].vms_with_spare
    text = page.content.decode()
    assert "Ceiling of write IOPS" in text
    assert "Time to rebuild" in text
    design.refresh_from_db()
    assert review_of(design).counts.error == 0  # it can be proposed as it starts


def test_a_hyper_converged_design_is_compared_and_described(price_books, catalog, customer, architect):
    design = started(customer, architect, "rd-starter-hci3")
    revision = designer_services.freeze_revision(design=design, user=architect)
    sizing = sized(design, architect)

    comparison = services.compare_revision(revision, report=lambda *_: None)

    options = {option["name"]: option for option in comparison.result["tco"]["options"]}
    assert set(options) == {"Private cloud", "AWS", "Azure", "Google Cloud"}
    assert all(option["total_cents"] > 0 for option in options.values())
    first = comparison.result["months"][0]
    assert (first["control"], first["compute"], first["storage"], first["racks"]) == (0, 3, 0, 1)
    nodes = next(line for line in comparison.result["bill"] if line["id"] == "hci-3")
    assert nodes["count"] == 3
    labels = [tile["label"] for tile in content.capacity_tiles(sizing.result)]
    assert ("Hyper-converged nodes" in labels, "Storage nodes" in labels) == (True, False)
    tiles = content.summary_tiles(comparison.result["tco"], sizing.result, servers=3)
    servers = next(tile for tile in tiles if tile["label"] == "Servers")
    assert servers["about"] == "3 hyper-converged; 1 rack"
