"""The ETag of a list: another after any change of what the list shows, and asked without reading a row."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core import serializers
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import services as accounts_services
from accounts.models import Membership, Role, TeamChange
from designer import services
from designer.models import Customer, Design
from tests.builders import a_team, a_user

pytestmark = pytest.mark.django_db

DESIGNS = "/api/v1/designs/"
CUSTOMERS = "/api/v1/customers/"


def tag(client, address=DESIGNS):
    return client.get(address)["ETag"]


def another_design(design, **values):
    return Design(
        team=design.team, customer=design.customer, name="Another", document={}, created_by=design.created_by,
        **values,
    )  # fmt: skip


def create(design):
    services.create_design(
        customer=design.customer, user=design.created_by, name="New", reference_design="rd-edge"
    )


def load_a_dump(design):
    dump = serializers.serialize("json", [design])
    for loaded in serializers.deserialize("json", dump):
        loaded.save()


CHANGES = {
    "create": create,
    "rename": lambda design: Design.objects.filter(pk=design.pk).update(name="Renamed"),
    "save": lambda design: design.save(),
    "bulk create": lambda design: Design.objects.bulk_create(
        [another_design(design), another_design(design)]
    ),
    "bulk update": lambda design: Design.objects.bulk_update([design], ["name"]),
    "load a dump": load_a_dump,
    "delete": lambda design: Design.objects.filter(pk=design.pk).delete(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_any_change_of_a_design_changes_the_tag(signed_in, design, change):
    before = tag(signed_in)

    change(design)

    answer = signed_in.get(DESIGNS, headers={"If-None-Match": before})
    assert answer.status_code == 200
    assert answer["ETag"] != before


def test_an_edit_changes_the_tag(signed_in, design, price_books):
    before = tag(signed_in)

    signed_in.put(
        f"{DESIGNS}{design.pk}/clouds/",
        [{"provider": "gcp", "region": "europe-west3"}],
        content_type="application/json",
        headers={"If-Match": '"1"'},
    )

    answer = signed_in.get(DESIGNS, headers={"If-None-Match": before})
    assert (answer.status_code, answer.json()["results"][0]["version"]) == (200, 2)


def test_a_rename_of_a_customer_changes_the_tag_of_customers(signed_in, customer):
    before = tag(signed_in, CUSTOMERS)

    Customer.objects.filter(pk=customer.pk).update(name="Renamed")

    assert tag(signed_in, CUSTOMERS) != before


def test_what_moves_to_another_team_changes_the_tags_of_both(signed_in, design, client):
    newcomer = a_user()
    other = a_team(members=[newcomer])
    theirs = signed_in.__class__()
    theirs.force_login(newcomer)
    before = (tag(signed_in), tag(theirs))

    Design.objects.filter(pk=design.pk).update(team=other)

    after = (tag(signed_in), tag(theirs))
    assert after[0] != before[0]
    assert after[1] != before[1]


def test_who_joins_or_leaves_a_team_gets_another_tag(client, design):
    person = a_user()
    client.force_login(person)
    outside = tag(client)
    accounts_services.set_role(team=design.team, user=person, role=Role.ARCHITECT, by=None)
    inside = tag(client)
    Membership.objects.filter(team=design.team, user=person).delete()

    assert inside != outside
    assert client.get(DESIGNS, headers={"If-None-Match": inside}).json()["results"] == []


def test_a_change_that_is_undone_brings_no_old_tag_back(signed_in, design):
    before = tag(signed_in)
    Design.objects.filter(pk=design.pk).update(name="Renamed")
    Design.objects.filter(pk=design.pk).update(name=design.name)

    assert tag(signed_in) != before


def test_another_team_and_another_page_are_their_own_matter(signed_in, design):
    before = tag(signed_in)

    Customer.objects.create(team=a_team(), name="Elsewhere")

    assert tag(signed_in) == before
    assert tag(signed_in, f"{DESIGNS}?limit=1") != before


def test_who_has_the_list_is_told_so_without_a_row_being_read(signed_in, design):
    known = tag(signed_in)

    with CaptureQueriesContext(connection) as queries:
        answer = signed_in.get(DESIGNS, headers={"If-None-Match": known})

    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", known)
    assert not any("designer_design" in query["sql"] for query in queries)


def test_a_tag_of_another_list_is_none_of_this_one(signed_in, design):
    answer = signed_in.get(CUSTOMERS, headers={"If-None-Match": tag(signed_in)})

    assert answer.status_code == 200


def test_migrating_again_keeps_the_stamps_coming(signed_in, design):
    call_command("migrate", verbosity=0, stdout=StringIO())
    before = TeamChange.objects.get(team=design.team).stamp

    design.save()

    assert TeamChange.objects.get(team=design.team).stamp != before
