"""What rows of a price list mean: tiers in order, the free allowance first, worst basis, oldest date, no gaps."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from catalog.cloud_services import Row, service_prices
from catalog.engine.hardware import Basis


def a_row(path="block/gp3", unit="GB-month", price="0.08", **fields):
    given = {
        "region": "us-east-1",
        "path": path,
        "unit": unit,
        "price": Decimal(price),
        "basis": Basis.OBSERVED,
        "as_of": date(2026, 7, 20),
        "source": "a price feed",
        **fields,
    }
    return Row(**{name: Decimal(v) if name in ("start", "end") and v else v for name, v in given.items()})


def egress(*tiers, path="traffic/internet_egress", **fields):
    return [
        a_row(path, "GB", price, start=Decimal(start), end=end and Decimal(end), **fields)
        for start, end, price in tiers
    ]


AWS_EGRESS = egress(
    (0, 10240, "0.09"), (10240, 51200, "0.085"), (51200, 153600, "0.07"), (153600, None, "0.05")
)


def bounds(price):
    return [(tier.start, tier.end, tier.price) for tier in price.tiers]


def test_egress_starts_with_the_free_allowance_and_counts_a_terabyte_as_1024_gigabytes():
    prices = service_prices("aws", "us-east-1", "North America", AWS_EGRESS)

    assert bounds(prices["egress-gb"]) == [
        (0, 100, 0),
        (100, 10240, Decimal("0.09")),
        (10240, 51200, Decimal("0.085")),
        (51200, 153600, Decimal("0.07")),
        (153600, None, Decimal("0.05")),
    ]


def test_google_has_no_free_allowance():
    prices = service_prices("gcp", "us-east-1", "", egress((0, 1024, "0.12"), (1024, None, "0.11")))

    assert bounds(prices["egress-gb"])[0] == (0, 1024, Decimal("0.12"))


def test_the_order_of_rows_makes_no_difference():
    there = service_prices("aws", "us-east-1", "North America", AWS_EGRESS)
    back = service_prices("aws", "us-east-1", "North America", reversed(AWS_EGRESS))

    assert bounds(there["egress-gb"]) == bounds(back["egress-gb"])


@pytest.mark.parametrize(
    "rows",
    [
        egress((0, 10240, "0.09"), (51200, None, "0.05")),
        egress((10240, None, "0.085")),
        egress((0, 10240, "0.09")),
    ],
    ids=["gap", "no start", "no end"],
)
def test_tiers_that_leave_a_gap_price_nothing(rows):
    prices = service_prices("aws", "us-east-1", "North America", rows)

    assert prices == {}


def test_the_dearest_of_two_prices_for_one_tier_counts():
    rows = [a_row("nat/data", "GB", "0"), a_row("nat/data", "GB", "0.045")]

    prices = service_prices("aws", "us-east-1", "North America", rows)

    assert prices["nat-gb"].tiers[0].price == Decimal("0.045")


def test_a_price_of_the_region_goes_before_the_price_of_everywhere():
    rows = [
        a_row("ipv4/public", "hour", "0.005", region="*"),
        a_row("ipv4/public", "hour", "0.006", region="eu-west-1"),
    ]

    here = service_prices("aws", "eu-west-1", "Europe", rows)
    there = service_prices("aws", "us-east-1", "North America", rows)

    assert here["public-ipv4-hour"].tiers[0].price == Decimal("0.006")
    assert there["public-ipv4-hour"].tiers[0].price == Decimal("0.005")


def test_azure_has_egress_by_zone_of_the_world():
    rows = [
        *egress((0, None, "0.087"), region="zone1 (Europe, North America)"),
        *egress((0, None, "0.12"), region="zone2 (Asia, Oceania, ME, Africa)"),
    ]

    europe = service_prices("azure", "westeurope", "Europe", rows)
    asia = service_prices("azure", "japaneast", "Asia", rows)
    nowhere = service_prices("azure", "moon", "", rows)

    assert bounds(europe["egress-gb"])[-1] == (100, None, Decimal("0.087"))
    assert bounds(asia["egress-gb"])[-1] == (100, None, Decimal("0.12"))
    assert "egress-gb" not in nowhere


def test_what_a_volume_has_without_charge_is_told():
    rows = [
        a_row("block/gp3/iops_over_3000", "IOPS-month", "0.005"),
        a_row("block/gp3/throughput_over_125MBps", "MBps-month", "0.04"),
    ]

    prices = service_prices("aws", "us-east-1", "North America", rows)

    assert prices["block-iops-month"].included == 3000
    assert prices["block-mb-per-second-month"].included == 125


def test_iops_of_google_disks_cost_nothing_and_say_so():
    prices = service_prices("gcp", "us-east-1", "", [a_row("block/pd-balanced", price="0.1")])

    iops = prices["block-iops-month"]
    assert (iops.tiers[0].price, iops.basis) == (0, Basis.RECALLED)
    assert "come with the capacity" in iops.basis_note
    assert prices["block-gb-month"].basis is Basis.OBSERVED


def test_azure_support_is_a_fee_without_a_share():
    prices = service_prices(
        "azure", "eastus", "", [a_row("support/professional_direct", "USD-month", "1000", region="*")]
    )

    assert prices["support-share"].tiers[0].price == 0
    assert prices["support-minimum-month"].tiers[0].price == 1000


def test_google_support_is_the_enhanced_plan_where_the_list_has_it():
    standard = a_row("support/standard", "fraction of monthly usage", "0.03", region="*")
    enhanced = a_row("support/enhanced", "fraction of monthly usage in USD band", "0.1", region="*")

    with_both = service_prices("gcp", "us-central1", "", [standard, enhanced])
    with_one = service_prices("gcp", "us-central1", "", [standard])

    assert with_both["support-share"].name == "Enhanced support"
    assert with_one["support-share"].name == "Standard support"


def test_a_price_is_as_old_and_as_doubtful_as_its_worst_tier():
    rows = egress(
        (0, 51200, "0.0196"), path="object/hot/LRS", basis=Basis.DERIVED, basis_note="derived_tier_ratio"
    )
    rows += egress((51200, None, "0.018"), path="object/hot/LRS", as_of=date(2024, 7, 1), source="a page")
    rows = [Row(**{**{f: getattr(row, f) for f in Row.__slots__}, "unit": "GB-month"}) for row in rows]

    price = service_prices("azure", "us-east-1", "", rows)["object-gb-month"]

    assert (price.basis, price.basis_note, price.as_of) == (
        Basis.DERIVED, "derived_tier_ratio", date(2024, 7, 1),
    )  # fmt: skip
    assert price.source == "a price feed; a page"


def test_services_of_an_unknown_provider_have_no_meaning():
    assert service_prices("hetzner", "eu", "Europe", [a_row()]) == {}
