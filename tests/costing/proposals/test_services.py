"""From a comparison to stored bytes: numbered in order, printed once, kept unchanged, for those who may."""

from __future__ import annotations

import pytest

from accounts.models import AuditEntry, Role
from config.errors import Conflict, Forbidden
from costing import services as costing_services
from costing.models import Proposal
from costing.proposals import pdf, services, store
from costing.proposals.pdf import Asset, PrintFailed
from designer import services as designer_services
from jobs import worker
from jobs.models import Job
from tests.builders import a_membership, a_team, a_user

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 stand-in"


def quiet(*_: object) -> None:
    """Nobody watches."""


@pytest.fixture
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def press(monkeypatch):
    """Stands in for the layout, which has a test of its own; notes what it was given."""
    given = []

    def render(**request):
        given.append(request)
        return PDF + str(len(given)).encode()

    monkeypatch.setattr(services, "render_pdf", render)
    return given


@pytest.fixture
def proposal(comparison, architect):
    return services.request_proposal(comparison=comparison, user=architect)[0]


def test_a_proposal_is_asked_for_with_its_job(comparison, architect, design):
    proposal, job = services.request_proposal(comparison=comparison, user=architect)

    assert (proposal.version, proposal.is_printed) == (1, False)
    assert (job.kind, job.input) == ("costing.print_proposal", {"proposal": str(proposal.pk)})
    assert (job.subject_type, job.subject_id) == ("design", str(design.pk))  # its frame shows the progress


def test_asking_twice_makes_one_proposal_and_one_job(comparison, architect):
    first, job = services.request_proposal(comparison=comparison, user=architect)

    again, same = services.request_proposal(comparison=comparison, user=architect)

    assert (again, same) == (first, job)
    assert Proposal.objects.count() == 1


def test_the_next_version_follows_a_printed_one(proposal, comparison, architect, press, files):
    services.print_proposal(proposal, report=quiet)

    following, _ = services.request_proposal(comparison=comparison, user=architect)

    assert (proposal.reference[-2:], following.reference[-2:]) == ("-1", "-2")


def test_it_is_printed_once(proposal, press, files):
    printed = services.print_proposal(proposal, report=quiet)

    again = services.print_proposal(printed, report=quiet)

    assert len(press) == 1
    assert again.sha256 == printed.sha256
    assert printed.size == len(services.pdf_of(printed))
    assert [e.action for e in AuditEntry.objects.order_by("pk") if e.action.startswith("proposal.")] == [
        "proposal.requested", "proposal.printed",
    ]  # fmt: skip


def test_the_same_proposal_is_set_the_same_way_again(proposal, press, files):
    services.printed(proposal, report=quiet)
    services.printed(Proposal.objects.get(pk=proposal.pk), report=quiet)

    assert press[0] == press[1]
    assert press[0]["made_at"] == proposal.created_at


def test_two_prints_at_once_keep_the_first(proposal, press, files):
    other = Proposal.objects.get(pk=proposal.pk)
    services.print_proposal(proposal, report=quiet)

    late = services.print_proposal(other, report=quiet)

    assert (len(press), late.sha256) == (2, proposal.sha256)
    assert services.pdf_of(late) == PDF + b"1"


def test_progress_is_reported_forward(proposal, press, files):
    shares: list[float] = []

    services.print_proposal(proposal, report=lambda share, _: shares.append(share))

    assert len(shares) > 3
    assert shares == sorted(shares)


def test_what_is_not_printed_cannot_be_fetched(proposal):
    with pytest.raises(Conflict, match="not printed yet"):
        services.pdf_of(proposal)


def test_changed_bytes_are_not_handed_out(proposal, press, files):
    services.print_proposal(proposal, report=quiet)
    (path,) = files.rglob("*.pdf")
    path.write_bytes(b"%PDF-1.7 forged")

    with pytest.raises(store.FileDamaged, match="has changed"):
        services.pdf_of(proposal)


