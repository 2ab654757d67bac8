"""The failure page: what is chosen, what stops in colour and in words, the timeline, the ranking, other teams."""

from __future__ import annotations

from itertools import combinations

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Role
from catalog import services as catalog_services
from catalog.models import CatalogEntry
from designer import failure_pages, failure_services, services
from designer.models import FailureRanking
from jobs import worker
from jobs.models import Job, State
from tests.builders import a_membership, a_user

pytestmark = pytest.mark.django_db


def page(design, **query):
    return reverse("designer:design-failures", args=(design.pk,)), query


def test_without_a_failure_everything_is_up_and_the_drawing_offers_elements(signed_in, design):
    path, _ = page(design)

    answer = signed_in.get(path)

    text = answer.content.decode()
    assert "Nothing has failed: everything is up." in text
    assert f'href="{path}?failed=device%3Actl01"' in text
    assert '<optgroup label="Racks">' in text


def test_a_failed_rack_is_told_in_words_in_tables_and_on_the_drawing(signed_in, design):
    path, query = page(design, failed=["rack:rack-1"])

    text = signed_in.get(path, query).content.decode()

    assert "When rack 1 fails, 209 VMs stop, 174 of them find no room elsewhere." in text
    assert 'data-element="cmp01" class="drawing-is-dead"' in text
    assert 'data-element="rack-2" class="drawing-is-weak"' in text
    assert "2 of 3 left, tolerates no further loss: lost ctl01" in text
    assert text.count("<caption") or "Timeline" in text


def test_pressing_a_failed_element_again_repairs_it(signed_in, design):
    path, query = page(design, failed=["device:ctl01", "device:sto01"])

    text = signed_in.get(path, query).content.decode()

    assert f'<a href="{path}?failed=device%3Asto01" data-element="ctl01"' in text


def test_the_timeline_is_stepped_through(signed_in, design):
    path, query = page(design, failed=["device:cmp01"])

    first = signed_in.get(path, query).content.decode()
    later = signed_in.get(path, query | {"at": "4000"}).content.decode()

    assert "After 0 s: 52 VMs out of service" in first
    assert f'href="{path}?failed=device%3Acmp01&amp;at=60#timeline"' in first
    assert "0 VMs out of service" in later
    assert 'aria-current="step"' in later


def test_the_drawing_shows_the_moment_of_the_timeline(signed_in, design):
    path, query = page(design, failed=["device:ctl01"])

    first = signed_in.get(path, query).content.decode()
    later = signed_in.get(path, query | {"at": "10"}).content.decode()

    assert 'data-element="service-mariadb" class="drawing-is-moving"' in first
    assert 'data-element="service-mariadb" class="drawing-is-weak"' in later
    assert "(switching over to what is left)" in first
    assert "(switching over to what is left)" not in later


def test_a_rebuilt_drive_is_no_longer_marked(signed_in, design):
    path, query = page(design, failed=["drive:sto01.osd-1"])

    before = signed_in.get(path, query).content.decode()
    after = signed_in.get(path, query | {"at": "100000"}).content.decode()

    assert 'data-element="service-ceph-osd" class="drawing-is-weak"' in before
    assert 'data-element="sto01" class="drawing-is-weak"' in before
    assert 'data-element="service-ceph-osd" class' not in after
    assert 'data-element="sto01" class' not in after


def test_the_fragment_has_an_address_of_its_own_and_pushes_that_of_the_page(signed_in, design):
    path = reverse("designer:design-failure-effect", args=(design.pk,))

    answer = signed_in.get(path, {"failed": ["", "network:storage_public"]})

    assert b"522 VMs hang" in answer.content
    assert b"<html" not in answer.content
    assert answer["HX-Push-Url"] == f"{page(design)[0]}?failed=network%3Astorage_public"


@pytest.mark.parametrize("wrong", ["device:nothing", "nonsense", "moon:x", "drive:sto01.osd-99"])
def test_what_cannot_fail_is_refused_beside_the_field_and_keeps_the_input(signed_in, design, wrong):
    path, query = page(design, failed=[wrong])

    text = signed_in.get(path, query).content.decode()

    assert 'role="alert"' in text
    assert f'value="{wrong}"' in text


def test_failures_are_ranked_in_the_background_and_shown(signed_in, design):
    signed_in.post(reverse("designer:design-failures-rank", args=(design.pk,)), {"with_pairs": "on"})
    job = Job.objects.get(kind="designer.rank_failures")
    worker.run(str(job.pk))

    job.refresh_from_db()
    text = signed_in.get(page(design)[0]).content.decode()
    assert job.state == State.DONE, job.error
    assert "No device, rack, PDU or feed alone stops control, storage or the way out." in text
    assert ">spine-1 and spine-2</a>" in text
    assert ">any two of ctl01, ctl02, ctl03</a>" in text
    assert "above 99.999 %" in text
    assert "SIGCOMM 2011" in text
    assert "1,000,000 years in which devices, racks, PDUs and feeds fail" in text
    assert "What two switches leave" in text


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda p: p[0] < p[1]), unique=True))
def test_pairs_are_told_in_groups_of_which_any_two_are_a_pair_and_none_is_lost(pairs):
    named = {(f"d{a}", f"d{b}") for a, b in pairs}

    groups = failure_pages.cliques(sorted(named))

    told = [pair for group in groups for pair in combinations(group, 2)]
    assert set(told) == named
    assert len(told) == len(named)


def test_a_ranking_is_made_once_and_forgotten_when_the_drawing_changes(design, architect):
    revision = services.freeze_revision(design=design, user=architect)

    one = failure_services.rank_revision(revision, with_pairs=False, report=lambda *_: None)
    two = failure_services.rank_revision(revision, with_pairs=False, report=lambda *_: None)

    assert one == two
    assert FailureRanking.objects.count() == 1
    assert failure_services.current_ranking(design) == one
    smaller = {**design.document["topology"], "pdus": design.document["topology"]["pdus"][:3]}
    changed = services.change_part(
        design=design, part="topology", value=smaller, based_on=design.version, user=architect
    )
    assert failure_services.current_ranking(changed) is None


def test_a_ranking_is_forgotten_when_the_hardware_changes_and_made_anew_but_not_for_a_price(
    design, architect
):
    revision = services.freeze_revision(design=design, user=architect)
    first = failure_services.rank_revision(revision, with_pairs=False, report=lambda *_: None)
    spec = dict(CatalogEntry.objects.get(kind="node-spec", slug="cmp-512").document)

    catalog_services.load_catalog([("node-spec", spec | {"price": None})])
    still = failure_services.current_ranking(design)
    catalog_services.load_catalog([("node-spec", spec | {"power_supplies": 1})])
    gone = failure_services.current_ranking(design)
    second = failure_services.rank_revision(revision, with_pairs=False, report=lambda *_: None)

    assert (still, gone) == (first, None)
    assert second.fingerprint != first.fingerprint
    assert failure_services.current_ranking(design) == second
    assert FailureRanking.objects.count() == 2  # a proposal of the first still prints the first


def test_a_catalog_manager_may_look_but_not_have_failures_ranked(client, design, team):
    reader = a_user()
    a_membership(team=team, user=reader, role=Role.CATALOG_MANAGER)
    client.force_login(reader)

    seen = client.get(page(design)[0], {"failed": "device:ctl01"})
    refused = client.post(reverse("designer:design-failures-rank", args=(design.pk,)))

    assert b"Try all failures" not in seen.content
    assert refused.status_code == 403
    assert not Job.objects.filter(kind="designer.rank_failures").exists()
