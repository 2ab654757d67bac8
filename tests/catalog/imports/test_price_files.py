"""Price files: what is read, and how each mistake is told."""

from __future__ import annotations

import gzip
from decimal import Decimal

import pytest

from catalog.engine.documents import InvalidDocument
from catalog.engine.hardware import Basis
from catalog.imports.price_books import checksum, difference, rows_by_provider, staged_offers
from catalog.imports.price_files import PriceRows, basis_of, read_price_file, read_rows
from tests.catalog.price_rows import a_service_file, a_service_line, an_instance_file, an_instance_line


def test_an_instance_row_keeps_price_basis_date_and_source():
    text = an_instance_file(
        an_instance_line(usd_per_hour="0.11592", basis="observed_old", as_of="2023-08-30")
    )

    (row,) = read_rows(text, name="aws.csv").instances

    assert (row.provider, row.region, row.instance_type, row.operating_system) == (
        "aws", "us-east-1", "m7i.large", "linux",
    )  # fmt: skip
    assert (row.vcpus, row.memory_mib, row.price) == (2, 8192, 11_592_000)
    assert (row.basis, row.basis_note, row.as_of, row.source) == (
        "observed", "observed_old", "2023-08-30", "a price feed",
    )  # fmt: skip


def test_a_service_row_keeps_its_tier():
    text = a_service_file(a_service_line(tier_from="10240", tier_to="51200", usd_per_unit="0.018782609"))

    (row,) = read_rows(text, name="services.csv").services

    assert (row.tier_from, row.tier_to) == (Decimal(10240), Decimal(51200))
    assert row.price == 1_878_261


def test_a_gzipped_file_reads_like_a_plain_one(tmp_path):
    text = an_instance_file(an_instance_line())
    plain, packed = tmp_path / "prices.csv", tmp_path / "prices.csv.gz"
    plain.write_text("".join(text))
    packed.write_bytes(gzip.compress("".join(text).encode()))

    assert read_price_file(packed) == read_price_file(plain)


def test_unknown_size_stays_unknown_and_a_shared_core_counts_as_one():
    text = an_instance_file(
        an_instance_line(instance_type="u-9tb1.112xlarge", vcpus="", memory_gib=""),
        an_instance_line(instance_type="e2-micro", vcpus="0.25", memory_gib="1"),
    )

    unknown, shared = read_rows(text, name="aws.csv").instances

    assert (unknown.vcpus, unknown.memory_mib) == (None, None)
    assert shared.vcpus == 1


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("observed", (Basis.OBSERVED, "")),
        ("observed_old", (Basis.OBSERVED, "observed_old")),
        ("observed_converted", (Basis.OBSERVED, "observed_converted")),
        ("derived_family_discount", (Basis.DERIVED, "derived_family_discount")),
        ("recall_unverified", (Basis.RECALLED, "recall_unverified")),
        ("derived", (Basis.DERIVED, "")),
        ("guessed", None),
    ],
)
def test_the_basis_of_a_list_has_one_meaning(raw, expected):
    found = basis_of(raw)

    assert found == expected


@pytest.mark.parametrize(
    ("fields", "field", "value", "remedy"),
    [
        ({"usd_per_hour": "free"}, "usd_per_hour", "free", "from 0 to"),
        ({"usd_per_hour": "NaN"}, "usd_per_hour", "NaN", "from 0 to"),
        ({"usd_per_hour": "-1"}, "usd_per_hour", "-1", "from 0 to"),
        ({"usd_per_hour": ""}, "usd_per_hour", "", "from 0 to"),
        ({"usd_per_hour": "1e99"}, "usd_per_hour", "1e99", "from 0 to"),
        ({"vcpus": "two"}, "vcpus", "two", "Write a number"),
        ({"memory_gib": "8 GiB"}, "memory_gib", "8 GiB", "Write a number"),
        ({"arch": "sparc"}, "arch", "sparc", "x86_64, arm64"),
        ({"basis": "guessed"}, "basis", "guessed", "observed, derived"),
        ({"as_of": "20.7.2026"}, "as_of", "20.7.2026", "2026-11-24"),
        ({"region": ""}, "region", "", "1 to 40"),
        ({"source": ""}, "source", "", "1 to 500"),
        ({"price_model": "On Demand"}, "price_model", "On Demand", "lower-case"),
        ({"instance_type": "m7i\x07"}, "instance_type", "'m7i\\x07'", "Remove it"),
    ],
)
def test_a_bad_cell_is_named_by_line_field_value_and_remedy(fields, field, value, remedy):
    text = an_instance_file(an_instance_line(instance_type="m6i.large"), an_instance_line(**fields))

    with pytest.raises(InvalidDocument) as refused:
        read_rows(text, name="aws.csv")

    (problem,) = refused.value.problems
    assert problem.field == f"aws.csv line 3, {field}"
    assert problem.value == value
    assert remedy in problem.remedy


def test_every_bad_row_is_told_not_only_the_first():
    text = an_instance_file(
        an_instance_line(basis="x"),
        an_instance_line(instance_type="m6i.large", as_of="y"),
        an_instance_line(instance_type="m5.large"),
    )

    with pytest.raises(InvalidDocument) as refused:
        read_rows(text, name="aws.csv")

    assert [problem.field for problem in refused.value.problems] == [
        "aws.csv line 2, basis",
        "aws.csv line 3, as_of",
    ]


