"""What happens to a design: started, changed, sized, frozen, restored; and nothing lost when two people write."""

from __future__ import annotations

import pytest

from accounts.models import Role
from catalog.engine.documents import write
from config.errors import Forbidden, Invalid, PreconditionRequired, Stale
from designer import jobs, services
from designer.models import Customer, Design, Revision, Sizing
from jobs.models import Job
from tests.builders import a_team, a_user

pytestmark = pytest.mark.django_db


def silent(_fraction, _message):
    pass


def a_profile(**changes):
    return {"id": "vm", "name": "VM", "count": 300, "vcpus": 4, "ram_gib": 8, "disk_gb": 60} | changes


def test_a_design_starts_as_the_reference_design_is_published(design):
    document = services.document_of(design)

    assert design.version == 1
    assert document.workload.vms == 522  # domain/reference_designs.yaml, rd-mid, vms_with_spare
    assert len(document.topology.nodes) == 16
    assert len(document.topology.racks) == 3


def test_an_unknown_reference_design_is_named_and_nothing_stored(catalog, customer, architect):
    with pytest.raises(Invalid) as error:
        services.create_design(customer=customer, user=architect, name="X", reference_design="rd-huge")

    (problem,) = error.value.problems
    assert (problem.field, problem.value) == ("reference_design", "rd-huge")
    assert "rd-mid" in problem.remedy
    assert Design.objects.count() == 0


def test_a_customer_name_is_unique_in_its_team(customer, team, architect):
    with pytest.raises(Invalid):
        services.create_customer(team=team, user=architect, name="nordlicht")

    assert Customer.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        pytest.param({"name": "  "}, "name", id="empty"),
        pytest.param({"name": "N" * 121}, "name", id="too-long"),
        pytest.param({"name": "N", "country": "Germany"}, "country", id="country"),
        pytest.param({"name": "N", "city": "C" * 81}, "city", id="city"),
        pytest.param({"name": "N\x00"}, "name", id="unprintable"),
    ],
)
def test_a_bad_customer_is_named_and_not_stored(team, architect, fields, field):
    with pytest.raises(Invalid) as error:
        services.create_customer(team=team, user=architect, **fields)

    assert [problem.field for problem in error.value.problems] == [field]
    assert Customer.objects.count() == 0


def test_sizing_stores_result_and_drawing_and_is_found_until_the_workload_changes(design, architect):
    revision = services.freeze_revision(design=design, user=architect)

    sizing = services.size_revision(revision, report=silent)

    design.refresh_from_db()
    assert sizing.result["counts"]["compute"] == 10
    assert len(sizing.topology["nodes"]) == 16
    assert services.current_sizing(design) == sizing
    changed = services.change_part(
        design=design,
        part="workload",
        value={"profiles": [a_profile()]},
        based_on=design.version,
        user=architect,
    )
    assert services.current_sizing(changed) is None


def test_sizing_twice_gives_the_same_sizing(design, architect):
    revision = services.freeze_revision(design=design, user=architect)

    first = services.size_revision(revision, report=silent)

    assert services.size_revision(revision, report=silent) == first
    assert Sizing.objects.count() == 1


def test_a_sizing_of_an_old_revision_leaves_a_newer_drawing_alone(design, architect):
    revision = services.freeze_revision(design=design, user=architect)
    services.change_part(
        design=design, part="workload", value={"profiles": [a_profile()]}, based_on=1, user=architect
    )

    services.size_revision(revision, report=silent)

    design.refresh_from_db()
    assert design.version == 2


def test_the_job_sizes_what_was_asked_for(design, architect):
    job = services.request_sizing(design=design, user=architect)
    again = services.request_sizing(design=design, user=architect)

    class Run:
        input = job.input
        report = staticmethod(silent)

    answer = jobs.size_revision(Run())

    assert Sizing.objects.get(pk=answer["sizing"]).revision.design == design
    assert again == job
    assert Job.objects.count() == 1


def test_two_writers_lose_nothing(design, architect):
    services.change_part(
        design=design, part="workload", value={"profiles": [a_profile()]}, based_on=1, user=architect
    )

    with pytest.raises(Stale) as error:
        services.change_part(
            design=design, part="policies", value={"replicas": 2}, based_on=1, user=architect
        )

    assert error.value.current_version == 2
    assert [change["part"] for change in error.value.detail["changes"]] == ["workload"]
    design.refresh_from_db()
    assert services.document_of(design).policies.replicas == 3


