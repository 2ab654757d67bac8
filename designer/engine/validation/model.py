"""What a validation rule is, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from designer.engine.validation.facts import Facts
from designer.engine.validation.profiles import Profile, Severity, Suppression


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What a rule says of the facts, before a profile weighs it."""

    severity: Severity
    """In production."""
    message: str
    """What is wrong, with the figures."""
    remedy: str
    elements: tuple[str, ...] = ()
    """Ids of what the drawing marks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One result of one rule."""

    rule: str
    family: str
    title: str
    severity: Severity
    message: str
    remedy: str
    source: str
    elements: tuple[str, ...] = ()
    suppression: Suppression | None = None
    """Why, and by whom, it was accepted."""


K = TypeVar("K", bound=Hashable)
Check = Callable[[Facts], Iterator[Hit]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of domain notes, validation_rules: a pure question to the facts of a design."""

    id: str
    """`V020`: stable, and its anchor in docs/rules.md."""
    title: str
    severities: tuple[Severity, ...]
    """Those that it can have in production."""
    source: str
    remedy: str
    """What helps in general; a finding says it with figures."""
    check: Check | None
    """None: the rule waits for a fact that no document has yet."""
    about: str = ""
    missing: str = ""
    """The fact that it waits for."""
    at_most: Mapping[Profile, Severity] = field(default_factory=dict)
    """The most severe that a finding may be in a profile."""

    def severity_in(self, profile: Profile, severity: Severity) -> Severity:
        """Return how severe a hit of `severity` in production is in `profile`."""
        most = self.at_most.get(profile)
        return severity if most is None or rank(severity) >= rank(most) else most


ORDER = (Severity.ERROR, Severity.WARNING, Severity.INFO)
E, W, I = ORDER  # noqa: E741 - the letters of the domain notes


def rank(severity: Severity) -> int:
    """Return 0 for the most severe."""
    return ORDER.index(severity)


REDUNDANCY: Mapping[Profile, Severity] = MappingProxyType({Profile.LAB: Severity.WARNING})
"""A lab may do without quorum and redundancy: their errors are warnings there."""


def rule(
    rule_id: str,
    title: str,
    *severities: Severity,
    source: str,
    remedy: str,
    at_most: Mapping[Profile, Severity] | None = None,
) -> Callable[[Check], Rule]:
    """Make the function below a rule; the first paragraph of its docstring tells readers what it asks."""

    def made(check: Check) -> Rule:
        return Rule(
            id=rule_id,
            title=title,
            severities=severities,
            source=source,
            remedy=remedy,
            check=check,
            about=" ".join((check.__doc__ or "").split()),
            at_most=at_most or {},
        )

    return made


def not_checkable(
    rule_id: str, title: str, *severities: Severity, source: str, remedy: str, missing: str
) -> Rule:
    """Return a rule that says nothing until documents hold the fact it asks for."""
    return Rule(
        id=rule_id,
        title=title,
        severities=severities,
        source=source,
        remedy=remedy,
        check=None,
        missing=missing,
    )


def error(message: str, remedy: str, elements: Iterable[str] = ()) -> Hit:
    return Hit(severity=E, message=message, remedy=remedy, elements=tuple(elements))


def warning(message: str, remedy: str, elements: Iterable[str] = ()) -> Hit:
    return Hit(severity=W, message=message, remedy=remedy, elements=tuple(elements))


def info(message: str, remedy: str, elements: Iterable[str] = ()) -> Hit:
    return Hit(severity=I, message=message, remedy=remedy, elements=tuple(elements))


def listed(names: Iterable[str], most: int = 4) -> str:
    """Return names as a sentence has them: `a, b, c and 3 more`."""
    found = list(names)
    shown, rest = found[:most], len(found) - most
    if rest == 1:
        shown, rest = found, 0
    if rest > 0:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def together(
    found: Iterable[tuple[K, str, Iterable[str]]],
) -> Mapping[K, tuple[list[str], list[str]]]:
    """Return names and elements by the figures that they share: one finding then tells of all of them."""
    groups: dict[K, tuple[list[str], list[str]]] = {}
    for figures, name, elements in found:
        names, ids = groups.setdefault(figures, ([], []))
        names.append(name)
        ids.extend(elements)
    return groups
