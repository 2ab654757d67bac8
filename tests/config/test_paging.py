"""Rows of a list as the database has them: written as Django and DRF would have written them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from config.json_bodies import StrictJSONRenderer
from config.paging import RowAsJson
from designer.models import Customer, Design
from jobs.api import JobSerializer
from jobs.models import Job
from tests.builders import a_team, a_user


@pytest.mark.django_db
@pytest.mark.parametrize("started_at", [None, datetime(2026, 11, 24, 20, 53, 31, tzinfo=UTC)])
@pytest.mark.parametrize("microsecond", [0, 120_000, 718_606])
def test_the_database_writes_a_row_as_its_serializer_does(started_at, microsecond):
    finished_at = datetime(2026, 11, 24, 20, 53, 31, microsecond, UTC)
    Job.objects.create(
        kind="a.b", state="failed", message='Grüße "\\ \n\u2028😀', worker="", progress=0.25, team=a_team(),
        cancel_requested=True, started_at=started_at, finished_at=finished_at,
    )  # fmt: skip
    names = [name for name in JobSerializer.Meta.fields if name != "result"]
    row = RowAsJson({name: Job._meta.get_field(name) for name in names})

    written = Job.objects.values_list(row, flat=True).get()

    serialised = json.loads(StrictJSONRenderer().render(JobSerializer(Job.objects.get()).data))
    del serialised["result"]
    assert json.loads(written) == serialised
    assert list(json.loads(written)) == names


@pytest.mark.django_db
def test_pages_of_columns_follow_each_other_and_agree_with_the_detail(client):
    person = a_user()
    teams = [a_team(members=[person]), a_team(members=[person])]
    for number in range(5):
        Customer.objects.create(team=teams[number % 2], name=f"Customer {number}", country="DE")
    Customer.objects.create(team=a_team(), name="Hidden")
    client.force_login(person)

    rows, address = [], "/api/v1/customers/?limit=2"
    while address:
        page = client.get(address).json()
        rows += page["results"]
        address = page["next"]

    assert [row["name"] for row in rows] == [f"Customer {number}" for number in range(5)]
    for row in rows:
        assert client.get(f"/api/v1/customers/{row['id']}/").json() == row


@pytest.mark.django_db
@pytest.mark.parametrize("teams", [1, 2])
def test_the_newest_designs_of_all_ones_teams_come_first_and_no_others(client, teams):
    person, stranger = a_user(), a_user()
    own = [a_team(members=[person]) for _ in range(teams)]
    for number, team in enumerate([*own * 2, a_team(members=[stranger])]):
        customer, _ = Customer.objects.get_or_create(team=team, name="Customer")
        Design.objects.create(
            team=team, customer=customer, name=f"Design {number}", document={}, created_by=person
        )
    client.force_login(person)

    first = client.get("/api/v1/designs/?limit=1").json()
    second = client.get(first["next"].replace("limit=1&", "limit=9&")).json()

    names = [row["name"] for row in first["results"] + second["results"]]
    assert names == [f"Design {number}" for number in reversed(range(2 * teams))]
