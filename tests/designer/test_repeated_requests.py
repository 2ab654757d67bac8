"""Asked twice, done once: `Idempotency-Key` on the POSTs that create (security R72)."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client

from accounts.services import TokenScope, create_token
from catalog import services as catalog_services
from designer import services
from designer.models import Customer, Design
from jobs.models import Job
from tests.builders import a_team, a_user

JSON = "application/json"


@pytest.fixture
def new_design(catalog, customer):
    return {"customer": str(customer.pk), "name": "By REST", "reference_design": "rd-mid"}


def test_the_same_request_again_gets_the_first_answer(signed_in, new_design):
    key = {"Idempotency-Key": "6a1f"}

    first = signed_in.post("/api/v1/designs/", new_design, content_type=JSON, headers=key)
    again = signed_in.post("/api/v1/designs/", new_design, content_type=JSON, headers=key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert (again["ETag"], again["Idempotency-Replayed"]) == (first["ETag"], "true")
    assert "Idempotency-Replayed" not in first
    assert Design.objects.count() == 1


def test_the_key_with_another_request_is_a_conflict(signed_in, new_design):
    key = {"Idempotency-Key": "6a1f"}
    signed_in.post("/api/v1/designs/", new_design, content_type=JSON, headers=key)

    answer = signed_in.post(
        "/api/v1/designs/", {**new_design, "name": "Another"}, content_type=JSON, headers=key
    )

    assert (answer.status_code, answer.json()["type"]) == (409, "conflict")
    assert Design.objects.count() == 1


def test_a_refused_request_may_be_corrected_under_its_key(signed_in, new_design):
    key = {"Idempotency-Key": "6a1f"}
    refused = signed_in.post("/api/v1/designs/", {**new_design, "name": ""}, content_type=JSON, headers=key)

    corrected = signed_in.post("/api/v1/designs/", new_design, content_type=JSON, headers=key)

    assert (refused.status_code, corrected.status_code) == (400, 201)


def test_two_people_may_use_the_same_key(signed_in, client, new_design):
    signed_in.post("/api/v1/designs/", new_design, content_type=JSON, headers={"Idempotency-Key": "1"})
    other = a_user()
    team = a_team(members=[other])
    body = {"team": str(team.pk), "name": "Theirs"}
    client.force_login(other)

    answer = client.post("/api/v1/customers/", body, content_type=JSON, headers={"Idempotency-Key": "1"})

    assert answer.status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 129, "a\tb"])
def test_a_key_that_is_none_is_refused(signed_in, team, key):
    body = {"team": str(team.pk), "name": "Nordlicht"}

    answer = signed_in.post("/api/v1/customers/", body, content_type=JSON, headers={"Idempotency-Key": key})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"
    assert not Customer.objects.exists()


def test_freezing_and_sizing_take_a_key_as_well(signed_in, design):
    key = {"Idempotency-Key": "size"}

    answers = [
        signed_in.post("/api/v1/sizings/", {"design": str(design.pk)}, content_type=JSON, headers=key)
        for _ in range(2)
    ]
    frozen = [
        signed_in.post(f"/api/v1/designs/{design.pk}/revisions/", headers={"Idempotency-Key": "freeze"})
        for _ in range(2)
    ]

    assert answers[0].json() == answers[1].json()
    assert answers[1]["Location"] == f"/api/v1/jobs/{answers[0].json()['id']}/"
    assert frozen[0].json() == frozen[1].json()
    assert Job.objects.count() == 1


def test_reading_ignores_the_key(signed_in, design):
    path = f"/api/v1/designs/{design.pk}/revisions/"
    before = signed_in.get(path, headers={"Idempotency-Key": "list"}).json()
    signed_in.post(path, content_type="application/json")

    after = signed_in.get(path, headers={"Idempotency-Key": "list"}).json()

    assert (len(before), len(after)) == (0, 1)


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_make_one_design():
    catalog_services.forget_library()
    catalog_services.load_catalog()
    user = a_user()
    customer = services.create_customer(team=a_team(members=[user]), user=user, name="Nordlicht")
    expiry = user.created_at.replace(year=user.created_at.year + 1)
    _, secret = create_token(user=user, name="test", scope=TokenScope.WRITE, expires_at=expiry)
    body = {"customer": str(customer.pk), "name": "Once", "reference_design": "rd-mid"}
    headers = {"Idempotency-Key": "once", "Authorization": f"Bearer {secret}"}

    def create(_):
        try:
            answer = Client().post("/api/v1/designs/", body, content_type=JSON, headers=headers)
            return answer.status_code, json.dumps(answer.json(), sort_keys=True)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        answers = set(pool.map(create, range(20)))
    catalog_services.forget_library()

    assert len(answers) == 1
    assert next(iter(answers))[0] == 201
    assert Design.objects.count() == 1
