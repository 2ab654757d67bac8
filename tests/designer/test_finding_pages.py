"""The pages of findings: what is wrong, where, what helps; accepted with a reason and shown as such."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from accounts.models import Role
from designer.finding_views import formulas_in
from tests.builders import a_membership, a_team, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(design):
    return reverse("designer:design-findings", args=[design.pk])


def shown(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def accepted(signed_in, design, rule="V076", **changes):
    values = {"version": design.version, "reason": "A fourth node comes in spring", **changes}
    return signed_in.post(reverse("designer:finding-suppress", args=[design.pk, rule]), values)


def test_a_finding_says_what_is_wrong_what_helps_and_by_which_rule(signed_in, url):
    page = shown(signed_in.get(url))

    assert "3 copies on 3 hosts: a lost host cannot be rebuilt elsewhere." in page
    assert "Use 4 hosts." in page
    assert "V076" in page
    assert "sizing.S3, failure.E6" in page


def test_an_element_leads_to_its_row_of_the_drawing(signed_in, design, url):
    page = shown(signed_in.get(url))
    drawing = shown(signed_in.get(reverse("designer:design-drawing", args=[design.pk])))

    assert f'href="/designs/{design.pk}/drawing/#element-sto01"' in page
    assert 'id="element-sto01"' in drawing


def test_the_overview_tells_how_many_there_are(signed_in, design):
    page = shown(signed_in.get(reverse("designer:design-detail", args=[design.pk])))

    assert re.search(r"0 <small>errors</small>", page)
    assert re.search(r"\d+ warnings, \d+ to know", page)


def test_the_badge_tells_the_worst_kind(signed_in, design):
    badge = shown(signed_in.get(reverse("designer:design-findings-count", args=[design.pk])))

    assert re.search(r'chip warning">\d+ warnings', badge)


def test_the_list_is_a_fragment_that_filters(signed_in, design):
    url = reverse("designer:design-findings-list", args=[design.pk])

    ceph = shown(signed_in.get(url, {"family": "ceph", "severity": "warning"}))
    none = shown(signed_in.get(url, {"severity": "error"}))

    assert "<html" not in ceph
    assert "V076" in ceph
    assert "V114" not in ceph  # of the network
    assert "Nothing of this kind" in none


def test_what_is_accepted_is_shown_with_reason_and_author(signed_in, design, url, architect):
    answer = accepted(signed_in, design)

    assert (answer.status_code, answer.url) == (302, url)
    page = shown(signed_in.get(url))
    assert "“A fourth node comes in spring”" in page
    assert architect.get_username() in page
    history = shown(signed_in.get(reverse("designer:design-history", args=[design.pk])))
    assert "Accepted finding V076: A fourth node comes in spring" in history


def test_a_finding_is_accepted_for_the_elements_that_it_marks(signed_in, design):
    accepted(signed_in, design, rule="V086", elements="sto01 sto02 sto03")

    design.refresh_from_db()
    assert design.document["suppressions"][0]["elements"] == ["sto01", "sto02", "sto03"]


def test_a_rule_is_accepted_wherever_it_finds_something(signed_in, design):
    accepted(signed_in, design, rule="V086", elements="sto01", scope="rule")

    design.refresh_from_db()
    assert design.document["suppressions"][0]["elements"] == []


def test_without_a_reason_nothing_is_saved_and_the_page_says_why(signed_in, design):
    answer = accepted(signed_in, design, reason=" ")

    assert answer.status_code == 400
    assert "Nothing was saved" in shown(answer)
    design.refresh_from_db()
    assert design.version == 1


def test_a_form_of_an_older_version_keeps_its_words(signed_in, design):
    accepted(signed_in, design, rule="V086")

    answer = accepted(signed_in, design, reason="Because of the budget")

    assert answer.status_code == 412
    assert 'value="Because of the budget"' in shown(answer)


def test_what_was_accepted_counts_again_after_one_press(signed_in, design, url):
    accepted(signed_in, design)

    signed_in.post(reverse("designer:finding-lift", args=[design.pk, "V076"]), {"version": 2, "elements": ""})

    assert "A fourth node comes in spring" not in shown(signed_in.get(url))


def test_the_profile_is_set_on_the_page(signed_in, design, url):
    answer = signed_in.post(
        reverse("designer:design-profile", args=[design.pk]), {"version": 1, "profile": "edge"}
    )

    assert answer.status_code == 302
    design.refresh_from_db()
    assert design.document["profile"] == "edge"
    assert '<option value="edge" selected>' in shown(signed_in.get(url))


def test_who_may_only_read_sees_no_button(client, design, team, url):
    reader = a_user()
    a_membership(team=team, user=reader, role=Role.CATALOG_MANAGER)
    client.force_login(reader)

    page = shown(client.get(url))

    assert "V076" in page
    assert "Accept it" not in page
    answer = client.post(
        reverse("designer:finding-suppress", args=[design.pk, "V076"]), {"version": 1, "reason": "Fine"}
    )
    assert answer.status_code == 403


def test_a_stranger_finds_nothing(client, design, url):
    stranger = a_user()
    a_team(members=[stranger])
    client.force_login(stranger)

    assert client.get(url).status_code == 404
    assert accepted(client, design).status_code == 404


def test_the_formulas_behind_a_rule_are_a_step_away(signed_in, url):
    page = shown(signed_in.get(url))

    assert 'href="/costing/formulas/sizing.S3/"' in page
    assert signed_in.get("/costing/formulas/sizing.S3/").status_code == 200


@pytest.mark.parametrize(
    ("source", "formulas"),
    [
        pytest.param("sizing.R2, R3: each feed alone", ("sizing.R2", "sizing.R3"), id="list"),
        pytest.param("Service catalog; IEEE 802.1Q", (), id="none"),
        pytest.param("failure.E8, F8; sizing.S3", ("failure.F8", "sizing.S3"), id="two-families"),
    ],
)
def test_a_source_names_its_formulas(source, formulas):
    assert formulas_in(source) == formulas
