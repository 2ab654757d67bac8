"""What validation and failures say of the revision that a proposal prints; a design with open errors has none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from catalog.engine.documents import write
from config.errors import Conflict, Problem
from designer import findings
from designer.engine.failures.model import State
from designer.engine.validation.model import ORDER, listed
from designer.engine.validation.profiles import Severity
from designer.engine.validation.rules import RULE_BY_ID
from designer.failure_services import ranking_of
from designer.findings import Review
from designer.models import Revision
from designer.services import document_of

MOST_LISTED = 3
"""Rules that a refusal names in its sentence; all of them are in its problems."""
MOST_DAMAGES = 8
"""Single failures that the document lists."""
TITLES = {Severity.ERROR: "Errors", Severity.WARNING: "Warnings", Severity.INFO: "Notes"}


class OpenErrors(Conflict):
    """Validation finds errors that nobody has accepted: what is planned is not fit for production."""

    title = "The design has open errors"


def refuse_open_errors(review: Review, revision: int) -> None:
    """Refuse to propose what `review` says of a revision.

    Raises:
        OpenErrors: it has errors that nobody accepted; each is a problem with its rule, message and remedy.
    """
    found = [f for f in review.findings if f.severity is Severity.ERROR and f.suppression is None]
    if not found:
        return
    rules = list(dict.fromkeys(finding.rule for finding in found))
    named = ", ".join(rules[:MOST_LISTED]) + ("" if len(rules) <= MOST_LISTED else " and more")
    count = "One error is" if len(found) == 1 else f"{len(found)} errors are"
    raise OpenErrors(
        f"{count} open in revision {revision} ({named}). Repair the design, or accept each with a reason; then compare "
        "it and make the proposal.",
        problems=[Problem("findings", finding.rule, finding.message, finding.remedy) for finding in found],
    )


def checked(revision: Revision) -> dict[str, Any]:
    """Return what every rule finds in `revision`, as its proposal keeps it.

    Raises:
        OpenErrors: it is not to be proposed.
    """
    review = findings.review(document_of(revision))
    refuse_open_errors(review, revision.number)
    stored: dict[str, Any] = write(review)
    return stored


def chapter_of(checks: Mapping[str, Any]) -> dict[str, Any]:
    """Return kept `checks` as the chapter shows them: open findings by severity, accepted ones, rules without an answer."""
    findings_of: dict[str, list[Any]] = {severity.value: [] for severity in ORDER}
    accepted: list[Any] = []
    for finding in checks["findings"]:
        (accepted if finding["suppression"] else findings_of[finding["severity"]]).append(finding)
    return {
        "profile": checks["profile"],
        "checked": checks["checked"],
        "counts": checks["counts"],
        "groups": [
            {"severity": severity.value, "title": TITLES[severity], "findings": findings_of[severity.value]}
            for severity in ORDER
            if findings_of[severity.value]
        ],
        "accepted": accepted,
        "all": [*(finding for severity in ORDER for finding in findings_of[severity.value]), *accepted],
        "not_checked": [
            {"rule": rule, "title": RULE_BY_ID[rule].title if rule in RULE_BY_ID else "", "missing": missing}
            for rule, missing in checks["not_checked"].items()
        ],
    }


def failures_of(revision: Revision, *, until: datetime) -> dict[str, Any] | None:
    """Return the worst single failures of `revision` by the ranking that was there at `until`; None if none was run."""
    ranking = ranking_of(revision, until=until)
    if ranking is None:
        return None
    result = ranking.result
    harmful = [damage for damage in result["damages"] if _does_harm(damage)]
    return {
        "failures": result["failures"],
        "vms": result["vms"],
        "damages": [_shown(damage) for damage in harmful[:MOST_DAMAGES]],
        "more": len(harmful[MOST_DAMAGES:]),
        "single_points": _by_element(result["single_points"]),
    }


def _shown(damage: Mapping[str, Any]) -> dict[str, Any]:
    """One failure as a row; its sentence without what the first column says."""
    _, _, effect = damage["sentence"].partition(" fails, ")
    effect = effect or damage["sentence"]
    return {**damage, "alike": 1 + len(damage["like_it"]), "effect": effect[:1].upper() + effect[1:]}


def _by_element(cuts: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """What alone stops something, with all that it stops."""
    stopped: dict[str, list[str]] = {}
    for cut in cuts:
        stopped.setdefault(", ".join(name.partition(":")[2] for name in cut["elements"]), []).append(
            cut["event"]
        )
    return [{"element": element, "events": listed(events)} for element, events in stopped.items()]


def _does_harm(damage: Mapping[str, Any]) -> bool:
    planes = (damage["control"], damage["storage"], damage["north_south"])
    return bool(float(damage["vms_out"]) or float(damage["vms_isolated"]) or State.DOWN.value in planes)
