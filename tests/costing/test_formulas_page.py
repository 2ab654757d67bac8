"""docs/formulas.md says what the registry says."""

from costing.formulas import formulary
from costing.formulas_page import PAGE, anchor, page


def test_the_page_is_current():
    text = PAGE.read_text(encoding="utf-8")

    assert text == page(), "run python -m costing.formulas_page"


def test_every_formula_has_its_section_with_source_and_inputs():
    text = page()

    for formula in formulary().formulas:
        start = text.index(f'<a id="{anchor(formula)}">')
        section = text[start : text.find("<a id=", start + 1)]
        assert f"Grade {formula.grade.value}." in section
        assert all(f"`{parameter.name}`" in section for parameter in formula.parameters)
        assert not formula.example or " gives " in section
