"""Findings over REST: of the document as it is, accepted with a reason, and nothing of other teams."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from designer import services
from tests.builders import a_membership, a_team, a_user

pytestmark = pytest.mark.django_db

JSON = "application/json"


@pytest.fixture
def url(design):
    return f"/api/v1/designs/{design.pk}/findings/"


def found(answer, rule):
    return [f for f in answer.json()["review"]["findings"] if f["rule"] == rule]


def test_the_findings_of_a_design_come_with_its_version(signed_in, url):
    answer = signed_in.get(url)

    assert (answer.status_code, answer["ETag"], answer.json()["version"]) == (200, '"1"', 1)
    (healing,) = found(answer, "V076")
    assert healing["severity"] == "warning"
    assert "3 copies on 3 hosts" in healing["message"]
    assert healing["remedy"]
    assert healing["source"]
    assert healing["family"] == "ceph"
    review = answer.json()["review"]
    assert review["counts"]["error"] == 0
    assert sum(review["counts"].values()) == len(review["findings"])
    assert review["not_checked"] == {}


def test_findings_follow_the_drawing(signed_in, design, url, architect):
    topology = design.document["topology"]
    fewer = {**topology, "nodes": [n for n in topology["nodes"] if n["id"] != "ctl03"]}
    fewer["links"] = [
        link for link in topology["links"] if "ctl03" not in (link["a"]["element"], link["b"]["element"])
    ]
    services.change_part(design=design, part="topology", value=fewer, based_on=1, user=architect)

    answer = signed_in.get(url)

    assert answer["ETag"] == '"2"'
    (quorum,) = found(answer, "V020")
    assert (quorum["severity"], quorum["elements"]) == ("error", ["ctl01", "ctl02"])


def test_a_finding_is_accepted_with_a_reason_and_stays_in_the_list(signed_in, design, url, architect):
    answer = signed_in.put(
        f"{url}V076/suppression/",
        {"reason": "A fourth node comes in spring"},
        content_type=JSON,
        headers={"If-Match": '"1"'},
    )

    assert (answer.status_code, answer["ETag"]) == (200, '"2"')
    (healing,) = found(answer, "V076")
    assert healing["suppression"]["reason"] == "A fourth node comes in spring"
    assert healing["suppression"]["author"] == str(architect)
    assert answer.json()["review"]["counts"]["suppressed"] == 1
    design.refresh_from_db()
    assert design.change_sets.last().changes == [
        {"kind": "suppressed", "text": "Accepted finding V076: A fourth node comes in spring"}
    ]


def test_what_was_accepted_counts_again_when_it_is_lifted(signed_in, url):
    signed_in.put(
        f"{url}V076/suppression/", {"reason": "For now"}, content_type=JSON, headers={"If-Match": '"1"'}
    )

    answer = signed_in.delete(f"{url}V076/suppression/", headers={"If-Match": '"2"'})
    again = signed_in.delete(f"{url}V076/suppression/", headers={"If-Match": '"3"'})

    assert found(answer, "V076")[0]["suppression"] is None
    assert (answer["ETag"], again["ETag"]) == ('"3"', '"3"')  # there was nothing left to lift


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({}, "reason", id="missing"),
        pytest.param({"reason": "  "}, "reason", id="empty"),
        pytest.param({"reason": "x" * 501}, "reason", id="long"),
        pytest.param({"reason": "Good", "author": "Somebody else"}, "author", id="author-is-not-chosen"),
    ],
)
def test_a_suppression_needs_a_reason(signed_in, url, body, field):
    answer = signed_in.put(f"{url}V076/suppression/", body, content_type=JSON, headers={"If-Match": '"1"'})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


def test_an_unknown_rule_is_named(signed_in, url):
    answer = signed_in.put(
        f"{url}V999/suppression/", {"reason": "Because"}, content_type=JSON, headers={"If-Match": '"1"'}
    )

    assert (answer.status_code, answer.json()["errors"][0]["value"]) == (400, "V999")


def test_without_a_version_428_and_with_an_old_one_412(signed_in, url):
    body = {"reason": "For now"}
    signed_in.put(f"{url}V076/suppression/", body, content_type=JSON, headers={"If-Match": '"1"'})

    without = signed_in.put(f"{url}V086/suppression/", body, content_type=JSON)
    stale = signed_in.put(f"{url}V086/suppression/", body, content_type=JSON, headers={"If-Match": '"1"'})

    assert (without.status_code, stale.status_code) == (428, 412)
    assert stale.json()["changes"][0]["part"] == "suppressions"


def test_the_profile_is_a_part_of_the_design(signed_in, design, url):
    part = f"/api/v1/designs/{design.pk}/profile/"

    changed = signed_in.put(part, '"edge"', content_type=JSON, headers={"If-Match": '"1"'})
    refused = signed_in.put(part, '"hobby"', content_type=JSON, headers={"If-Match": '"2"'})

    assert (changed.status_code, changed.json()) == (200, "edge")
    assert refused.status_code == 400
    assert found(signed_in.get(url), "V076")[0]["severity"] == "info"


def test_a_document_from_before_profiles_has_one(signed_in, design):
    for name in ("profile", "suppressions", "deployment"):
        del design.document[name]
    design.save()

    assert signed_in.get(f"/api/v1/designs/{design.pk}/profile/").json() == "production"
    assert signed_in.get(f"/api/v1/designs/{design.pk}/findings/").status_code == 200


def test_a_suppression_survives_a_new_sizing(signed_in, design, url, architect):
    signed_in.put(
        f"{url}V076/suppression/", {"reason": "For now"}, content_type=JSON, headers={"If-Match": '"1"'}
    )
    design.refresh_from_db()

    services.size_revision(services.freeze_revision(design=design, user=architect), report=lambda *_: None)

    assert found(signed_in.get(url), "V076")[0]["suppression"]["reason"] == "For now"
    assert design.revisions.get().document["suppressions"][0]["rule"] == "V076"


def test_who_may_only_read_accepts_nothing(client, design, team, url):
    reader = a_user()
    a_membership(team=team, user=reader, role=Role.CATALOG_MANAGER)
    client.force_login(reader)

    answer = client.put(
        f"{url}V076/suppression/", {"reason": "Fine"}, content_type=JSON, headers={"If-Match": '"1"'}
    )

    assert client.get(url).status_code == 200
    assert answer.status_code == 403


def test_a_stranger_finds_nothing(client, url):
    stranger = a_user()
    a_team(members=[stranger])
    client.force_login(stranger)

    assert client.get(url).status_code == 404
    assert client.put(f"{url}V076/suppression/", {"reason": "Fine"}, content_type=JSON).status_code == 404


def test_findings_cost_few_queries(signed_in, url):
    signed_in.get(url)

    with CaptureQueriesContext(connection) as queries:
        signed_in.get(url)

    assert len(queries) <= 6


def test_choices_of_the_deployment_are_a_part_and_change_what_is_found(signed_in, design, url):
    part = f"/api/v1/designs/{design.pk}/deployment/"
    deployment = signed_in.get(part).json()

    changed = signed_in.put(
        part, {**deployment, "octavia_topology": "SINGLE"}, content_type=JSON, headers={"If-Match": '"1"'}
    )

    assert (changed.status_code, changed.json()["octavia_topology"]) == (200, "SINGLE")
    assert found(signed_in.get(url), "V036")[0]["severity"] == "warning"
