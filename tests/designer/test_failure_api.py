"""Failures over REST: one event, what can fail, the ranking, and what is refused."""

from __future__ import annotations

import pytest

from designer.models import FailureRanking
from jobs import worker
from jobs.models import Job
from tests.builders import a_team, a_user

pytestmark = pytest.mark.django_db


def address(design, rest=""):
    return f"/api/v1/designs/{design.pk}/failures/{rest}"


def post(client, path, body):
    return client.post(path, body, content_type="application/json")


def test_an_event_answers_with_what_is_left(signed_in, design):
    answer = post(signed_in, address(design), {"failed": {"racks": ["rack-1"]}})

    assert answer.status_code == 200
    body = answer.json()
    assert body["version"] == design.version
    assert body["report"]["compute"]["capacity"] == 348
    assert {p["id"]: p["state"] for p in body["report"]["planes"]} == {
        "control": "degraded", "storage": "degraded", "north-south": "up", "overlay": "up",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "failed"),
        ({"failed": {"racks": ["rack-9"]}}, "failed.racks"),
        ({"failed": {"racks": "rack-1"}}, "failed.racks"),
        ({"failed": {"moons": []}}, "failed.moons"),
        ({"failed": {"drives": ["sto01.osd-²"]}}, "failed.drives"),
        ({"failed": [1]}, "failed"),
    ],
)
def test_what_cannot_fail_is_refused_by_field(signed_in, design, body, field):
    answer = post(signed_in, address(design), body)

    assert answer.status_code == 400
    assert field in answer.content.decode()


def test_the_elements_that_can_fail_are_listed_and_the_ranking_when_there_is_one(signed_in, design):
    before = signed_in.get(address(design)).json()

    asked = post(signed_in, address(design, "ranking/"), {"with_pairs": True})
    job = Job.objects.get(kind="designer.rank_failures")
    worker.run(str(job.pk))
    after = signed_in.get(address(design)).json()

    assert {"device:ctl01", "rack:rack-2", "network:management", "drive:sto03.osd-1"} <= set(
        before["elements"]
    )
    assert before["ranking"] is None
    assert asked.status_code == 202
    assert asked["Location"] == f"/api/v1/jobs/{job.pk}/"
    assert after["ranking"]["with_pairs"] is True
    assert len([c for c in after["ranking"]["result"]["cut_sets"] if c["event"] == "control"]) == 4


def test_people_of_other_teams_find_no_failures(client, design):
    stranger = a_user()
    a_team(members=[stranger])
    client.force_login(stranger)

    assert client.get(address(design)).status_code == 404
    assert post(client, address(design), {"failed": {}}).status_code == 404
    assert post(client, address(design, "ranking/"), {}).status_code == 404
    assert not FailureRanking.objects.exists()
