"""What a proposal says, without a database: words for either winner, columns that add up, sources by number."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.template.loader import get_template

from catalog.engine.hardware import Basis, NodeRole, PriceRange
from costing.proposals import appendix, content
from costing.proposals.appendix import Sources
from costing.proposals.content import bill_of, chapters, outcome, public_mix, summary_tiles
from designer.engine.bill import BillLine, PieceKind, bill_total
from designer.engine.topology import Node, Topology
from designer.engine.workload import Policies, VmProfile, Workload

TEMPLATES = Path(settings.BASE_DIR) / "templates" / "costing" / "proposal"
FORBIDDEN = re.compile(r"\b(up to|guaranteed?|free)\b", re.IGNORECASE)
"""Words that a cost comparison must not use (tco section 7)."""


def an_assumption(key, value, **fields):
    return {"key": key, "label": key, "group": "People", "value": value, "is_changed": False, **fields}


def an_option(id, total_cents, **fields):
    return {
        "id": id, "name": id.upper(), "region": "here", "is_private": id == "private", "total_cents": total_cents,
        "per_vm_month": 1.5, "category_cents": {}, "lines": [], **fields,
    }  # fmt: skip


def a_tco(private_cents=500_00, public_cents=400_00, *, even=None, **fields):
    saving = public_cents - private_cents
    return {
        "currency": {"code": "USD", "per_usd": 1, "as_of": None, "source": ""},
        "conventions": {"rate": "effective", "timing": "end"},
        "horizon_months": 60,
        "options": [an_option("private", private_cents), an_option("aws", public_cents), an_option("gcp", 900_00)],
        "versus": [
            {"option": "aws", "saving_cents": saving, "saving_share": saving / public_cents, "break_even": {"durable": even}},
            {"option": "gcp", "saving_cents": 1, "saving_share": 0.1, "break_even": {"durable": 3}},
        ],
        "assumptions": [
            an_assumption("commitment_coverage", 0.6), an_assumption("commitment_three_year_share", 0.6667),
            an_assumption("negotiated_discount", 0), an_assumption("right_sizing", 0.85),
            an_assumption("annual_discount_rate", 0.08), an_assumption("public_fte_share", 0.5),
            an_assumption("migration_per_vm", 300), an_assumption("build_one_off", 100_000),
            an_assumption("decommissioning_per_node", 150), an_assumption("subscription_per_node_year", 1775),
            an_assumption("peak_to_average_traffic", 2), an_assumption("unexpired_life_value", 0.5),
            an_assumption("scrap_share", 0.03), an_assumption("hardware_price_trend", 0),
            an_assumption("public_price_trend", 0), an_assumption("procurement_lead_months", 3),
        ],
        "notices": [],
        "figures": {},
        **fields,
    }  # fmt: skip


SIZING = {
    "compute": {
        "hosts": 10, "hosts_for_load": 9, "spare_hosts": 1, "vms": 370, "vms_with_spare": 378, "vcpus_per_host": 496,
        "ram_gib_per_host": 496, "reserved_threads": 4, "reserved_ram_gib": 16,
    },
    "storage": {"hosts": 3, "osds": 36, "usable_tb": 37.25, "raw_tb": 138.24, "needed_usable_tb": 23.3},
    "counts": {"control": 3, "compute": 10, "storage": 3, "racks": 3},
    "facility": {"max_watts": 15490, "average_watts": 8756},
}  # fmt: skip


def a_price(typical="100", basis=Basis.OBSERVED, **fields):
    amount = Decimal(typical)
    return PriceRange(
        **{
            "low": amount / 2, "typical": amount, "high": amount * 2, "as_of": "2026-11-22", "source": "A list",
            "basis": basis, **fields,
        }
    )  # fmt: skip


def a_node(id, spec):
    return Node(id=id, name=id, spec=spec, roles=(NodeRole.CONTROL,))


def a_line(id="cmp", count=2, price=None, kind=PieceKind.NODE):
    return BillLine(id=id, kind=kind, name=id, make="", count=count, price=price)


def test_every_chapter_has_a_number_and_a_template():
    found = chapters()

    assert [chapter.number for chapter in found] == list(range(1, 13))
    for chapter in found:
        assert get_template(chapter.template)


@pytest.mark.parametrize(
    ("private_cents", "words"),
    [
        pytest.param(300_00, "Private costs less by", id="private wins"),
        pytest.param(500_00, "Private costs more by", id="public wins"),
    ],
)
def test_either_winner_is_named_as_plainly(private_cents, words):
    found = outcome(a_tco(private_cents))

    assert found["difference_label"] == words
    assert found["difference_cents"] == 100_00
    assert found["option"]["id"] == "aws"  # the cheapest public one, not the one that private beats


def test_without_a_public_option_there_is_no_outcome():
    assert outcome({**a_tco(), "options": [an_option("private", 1)]}) is None


def test_a_break_even_that_is_not_reached_is_said_so():
    tiles = {tile["label"]: tile["value"] for tile in summary_tiles(a_tco(), SIZING, servers=16)}

    assert tiles["Break-even"] == "not reached"
    assert tiles["Servers"] == "16"


def test_the_public_mix_names_commitment_discount_and_right_sizing():
    words = public_mix(a_tco())

    assert "60 %" in words
    assert "66.7 %" in words
    assert "discount of 0 %" in words
    assert "85 %" in words


def test_a_bill_sums_its_priced_lines_and_names_the_others():
    bill = bill_of([a_line("a", 2, a_price("100")), a_line("b", 3, a_price("10")), a_line("c", 1)])

    assert (bill["total"].low, bill["total"].typical, bill["total"].high) == (115, 230, 460)
    assert bill["unpriced"] == ["c"]
    assert [line.amount for line in bill["groups"][0]["lines"]] == [200, 30, None]


def test_prices_of_several_currencies_are_not_added():
    with pytest.raises(ValueError, match="EUR, USD"):
        bill_total([a_line(price=a_price()), a_line(price=a_price(currency="EUR"))])


def test_a_source_has_one_number_and_an_assumption_none():
    sources = Sources(["salary"])
    inputs = [
        {"name": "salary", "label": "Salary", "symbol": "", "value": 1, "unit": "", "source": "BLS"},
        {"name": "price", "label": "Price", "symbol": "", "value": 1, "unit": "", "source": "A list"},
    ]

    found = [appendix._input(item, sources)["source"] for item in (*inputs, *inputs)]

    assert found == [None, 1, None, 1]
    assert sources.listed() == [{"number": 1, "text": "A list"}]


def test_what_figures_of_one_rule_share_stands_once():
    shared = {"name": "pue", "label": "PUE", "symbol": "", "value": 1.5, "unit": "", "source": "x"}
    figures = [
        {
            "formula": "tco.U1", "expression": "q x p", "source": "A list", "grade": "A", "label": name, "value": 12.5,
            "unit": "USD", "inputs": [shared, {**shared, "name": name, "label": name}], "steps": [], "bound_by": "", "note": "",
        }
        for name in ("web", "database")
    ]  # fmt: skip

    (rule,) = appendix._by_rule(figures, Sources())

    assert [item["label"] for item in rule["shared"]] == ["PUE"]
    assert [[item["label"] for item in figure["inputs"]] for figure in rule["figures"]] == [
        ["web"],
        ["database"],
    ]
    assert rule["figures"][0]["value"] == "12.50"  # money keeps its cents


def a_worked(label, value, *, price, working="1 - 1 / 2", note=""):
    return {
        "formula": "tco.U1", "expression": "q x p", "source": "A list", "grade": "A", "label": label, "value": value, "unit": "USD",
        "inputs": [{"name": "on_demand", "label": f"{label} on demand", "symbol": "", "value": price, "unit": "USD an hour", "source": f"List of {label}"}],
        "steps": [
            {"label": "Discount", "working": working, "value": 0.5, "unit": "share"},
            {"label": "Month 1", "working": f"{price} x 2", "value": 2 * price, "unit": "USD"},
        ],
        "bound_by": "", "note": note,
    }  # fmt: skip


def test_figures_that_differ_in_numbers_alone_are_rows_of_a_table():
    figures = [a_worked(f"m{n}", 100 + n, price=n) for n in range(1, 4)]
    figures.append(a_worked("m4", 104, price=4, working="default, the price list has none"))

    (rule,) = appendix._by_rule(figures, Sources())

    table = rule["table"]
    assert rule["figures"] == []
    assert [column["label"] for column in table["columns"]] == ["On demand", "Discount", "Month 1"]
    assert [row["value"] for row in table["rows"]] == ["101.00", "102.00", "103.00", "104.00"]
    assert [row["cells"][0]["source"] for row in table["rows"]] == [2, 3, 4, 5]
    assert [row["cells"][1]["mark"] for row in table["rows"]] == ["", "", "", "a"]  # worked in another way
    assert table["remarks"] == [{"mark": "a", "working": "default, the price list has none"}]


@pytest.mark.parametrize(
    "figures",
    [
        pytest.param([a_worked(f"m{n}", n, price=n) for n in range(3)], id="few"),
        pytest.param([a_worked(f"m{n}", n, price=n, note=f"note {n}") for n in range(5)], id="notes"),
    ],
)
def test_other_figures_stand_one_by_one(figures):
    (rule,) = appendix._by_rule(figures, Sources())

    assert rule["table"] is None
    assert [figure["label"] for figure in rule["figures"]] == [figure["label"] for figure in figures]


def test_a_charge_that_is_the_same_in_each_cloud_is_one_row():
    same = {"value": 5, "unit": "USD", "inputs": [], "steps": [], "bound_by": "", "note": "", "formula": "tco.U18", "expression": "", "source": "", "grade": ""}  # fmt: skip

    (rule,) = appendix._by_rule([{**same, "label": f"{cloud}, Migration"} for cloud in "ABC"], Sources())

    assert [figure["label"] for figure in rule["figures"]] == ["A, Migration; B, Migration; C, Migration"]


def test_a_last_step_does_not_repeat_the_figure():
    step = {"label": "vCPU", "working": "(128 - 4) x 4", "value": 496, "unit": "vCPU"}
    figure = {"formula": "sizing.C3", "label": "vCPU of a host", "value": 496, "unit": "vCPU", "inputs": [], "steps": [step], "bound_by": "", "note": ""}  # fmt: skip

    (shown,) = appendix._worked(figure, [], Sources())["steps"]

    assert (shown["working"], shown["value"]) == ("(128 - 4) x 4", "")


def test_a_drawing_that_is_not_what_is_priced_is_said_so():
    drawn = Topology(nodes=(a_node("ctl01", "ctl-s"), a_node("ctl02", "ctl-s")))
    planned = Topology(nodes=(*drawn.nodes, a_node("ctl03", "ctl-s")))

    (words,) = content.drawn_otherwise(drawn, planned)

    assert words.startswith("The drawing has 2 servers, 2 ctl-s;")
    assert "of the 3 that the workload asks for, 3 ctl-s" in words
    assert content.drawn_otherwise(planned, planned) == []


def test_every_fairness_rule_has_its_value():
    workload = Workload(profiles=(VmProfile(id="web", name="Web", count=370, vcpus=4, ram_gib=Decimal(8)),))
    totals = SimpleNamespace(vcpus=1440, ram_gib=Decimal(4160), disk_tb=Decimal("32.2"))

    rows = content.fairness(
        workload=workload, policies=Policies(), sizing=SIZING, totals=totals, made_with="Revision 2",
        result={"tco": a_tco(), "variants": []},
    )  # fmt: skip

    assert [row["rule"] for row in rows] == [f"FR{n}" for n in range(1, 23)]
    assert all(row["value"] and row["title"] for row in rows)


def test_profiles_that_pause_are_named():
    profile = VmProfile(
        id="build", name="Build", count=1, vcpus=1, ram_gib=Decimal(1),
        always_on_share=Decimal("0.25"), on_hours_share=Decimal("0.5"),
    )  # fmt: skip

    assert (
        content._hours(Workload(profiles=(profile,))) == "Build: 25 % always on, the rest 50 % of the hours"
    )


@pytest.mark.parametrize(
    "path",
    [*TEMPLATES.rglob("*.html"), Path(settings.BASE_DIR) / "costing" / "proposals" / "content.py"],
    ids=lambda path: path.name,
)
def test_our_own_words_promise_nothing(path):
    assert not FORBIDDEN.search(path.read_text())


def test_what_was_set_by_hand_is_printed_beside_what_the_rules_give():
    by_hand = {"label": "Compute nodes", "chosen": 14, "computed": 10, "formula": "sizing.C7"}
    page = get_template("costing/proposal/parts/capacity.html")

    shown = page.render({"sizing": {"overrides": [by_hand]}})

    assert "Compute nodes <strong>14</strong>, by the rules 10" in shown
    assert "Set by hand" not in page.render({"sizing": {"overrides": []}})
