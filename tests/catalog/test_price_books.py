"""The shipped price books: what the documentation says of them, and prices that are well known."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
import yaml

from catalog import prices
from catalog.engine.hardware import Basis
from catalog.engine.offers import Category, CloudService, Term
from catalog.imports.price_books import read_shipped_book, shipped_books, staged_offers
from catalog.library import DATA

BOOKS = {path.parent.name: path for path in shipped_books(DATA / "price-books")}
FAMILIES = {
    "aws": {"m intel": 3, "m amd": 3, "m arm": 3, "c intel": 3, "c amd": 3, "c arm": 3, "r intel": 3, "r amd": 3, "r arm": 3},
    "azure": {"D intel": 3, "D amd": 3, "D arm": 2, "E intel": 3, "E amd": 3, "E arm": 2},
    "gcp": {"n intel": 3, "n amd": 2, "n arm": 1, "c intel": 3, "c amd": 3, "c arm": 1},
}  # fmt: skip
"""Line -> how many generations of it the book has at the least: three, or all that there are."""


def test_there_is_a_book_of_each_large_provider():
    assert set(BOOKS) == {"aws", "azure", "gcp"}


def test_together_they_are_small_enough_to_review():
    size = sum(path.stat().st_size for path in (DATA / "price-books").rglob("*") if path.is_file())

    assert size < 1_500_000


@pytest.mark.parametrize("provider", sorted(BOOKS))
class TestShippedBook:
    def test_its_folder_is_named_after_its_newest_price(self, provider):
        _, rows = read_shipped_book(BOOKS[provider])

        newest = max(row.as_of for row in (*rows.instances, *rows.services))
        assert BOOKS[provider].name == newest
        assert yaml.safe_load((BOOKS[provider] / "book.yaml").read_text())["as_of"].isoformat() == newest

    def test_every_row_has_date_source_and_basis(self, provider):
        _, rows = read_shipped_book(BOOKS[provider])

        for row in (*rows.instances, *rows.services):
            assert date(2015, 1, 1) < date.fromisoformat(row.as_of) <= date(2026, 11, 22)
            assert len(row.source) > 10
            assert Basis(row.basis) in (Basis.OBSERVED, Basis.DERIVED, Basis.RECALLED)

    def test_no_source_is_left_over(self, provider):
        _, rows = read_shipped_book(BOOKS[provider])

        named = yaml.safe_load((BOOKS[provider] / "book.yaml").read_text())["sources"].values()
        assert {row.source for row in (*rows.instances, *rows.services)} == set(named)

    def test_six_regions_lie_on_three_continents(self, provider):
        _, rows = read_shipped_book(BOOKS[provider])

        regions = {row.region for row in rows.instances}
        continents = {prices._places(provider)[region][1] for region in regions}
        assert len(regions) >= 6
        assert {"North America", "Europe", "Asia"} <= continents

    def test_families_of_the_last_generations_are_there_on_x86_and_arm(self, provider):
        _, rows = read_shipped_book(BOOKS[provider])
        found = defaultdict(set)
        for offer in staged_offers(rows.instances):
            found[offer.traits.line].add(offer.traits.generation)

        assert {
            line: len(found[line]) >= least for line, least in FAMILIES[provider].items()
        } == dict.fromkeys(FAMILIES[provider], True)

    def test_every_region_has_every_category_size_and_a_burstable_type(self, provider):
        _, rows = read_shipped_book(BOOKS[provider])
        by_region = defaultdict(list)
        for offer in staged_offers(rows.instances):
            by_region[offer.row.region].append(offer)

        for offers in by_region.values():
            current = [offer for offer in offers if offer.is_current]
            assert {offer.category for offer in current} >= {
                Category.COMPUTE.value, Category.GENERAL.value, Category.MEMORY.value,
            }  # fmt: skip
            assert {2, 4, 8, 16, 32, 48, 64} <= {offer.row.vcpus for offer in offers}
            assert any(offer.traits.is_burstable for offer in offers)
            assert {offer.row.architecture for offer in offers} == {"x86_64", "arm64"}

    def test_every_region_has_prices_of_all_three_terms(self, provider):
        _, rows = read_shipped_book(BOOKS[provider])
        terms = defaultdict(set)
        for offer in staged_offers(rows.instances):
            assert offer.term(Term.ON_DEMAND), offer.row
            terms[offer.row.region] |= {term for term in Term if offer.term(term)}

        assert all(found == set(Term) for found in terms.values())

    def test_no_committed_price_is_above_on_demand(self, provider):
        _, rows = read_shipped_book(BOOKS[provider])

        for offer in staged_offers(rows.instances):
            on_demand = offer.term(Term.ON_DEMAND)
            for term in (Term.ONE_YEAR, Term.THREE_YEARS):
                committed = offer.term(term)
                assert committed is None or committed.price <= on_demand.price


KNOWN_PRICES = {
    ("aws", "us-east-1"): {
        "m7i.large": "0.1008", "m7i.xlarge": "0.2016", "m6i.large": "0.096", "m6a.large": "0.0864", "m7a.large": "0.11592",
        "m7g.large": "0.0816", "m8g.large": "0.08976", "c7i.large": "0.08925", "r7i.large": "0.1323",
        "t3.large": "0.0832", "t3a.large": "0.0752",
    },
    ("azure", "eastus"): {"Standard_D2s_v5": "0.096", "Standard_D2as_v5": "0.086"},
    ("gcp", "us-central1"): {"n2-standard-2": "0.0971", "e2-standard-2": "0.0671"},
}  # fmt: skip
"""On demand, USD an hour: tco.md 1.8. Those of Google are a second hand's, rounded."""


