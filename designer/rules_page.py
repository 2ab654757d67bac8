"""`python -m designer.rules_page` writes docs/rules.md from the rules; `--check` only says if it is current."""

import sys
from collections.abc import Iterator
from pathlib import Path

from catalog.library import load_library
from designer.engine.starting import document_of_reference
from designer.engine.validation.facts import Facts
from designer.engine.validation.model import Rule
from designer.engine.validation.profiles import Profile, Severity
from designer.engine.validation.rules import FAMILIES, RULES, findings

PAGE = Path(__file__).resolve().parents[1] / "docs" / "rules.md"
HEAD = """# Validation rules

Every rule that a design is checked by, {count} in all{waiting}. Written by
`python -m designer.rules_page` from the code: do not edit. A rule is a pure function in `designer/engine/validation/`.

An **error** is not fit for production: a proposal is refused until it is repaired or accepted. A **warning** is to be weighed before
an offer; **info** is good to know: proposals list both, with what helps. A design says in its `profile` what it is for: `production`, `lab` or `edge`. Where a rule is less severe in one of them,
it says so. A finding can be accepted, with a reason: it then stays in the list, marked as suppressed, with who accepted it, and is
printed so in every proposal.
A rule whose inputs are missing says nothing; V001 tells what is incomplete.

All rules together take, in processor time on two shared cores (AMD EPYC, Python 3.11, 2026-11-25), 4 ms for 49 nodes, 19 ms for
258, 75 ms for 975 and 0.45 s for 4,221; reading the document before them 12, 37 and 142 ms for the first three.
"""
REFERENCES = """
<a id="reference-designs"></a>

## What the reference designs are told

None of the nine has an error in production, as published and as sized from its workload (checked by test). The warnings that a
design started from one has:
"""


def page() -> str:
    """Return the text of docs/rules.md."""
    waits = sum(rule.check is None for rule in RULES)
    waiting = f", of which {waits} wait for a fact that no design holds yet" if waits else ""
    parts = [HEAD.format(count=len(RULES), waiting=waiting)]
    parts += [
        f"- [{title}](#{family}): {rules[0].id} to {rules[-1].id}"
        for family, (title, rules) in FAMILIES.items()
    ]
    parts.append("- [What the reference designs are told](#reference-designs)")
    for family, (title, rules) in FAMILIES.items():
        parts += ["", f'<a id="{family}"></a>', "", f"## {title}", ""]
        parts += [f"- [{rule.id}](#{anchor(rule)}): {rule.title}" for rule in rules]
        parts += [section(rule) for rule in rules]
    parts += [REFERENCES, *warnings()]
    return "\n".join(parts) + "\n"


def warnings() -> Iterator[str]:
    """The warnings of each reference design as it is started from."""
    library = load_library()
    for definition in library.reference_designs.values():
        document = document_of_reference(definition, library)
        facts = Facts(
            document=document,
            specs=library.hardware_by_id,
            services=library.services,
            networks=library.networks,
        )
        told = [f for f in findings(facts, Profile.PRODUCTION) if f.severity is Severity.WARNING]
        yield f"- **{definition.title}** (`{definition.id}`): {'no warning.' if not told else ''}".rstrip()
        for found in told:
            yield f"  - [{found.rule}](#{found.rule.lower()}) {found.message}"


def section(rule: Rule) -> str:
    """Return what the page says about one rule: what it asks, how severe it is, what helps, who says so."""
    lines = ["", f'<a id="{anchor(rule)}"></a>', "", f"### {rule.id}: {rule.title}", ""]
    if rule.about:
        lines += [rule.about, ""]
    if rule.missing:
        lines += [f"Not checked yet. What is missing: {rule.missing}.", ""]
    lines += [f"- Severity: {severity(rule)}", f"- Remedy: {rule.remedy}", f"- Source: {rule.source}"]
    return "\n".join(lines)


def severity(rule: Rule) -> str:
    """Return how severe a rule is, and where less."""
    text = " or ".join(s.value for s in rule.severities)
    eased = [
        f"{most.value} at most in {'a lab' if profile is Profile.LAB else 'an edge design'}"
        for profile, most in rule.at_most.items()
        if profile is not Profile.PRODUCTION
    ]
    return "; ".join([text, *eased])


def anchor(rule: Rule) -> str:
    """Return the name by which a link finds the rule: `v020`."""
    return rule.id.lower()


def main() -> int:
    text = page()
    if "--check" in sys.argv[1:]:
        if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text:
            return 0
        sys.stderr.write("docs/rules.md is not current: run python -m designer.rules_page\n")
        return 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
