"""Every rule, and what they find in a design."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from designer.engine.validation import compute, control_plane, deployment, network, racks, storage, structure
from designer.engine.validation.facts import Facts
from designer.engine.validation.model import Finding, Hit, Rule, rank
from designer.engine.validation.profiles import Profile, Suppression

FAMILIES: Mapping[str, tuple[str, tuple[Rule, ...]]] = {
    "structure": (structure.TITLE, structure.RULES),
    "control-plane": (control_plane.TITLE, control_plane.RULES),
    "compute": (compute.TITLE, compute.RULES),
    "ceph": (storage.TITLE, storage.RULES),
    "network": (network.TITLE, network.RULES),
    "racks": (racks.TITLE, racks.RULES),
    "deployment": (deployment.TITLE, deployment.RULES),
}
"""Family -> its title and its rules, in the order of the domain notes."""

RULES: tuple[Rule, ...] = tuple(rule for _, rules in FAMILIES.values() for rule in rules)
RULE_BY_ID: Mapping[str, Rule] = {rule.id: rule for rule in RULES}


def findings(
    facts: Facts, profile: Profile | None = None, suppressions: Iterable[Suppression] | None = None
) -> list[Finding]:
    """Return what every rule finds, the most severe first, each as severe as `profile` has it.

    Profile and suppressions are those of the design where none are given. A suppressed finding stays in the list
    and carries its suppression.
    """
    profile = profile or facts.document.profile
    accepted = tuple(facts.document.suppressions if suppressions is None else suppressions)
    found = [
        _weighed(family, rule, hit, profile, accepted)
        for family, (_, rules) in FAMILIES.items()
        for rule in rules
        if rule.check is not None
        for hit in rule.check(facts)
    ]
    return sorted(found, key=lambda f: (f.suppression is not None, rank(f.severity), f.rule))


def _weighed(family: str, rule: Rule, hit: Hit, profile: Profile, accepted: Iterable[Suppression]) -> Finding:
    finding = Finding(
        rule=rule.id,
        family=family,
        title=rule.title,
        severity=rule.severity_in(profile, hit.severity),
        message=hit.message,
        remedy=hit.remedy,
        source=rule.source,
        elements=hit.elements,
    )
    return replace(finding, suppression=next((s for s in accepted if covers(s, finding)), None))


def covers(suppression: Suppression, finding: Finding) -> bool:
    """Whether somebody accepted `finding` by `suppression`: its rule, and every element it marks."""
    if suppression.rule != finding.rule:
        return False
    return not suppression.elements or (
        bool(finding.elements) and set(finding.elements) <= set(suppression.elements)
    )
