"""The pieces of pages: what they write, and what they must not let through."""

from decimal import Decimal

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

from catalog.engine.documents import write
from catalog.engine.figures import Figure, Grade, Input, Step
from catalog.engine.money import Money
from config.templatetags import ui

A_FIGURE = Figure(
    key="compute.hosts",
    label="Compute nodes",
    value=12,
    unit="nodes",
    formula="sizing.C6",
    expression="ceil(max_r n_r)",
    inputs=(
        Input(name="ram_gib", label="RAM per node <usable>", value=Decimal("492.5"), unit="GiB", symbol="M"),
    ),
    steps=(Step(label="By RAM", working="5,640 / 492.5", value=Decimal("11.45"), unit="nodes"),),
    bound_by="RAM",
    source="Nova, allocation ratios",
    grade=Grade.C,
)


def rendered(text: str, path: str = "/", **context) -> str:
    request = RequestFactory().get(path)
    return Template(text).render(Context({"request": request, **context}))


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        (1234.5, 2, "1,234.5"),
        (Decimal("1234567.891"), 1, "1,234,567.9"),
        (100, 0, "100"),
        (1200, 2, "1,200"),
        (0, 2, "0"),
        (None, 2, ""),
        (True, 2, "yes"),
        ("N+1", 2, "N+1"),
        (float("nan"), 2, "nan"),
    ],
)
def test_numbers_are_grouped(value, places, expected):
    assert ui.number(value, places) == expected


@pytest.mark.parametrize(
    ("amount", "places", "expected"),
    [
        (123456, 0, "1,235"),
        (Money(123456, "EUR"), 2, "1,234.56 EUR"),
        ({"cents": 123456, "currency": "USD"}, 0, "1,235 USD"),
        (None, 0, ""),
        (-50, 2, "-0.50"),
    ],
)
def test_money_is_written_from_cents(amount, places, expected):
    assert ui.money(amount, places) == expected


@pytest.mark.parametrize("explained", [A_FIGURE, write(A_FIGURE)], ids=["figure", "document"])
def test_a_figure_opens_its_explanation(explained):
    page = rendered("{% figure f %}", f=explained)

    for part in (
        "sizing.C6",
        "ceil(max_r n_r)",
        "492.5",
        "5,640 / 492.5",
        "Nova, allocation ratios",
        "RAM",
        "house value",
    ):
        assert part in page
    assert "RAM per node &lt;usable&gt;" in page
    assert "<usable>" not in page


def test_a_button_opens_its_own_explanation():
    page = rendered("{% figure f %}{% figure f %}", f=A_FIGURE)

    identities = [part.split('"')[0] for part in page.split('class="explain" id="')[1:]]
    assert len(set(identities)) == 2
    assert all(f'popovertarget="{identity}"' in page for identity in identities)


def test_no_figure_is_a_dash():
    assert rendered("{% figure f %}", f=None).strip() == "–"


def test_a_link_to_a_page_that_is_missing_is_left_out():
    assert rendered("[{% link_to 'nobody:nothing' 3 %}]") == "[]"


def test_an_empty_block_leaves_nothing_behind():
    assert rendered("{% filled '<h1>' '</h1>' %}  {% endfilled %}") == ""
    assert rendered("{% filled '<h1>' '</h1>' %}{{ x }}{% endfilled %}", x="a < b") == "<h1>a &lt; b</h1>"


def test_a_sorted_column_turns_round_and_keeps_the_filter():
    page = rendered("{% sort_head 'name' 'Name' %}", "/?q=dell&sort=name&page=3")

    assert 'aria-sort="ascending"' in page
    assert "?q=dell&amp;sort=-name" in page
    assert "page=" not in page


def test_the_pager_keeps_filter_and_sort():
    page = Paginator(range(60), 25).get_page(2)

    text = rendered("{% pager p 'prices' %}", "/?q=m7&page=2", p=page)

    assert "26–50 of 60 prices" in text
    assert "?q=m7&amp;page=1" in text
    assert "?q=m7&amp;page=3" in text


def test_words_are_escaped():
    bad = '"><script>alert(1)</script>'
    text = rendered(
        "{% badge x %}{% status x x %}{% badge 'a' '' x %}{% empty_state x x x x %}{% stat x x x x %}"
        "{% text_field 'n' x x x x %}{% tab x x %}{% icon x x %}{% table x %}{% endtable %}{% tabs x %}{% endtabs %}",
        x=bad,
    )

    assert "<script>" not in text


def test_a_field_ties_help_and_error_to_its_control():
    text = rendered("{% text_field 'vms' 'VMs' value=-1 error='Must not be negative.' %}")

    assert 'for="vms"' in text
    assert 'aria-invalid="true"' in text
    assert 'aria-describedby="vms-error"' in text
    assert 'id="vms-error">Must not be negative.' in text