def test_a_price_that_comes_twice_is_refused():
    text = an_instance_file(an_instance_line(), an_instance_line(usd_per_hour="0.5"))

    with pytest.raises(InvalidDocument, match="twice"):
        read_rows(text, name="aws.csv")


def test_a_type_described_in_two_ways_is_refused():
    text = an_instance_file(an_instance_line(), an_instance_line(price_model="spot", vcpus="4"))

    with pytest.raises(InvalidDocument, match="other vCPUs"):
        read_rows(text, name="aws.csv")


def test_a_row_with_too_few_cells_is_refused():
    text = [*an_instance_file(an_instance_line()), "aws,us-east-1\r\n"]

    with pytest.raises(InvalidDocument, match="has 2 cells"):
        read_rows(text, name="aws.csv")


@pytest.mark.parametrize(
    "text", [[], ["a,b,c\n"], ["region,instance_type\n"]], ids=["empty", "foreign", "columns missing"]
)
def test_a_file_that_is_no_price_list_is_refused(text):
    with pytest.raises(InvalidDocument, match=r"columns|has no column"):
        read_rows(text, name="x.csv")


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "prices.csv.gz"
    path.write_bytes(b"\x1f\x8bnot gzip at all")

    with pytest.raises(InvalidDocument, match="cannot be read"):
        read_price_file(path)


def test_a_tier_that_ends_before_it_starts_is_refused():
    text = a_service_file(a_service_line(tier_from="100", tier_to="50"))

    with pytest.raises(InvalidDocument, match="ends before"):
        read_rows(text, name="services.csv")


def test_only_the_asked_provider_is_read():
    text = an_instance_file(an_instance_line(), an_instance_line(provider="gcp"))

    rows = read_rows(text, name="all.csv", provider="gcp")

    assert [row.provider for row in rows.instances] == ["gcp"]


def test_rows_of_several_files_are_sorted_out_by_provider():
    first = read_rows(an_instance_file(an_instance_line(), an_instance_line(provider="gcp")), name="vms.csv")
    second = read_rows(a_service_file(a_service_line()), name="services.csv")

    found = rows_by_provider([first, second])

    assert list(found) == ["aws", "gcp"]
    assert (len(found["aws"].instances), len(found["aws"].services), len(found["gcp"].services)) == (1, 1, 0)


def test_two_files_with_the_same_price_are_refused():
    rows = read_rows(an_instance_file(an_instance_line()), name="vms.csv")

    with pytest.raises(InvalidDocument, match="same thing"):
        rows_by_provider([rows, rows])


def test_the_checksum_does_not_depend_on_the_order_of_rows():
    lines = [an_instance_line(instance_type=name) for name in ("m5.large", "m6i.large", "m7i.large")]
    there = read_rows(an_instance_file(*lines), name="a")
    back = read_rows(an_instance_file(*reversed(lines)), name="b")
    other = read_rows(an_instance_file(*lines[:2]), name="c")

    assert checksum(there) == checksum(back)
    assert checksum(there) != checksum(other)


def test_a_difference_counts_what_is_added_changed_and_left_out():
    before = read_rows(
        an_instance_file(
            an_instance_line(instance_type="m5.large"),
            an_instance_line(instance_type="m6i.large"),
            an_instance_line(instance_type="m7i.large"),
        ),
        name="a",
    )
    after = read_rows(
        an_instance_file(
            an_instance_line(instance_type="m6i.large"),
            an_instance_line(instance_type="m7i.large", usd_per_hour="0.2"),
            an_instance_line(instance_type="m8i.large"),
            an_instance_line(instance_type="m8i.xlarge"),
        ),
        name="b",
    )

    found = difference(before, after)

    assert (found.added, found.changed, found.removed) == (2, 1, 1)


def test_the_prices_of_one_instance_become_one_offer_with_three_terms():
    text = an_instance_file(
        an_instance_line(),
        an_instance_line(price_model="convertible_1y_no_upfront", usd_per_hour="0.07"),
        an_instance_line(price_model="reserved_3y_no_upfront", usd_per_hour="0.05"),
        an_instance_line(price_model="convertible_3y_no_upfront", usd_per_hour="0.06"),
        an_instance_line(price_model="spot", usd_per_hour="0.03"),
    )
    rows = read_rows(text, name="aws.csv")

    (offer,) = staged_offers(rows.instances)

    models = [offer.term(term).price_model for term in ("on-demand", "1-year", "3-years")]
    assert models == ["on_demand", "convertible_1y_no_upfront", "reserved_3y_no_upfront"]
    assert len(offer.prices) == 5


def test_a_region_without_the_newest_generation_keeps_its_own():
    text = an_instance_file(
        *(an_instance_line(instance_type=f"{name}.large") for name in ("m5", "m6i", "m7i", "m8i")),
        *(
            an_instance_line(instance_type=f"{name}.large", region="eu-south-1")
            for name in ("m4", "m5", "m6i")
        ),
    )

    offers = staged_offers(read_rows(text, name="aws.csv").instances)

    current = [(offer.row.region, offer.traits.family) for offer in offers if offer.is_current]
    assert current == [
        ("eu-south-1", "m5"),
        ("eu-south-1", "m6i"),
        ("us-east-1", "m7i"),
        ("us-east-1", "m8i"),
    ]


def test_nothing_is_read_from_a_header_alone():
    assert read_rows(an_instance_file(), name="aws.csv") == PriceRows()
