"""The form of the deployment's choices: every choice is there, names the rules that read it, and comes back as saved."""

from __future__ import annotations

import dataclasses
from unittest.mock import patch

import pytest
from django.urls import reverse

from accounts.models import Role
from catalog.engine.documents import write
from designer import services
from designer.deployment_form import GROUPS, QUESTIONS, Kind
from designer.engine.deployment import Deployment, FabricMode, HostSystem
from designer.engine.validation.facts import Facts
from designer.engine.validation.rules import RULES
from tests.builders import a_membership, a_user
from tests.designer.engine.validation.test_rules import CASES


def page(design):
    return reverse("designer:design-deployment", args=(design.pk,))


def as_posted(design, **changes):
    """The form as the browser sends it back, with changes."""
    document = write(services.document_of(design).deployment)
    values = {"version": design.version}
    for name, question in QUESTIONS.items():
        value = document[name]
        if question.kind is Kind.YES_NO:
            value = {True: "yes", False: "no", None: ""}[value]
        elif question.kind is Kind.LINES:
            value = "\n".join(f"{key} = {held}" for key, held in value.items())
        elif question.is_percent and value is not None:
            value = value * 100
        elif question.kind is Kind.NUMBERS:
            value = ", ".join(map(str, value))
        values[name] = "" if value is None else value
    return values | changes


def test_every_choice_of_a_deployment_is_asked_once():
    asked = [question.name for group in GROUPS for question in group.questions]

    assert sorted(asked) == sorted(field.name for field in dataclasses.fields(Deployment))


def test_every_question_names_the_rules_that_read_its_answer():
    """Each rule is run over all its cases with a deployment that notes what is read from it."""
    read: dict[str, set[str]] = {name: set() for name in QUESTIONS}

    class Noting:
        def __init__(self, deployment, rule):
            self.deployment, self.rule = deployment, rule

        def __getattr__(self, name):
            read[name].add(self.rule)
            return getattr(self.deployment, name)

    for rule in (rule for rule in RULES if rule.check is not None):
        good, bad = CASES[rule.id]
        for facts in (good, *(case for case, _ in bad)):
            with patch.object(Facts, "deployment", Noting(facts.document.deployment, rule.id)):
                list(rule.check(facts))

    assert {name: sorted(rules) for name, rules in read.items()} == {
        name: sorted(question.rules) for name, question in QUESTIONS.items()
    }


@pytest.mark.django_db
def test_what_is_not_decided_is_said_first(signed_in, design):
    text = signed_in.get(page(design)).content.decode()

    optional = [q for q in QUESTIONS.values() if q.is_optional]
    assert f"{len(optional)} questions without an answer." in text
    assert text.count(">not decided<") == len(optional)
    assert 'href="#fabric"' in text


@pytest.mark.django_db
def test_a_form_sent_back_unchanged_changes_nothing(signed_in, design):
    answer = signed_in.post(page(design), as_posted(design))

    assert answer.status_code == 302
    version = design.version
    design.refresh_from_db()
    assert design.version == version


@pytest.mark.django_db
def test_every_kind_of_answer_is_saved_and_shown_again(signed_in, design):
    answers = {
        "host_system": "debian-13", "fabric": "mlag", "has_certificate_plan": "yes", "has_external_tls": "no",
        "taken_virtual_router_ids": "51, 52 53", "host_addresses": "ctl01 = 10.10.0.11\nctl02: 10.10.0.12",
        "cinder_backends": ["ceph", "lvm"], "osd_memory_autotune_ratio": "20", "recovery_hours": "6.5", "utility_feeds": "2",
        "internal_vip": "10.10.3.250", "cinder_cluster_name": "", "pinned_profiles": ["standard"],
    }  # fmt: skip

    answer = signed_in.post(page(design), as_posted(design, **answers))

    assert answer.status_code == 302
    design.refresh_from_db()
    saved = services.document_of(design).deployment
    assert (saved.host_system, saved.fabric) == (HostSystem.DEBIAN_13, FabricMode.MLAG)
    assert (saved.has_certificate_plan, saved.has_external_tls) == (True, False)
    assert saved.taken_virtual_router_ids == (51, 52, 53)
    assert saved.host_addresses == {"ctl01": "10.10.0.11", "ctl02": "10.10.0.12"}
    assert [backend.value for backend in saved.cinder_backends] == ["ceph", "lvm"]
    assert (str(saved.osd_memory_autotune_ratio), str(saved.recovery_hours)) == ("0.2", "6.5")
    assert (saved.cinder_cluster_name, saved.pinned_profiles) == ("", ("standard",))
    text = signed_in.get(page(design)).content.decode()
    assert 'value="20"' in text
    assert "ctl02 = 10.10.0.12" in text
    assert '<option value="mlag" selected>' in text
    again = signed_in.post(page(design), as_posted(design))
    version = design.version
    design.refresh_from_db()
    assert (again.status_code, design.version) == (302, version)


@pytest.mark.django_db
def test_what_a_rule_finds_stands_beside_its_question(signed_in, design):
    text = signed_in.post(page(design), as_posted(design, host_system="ubuntu-22.04"), follow=True).content.decode()  # fmt: skip

    assert "Hosts run ubuntu-22.04" in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("host_system", "windows"),
        ("virtual_router_id", "300"),
        ("utility_feeds", "0"),
        ("nova_cells", "many"),
        ("taken_virtual_router_ids", "51, x"),
        ("has_external_tls", "perhaps"),
        ("internal_vip", "1" * 46),
    ],
)
def test_bad_input_is_told_at_its_question_and_kept(signed_in, design, field, value):
    answer = signed_in.post(page(design), as_posted(design, **{field: value}))

    text = answer.content.decode()
    assert answer.status_code == 400
    assert "Nothing was saved" in text
    assert '<p class="error-text"' in text.split(f'id="{field}"', 1)[1].split('class="field question"', 1)[0]
    assert design.version == type(design).objects.get(pk=design.pk).version


@pytest.mark.django_db
def test_a_reader_cannot_change_it(client, design, team):
    reader = a_user()
    a_membership(team=team, user=reader, role=Role.CATALOG_MANAGER)
    client.force_login(reader)

    assert 'type="submit">Save<' not in client.get(page(design)).content.decode()
    assert client.post(page(design), as_posted(design, fabric="mlag")).status_code == 403
