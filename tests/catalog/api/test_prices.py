"""Cloud prices over REST: filtered, ordered, paged by cursor; every price with basis, date and source."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.models import CloudOffer, PriceBook, PriceBookVersion
from catalog.prices import unit_price, written_price
from tests.builders import a_user

pytestmark = pytest.mark.django_db

OFFERS = "/api/v1/cloud-offers/"


@pytest.fixture
def signed_in(shipped_books, client):
    client.force_login(a_user())
    return client


def test_an_offer_comes_with_all_its_prices(signed_in):
    answer = signed_in.get(OFFERS, {"region": "us-east-1", "search": "m7a.large"}).json()

    (offer,) = answer["results"]
    assert (offer["provider"], offer["vcpus"], offer["memory_gib"], offer["is_core_based"]) == (
        "aws",
        2,
        8,
        True,
    )
    assert [price["term"] for price in offer["prices"]] == ["on-demand", "1-year", "3-years"]
    assert offer["prices"][0] == {
        "price_model": "on_demand",
        "term": "on-demand",
        "usd_per_hour": "0.11592",
        "basis": "observed",
        "basis_note": "",
        "as_of": "2026-07-20",
        "source": "gh:aws/karpenter-provider-aws@1d92708 zz_generated.pricing_aws.go",
    }
    assert offer["price_book_version"] == PriceBookVersion.objects.get(book__provider="aws").pk


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ({"provider": "gcp"}, lambda offer: offer["provider"] == "gcp"),
        ({"category": "memory"}, lambda offer: offer["category"] == "memory"),
        ({"current": "true"}, lambda offer: offer["is_current"]),
        ({"term": "3-years"}, lambda offer: "3-years" in [price["term"] for price in offer["prices"]]),
        ({"operating_system": "linux"}, lambda offer: offer["operating_system"] == "linux"),
    ],
)
def test_filters_leave_what_they_say(signed_in, query, holds):
    offers = signed_in.get(OFFERS, query).json()["results"]

    assert len(offers) == 50
    assert all(holds(offer) for offer in offers)


def test_cursors_walk_through_every_offer_once(signed_in):
    address, seen = f"{OFFERS}?provider=azure&ordering=-vcpus&limit=200", []
    while address:
        answer = signed_in.get(address).json()
        seen += [(offer["region"], offer["instance_type"]) for offer in answer["results"]]
        address = answer["next"]

    assert len(seen) == len(set(seen)) == CloudOffer.objects.filter(version__book__provider="azure").count()


def test_offers_are_ordered_by_price(signed_in):
    offers = signed_in.get(OFFERS, {"ordering": "1-year", "provider": "aws"}).json()["results"]

    found = [Decimal(p["usd_per_hour"]) for offer in offers for p in offer["prices"] if p["term"] == "1-year"]
    assert found == sorted(found)
    assert len(found) == 50


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"ordering": "colour"}, "ordering"),
        ({"term": "forever"}, "term"),
        ({"category": "x"}, "category"),
        ({"basis": "x"}, "basis"),
        ({"region": "\0"}, "region"),
        ({"limit": "0"}, "limit"),
        ({"cursor": "x"}, "cursor"),
    ],
)
def test_a_choice_that_is_none_is_refused_by_its_name(signed_in, query, field):
    answer = signed_in.get(OFFERS, query)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


def test_a_page_costs_the_same_number_of_queries_however_long(signed_in, django_assert_max_num_queries):
    with django_assert_max_num_queries(8) as queries:
        signed_in.get(OFFERS, {"limit": "200"})

    assert not any("COUNT(" in query["sql"] for query in queries)


def test_price_books_are_listed_by_version(signed_in):
    answer = signed_in.get("/api/v1/price-books/", {"provider": "gcp"}).json()

    (version,) = answer["results"]
    assert (version["provider_name"], version["number"], version["as_of"]) == (
        "Google Cloud",
        1,
        "2026-07-30",
    )
    assert version["price_count"] == 4599
    assert len(version["checksum"]) == 64
    assert answer["next"] is None


def test_a_provider_that_is_none_has_no_price_books(signed_in):
    assert signed_in.get("/api/v1/price-books/", {"provider": "acme"}).json()["results"] == []


@pytest.mark.parametrize("path", [OFFERS, "/api/v1/price-books/"])
def test_nobody_reads_prices_without_signing_in(shipped_books, client, path):
    answer = client.get(path)

    assert answer.status_code in (401, 403)


@pytest.mark.parametrize("path", [OFFERS, "/api/v1/price-books/"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nobody_writes_prices_over_rest(signed_in, path, method):
    answer = getattr(signed_in, method)(path, content_type="application/json")

    assert answer.status_code == 405


def test_who_has_the_offers_is_told_so_until_another_price_book_is_current(signed_in):
    known = signed_in.get(OFFERS)["ETag"]
    same = signed_in.get(OFFERS, headers={"If-None-Match": known})
    book = PriceBook.objects.get(provider="gcp")
    current = PriceBookVersion.objects.current().get(book=book)
    current.is_current = False
    current.save(update_fields=["is_current"])

    answer = signed_in.get(OFFERS, headers={"If-None-Match": known})

    assert (same.status_code, same.content, same["ETag"]) == (304, b"", known)
    assert answer.status_code == 200
    assert answer["ETag"] != known
    assert signed_in.get(OFFERS, {"provider": "gcp"}).json()["results"] == []


def test_another_question_has_another_tag(signed_in):
    tags = {signed_in.get(OFFERS, query)["ETag"] for query in ({}, {"limit": "1"}, {"provider": "aws"})}

    assert len(tags) == 3


@given(st.integers(min_value=-(2**63), max_value=2**63 - 1))
@example(0)
@example(100_000_000)
@example(1)
def test_a_price_is_written_as_the_exact_decimal(scaled):
    assert written_price(scaled) == f"{unit_price(scaled):f}"