def test_a_proposal_never_changes(proposal):
    """security R74"""
    with pytest.raises(TypeError):
        proposal.save()


def test_a_role_that_may_not_edit_may_not_propose(comparison, team):
    reader = a_user()
    a_membership(team=team, user=reader, role=Role.CATALOG_MANAGER)

    with pytest.raises(Forbidden):
        services.request_proposal(comparison=comparison, user=reader)
    with pytest.raises(Forbidden):
        services.request_proposal_of_design(design=comparison.revision.design, user=reader)
    assert not Proposal.objects.exists()


def test_a_design_without_a_fitting_comparison_is_not_proposed(comparison, design, architect):
    changed = costing_services.change_assumptions(
        design=design, parts={"assumptions": {"salary": 1}}, based_on=design.version, user=architect
    )

    with pytest.raises(Conflict, match="Compare it"):
        services.request_proposal_of_design(design=changed, user=architect)


def test_strangers_see_no_proposal(proposal, architect):
    stranger = a_user()
    a_team(members=[stranger])

    assert list(Proposal.objects.visible_to(architect)) == [proposal]
    assert not Proposal.objects.visible_to(stranger).exists()


def test_the_proposal_shows_the_revision_that_was_compared(
    proposal, comparison, design, architect, press, files
):
    designer_services.change_part(
        design=design, part="policies", value={"replicas": 2}, based_on=design.version, user=architect
    )

    services.print_proposal(proposal, report=quiet)

    assert "3 copies, writes with 2" in press[0]["html"]


def test_what_people_typed_is_text(comparison, architect, press, files):
    """security R37"""
    customer = comparison.revision.design.customer
    customer.name = '<img src="file:///etc/hostname"> & Söhne'
    customer.save()
    proposal, _ = services.request_proposal(comparison=comparison, user=architect)

    services.print_proposal(Proposal.objects.get(pk=proposal.pk), report=quiet)

    assert "<img" not in press[0]["html"]
    assert "&lt;img" in press[0]["html"]


def test_the_job_prints_and_names_what_it_made(proposal, press, files):
    job = Job.objects.get(kind="costing.print_proposal")

    worker.run(str(job.pk))

    job.refresh_from_db()
    proposal.refresh_from_db()
    assert (job.state, job.result_reference()["proposal"]) == ("done", str(proposal.pk))
    assert job.result_reference()["sha256"] == proposal.sha256 != ""


@pytest.mark.parametrize("reason", ["asset:missing", "file:///etc/hostname"])
def test_a_forbidden_address_fails_the_job_with_a_reason(proposal, files, monkeypatch, reason):
    def smuggled(**request):
        return pdf.render_pdf(**{**request, "css": "", "assets": {}, "html": f'<img src="{reason}" alt="x">'})

    monkeypatch.setattr(services, "render_pdf", smuggled)
    job = Job.objects.get(kind="costing.print_proposal")

    worker.run(str(job.pk))

    job.refresh_from_db()
    assert job.state == "failed"
    assert "not an asset of this document" in job.error
    assert not Proposal.objects.get(pk=proposal.pk).is_printed


def test_a_failed_print_can_be_asked_for_again(proposal, comparison, architect, press, files, monkeypatch):
    def broken(**_):
        raise PrintFailed("The layout ended without a document: no message")

    with monkeypatch.context() as patch:
        patch.setattr(services, "render_pdf", broken)
        worker.run(str(Job.objects.get(kind="costing.print_proposal").pk))

    again, job = services.request_proposal(comparison=comparison, user=architect)
    worker.run(str(job.pk))

    assert again == proposal
    assert Proposal.objects.get(pk=proposal.pk).is_printed


def test_the_printed_fonts_are_those_of_the_product(proposal, press, files):
    services.printed(proposal, report=quiet)

    assert set(press[0]["assets"]) >= {"inter-400", "inter-700", "inter-ext-400"}
    assert all(
        isinstance(asset, Asset) and asset.data[:4] == b"wOF2" for asset in press[0]["assets"].values()
    )
