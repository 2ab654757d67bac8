"""`python -m designer.rules_page` writes docs/rules.md from the rules; `--check` only says if it is current."""

import sys
from pathlib import Path

from designer.engine.validation.model import Rule
from designer.engine.validation.profiles import Profile
from designer.engine.validation.rules import FAMILIES, RULES

PAGE = Path(__file__).resolve().parents[1] / "docs" / "rules.md"
HEAD = """# Validation rules

Every rule that a design is checked by, {count} in all, of which {waiting} wait for a fact that no design holds yet. Written by
`python -m designer.rules_page` from the code: do not edit. A rule is a pure function in `designer/engine/validation/`.

An **error** is not fit for production: a proposal is refused until it is repaired or accepted. A **warning** is to be weighed before
an offer; **info** is good to know: proposals list both, with what helps. A design says in its `profile` what it is for: `production`, `lab` or `edge`. Where a rule is less severe in one of them,
it says so. A finding can be accepted, with a reason: it then stays in the list, marked as suppressed, with who accepted it, and is
printed so in every proposal.
A rule whose inputs are missing says nothing; V001 tells what is incomplete.
"""


def page() -> str:
    """Return the text of docs/rules.md."""
    waiting = sum(rule.check is None for rule in RULES)
    parts = [HEAD.format(count=len(RULES), waiting=waiting)]
    parts += [
        f"- [{title}](#{family}): {rules[0].id} to {rules[-1].id}"
        for family, (title, rules) in FAMILIES.items()
    ]
    for family, (title, rules) in FAMILIES.items():
        parts += ["", f'<a id="{family}"></a>', "", f"## {title}", ""]
        parts += [f"- [{rule.id}](#{anchor(rule)}): {rule.title}" for rule in rules]
        parts += [section(rule) for rule in rules]
    return "\n".join(parts) + "\n"


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
