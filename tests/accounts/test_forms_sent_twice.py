"""A form sent twice, by a double click or a reload, creates one thing (security R72)."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from accounts.models import ApiToken
from designer.models import Customer, Design
from jobs.models import Job

CUSTOMERS, DESIGNS = reverse("designer:customer-create"), reverse("designer:design-create")


def key_on(client, path):
    (key,) = set(re.findall(r'name="once" value="([0-9a-f-]{36})"', client.get(path).content.decode()))
    return key


def a_design_form(customer, **changes):
    form = {
        "customer": str(customer.pk),
        "name": "Second",
        "reference_design": "rd-mid",
        "kind": "profiles",
        "profiles-0-name": "Web",
        "profiles-0-count": "20",
        "profiles-0-vcpus": "2",
        "profiles-0-ram_gib": "8",
        "profiles-0-disk_gb": "50",
    }
    return form | changes


def test_each_rendering_has_a_key_of_its_own(signed_in, customer):
    assert key_on(signed_in, DESIGNS) != key_on(signed_in, DESIGNS)


def test_the_same_form_twice_makes_one_design_and_leads_to_it_both_times(signed_in, catalog, customer):
    form = a_design_form(customer, once=key_on(signed_in, DESIGNS))

    answers = [signed_in.post(DESIGNS, form) for _ in range(2)]

    design = Design.objects.get()
    assert [answer.url for answer in answers] == [reverse("designer:design-detail", args=[design.pk])] * 2
    assert Job.objects.count() == 1


def test_a_form_changed_after_back_makes_another(signed_in, catalog, customer):
    key = key_on(signed_in, DESIGNS)

    for name in ("First", "Second"):
        signed_in.post(DESIGNS, a_design_form(customer, once=key, name=name))

    assert Design.objects.count() == 2


def test_a_form_with_errors_may_be_corrected_under_its_key(signed_in, team):
    form = {
        "once": key_on(signed_in, CUSTOMERS),
        "team": str(team.pk),
        "country": "DE",
        "city": "",
        "contact": "",
    }

    refused = signed_in.post(CUSTOMERS, {**form, "name": ""})
    corrected = signed_in.post(CUSTOMERS, {**form, "name": "Nordlicht"})
    again = signed_in.post(CUSTOMERS, {**form, "name": "Nordlicht"})

    assert (refused.status_code, corrected.status_code, again.status_code) == (400, 302, 302)
    assert again.url == corrected.url
    assert Customer.objects.count() == 1


def test_a_token_is_created_once_and_its_key_shown_once(signed_in):
    path = reverse("accounts:token-create")
    form = {
        "once": key_on(signed_in, reverse("accounts:account")),
        "name": "import",
        "scope": "read",
        "days": "30",
    }

    first, again = signed_in.post(path, form), signed_in.post(path, form, follow=True)

    token = ApiToken.objects.get()
    assert f"{token.prefix}_".encode() in first.content
    assert f"{token.prefix}_".encode() not in again.content
    assert b"created already" in again.content


@pytest.mark.django_db
def test_a_form_without_a_key_still_works(signed_in, team):
    form = {"team": str(team.pk), "name": "Nordlicht", "country": "", "city": "", "contact": ""}

    assert signed_in.post(CUSTOMERS, form).status_code == 302
