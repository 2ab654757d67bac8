"""Pages of the catalog: each kind listed, searched, sorted; each entry with the source of its price."""

from __future__ import annotations

import pytest

from catalog import services
from catalog.library import KINDS
from catalog.models import CatalogEntry
from tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client):
    services.load_catalog()
    client.force_login(a_user())
    return client


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_is_listed_and_every_entry_opens(signed_in, kind):
    page = signed_in.get(f"/catalog/{kind}/").content.decode()

    for entry in CatalogEntry.objects.filter(kind=kind):
        assert f"/catalog/{kind}/{entry.slug}/" in page
        assert signed_in.get(f"/catalog/{kind}/{entry.slug}/").status_code == 200


def test_search_finds_by_make_and_tells_when_there_is_nothing(signed_in):
    assert "cmp-512" in signed_in.get("/catalog/node-spec/?q=dell+R6725").content.decode()
    assert "Nothing found" in signed_in.get("/catalog/node-spec/?q=abacus").content.decode()
    assert signed_in.get("/catalog/node-spec/?q=%00").status_code == 400


def test_sorting_turns_the_list_round(signed_in):
    up = signed_in.get("/catalog/switch/?sort=name").context["page"].object_list
    down = signed_in.get("/catalog/switch/?sort=-name").context["page"].object_list

    assert [entry.slug for entry in up] == [entry.slug for entry in down][::-1]


def test_a_price_says_what_it_is_based_on(signed_in):
    page = signed_in.get("/catalog/node-spec/cmp-512/").content.decode()

    assert "derived" in page
    assert "2026-11-22" in page
    assert "DDR5 RDIMM 32 GB module" in page


def test_a_server_shows_its_cpu_and_where_the_facts_are_from(signed_in):
    row = signed_in.get("/catalog/node-spec/").content.decode()
    page = signed_in.get("/catalog/node-spec/cmp-1024/").content.decode()

    assert "2 × 48 cores at 3.15 GHz" in row
    assert "<dt>CPU TDP W</dt><dd>300</dd>" in page
    assert "Where the facts are from" in page
    assert "Clock speeds: from general knowledge" in page


@pytest.mark.parametrize("path", ["/catalog/", "/catalog/node-spec/cmp-512/"])
def test_a_stranger_is_asked_to_log_in(client, path):
    assert client.get(path).url.startswith("/accounts/login/")


@pytest.mark.parametrize("path", ["/catalog/abacus/", "/catalog/node-spec/abacus/"])
def test_what_is_not_there_is_not_found(signed_in, path):
    assert signed_in.get(path).status_code == 404


@pytest.mark.parametrize("path", ["prices", "price-books"])
def test_without_price_books_their_pages_say_how_to_get_some(signed_in, path):
    page = signed_in.get(f"/catalog/{path}/").content.decode()

    assert "load_catalog" in page
    assert "import_prices" in page
