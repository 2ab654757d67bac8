"""Open errors are refused; what is accepted, found and simulated of the frozen revision is what a proposal says."""

from __future__ import annotations

import pytest
from django.urls import reverse

from catalog.library import load_library
from costing import services as costing_services
from costing.models import Comparison, Proposal
from costing.proposals import checks, services
from costing.proposals.checks import OpenErrors
from costing.proposals.document import context_of
from designer import findings
from designer import services as designer_services
from designer.failure_services import rank_revision
from designer.models import FailureRanking, Revision

pytestmark = pytest.mark.django_db

JSON = "application/json"
REASON = "The third control node is delivered in spring"


def quiet(*_: object) -> None:
    """Nobody watches."""


def accepted(design, architect, rule="V020", reason=REASON):
    return findings.suppress(design=design, rule=rule, reason=reason, based_on=design.version, user=architect)


def context(proposal):
    sizing = designer_services.sizing_of(proposal.comparison.revision, report=quiet)
    return context_of(proposal, sizing, load_library())


@pytest.fixture
def press(monkeypatch):
    """Stands in for the layout; notes the HTML that it was given."""
    given = []

    def render(**request):
        given.append(request["html"])
        return b"%PDF-1.7 stand-in"

    monkeypatch.setattr(services, "render_pdf", render)
    return given


def test_an_open_error_is_refused_with_its_rule_message_and_remedy(unfit, architect):
    with pytest.raises(OpenErrors, match="accept each with a reason") as refused:
        services.request_proposal_of_design(design=unfit, user=architect)

    (problem,) = refused.value.problems
    assert (problem.field, problem.value) == ("findings", "V020")
    assert problem.message
    assert problem.remedy
    assert not Proposal.objects.exists()


def test_a_refusal_leaves_no_trace(unfit, architect):
    before = (Revision.objects.count(), Comparison.objects.count())

    with pytest.raises(OpenErrors):
        services.request_proposal_of_design(design=unfit, user=architect)

    assert (Revision.objects.count(), Comparison.objects.count()) == before


def test_an_accepted_error_is_proposed_without_comparing_again(unfit, architect, comparison, press):
    proposal, _ = services.request_proposal_of_design(design=accepted(unfit, architect), user=architect)

    assert proposal.comparison.revision.version == unfit.version + 1
    assert proposal.comparison.result == comparison.result
    assert proposal.checks["counts"]["suppressed"] == 1
    services.printed(proposal, report=quiet)
    (html,) = press
    for words in (REASON, str(architect), "1 accepted exception", "V020"):
        assert words in html


def test_the_same_question_on_the_same_day_is_not_compared_again(comparison, design, architect, monkeypatch):
    changed = accepted(design, architect, rule="V076")
    revision = designer_services.freeze_revision(design=changed, user=architect)
    monkeypatch.setattr(costing_services, "compare", lambda *_, **__: pytest.fail("compared again"))

    again = costing_services.compare_revision(revision, report=quiet)

    assert again.revision == revision
    assert again.result == comparison.result


def test_what_is_accepted_later_is_not_in_the_proposal(comparison, design, architect, press):
    proposal, _ = services.request_proposal(comparison=comparison, user=architect)
    accepted(design, architect, rule="V076", reason="Too late for the offer")

    services.printed(Proposal.objects.get(pk=proposal.pk), report=quiet)

    assert "Too late for the offer" not in press[0]
    assert "No exception was accepted." in press[0]


def test_another_acceptance_is_another_document(comparison, design, architect):
    first, _ = services.request_proposal(comparison=comparison, user=architect)
    second, _ = services.request_proposal_of_design(
        design=accepted(design, architect, rule="V076"), user=architect
    )

    assert first.comparison.fingerprint == second.comparison.fingerprint  # the same costs
    assert context(first)["made_with"] != context(second)["made_with"]


