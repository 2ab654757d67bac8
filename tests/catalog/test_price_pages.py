"""Pages of cloud prices: searched, filtered, sorted, paged without counting; one type whole; the books behind."""

from __future__ import annotations

import re
from html import unescape

import pytest

from catalog import prices
from catalog.models import CloudOffer
from tests.builders import a_user
from tests.catalog.price_rows import an_instance_file, an_instance_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def shipped(shipped_books, client):
    """Somebody signed in, who finds the shipped price books."""
    client.force_login(a_user())
    return client


def types(answer):
    return [row.offer.instance_type for row in answer.context["rows"]]


def next_page(answer):
    found = re.search(r'rel="next" href="([^"]*)"', answer.content.decode())
    return unescape(found[1]) if found else ""


def test_the_list_starts_in_one_region_with_what_comparisons_may_choose(shipped):
    answer = shipped.get("/catalog/prices/")

    offers = [row.offer for row in answer.context["rows"]]
    assert {offer.region for offer in offers} == {"us-east-1"}
    assert all(offer.is_current for offer in offers)
    assert len(offers) == 50


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("q=m7i", lambda offer: offer.family == "m7i"),
        ("q=Standard_D+v5&types=all", lambda offer: "_v5" in offer.instance_type),
        ("provider=gcp&region=", lambda offer: "-" in offer.instance_type),
        ("region=eu-central-1", lambda offer: offer.region == "eu-central-1"),
        ("q=&category=memory", lambda offer: offer.category == "memory"),
        ("q=&term=3-years", lambda offer: offer.three_years_price is not None),
        ("q=&term=3-years&basis=derived", lambda offer: offer.three_years_basis == "derived"),
        ("q=&basis=observed", lambda offer: offer.on_demand_basis == "observed"),
    ],
)
def test_filters_leave_what_they_say(shipped, query, holds):
    offers = [row.offer for row in shipped.get(f"/catalog/prices/?{query}").context["rows"]]

    assert len(offers) > 10
    assert all(holds(offer) for offer in offers)


@pytest.mark.parametrize(
    ("sort", "value"),
    [
        ("vcpus", lambda offer: offer.vcpus),
        ("memory", lambda offer: offer.memory_mib),
        ("on-demand", lambda offer: offer.on_demand_price),
        ("1-year", lambda offer: offer.one_year_price),
        ("3-years", lambda offer: offer.three_years_price),
    ],
)
def test_the_list_sorts_both_ways(shipped, sort, value):
    up = [value(row.offer) for row in shipped.get(f"/catalog/prices/?q=&sort={sort}").context["rows"]]
    down = [value(row.offer) for row in shipped.get(f"/catalog/prices/?q=&sort=-{sort}").context["rows"]]

    assert up == sorted(up)
    assert down == sorted(down, reverse=True)
    assert up[0] < down[0]


@pytest.mark.parametrize("sort", ["name", "-on-demand", "vcpus"])
def test_turning_pages_shows_every_offer_once(shipped, sort):
    answer = shipped.get(f"/catalog/prices/?region=eu-west-1&types=all&sort={sort}")
    seen = types(answer)
    while address := next_page(answer):
        answer = shipped.get(f"/catalog/prices/{address}")
        seen += types(answer)

    everything = CloudOffer.objects.filter(region="eu-west-1").values_list("instance_type", flat=True)
    assert len(seen) == len(set(seen)) == len(everything) > 150
    assert set(seen) == set(everything)


def test_no_page_of_the_list_counts_all_offers(shipped, django_assert_max_num_queries):
    with django_assert_max_num_queries(12) as queries:
        shipped.get("/catalog/prices/?q=&sort=on-demand")

    assert not any("COUNT(" in query["sql"] for query in queries)


@pytest.mark.parametrize(
    "query", ["sort=colour", "category=large", "term=forever", "basis=x", "page=rubbish"]
)
def test_a_choice_that_is_none_counts_as_not_made(shipped, query):
    answer = shipped.get(f"/catalog/prices/?provider=aws&region=us-east-1&{query}")

    assert answer.status_code == 200


def test_prices_that_were_not_observed_are_marked(shipped):
    page = shipped.get("/catalog/prices/?region=eu-west-1&q=m7i.large").content.decode()

    assert ">derived</span> 0." in page


def test_nothing_found_says_what_to_do(shipped):
    assert "Nothing found" in shipped.get("/catalog/prices/?q=abacus").content.decode()


def test_one_instance_type_shows_every_price_with_basis_date_and_source(shipped):
    page = shipped.get("/catalog/prices/aws/us-east-1/m7i.large/").content.decode()

    assert "0.1008" in page
    assert "73.58" in page  # 0.1008 x 730
    assert "2026-07-20" in page
    assert "karpenter-provider-aws@1d92708" in page
    assert "reserved_3y_no_upfront" in page
    assert "derived family discount" in page
    assert "a hardware thread" in page


def test_one_instance_type_shows_what_it_costs_in_other_regions(shipped):
    answer = shipped.get("/catalog/prices/aws/us-east-1/m7i.large/")

    costs = [row.offer.on_demand_price for row, _ in answer.context["elsewhere"]]
    assert len(costs) == 6
    assert costs == sorted(costs)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("aws/us-east-1/m7a.large/", "each a whole core"),
        ("aws/us-east-1/t3.large/", "burstable"),
        ("aws/us-east-1/m6i.large/", "older than the two newest generations"),
    ],
)
def test_what_a_comparison_must_know_is_told(shipped, path, words):
    assert words in shipped.get(f"/catalog/prices/{path}").content.decode()


@pytest.mark.parametrize(
    "path",
    ["prices/aws/us-east-1/m99.large/", "prices/aws/moon/m7i.large/", "prices/nobody/us-east-1/m7i.large/",
     "price-books/nobody/", "price-books/aws/?version=9"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(shipped, path):
    assert shipped.get(f"/catalog/{path}").status_code == 404


def test_old_versions_stay_readable(shipped, tmp_path):
    path = tmp_path / "new.csv"
    path.write_text("".join(an_instance_file(an_instance_line(usd_per_hour="0.25", as_of="2026-11-01"))))
    prices.import_price_files([path])

    now = shipped.get("/catalog/prices/aws/us-east-1/m7i.large/").content.decode()
    then = shipped.get("/catalog/prices/aws/us-east-1/m7i.large/?version=1").content.decode()

    assert ("0.25" in now, "0.1008" in now) == (True, False)
    assert "These are the prices of AWS, version 1 of 2026-08-14" in then
    assert "0.1008" in then


def test_price_books_are_listed_with_dates_counts_and_origin(shipped):
    page = shipped.get("/catalog/price-books/").content.decode()

    for text in ("AWS", "Azure", "Google Cloud", "2026-08-22", "4,599", "shipped: 6 regions"):
        assert text in page


def test_a_price_book_shows_what_services_cost_and_what_has_no_price(shipped):
    page = shipped.get("/catalog/price-books/azure/?region=eastus").content.decode()

    assert page.count("No source prices it here") == 4
    assert "to 51,200: 0.0208" in page
    assert "Professional Direct" in page


def test_a_region_that_is_none_shows_the_first(shipped):
    answer = shipped.get("/catalog/price-books/gcp/?region=moon")

    assert answer.context["region"] == "us-central1"


def test_the_menu_leads_to_prices_and_price_books(shipped):
    page = shipped.get("/catalog/price-books/").content.decode()

    assert 'href="/catalog/prices/"' in page
    assert 'href="/catalog/price-books/" aria-current="page"' in page
    assert 'href="/catalog/reference-design/"' in page
