"""Growth as a stateless calculator: months and orders of a document, and what is refused."""

from __future__ import annotations

from catalog.engine.documents import write
from catalog.library import load_library
from costing.calculators import calculate_all

LIBRARY = load_library()


def a_document(**changes):
    profile = {"id": "web", "name": "Web", "count": 300, "vcpus": 4, "ram_gib": 8, "disk_gb": 80}
    workload = {"profiles": [profile], "annual_growth_rate": 0.3}
    sizing = {"workload": workload, "hardware": write(LIBRARY.selection_for("rd-mid"))}
    return {"sizing": sizing, "horizon_months": 24, "lead_months": 4} | changes


def test_each_month_and_each_order_is_answered():
    answer = calculate_all("growth", a_document())

    assert [month["month"] for month in answer["months"]] == list(range(1, 25))
    assert len(answer["orders"]) > 1
    for order in answer["orders"]:
        assert order["ordered"] == max(0, order["in_service"] - 4)
        assert order["total"]["typical"] > 0


def test_a_server_that_is_in_no_catalog_can_grow_too():
    document = a_document()
    document["sizing"]["hardware"]["compute"] |= {"id": "of-one-s-own", "ram_gib": 1024}

    answer = calculate_all("growth", document)

    bought = {line["id"] for order in answer["orders"] for line in order["lines"]}
    assert "of-one-s-own" in bought


def test_a_horizon_beyond_seven_years_is_refused():
    answer = calculate_all("growth", a_document(horizon_months=85))

    assert answer["errors"][0]["field"] == "horizon_months"
    assert answer["errors"][0]["remedy"]
