"""What validation finds in the working document of a design, and the findings that people accept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from catalog import services as catalog_services
from catalog.engine.documents import unprintable
from config.errors import Invalid, Problem
from designer import services
from designer.engine.document import DesignDocument
from designer.engine.validation import rules
from designer.engine.validation.facts import Facts
from designer.engine.validation.model import ORDER, Finding
from designer.engine.validation.profiles import Profile, Suppression
from designer.models import Design

MOST_SUPPRESSIONS = 500
LEAST_REASON, LONGEST_REASON = 3, 500
MOST_ELEMENTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many findings there are of each severity, the accepted ones apart."""

    error: int
    warning: int
    info: int
    suppressed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What validation says of one document."""

    profile: Profile
    counts: Counts
    findings: tuple[Finding, ...]
    """The most severe first, the accepted ones last."""
    checked: int
    """How many rules were asked."""
    not_checked: Mapping[str, str]
    """Rules that wait for a fact: id -> the fact."""


def facts_of(document: DesignDocument) -> Facts:
    """Return the facts of `document` by the present catalog."""
    library = catalog_services.library()
    return Facts(
        document=document,
        specs=library.hardware_by_id,
        services=library.services,
        networks=library.networks,
    )


def review(document: DesignDocument) -> Review:
    """Return what every rule finds in `document`, by its profile, with the findings that its people accepted."""
    found = tuple(rules.findings(facts_of(document)))
    return Review(
        profile=document.profile,
        counts=counts_of(found),
        findings=found,
        checked=sum(rule.check is not None for rule in rules.RULES),
        not_checked={rule.id: rule.missing for rule in rules.RULES if rule.check is None},
    )


def review_of(design: Design) -> Review:
    """Return what every rule finds in the working document of `design` as it is now."""
    return review(services.document_of(design))


def counts_of(found: Iterable[Finding]) -> Counts:
    """Return how many findings of each severity `found` has."""
    counts = Counter(
        "suppressed" if finding.suppression is not None else finding.severity.value for finding in found
    )
    return Counts(**{name: counts[name] for name in (*(s.value for s in ORDER), "suppressed")})


@transaction.atomic
def suppress(
    *, design: Design, rule: str, reason: str, elements: Iterable[str] = (), based_on: int | None, user: User
) -> Design:
    """Accept what `rule` finds, for `elements` or for all, and return the design at its new version.

    The suppression is a part of the document: it is versioned with it, frozen with it, and survives a new sizing.
    One of the same rule and elements is replaced.

    Raises:
        Forbidden: the role of `user` does not allow it.
        PreconditionRequired: no version was named.
        Stale: the document has moved on.
        Invalid: there is no such rule, or no reason is given.
    """
    locked = services.locked_for_edit(design=design, based_on=based_on, user=user)
    text, marked = reason.strip(), tuple(dict.fromkeys(elements))
    if problems := _problems(rule, text, marked):
        raise Invalid(problems)
    document = services.document_of(locked)
    accepted = Suppression(
        rule=rule, reason=text, author=str(user)[:120], at=timezone.now().isoformat(timespec="seconds"), elements=marked
    )  # fmt: skip
    others = tuple(s for s in document.suppressions if (s.rule, s.elements) != (rule, marked))
    if len(others) >= MOST_SUPPRESSIONS:
        raise Invalid([Problem("rule", rule, "too many findings are accepted", "Lift one first.")])
    after = replace(document, suppressions=(*others, accepted))
    change = {"kind": "suppressed", "text": f"Accepted finding {rule}: {text}"}
    return services.save_document(locked, after, user=user, part="suppressions", changes=[change])


@transaction.atomic
def lift_suppression(
    *, design: Design, rule: str, elements: Iterable[str] | None = None, based_on: int | None, user: User
) -> Design:
    """Count what `rule` finds again: every suppression of it, or that of `elements` alone. None to lift makes no version.

    Raises:
        Forbidden, PreconditionRequired, Stale: as in `suppress`.
    """
    locked = services.locked_for_edit(design=design, based_on=based_on, user=user)
    document = services.document_of(locked)
    marked = None if elements is None else tuple(elements)
    kept = tuple(s for s in document.suppressions if s.rule != rule or marked not in (None, s.elements))
    if kept == document.suppressions:
        return locked
    after = replace(document, suppressions=kept)
    change = {"kind": "lifted", "text": f"Counts finding {rule} again."}
    return services.save_document(locked, after, user=user, part="suppressions", changes=[change])


def _problems(rule: str, reason: str, elements: tuple[str, ...]) -> list[Problem]:
    problems = []
    if rule not in rules.RULE_BY_ID:
        remedy = "Use the id of a rule, as V027: docs/rules.md lists them."
        problems.append(Problem("rule", rule, "is not a rule", remedy))
    if not LEAST_REASON <= len(reason) <= LONGEST_REASON:
        message = "is missing" if not reason else f"has {len(reason)} characters"
        remedy = f"Say in {LEAST_REASON} to {LONGEST_REASON} characters why this is acceptable."
        problems.append(Problem("reason", reason[:80], message, remedy))
    elif bad := unprintable(reason):
        problems.append(Problem("reason", ascii(reason)[:80], f"holds the character {bad}", "Remove it."))
    if len(elements) > MOST_ELEMENTS or any(
        not 1 <= len(e.strip()) <= 80 or unprintable(e) for e in elements
    ):
        remedy = "Name elements of the drawing by their ids."
        problems.append(Problem("elements", len(elements), "are no ids of elements", remedy))
    return problems
