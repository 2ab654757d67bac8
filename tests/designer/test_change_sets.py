"""Edits of a drawing by change sets: stored small, refused when stale, asked twice and done once."""

from __future__ import annotations

from contextlib import suppress
from uuid import uuid4

import pytest
from django.db import transaction

from accounts.models import Role
from designer import change_sets, services
from designer.models import Design
from tests.builders import a_team, a_user

pytestmark = pytest.mark.django_db

JSON = "application/json"


@pytest.fixture(autouse=True)
def nothing_kept():
    change_sets.drawings.clear()
    yield
    change_sets.drawings.clear()


def rename(node, name):
    return {"kind": "set", "collection": "nodes", "id": node["id"], "fields": {"name": name}}


def send(client, design, operations, version=1, **more):
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return client.post(
        f"/api/v1/designs/{design.pk}/change-sets/",
        {"operations": operations, **more},
        content_type=JSON,
        headers=headers,
    )


def nodes(design):
    return Design.objects.get(pk=design.pk).document["topology"]["nodes"]


def test_an_edit_makes_a_version_and_the_document_has_it(signed_in, design):
    first, second = nodes(design)[:2]

    answer = send(signed_in, design, [rename(first, "A")], name="Rename A")
    again = send(signed_in, design, [rename(second, "B")], version=2)

    assert (answer.status_code, answer["ETag"], answer.json()["version"]) == (200, '"2"', 2)
    assert answer.json()["changes"][0]["text"] == "Changed name of node A"
    assert again["ETag"] == '"3"'
    assert [node["name"] for node in nodes(design)[:2]] == ["A", "B"]
    assert signed_in.get(f"/api/v1/designs/{design.pk}/topology/").json()["nodes"][0]["name"] == "A"
    stored = design.change_sets.order_by("-version")[1]
    assert (stored.name, stored.part) == ("Rename A", "topology")


def test_the_document_itself_is_not_written_by_an_edit_but_now_and_then(signed_in, design, monkeypatch):
    monkeypatch.setattr(change_sets, "SNAPSHOT_AFTER", 4)
    node = nodes(design)[0]

    written = []
    for version in range(1, 6):
        send(signed_in, design, [rename(node, f"N{version}")], version=version)
        written.append(Design.objects.get(pk=design.pk).snapshot_version)

    assert written == [1, 1, 4, 4, 4]
    assert nodes(design)[0]["name"] == "N5"


def test_a_revision_and_a_change_of_another_part_hold_the_edits(signed_in, design, architect, price_books):
    node = nodes(design)[0]
    send(signed_in, design, [rename(node, "Kept")])

    signed_in.put(
        f"/api/v1/designs/{design.pk}/clouds/",
        [{"provider": "aws", "region": "eu-central-1"}],
        content_type=JSON,
        headers={"If-Match": '"2"'},
    )
    answer = send(signed_in, design, [rename(node, "Newer")], version=3)
    revision = services.freeze_revision(design=Design.objects.get(pk=design.pk), user=architect)

    assert answer.status_code == 200
    assert revision.document["topology"]["nodes"][0]["name"] == "Newer"
    assert revision.document["clouds"] == [{"provider": "aws", "region": "eu-central-1"}]


def test_without_a_version_428_and_with_an_old_one_412_and_what_to_merge(signed_in, design):
    first, second = nodes(design)[:2]
    send(signed_in, design, [rename(first, "Theirs")])

    without = send(signed_in, design, [rename(second, "Mine")], version=None)
    stale = send(signed_in, design, [rename(second, "Mine")])

    assert without.status_code == 428
    assert (stale.status_code, stale.json()["version"]) == (412, 2)
    assert stale.json()["changes"][0]["operations"] == [{**rename(first, "Theirs"), "at": None}]
    assert nodes(design)[1]["name"] != "Mine"


def test_what_is_not_possible_is_named_and_nothing_is_stored(signed_in, design):
    node = nodes(design)[0]

    answer = send(signed_in, design, [rename(node, "A"), {**rename(node, ""), "id": "nobody"}])
    dangling = send(signed_in, design, [{**rename(node, ""), "fields": {"rack": "nowhere"}}])
    empty = send(signed_in, design, [])

    assert answer.status_code == dangling.status_code == empty.status_code == 400
    assert answer.json()["errors"][0]["field"] == "operations[1].id"
    assert dangling.json()["errors"][0]["field"] == "operations[0].fields.rack"
    assert Design.objects.get(pk=design.pk).version == 1


def test_the_same_edit_sent_twice_is_made_once_whatever_came_between(signed_in, design):
    first, second = nodes(design)[:2]
    key = str(uuid4())

    one = send(signed_in, design, [rename(first, "A")], key=key)
    send(signed_in, design, [rename(second, "B")], version=2)
    two = send(signed_in, design, [rename(first, "A")], key=key)
    other = send(signed_in, design, [rename(first, "C")], key=key)

    assert one.json() == two.json()
    assert Design.objects.get(pk=design.pk).version == 3
    assert other.status_code == 409


def test_an_edit_that_changes_nothing_makes_no_version(signed_in, design):
    node = nodes(design)[0]

    answer = send(signed_in, design, [rename(node, node["name"])])

    assert (answer.status_code, answer["ETag"]) == (200, '"1"')
    assert design.change_sets.count() == 1


def test_a_drawing_that_a_process_keeps_follows_what_others_do(
    design, architect, django_capture_on_commit_callbacks
):
    def edit(version, name):
        current = Design.objects.get(pk=design.pk)
        with django_capture_on_commit_callbacks(execute=True):
            change_sets.change_drawing(
                design=current, operations=[rename(nodes(design)[0], name)], name="", key=None,
                based_on=version, user=architect,
            )  # fmt: skip

    edit(1, "A")
    kept = change_sets.drawings._kept[design.pk]
    current = Design.objects.get(pk=design.pk)
    smaller = {
        **current.document["topology"],
        "notes": [{"id": "n", "text": "Hi", "position": {"x": 1, "y": 2}}],
    }
    services.change_part(
        design=current,
        part="topology",
        value=services.parse(services.Topology, smaller),
        based_on=2,
        user=architect,
    )
    edit(3, "B")
    version, drawing = change_sets.drawings._kept[design.pk]

    assert kept[0] == 2
    assert version == 4
    assert drawing.data == Design.objects.get(pk=design.pk).document["topology"]
    assert drawing.data["notes"][0]["text"] == "Hi"


def test_an_edit_that_is_rolled_back_leaves_nothing_behind(design, architect):
    class Cancelled(Exception):
        pass

    def edit(name):
        return change_sets.change_drawing(
            design=Design.objects.get(pk=design.pk), operations=[rename(nodes(design)[0], name)], name="",
            key=None, based_on=1, user=architect,
        )  # fmt: skip

    with suppress(Cancelled), transaction.atomic():
        edit("A")
        raise Cancelled
    edit("B")

    assert nodes(design)[0]["name"] == "B"


def test_strangers_find_no_design_and_who_may_only_read_is_refused(client, design):
    stranger, reader = a_user(), a_user()
    a_team(members=[stranger])
    design.team.memberships.create(user=reader, role=Role.CATALOG_MANAGER)
    node = nodes(design)[0]

    client.force_login(stranger)
    assert send(client, design, [rename(node, "A")]).status_code == 404

    client.force_login(reader)
    assert send(client, design, [rename(node, "A")]).status_code == 403