def test_a_change_without_a_version_is_asked_for_one(design, architect):
    with pytest.raises(PreconditionRequired):
        services.change_part(design=design, part="clouds", value=[], based_on=None, user=architect)


def test_the_same_value_makes_no_version(design, architect):
    same = write(services.document_of(design).workload)

    assert (
        services.change_part(design=design, part="workload", value=same, based_on=1, user=architect).version
        == 1
    )


@pytest.mark.parametrize(
    ("part", "value", "field"),
    [
        pytest.param(
            "workload", {"profiles": [a_profile(count=-1)]}, "workload.profiles[0].count", id="negative"
        ),
        pytest.param(
            "workload", {"profiles": [a_profile(count=10**12)]}, "workload.profiles[0].count", id="too-many"
        ),
        pytest.param(
            "workload",
            {"profiles": [a_profile(ram_gib=float("nan"))]},
            "workload.profiles[0].ram_gib",
            id="nan",
        ),
        pytest.param("workload", {"profiles": []}, "workload.profiles", id="empty"),
        pytest.param("policies", {"replicas": 99}, "policies.replicas", id="replicas"),
        pytest.param("hardware", {"compute": "abacus"}, "hardware.leaf", id="incomplete-hardware"),
        pytest.param("colour", {}, "part", id="unknown-part"),
    ],
)
def test_bad_input_is_named_and_nothing_stored(design, architect, part, value, field):
    with pytest.raises(Invalid) as error:
        services.change_part(design=design, part=part, value=value, based_on=1, user=architect)

    assert field in [problem.field for problem in error.value.problems]
    assert all(problem.remedy for problem in error.value.problems)
    design.refresh_from_db()
    assert design.version == 1


def test_a_drawing_with_a_link_to_nothing_is_refused(design, architect):
    drawing = write(services.document_of(design).topology)
    drawing["links"][0]["b"]["element"] = "leaf-99z"

    with pytest.raises(Invalid) as error:
        services.change_part(design=design, part="topology", value=drawing, based_on=1, user=architect)

    assert ("topology.links[0].b.element", "leaf-99z") in [(p.field, p.value) for p in error.value.problems]


def test_a_vm_larger_than_any_host_is_refused_with_field_value_and_remedy(design, architect):
    value = {"profiles": [a_profile(ram_gib=4096)]}

    with pytest.raises(Invalid) as error:
        services.change_part(design=design, part="workload", value=value, based_on=1, user=architect)

    (problem,) = error.value.problems
    assert problem.field == "workload.profiles[0].ram_gib"
    assert "496 GiB" in problem.remedy
    assert Design.objects.get().version == 1


def test_rules_that_leave_a_vm_no_host_are_refused(design, architect):
    with pytest.raises(Invalid, match="the reserves take the whole host"):
        services.change_part(
            design=design,
            part="policies",
            value={"reserved_host_ram_gib": 512},
            based_on=1,
            user=architect,
        )

    assert Design.objects.get().version == 1


def test_restoring_a_revision_is_a_new_version_and_keeps_what_was_between(design, architect):
    revision = services.freeze_revision(design=design, user=architect)
    services.change_part(
        design=design, part="workload", value={"profiles": [a_profile()]}, based_on=1, user=architect
    )

    restored = services.restore_revision(revision=revision, user=architect)

    assert restored.version == 3
    assert services.document_of(restored).workload.vms == 522
    assert [change.version for change in restored.change_sets.all()] == [1, 2, 3]


def test_a_reader_changes_nothing(design, team):
    reader = a_user()
    a_team(members=[reader], role=Role.SALES_ENGINEER)

    with pytest.raises(Forbidden):
        services.change_part(design=design, part="clouds", value=[], based_on=1, user=reader)


def test_a_frozen_revision_never_changes(design, architect):
    revision = services.freeze_revision(design=design, user=architect)
    revision.number = 7

    with pytest.raises(TypeError):
        revision.save()

    assert Revision.objects.get().number == 1
