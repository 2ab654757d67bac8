"""Designs over REST: versions in ETag, 428 and 412, errors by field, and nothing of other teams."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from designer.models import Design
from tests.builders import a_team, a_user

pytestmark = pytest.mark.django_db

JSON = "application/json"


def test_a_design_comes_with_its_version_as_etag(signed_in, design):
    answer = signed_in.get(f"/api/v1/designs/{design.pk}/")

    assert answer.status_code == 200
    assert answer["ETag"] == '"1"'
    assert len(answer.json()["document"]["topology"]["nodes"]) == 16


def test_who_has_the_version_is_told_so_without_the_document_being_read(signed_in, design):
    url = f"/api/v1/designs/{design.pk}/"

    with CaptureQueriesContext(connection) as queries:
        same = signed_in.get(url, headers={"If-None-Match": '"1"'})
    asked = [query["sql"] for query in queries if "designer_design" in query["sql"]]
    older = signed_in.get(url, headers={"If-None-Match": '"0"'})

    assert (same.status_code, same.content, same["ETag"]) == (304, b"", '"1"')
    assert (older.status_code, older["ETag"]) == (200, '"1"')
    assert len(asked) == 1
    assert "document" not in asked[0]


def test_an_id_that_is_none_is_not_found_whatever_version_is_had(signed_in):
    answer = signed_in.get("/api/v1/designs/nonsense/", headers={"If-None-Match": '"1"'})

    assert answer.status_code == 404


def test_a_part_is_replaced_by_who_knows_the_version(signed_in, design, price_books):
    url = f"/api/v1/designs/{design.pk}/clouds/"
    clouds = [{"provider": "aws", "region": "eu-central-1"}]

    answer = signed_in.put(url, clouds, content_type=JSON, headers={"If-Match": '"1"'})

    assert (answer.status_code, answer["ETag"]) == (200, '"2"')
    assert signed_in.get(url).json() == clouds


def test_without_a_version_428_and_with_an_old_one_412_and_what_changed(signed_in, design, price_books):
    url = f"/api/v1/designs/{design.pk}/clouds/"
    signed_in.put(
        url, [{"provider": "gcp", "region": "europe-west3"}], content_type=JSON, headers={"If-Match": '"1"'}
    )

    without = signed_in.put(url, [], content_type=JSON)
    stale = signed_in.put(url, [], content_type=JSON, headers={"If-Match": '"1"'})

    assert (without.status_code, stale.status_code) == (428, 412)
    assert stale.json()["version"] == 2
    assert stale.json()["changes"][0]["part"] == "clouds"


def test_a_dangling_link_is_a_400_with_field_value_and_remedy(signed_in, design):
    url = f"/api/v1/designs/{design.pk}/topology/"
    drawing = signed_in.get(url).json()
    drawing["nodes"][0]["rack"] = "rack-77"

    answer = signed_in.put(url, drawing, content_type=JSON, headers={"If-Match": '"1"'})

    assert answer.status_code == 400
    assert {"field": "topology.nodes[0].rack", "value": "rack-77"}.items() <= answer.json()["errors"][
        0
    ].items()
    assert Design.objects.get().version == 1


def test_a_sizing_is_asked_for_and_answered_with_a_job(signed_in, design):
    answer = signed_in.post("/api/v1/sizings/", {"design": str(design.pk)}, content_type=JSON)

    assert answer.status_code == 202
    assert answer.json()["kind"] == "designer.size_revision"
    assert answer["Location"] == f"/api/v1/jobs/{answer.json()['id']}/"


def test_a_design_is_created_from_a_reference_design(signed_in, catalog, customer):
    body = {"customer": str(customer.pk), "name": "By REST", "reference_design": "rd-mid"}

    answer = signed_in.post("/api/v1/designs/", body, content_type=JSON)

    assert answer.status_code == 201
    assert answer.json()["version"] == 1


def test_a_stranger_sees_no_design(client, design):
    stranger = a_user()
    a_team(members=[stranger])
    client.force_login(stranger)

    assert client.get("/api/v1/designs/").json()["results"] == []
    assert client.get(f"/api/v1/designs/{design.pk}/").status_code == 404
    assert client.get(f"/api/v1/designs/{design.pk}/topology/").status_code == 404


def test_the_drawing_is_an_svg(signed_in, design):
    answer = signed_in.get(f"/api/v1/designs/{design.pk}/drawing.svg/")

    assert answer.content.startswith(b"<svg")
    assert answer["Content-Disposition"] == f'attachment; filename="design-{design.pk}-v1.svg"'
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


@pytest.mark.parametrize("accept", ["image/svg+xml", "text/html", "*/*", "nonsense"])
def test_an_address_gives_its_one_format_whatever_is_preferred(signed_in, design, accept):
    drawing = signed_in.get(f"/api/v1/designs/{design.pk}/drawing.svg/", headers={"Accept": accept})
    missing = signed_in.get("/api/v1/designs/nothing/", headers={"Accept": accept})

    assert (drawing.status_code, drawing["Content-Type"]) == (200, "image/svg+xml; charset=utf-8")
    assert (missing.status_code, missing["Content-Type"]) == (404, "application/problem+json")


def test_existing_servers_classes_and_fixed_counts_are_a_part_of_the_hardware(signed_in, design):
    url = f"/api/v1/designs/{design.pk}/hardware/"
    hardware = signed_in.get(url).json() | {
        "existing": [{"spec": "cmp-1024", "role": "compute", "count": 4}],
        "storage_tiers": ["sto-hdd24"],
        "overrides": {"compute": 12},
    }

    answer = signed_in.put(url, hardware, content_type=JSON, headers={"If-Match": '"1"'})

    assert answer.status_code == 200, answer.content
    kept = signed_in.get(url).json()
    assert kept["existing"] == hardware["existing"]
    assert (kept["storage_tiers"], kept["overrides"]["compute"]) == (["sto-hdd24"], 12)

    hardware["existing"][0]["spec"] = "abacus"
    refused = signed_in.put(url, hardware, content_type=JSON, headers={"If-Match": '"2"'})

    assert refused.status_code == 400
    (problem,) = refused.json()["errors"]
    assert (problem["field"], problem["value"]) == ("hardware.existing[0].spec", "abacus")
