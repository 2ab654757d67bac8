"""What editors share: who is there, edits that were missed, documents from elsewhere; revisions named and forked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role
from designer import presence, services
from designer.models import Design, Presence, Revision
from tests.builders import a_team, a_user

pytestmark = pytest.mark.django_db

JSON = "application/json"


@pytest.fixture
def colleague(team):
    user = a_user("colleague@example.com", name="Bea Builder")
    Membership.objects.create(team=team, user=user, role=Role.CATALOG_MANAGER)
    return user


def rename(client, design, version, name):
    first = design.document["topology"]["nodes"][0]["id"]
    operation = {"kind": "set", "collection": "nodes", "id": first, "fields": {"name": name}}
    return client.post(
        f"/api/v1/designs/{design.pk}/change-sets/",
        {"operations": [operation], "name": f"Name it {name}"},
        content_type=JSON,
        headers={"If-Match": f'"{version}"'},
    )


def test_a_heartbeat_tells_who_else_is_there(signed_in, design, architect, colleague):
    url = f"/api/v1/designs/{design.pk}/presence/"
    assert signed_in.post(url).json() == {"others": []}
    assert presence.beat(design=design, user=colleague) == [str(architect)]
    assert signed_in.post(url).json() == {"others": ["Bea Builder"]}
    assert Presence.objects.count() == 2


def test_who_was_not_heard_of_for_40_s_is_gone(signed_in, design, colleague):
    seen = timezone.now() - presence.PRESENT_FOR - timedelta(seconds=1)
    Presence.objects.create(design=design, user=colleague, seen_at=seen)

    assert signed_in.post(f"/api/v1/designs/{design.pk}/presence/").json() == {"others": []}
    assert not Presence.objects.filter(user=colleague).exists()


def test_a_poll_costs_little_until_somebody_edits(signed_in, design, django_assert_max_num_queries):
    url = f"/api/v1/designs/{design.pk}/change-sets/"
    with django_assert_max_num_queries(6):
        same = signed_in.get(f"{url}?since=1", headers={"If-None-Match": '"1"'})
    assert (same.status_code, same.content) == (304, b"")

    rename(signed_in, design, 1, "A")
    rename(signed_in, design, 2, "B")
    later = signed_in.get(f"{url}?since=2", headers={"If-None-Match": '"2"'})
    assert (later.status_code, later["ETag"], later.json()["version"]) == (200, '"3"', 3)
    (edit,) = later.json()["changes"]
    assert (edit["version"], edit["name"], edit["operations"][0]["fields"]) == (
        3,
        "Name it B",
        {"name": "B"},
    )


@pytest.mark.parametrize("since", ["", "-1", "x", "٣", "1" * 10])
def test_a_poll_since_no_version_is_refused(signed_in, design, since):
    answer = signed_in.get(f"/api/v1/designs/{design.pk}/change-sets/", {"since": since})

    assert answer.status_code == 400
    (problem,) = answer.json()["errors"]
    assert (problem["field"], problem["value"]) == ("since", since)


def test_a_drawing_from_elsewhere_is_checked_as_a_whole_and_nothing_is_saved(signed_in, design):
    url = f"/api/v1/designs/{design.pk}/topology/check/"
    drawing = design.document["topology"]
    nodes = [{**drawing["nodes"][0], "rack": "rack-77"}, *drawing["nodes"][1:]]

    whole = signed_in.post(url, {"schema_version": 1}, content_type=JSON)
    wrong = signed_in.post(url, {**drawing, "nodes": nodes}, content_type=JSON)

    assert (whole.status_code, whole.json()["nodes"]) == (200, [])
    assert wrong.status_code == 400
    assert wrong.json()["errors"][0]["field"] == "topology.nodes[0].rack"
    assert Design.objects.get(pk=design.pk).version == 1


def test_a_revision_has_a_name_and_keeps_what_it_froze(signed_in, design, architect):
    unnamed = services.freeze_revision(design=design, user=architect)
    url = f"/api/v1/designs/{design.pk}/revisions/"

    named = signed_in.post(url, {"name": "As offered"}, content_type=JSON).json()
    rename(signed_in, design, 1, "A")
    second = signed_in.post(url, content_type=JSON).json()

    assert (named["id"], named["name"]) == (str(unnamed.pk), "As offered")
    assert (second["number"], second["name"]) == (2, "")
    frozen = signed_in.get(f"/api/v1/revisions/{unnamed.pk}/topology/").json()
    assert frozen == design.document["topology"]
    assert signed_in.post(url, {"name": "x" * 81}, content_type=JSON).status_code == 400


def test_a_revision_is_restored_over_rest(signed_in, design, architect):
    revision = services.freeze_revision(design=design, user=architect)
    rename(signed_in, design, 1, "A")

    answer = signed_in.post(f"/api/v1/revisions/{revision.pk}/restore/")

    assert (answer.status_code, answer["ETag"]) == (200, '"3"')
    assert Design.objects.get(pk=design.pk).document == revision.document


def test_a_fork_is_a_design_of_its_own(signed_in, design, architect):
    revision = services.freeze_revision(design=design, user=architect)
    rename(signed_in, design, 1, "A")

    answer = signed_in.post(f"/api/v1/revisions/{revision.pk}/fork/", {"name": "Plan B"}, content_type=JSON)
    nameless = signed_in.post(f"/api/v1/revisions/{revision.pk}/fork/", {"name": " "}, content_type=JSON)

    assert answer.status_code == 201
    fork = Design.objects.get(pk=answer.json()["id"])
    assert (fork.name, fork.version, fork.customer) == ("Plan B", 1, design.customer)
    assert fork.document == revision.document
    assert fork.change_sets.get().changes[0]["text"] == "Forked from revision 1 of Private cloud."
    assert nameless.status_code == 400


def test_the_history_page_freezes_and_forks(signed_in, design):
    signed_in.post(reverse("designer:revision-freeze", args=[design.pk]), {"name": "First"})
    revision = Revision.objects.get()
    page = signed_in.get(reverse("designer:design-history", args=[design.pk])).content.decode()
    answer = signed_in.post(reverse("designer:revision-fork", args=[revision.pk]))

    assert "First" in page
    fork = Design.objects.get(name="Private cloud, from revision 1")
    assert answer.url == reverse("designer:design-detail", args=[fork.pk])


def test_who_may_not_edit_watches_and_forks_nothing(client, design, architect, colleague):
    revision = services.freeze_revision(design=design, user=architect)
    client.force_login(colleague)

    assert client.post(f"/api/v1/designs/{design.pk}/presence/").status_code == 200
    for path in (f"revisions/{revision.pk}/fork", f"designs/{design.pk}/revisions"):
        assert client.post(f"/api/v1/{path}/", {"name": "Mine"}, content_type=JSON).status_code == 403
    assert client.post(f"/api/v1/revisions/{revision.pk}/restore/").status_code == 403
    assert Design.objects.count() == 1


def test_a_stranger_neither_watches_nor_forks(client, design, architect):
    revision = services.freeze_revision(design=design, user=architect)
    stranger = a_user("stranger@example.com")
    a_team("Other", members=[stranger])
    client.force_login(stranger)

    for path in (
        f"designs/{design.pk}/presence",
        f"designs/{design.pk}/topology/check",
        f"revisions/{revision.pk}/fork",
        f"revisions/{revision.pk}/topology",
    ):
        assert client.post(f"/api/v1/{path}/", {}, content_type=JSON).status_code in (404, 405)
    assert client.get(f"/api/v1/designs/{design.pk}/change-sets/?since=1").status_code == 404
    assert Presence.objects.count() == 0
