"""The catalog over REST: lists with search and pages, entries by id, in the format that the schema publishes."""

from __future__ import annotations

import base64

import jsonschema
import pytest

from catalog.library import HARDWARE_KINDS
from catalog.models import CatalogEntry
from config.views import schema

pytestmark = pytest.mark.usefixtures("catalog")

LISTS = {
    "node-specs": ("node-spec",),
    "hardware-specs": HARDWARE_KINDS,
    "services": ("service",),
    "networks": ("network",),
    "reference-designs": ("reference-design",),
}


def all_of(client, path):
    found = []
    while path:
        answer = client.get(path)
        assert answer.status_code == 200
        found += answer.json()["results"]
        path = answer.json()["next"]
    return found


@pytest.mark.parametrize(("name", "kinds"), LISTS.items())
def test_a_list_has_every_entry_of_its_kinds_page_by_page(signed_in, name, kinds):
    entries = CatalogEntry.objects.filter(kind__in=kinds).order_by("kind", "position", "slug")

    found = all_of(signed_in, f"/api/v1/{name}/?limit=3")

    assert [(e["kind"], e["id"]) for e in found] == [(e.kind, e.slug) for e in entries]
    assert len(found) > 3 or name == "networks"


@pytest.mark.parametrize("name", LISTS)
def test_an_entry_is_found_by_its_id_and_is_as_the_schema_says(signed_in, name):
    first = signed_in.get(f"/api/v1/{name}/").json()["results"][0]
    published = schema()["paths"][f"/api/v1/{name}/{{slug}}/"]["get"]["responses"]["200"]
    shape = published["content"]["application/json"]["schema"]

    entry = signed_in.get(f"/api/v1/{name}/{first['id']}/").json()

    assert entry == first
    jsonschema.validate(entry, {**shape, "components": schema()["components"]})


def test_words_find_what_holds_them_all(signed_in):
    found = all_of(signed_in, "/api/v1/node-specs/?search=CMP 1024")

    assert [entry["id"] for entry in found] == ["cmp-1024"]


def test_hardware_can_be_of_one_kind_and_group(signed_in):
    racks = all_of(signed_in, "/api/v1/hardware-specs/?kind=rack")
    leaves = all_of(signed_in, "/api/v1/hardware-specs/?kind=switch&group=leaf")

    assert {entry["kind"] for entry in racks} == {"rack"}
    assert {entry["document"]["role"] for entry in leaves} == {"leaf"}


@pytest.mark.parametrize(
    ("query", "field"), [("kind=abacus", "kind"), ("search=" + "x" * 81, "search"), ("limit=0", "limit")]
)
def test_a_search_that_cannot_be_is_a_400(signed_in, query, field):
    answer = signed_in.get(f"/api/v1/hardware-specs/?{query}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


def test_an_id_of_another_kind_is_not_found(signed_in):
    assert signed_in.get("/api/v1/services/cmp-1024/").status_code == 404


def test_nothing_of_it_can_be_changed(signed_in):
    for method in ("put", "patch", "delete"):
        answer = getattr(signed_in, method)("/api/v1/services/nova/")
        assert answer.status_code == 405


def test_a_page_costs_the_same_however_many_rows_it_has(signed_in, django_assert_num_queries):
    signed_in.get("/api/v1/hardware-specs/")  # writes the session's age

    for limit in (1, 50):
        with django_assert_num_queries(3):  # session, person, rows
            signed_in.get(f"/api/v1/hardware-specs/?limit={limit}")


@pytest.mark.parametrize(
    "path", ["/api/v1/node-specs/?search=%00", "/catalog/?q=a%00b", "/api/v1/services/a%00b/"]
)
def test_an_address_with_a_nul_is_refused_on_every_database(signed_in, path):
    answer = signed_in.get(path)

    assert answer.status_code == 400
    if path.startswith("/api/"):
        assert "U+0000" in answer.json()["detail"]


@pytest.mark.parametrize("text", [b"a\\u0000", b"\\ud800"])
def test_a_cursor_that_no_row_has_is_none_of_the_list(signed_in, text):
    cursor = base64.urlsafe_b64encode(b'[["kind","position","slug"],"%s",1,"b"]' % text).decode()

    assert signed_in.get(f"/api/v1/services/?cursor={cursor}").status_code == 400
