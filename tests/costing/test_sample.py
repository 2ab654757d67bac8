"""The sample customer of the demo: there after the first run, once, sized, drawn and compared."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from costing.models import Comparison, Proposal
from costing.proposals.services import pdf_of
from costing.services import current_comparison
from designer import services
from designer.models import Customer, Design, FailureRanking
from designer.sample import WORKLOAD

pytestmark = pytest.mark.django_db


def test_the_sample_is_sized_and_drawn_once(catalog, price_books, settings, tmp_path):
    settings.PROFILE = "demo"
    settings.MEDIA_ROOT = tmp_path

    call_command("load_sample")
    call_command("load_sample")

    design = Design.objects.get()
    assert Comparison.objects.get() == current_comparison(design)
    proposal = Proposal.objects.get()
    assert pdf_of(proposal).startswith(b"%PDF-")
    assert proposal.checks["counts"]["error"] == 0
    assert FailureRanking.objects.get().revision == proposal.comparison.revision
    assert Customer.objects.count() == 1
    sizing = services.current_sizing(design)
    assert sizing is not None
    assert 200 <= WORKLOAD.vms <= 500  # product.md: the mid-size reference design carries 200 to 500 VMs
    assert len(design.document["topology"]["nodes"]) == sum(
        sizing.result["counts"][role] for role in ("control", "compute", "storage")
    )


def test_sample_data_is_refused_outside_the_demo(catalog):
    with pytest.raises(CommandError, match="demo profile"):
        call_command("load_sample")
