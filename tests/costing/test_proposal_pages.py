"""The proposals of a design as a page, and their PDFs."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Role
from costing import services as costing_services
from costing.models import Proposal
from costing.proposals import services
from tests.builders import a_membership, a_team, a_user

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 stand-in"


@pytest.fixture
def files(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(services, "render_pdf", lambda **_: PDF)
    return tmp_path


@pytest.fixture
def printed(comparison, architect, files):
    proposal, _ = services.request_proposal(comparison=comparison, user=architect)
    return services.print_proposal(proposal, report=lambda *_: None)


def page(design):
    return reverse("costing:proposals", args=[design.pk])


def test_before_the_first_comparison_the_button_says_why_not(signed_in, design, price_books):
    shown = signed_in.get(page(design)).content.decode()

    assert "disabled" in shown
    assert "Compare it" in shown
    assert "No proposal yet" in shown


def test_the_button_makes_a_proposal_and_the_page_follows_its_job(signed_in, design, comparison):
    answer = signed_in.post(reverse("costing:proposal-create", args=[design.pk]))
    shown = signed_in.get(answer.url).content.decode()

    assert (answer.status_code, answer.url) == (302, page(design))
    assert Proposal.objects.get().reference in shown
    assert "being printed" in shown
    assert "every 2s" in shown


def test_the_list_names_version_author_revision_and_hash(signed_in, design, printed, architect):
    shown = signed_in.get(page(design)).content.decode()

    for text in (
        printed.reference,
        str(architect),
        printed.sha256[:12],
        reverse("costing:proposal-pdf", args=[printed.pk]),
    ):
        assert text in shown


def test_the_tab_leads_to_the_proposals(signed_in, design):
    shown = signed_in.get(reverse("designer:design-detail", args=[design.pk])).content.decode()

    assert f'href="{page(design)}"' in shown


def test_the_download_is_the_stored_bytes_with_their_hash(signed_in, printed):
    answer = signed_in.get(reverse("costing:proposal-pdf", args=[printed.pk]))

    assert answer.content == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{printed.reference}.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["ETag"] == f'"{printed.sha256}"'


def test_who_has_it_gets_nothing_again(signed_in, printed):
    answer = signed_in.get(
        reverse("costing:proposal-pdf", args=[printed.pk]), headers={"If-None-Match": f'"{printed.sha256}"'}
    )

    assert (answer.status_code, answer.content) == (304, b"")


def test_a_proposal_that_is_not_printed_says_so(signed_in, comparison, architect):
    proposal, _ = services.request_proposal(comparison=comparison, user=architect)

    answer = signed_in.get(reverse("costing:proposal-pdf", args=[proposal.pk]))

    assert answer.status_code == 409
    assert "not printed yet" in answer.content.decode()


def test_a_design_that_changed_is_refused_in_words(signed_in, design, comparison, architect):
    costing_services.change_assumptions(
        design=design, parts={"assumptions": {"salary": 1}}, based_on=design.version, user=architect
    )

    answer = signed_in.post(reverse("costing:proposal-create", args=[design.pk]))

    assert answer.status_code == 409
    assert "No comparison fits" in answer.content.decode()
    assert not Proposal.objects.exists()


def test_a_reader_may_download_but_not_make(client, design, printed, team):
    reader = a_user()
    a_membership(team=team, user=reader, role=Role.CATALOG_MANAGER)
    client.force_login(reader)

    assert "Make a proposal</button>" not in client.get(page(design)).content.decode()
    assert client.post(reverse("costing:proposal-create", args=[design.pk])).status_code == 403
    assert client.get(reverse("costing:proposal-pdf", args=[printed.pk])).content == PDF


def test_strangers_find_nothing(client, design, printed):
    stranger = a_user()
    a_team(members=[stranger])
    client.force_login(stranger)

    assert client.get(page(design)).status_code == 404
    assert client.post(reverse("costing:proposal-create", args=[design.pk])).status_code == 404
    assert client.get(reverse("costing:proposal-pdf", args=[printed.pk])).status_code == 404
