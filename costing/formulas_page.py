"""`python -m costing.formulas_page` writes docs/formulas.md from the registry; `--check` only says if it is current."""

import json
import sys
from pathlib import Path
from typing import Any

from catalog.engine.documents import write
from catalog.engine.figures import Formula, Parameter
from costing.formulas import formulary

PAGE = Path(__file__).resolve().parents[1] / "docs" / "formulas.md"
HEAD = """# Formulas

Every formula behind a number of the product, {count} in all. Written by `python -m costing.formulas_page` from the code: do not
edit. Grades: A is upstream code or document, a price list, or the vendor's own measurement; B a source that quotes the number;
C a choice of this house. Try one with values of your own at `/costing/formulas/`, over REST at `/api/v1/calculations/formula/`,
or with `manage.py calculate formula`.
"""


def page() -> str:
    """Return the text of docs/formulas.md."""
    formulas = formulary().formulas
    index = "\n".join(f"- [{f.id}](#{anchor(f)}): {f.title}" for f in formulas)
    return "\n".join([HEAD.format(count=len(formulas)), index, "", *(section(f) for f in formulas)])


def section(formula: Formula) -> str:
    """Return what the page says about one formula: the rule, its inputs, its source, a worked example."""
    facts = [f"Source: {formula.source.rstrip('.')}. Grade {formula.grade.value}." if formula.source else ""]
    if formula.aliases:
        facts.append(f"Also known as {', '.join(formula.aliases)}.")
    lines = [f'<a id="{anchor(formula)}"></a>', "", f"## {formula.id}: {formula.title}", ""]
    lines += [f"    {formula.expression}", "", " ".join(fact for fact in facts if fact), ""]
    if formula.parameters:
        lines += ["| input | meaning | unit | default | allowed |", "| --- | --- | --- | --- | --- |"]
        lines += [row(parameter) for parameter in formula.parameters]
        lines.append("")
    if formula.example:
        answer = formulary().calculate({"formula": formula.id, "inputs": write(formula.example)})
        units = answer["units"]
        results = ", ".join(
            f"{name} = {shown(value)} {units.get(name, '')}".strip()
            for name, value in answer["results"].items()
        )
        lines += [f"Example: `{json.dumps(write(formula.example), ensure_ascii=False)}` gives {results}.", ""]
    return "\n".join(lines)


def row(parameter: Parameter) -> str:
    """Return one input as a row of a table."""
    symbol = f" ({parameter.symbol})" if parameter.symbol else ""
    needed = "required" if parameter.is_required and parameter.default is None else ""
    default = shown(write(parameter.default)) if parameter.default is not None else needed
    meaning = parameter.label
    if parameter.source:
        grade = f", grade {parameter.grade.value}" if parameter.grade else ""
        meaning += f". {parameter.source}{grade}"
    cells = (f"`{parameter.name}`{symbol}", meaning, parameter.unit, default, allowed(parameter))
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def allowed(parameter: Parameter) -> str:
    """Return the domain of an input in words."""
    if parameter.choices:
        return ", ".join(f"`{choice}`" for choice in parameter.choices)
    low, high = write(parameter.minimum), write(parameter.maximum)
    match low, high:
        case None, None:
            return parameter.kind
        case _, None:
            return f"{parameter.kind}, from {low}"
        case None, _:
            return f"{parameter.kind}, to {high}"
    return f"{parameter.kind}, {low} to {high}"


def shown(value: Any) -> str:
    """Return a value as a reader of the page sees it; numbers to six significant digits."""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return f"[{', '.join(shown(item) for item in value)}]"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def anchor(formula: Formula) -> str:
    """Return the name by which a link finds the formula: `sizing-s4`."""
    return formula.id.lower().replace(".", "-")


def main() -> int:
    text = page()
    if "--check" in sys.argv[1:]:
        if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text:
            return 0
        sys.stderr.write("docs/formulas.md is not current: run python -m costing.formulas_page\n")
        return 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
