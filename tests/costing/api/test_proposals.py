"""Proposals over REST."""

from __future__ import annotations

from uuid import uuid4

import pytest

from accounts.models import Role
from costing.models import Proposal
from costing.proposals import services
from jobs.models import Job
from tests.builders import a_membership, a_team, a_user

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 stand-in"
JSON = "application/json"


@pytest.fixture
def printed(comparison, architect, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(services, "render_pdf", lambda **_: PDF)
    proposal, _ = services.request_proposal(comparison=comparison, user=architect)
    return services.print_proposal(proposal, report=lambda *_: None)


def test_asking_for_a_proposal_answers_with_its_job(signed_in, comparison):
    answer = signed_in.post("/api/v1/proposals/", {"comparison": str(comparison.pk)}, content_type=JSON)

    assert answer.status_code == 202
    job = Job.objects.get(kind="costing.print_proposal")
    assert answer.headers["Location"] == f"/api/v1/jobs/{job.pk}/"
    assert job.input == {"proposal": str(Proposal.objects.get().pk)}


def test_the_same_request_again_makes_nothing_new(signed_in, comparison):
    key = {"Idempotency-Key": "4711"}
    body = {"comparison": str(comparison.pk)}

    first = signed_in.post("/api/v1/proposals/", body, content_type=JSON, headers=key)
    again = signed_in.post("/api/v1/proposals/", body, content_type=JSON, headers=key)

    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert Proposal.objects.count() == 1


def test_a_proposal_is_listed_and_read(signed_in, printed):
    listed = signed_in.get("/api/v1/proposals/").json()["results"]
    found = signed_in.get(f"/api/v1/proposals/{printed.pk}/").json()

    assert listed == [found]
    assert (found["reference"], found["version"]) == (printed.reference, 1)
    assert (found["sha256"], found["size"]) == (printed.sha256, len(PDF))


def test_the_list_is_read_page_by_page(signed_in, comparison, design, architect):
    for version in range(1, 4):
        Proposal.objects.create(design=design, comparison=comparison, version=version, author=architect)

    first = signed_in.get("/api/v1/proposals/?limit=2").json()
    second = signed_in.get(first["next"]).json()

    assert [item["version"] for item in (*first["results"], *second["results"])] == [3, 2, 1]


def test_the_pdf_is_the_stored_bytes_with_their_hash(signed_in, printed):
    answer = signed_in.get(f"/api/v1/proposals/{printed.pk}/pdf/")

    assert answer.content == PDF
    assert (answer["Content-Type"], answer["ETag"]) == ("application/pdf", f'"{printed.sha256}"')
    again = signed_in.get(f"/api/v1/proposals/{printed.pk}/pdf/", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_a_pdf_that_is_not_printed_is_a_conflict(signed_in, comparison, architect):
    proposal, _ = services.request_proposal(comparison=comparison, user=architect)

    answer = signed_in.get(f"/api/v1/proposals/{proposal.pk}/pdf/")

    assert (answer.status_code, answer.json()["type"]) == (409, "conflict")


def test_a_forbidden_role_is_refused(client, comparison, team):
    reader = a_user()
    a_membership(team=team, user=reader, role=Role.CATALOG_MANAGER)
    client.force_login(reader)

    answer = client.post("/api/v1/proposals/", {"comparison": str(comparison.pk)}, content_type=JSON)

    assert (answer.status_code, answer.json()["type"]) == (403, "forbidden")


def test_a_stranger_finds_nothing(client, comparison, printed):
    stranger = a_user()
    a_team(members=[stranger])
    client.force_login(stranger)

    assert client.get("/api/v1/proposals/").json()["results"] == []
    assert client.get(f"/api/v1/proposals/{printed.pk}/").status_code == 404
    assert client.get(f"/api/v1/proposals/{printed.pk}/pdf/").status_code == 404
    for pk in (comparison.pk, uuid4()):
        answer = client.post("/api/v1/proposals/", {"comparison": str(pk)}, content_type=JSON)
        assert answer.status_code == 400
    assert Proposal.objects.count() == 1
