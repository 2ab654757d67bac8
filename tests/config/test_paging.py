"""Rows of a list as the database has them: written as Django and DRF would have written them."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from config.paging import as_time, as_uuid
from designer.models import Customer, Design
from tests.builders import a_team, a_user

DIGITS = "570ecad96fcf40bc8fe81f5a33d7e095"


@pytest.mark.parametrize(
    "value", [DIGITS, UUID(DIGITS), str(UUID(DIGITS))], ids=["SQLite", "PostgreSQL", "text"]
)
def test_an_id_is_written_with_its_dashes(value):
    assert as_uuid(value) == str(UUID(DIGITS))


@pytest.mark.parametrize("zone", [None, UTC], ids=["SQLite", "PostgreSQL"])
def test_a_time_is_written_in_utc(zone):
    assert as_time(datetime(2026, 11, 24, 20, 53, 31, 718606, zone)) == "2026-11-24T20:53:31.718606Z"
    assert as_time(datetime(2026, 11, 24, 20, 53, 31, 0, zone)) == "2026-11-24T20:53:31Z"


def test_nothing_stays_nothing():
    assert as_uuid(None) is None
    assert as_time(None) is None


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