def test_findings_are_kept_as_they_were_when_rules_change(comparison, architect, press, monkeypatch):
    proposal, _ = services.request_proposal(comparison=comparison, user=architect)
    monkeypatch.setattr(findings.rules, "findings", lambda _: pytest.fail("checked again"))

    services.printed(proposal, report=quiet)

    assert "V076" in press[0]


def test_a_proposal_from_before_findings_were_kept_is_checked_when_it_is_printed(
    unfit, architect, comparison, press
):
    revision = designer_services.freeze_revision(design=unfit, user=architect)
    carried = costing_services.carried_over(comparison, revision)
    old = Proposal.objects.create(design=unfit, comparison=carried, version=1, author=architect)

    with pytest.raises(OpenErrors):
        services.print_proposal(old, report=quiet)


def test_a_lab_is_not_refused_for_its_quorum(unfit, architect):
    lab = designer_services.change_part(
        design=unfit, part="profile", value="lab", based_on=unfit.version, user=architect
    )

    proposal, _ = services.request_proposal_of_design(design=lab, user=architect)

    assert (proposal.checks["profile"], proposal.checks["counts"]["error"]) == ("lab", 0)


def test_failures_are_listed_when_they_were_ranked_before(comparison, architect):
    first, _ = services.request_proposal(comparison=comparison, user=architect)
    assert context(first)["failures"] is None

    rank_revision(comparison.revision, with_pairs=False, report=quiet)

    assert context(first)["failures"] is None  # what is made never changes
    Proposal.objects.filter(pk=first.pk).update(sha256="0" * 64)
    second, _ = services.request_proposal(comparison=comparison, user=architect)
    failures = context(second)["failures"]
    assert failures["failures"] == FailureRanking.objects.get().result["failures"]
    assert len(failures["damages"]) == checks.MOST_DAMAGES
    assert not any(damage["effect"].startswith("When") for damage in failures["damages"])


def test_a_ranking_holds_for_a_revision_that_only_accepts_more(comparison, design, architect):
    rank_revision(comparison.revision, with_pairs=False, report=quiet)

    proposal, _ = services.request_proposal_of_design(
        design=accepted(design, architect, rule="V076"), user=architect
    )

    assert context(proposal)["failures"] is not None


def test_what_alone_stops_several_things_is_named_once():
    cuts = [{"event": event, "elements": ["rack:rack-1"]} for event in ("control", "storage", "north-south")]

    assert checks._by_element(cuts) == [{"element": "rack-1", "events": "control, storage and north-south"}]


def test_the_api_refuses_with_the_findings(signed_in, unfit, architect, comparison):
    revision = designer_services.freeze_revision(design=unfit, user=architect)
    carried = costing_services.carried_over(comparison, revision)

    answer = signed_in.post("/api/v1/proposals/", {"comparison": str(carried.pk)}, content_type=JSON)

    assert (answer.status_code, answer.json()["type"]) == (409, "open-errors")
    assert [error["value"] for error in answer.json()["errors"]] == ["V020"]
    assert answer.json()["errors"][0]["remedy"]
    assert "accept each with a reason" in answer.json()["detail"]
    assert not Proposal.objects.exists()


def test_the_page_says_what_is_open_and_where_to_repair_it(signed_in, unfit):
    shown = signed_in.get(reverse("costing:proposals", args=[unfit.pk])).content.decode()

    assert "disabled" in shown
    assert "1 open error" in shown
    assert "V020" in shown
    assert reverse("designer:design-findings", args=[unfit.pk]) in shown


def test_the_page_refuses_what_was_sent_all_the_same(signed_in, unfit):
    answer = signed_in.post(reverse("costing:proposal-create", args=[unfit.pk]))

    assert answer.status_code == 409
    assert "The design has open errors" in answer.content.decode()
    assert not Proposal.objects.exists()


def test_the_page_shows_accepted_exceptions_and_the_checks_of_each_version(signed_in, unfit, architect):
    design = accepted(unfit, architect)
    services.request_proposal_of_design(design=design, user=architect)

    shown = signed_in.get(reverse("costing:proposals", args=[design.pk])).content.decode()

    assert REASON in shown
    assert "1 accepted" in shown