@pytest.mark.django_db
def test_on_demand_prices_are_those_of_the_domain_notes(shipped_books):
    for (provider, region), known in KNOWN_PRICES.items():
        offers = {offer.instance_type: offer for offer in prices.cloud_prices(provider, region).offers}
        for instance_type, expected in known.items():
            found = offers[instance_type].price(Term.ON_DEMAND).usd_per_hour
            tolerance = Decimal("0.0001") if provider == "gcp" else 0
            assert abs(found - Decimal(expected)) <= tolerance, instance_type


@pytest.mark.django_db
def test_services_are_those_of_the_domain_notes(shipped_books):
    found = prices.cloud_prices("aws", "us-east-1").services

    first = {name: price.tiers[0].price for name, price in found.items()}
    assert first[CloudService.BLOCK_GB_MONTH] == Decimal("0.08")
    assert first[CloudService.BLOCK_IOPS_MONTH] == Decimal("0.005")
    assert first[CloudService.BLOCK_MB_PER_SECOND_MONTH] == Decimal("0.04")
    assert first[CloudService.SNAPSHOT_GB_MONTH] == Decimal("0.05")
    assert [(tier.end, tier.price) for tier in found[CloudService.OBJECT_GB_MONTH].tiers] == [
        (51200, Decimal("0.023")), (512000, Decimal("0.022")), (None, Decimal("0.021")),
    ]  # fmt: skip
    assert [(tier.end, tier.price) for tier in found[CloudService.EGRESS_GB].tiers] == [
        (100, 0), (10240, Decimal("0.09")), (51200, Decimal("0.085")), (153600, Decimal("0.07")), (None, Decimal("0.05")),
    ]  # fmt: skip
    assert [(tier.end, tier.price) for tier in found[CloudService.SUPPORT_SHARE].tiers] == [
        (10000, Decimal("0.1")), (80000, Decimal("0.07")), (250000, Decimal("0.05")), (None, Decimal("0.03")),
    ]  # fmt: skip
    assert first[CloudService.SUPPORT_MINIMUM_MONTH] == 100


ABSENT = {
    ("aws", "us-east-1"): set(),
    ("aws", "eu-central-1"): {
        "block-iops-month", "block-mb-per-second-month", "inter-zone-gb", "load-balancer-hour",
    },
    ("azure", "westeurope"): {"inter-zone-gb"},
    ("azure", "eastus"): {"block-gb-month", "block-iops-month", "block-mb-per-second-month", "inter-zone-gb"},
    ("gcp", "us-central1"): {"inter-zone-gb"},
    ("gcp", "europe-west3"): {"inter-zone-gb", "load-balancer-hour"},
}  # fmt: skip
"""What no source prices, as docs/catalog.md tells."""


@pytest.mark.django_db
def test_what_the_sources_do_not_price_is_absent_and_not_invented(shipped_books):
    found = {
        place: {service.value for service in CloudService} - set(prices.cloud_prices(*place).services)
        for place in ABSENT
    }

    assert found == ABSENT
