"""What people and programs do with designs. Pages, API, jobs and commands call these."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from django.db import transaction

from accounts.models import Team, User
from accounts.permissions import may_edit_designs
from catalog import prices as catalog_prices
from catalog import services as catalog_services
from catalog.documents import parse, refused
from catalog.engine.documents import InvalidDocument, unprintable, write
from catalog.engine.hardware import HardwareSelection
from config.errors import Forbidden, Invalid, PreconditionRequired, Problem, Stale
from designer.engine import layout, topology
from designer.engine.deployment import Deployment
from designer.engine.document import (
    AssumptionValue,
    CloudChoice,
    CostChoices,
    DesignDocument,
    HardwareChoice,
    sizing_fingerprint,
)
from designer.engine.sizing.engine import refuse_what_fits_nowhere, size
from designer.engine.sizing.model import ENGINE_VERSION, SizingRequest, SizingResult
from designer.engine.starting import document_of_reference
from designer.engine.topology import Topology
from designer.engine.validation.profiles import Profile
from designer.engine.workload import Policies, Workload
from designer.models import ChangeSet, Customer, Design, Revision, Sizing
from jobs.models import Job
from jobs.queue import enqueue_once

Report = Callable[[float, str], None]

PARTS: Mapping[str, Any] = {
    "workload": Workload,
    "policies": Policies,
    "hardware": HardwareChoice,
    "topology": Topology,
    "clouds": tuple[CloudChoice, ...],
    "assumptions": Mapping[str, AssumptionValue],
    "cost": CostChoices,
    "deployment": Deployment,
    "profile": Profile,
}
"""The parts of a design document that are edited on their own, and their types."""


def must_edit(user: User, team: Team) -> None:
    """Refuse what `user` may not do to the designs of `team`.

    Raises:
        Forbidden: the role of `user` in `team` does not allow edits.
    """
    if not may_edit_designs(user, team):
        raise Forbidden(f"Your role in {team} lets you read designs, not change them.")


@transaction.atomic
def create_customer(
    *, team: Team, user: User, name: str, country: str = "", city: str = "", contact: str = ""
) -> Customer:
    """Add a customer to `team`. `country` is an ISO 3166-1 code of two letters, or empty.

    Raises:
        Forbidden: the role of `user` does not allow it.
        Invalid: a field is empty or too long, or the team has a customer of that name.
    """
    must_edit(user, team)
    problems = [
        *text_problems("name", name, longest=120, is_required=True),
        *text_problems("city", city, longest=80),
        *text_problems("contact", contact, longest=120),
    ]
    if country and not re.fullmatch("[A-Za-z]{2}", country.strip()):
        problems.append(Problem("country", country, "is not a country code", "Use two letters, as DE."))
    if not problems and Customer.objects.filter(team=team, name__iexact=name.strip()).exists():
        message = "this team has a customer of that name"
        problems.append(Problem("name", name, message, "Open it, or use another name."))
    if problems:
        raise Invalid(problems)
    return Customer.objects.create(
        team=team,
        name=name.strip(),
        country=country.strip().upper(),
        city=city.strip(),
        contact=contact.strip(),
    )


def text_problems(field: str, value: str, *, longest: int, is_required: bool = False) -> list[Problem]:
    text = value.strip()
    if is_required and not text:
        return [Problem(field, value, "is empty", "Write a name.")]
    if len(text) > longest:
        return [Problem(field, value[:80], f"has {len(text)} characters", f"Use at most {longest}.")]
    if bad := unprintable(text):
        return [Problem(field, repr(text)[:80], f"holds the character {bad}", "Remove it.")]
    return []


@transaction.atomic
def create_design(
    *,
    customer: Customer,
    user: User,
    name: str,
    reference_design: str,
    workload: Workload | None = None,
) -> Design:
    """Start a design for `customer` from a reference design: its hardware, its drawing, its usual workload.

    Raises:
        Forbidden: the role of `user` does not allow it.
        Invalid: there is no such reference design, or a VM is larger than its hosts.
    """
    must_edit(user, customer.team)
    if problems := text_problems("name", name, longest=120, is_required=True):
        raise Invalid(problems)
    start = catalog_services.reference_design(reference_design)
    if start is None:
        known = ", ".join(catalog_services.reference_design_ids())
        problem = Problem(
            "reference_design", reference_design, "is not a reference design", f"Use one of: {known}."
        )
        raise Invalid([problem])
    document = starting_document(reference_design)
    if workload is not None:
        document = replace(document, workload=workload)
        _check_references(document, "workload")
    design = Design.objects.create(
        team=customer.team,
        customer=customer,
        name=name.strip(),
        reference_design=reference_design,
        snapshot=write(document),
        created_by=user,
    )
    ChangeSet.objects.create(
        design=design,
        version=1,
        author=user,
        part="design",
        changes=[{"kind": "created", "text": f"Started from the reference design {start.title}."}],
    )
    return design


def starting_document(reference_design: str) -> DesignDocument:
    """Return the document of a new design that starts from `reference_design`."""
    library = catalog_services.library()
    return document_of_reference(library.reference_designs[reference_design], library)


def document_of(holder: Design | Revision) -> DesignDocument:
    """Return the document of a design or revision as the engines see it."""
    return parse(DesignDocument, holder.document)


def change_part(*, design: Design, part: str, value: Any, based_on: int | None, user: User) -> Design:
    """Replace one part of the working document, and return the design at its new version: see `change_parts`."""
    return change_parts(design=design, parts={part: value}, based_on=based_on, user=user)


@transaction.atomic
def change_parts(*, design: Design, parts: Mapping[str, Any], based_on: int | None, user: User) -> Design:
    """Replace parts of the working document as one change, and return the design at its new version.

    `based_on` is the version that the author had when making the change. Values equal to the present ones
    make no version.

    Raises:
        Forbidden: the role of `user` does not allow it.
        PreconditionRequired: no version was named.
        Stale: the document has moved on. Nothing is saved; the error has what changed since.
        Invalid: a value does not describe a possible thing.
    """
    locked = locked_for_edit(design=design, based_on=based_on, user=user)
    before = document_of(locked)
    after = before
    changes: list[dict[str, Any]] = []
    for part, value in parts.items():
        after = _with_part(after, part, value)
        _check_references(after, part)
        changes += _differences(before, after, part)
    if write(after) == write(before):
        return locked
    return save_document(locked, after, user=user, part=", ".join(parts)[:20], changes=changes)


def locked_for_edit(*, design: Design, based_on: int | None, user: User) -> Design:
    """Return `design` locked for the rest of the transaction, at the version that `user` knows.

    Raises:
        Forbidden: the role of `user` does not allow it.
        PreconditionRequired: no version was named.
        Stale: the document has moved on; the error has what changed since.
    """
    must_edit(user, design.team)
    if based_on is None:
        message = f'Send If-Match with the version you have; the current one is "{design.version}".'
        raise PreconditionRequired(message)
    locked = Design.objects.select_for_update().get(pk=design.pk)
    if based_on != locked.version:
        raise Stale(
            f"You changed version {based_on}; the design is at version {locked.version} now.",
            current_version=locked.version,
            detail={"changes": changes_since(locked, based_on)},
        )
    return locked


FIXED_COUNTS = (
    "hardware.overrides.compute",
    "hardware.overrides.storage_hdd",
    "hardware.overrides.storage_ssd",
    "hardware.overrides.storage_nvme",
    "policies.spare_hosts",
    "policies.racks",
    "policies.controllers",
)
"""Counts that a person may fix instead of those computed, by their place in the document."""


def remove_override(*, design: Design, field: str, based_on: int | None, user: User) -> Design:
    """Let the rules count again what a person fixed at `field`, and return the design at its new version.

    Raises:
        Forbidden, PreconditionRequired, Stale: as every edit of a design.
        Invalid: `field` is not a count that may be fixed.
    """
    if field not in FIXED_COUNTS:
        remedy = f"Use one of: {', '.join(FIXED_COUNTS)}."
        raise Invalid([Problem("field", field[:80], "is not a count that may be fixed", remedy)])
    part, _, place = field.partition(".")
    value = write(document_of(design))[part]
    *path, name = place.split(".")
    holder = value
    for step in path:
        holder = holder[step]
    holder.pop(name)  # what is left out has its default: to be computed
    return change_parts(design=design, parts={part: value}, based_on=based_on, user=user)


def part_of(design: Design, part: str) -> Any:
    """Return one part of the working document as plain data; its default in a document from before there was one."""
    return design.document[part] if part in design.document else write(document_of(design))[part]


def checked_part(design: Design, part: str, value: Any) -> Any:
    """Return `value` as it would be stored as `part` of `design`, every field filled; nothing is saved.

    Raises:
        Invalid: it does not describe a possible thing; lists what is wrong.
    """
    document = _with_part(document_of(design), part, value)
    _check_references(document, part)
    return write(document)[part]


def changes_since(design: Design, version: int) -> list[dict[str, Any]]:
    """Return what each edit after `version` changed, oldest first, for a reader or a merge."""
    later = design.change_sets.filter(version__gt=version).select_related("author")
    return [
        {
            "version": change_set.version,
            "author": change_set.author.get_username(),
            "at": change_set.created_at.isoformat(),
            "part": change_set.part,
            "name": change_set.name,
            "changes": change_set.changes,
            "operations": change_set.operations,
        }
        for change_set in later
    ]


@transaction.atomic
def freeze_revision(*, design: Design, user: User, name: str = "") -> Revision:
    """Freeze the working document of `design` as a revision; the latest one, if nothing changed since.

    Raises:
        Invalid: `name` is too long or unprintable.
    """
    if problems := text_problems("name", name, longest=80):
        raise Invalid(problems)
    locked = Design.objects.select_for_update().get(pk=design.pk)
    latest = locked.revisions.order_by("-number").first()
    if latest is not None and latest.version == locked.version:
        if name.strip():
            latest.name = name.strip()
            locked.revisions.filter(pk=latest.pk).update(name=latest.name)  # a label: what is frozen stays
        return latest
    number = latest.number + 1 if latest is not None else 1
    return locked.revisions.create(
        number=number, name=name.strip(), author=user, version=locked.version, document=locked.document
    )


@transaction.atomic
def restore_revision(*, revision: Revision, user: User) -> Design:
    """Make the document of `revision` the working one again, as a new version; nothing in between is lost."""
    must_edit(user, revision.design.team)
    design = Design.objects.select_for_update().get(pk=revision.design_id)
    if design.document == revision.document:
        return design
    change = {"kind": "restored", "text": f"Restored revision {revision.number}."}
    return save_document(design, document_of(revision), user=user, part="design", changes=[change])


@transaction.atomic
def request_sizing(*, design: Design, user: User) -> Job:
    """Freeze the design and have the revision sized in the background.

    Raises:
        Forbidden: the role of `user` does not allow it.
    """
    must_edit(user, design.team)
    revision = freeze_revision(design=design, user=user)
    return enqueue_once(
        "designer.size_revision",
        {"revision": str(revision.pk)},
        user=user,
        team=design.team,
        subject_type="design",
        subject_id=design.pk,
    )


def size_revision(revision: Revision, *, report: Report) -> Sizing:
    """Size `revision`, lay its cloud out, and store both; put the drawing on the design if nobody moved on.

    Raises:
        Invalid: the workload cannot run on the chosen hardware; says which field and what would help.
    """
    existing = revision.sizings.filter(engine_version=ENGINE_VERSION).first()
    if existing is not None:
        return existing
    report(0.05, "Reading the design and its hardware")
    document = document_of(revision)
    request = sizing_request(document)
    report(0.2, f"Packing {document.workload.vms:,} VMs on {request.hardware.compute.name}")
    result = _sized(request)
    counts = result.counts
    report(
        0.6,
        f"{counts.control} control, {counts.compute} compute, {counts.storage} storage nodes: laying out racks",
    )
    library = catalog_services.library()
    drawing = layout.lay_out(request, result, library.services, library.networks)
    report(0.9, f"{counts.racks} racks laid out: saving")
    return _store_sizing(revision, document, request, result, drawing)


@transaction.atomic
def _store_sizing(
    revision: Revision,
    document: DesignDocument,
    request: SizingRequest,
    result: SizingResult,
    drawing: Topology,
) -> Sizing:
    sizing, _ = Sizing.objects.get_or_create(
        revision=revision,
        engine_version=ENGINE_VERSION,
        defaults={
            "fingerprint": sizing_fingerprint(document),
            "request": write(request),
            "result": write(result),
            "topology": write(drawing),
        },
    )
    design = Design.objects.select_for_update().get(pk=revision.design_id)
    if design.version == revision.version and design.document["topology"] != sizing.topology:
        after = replace(document, topology=drawing)
        changes = [
            {"kind": "sized", "text": "Laid out by the sizing."},
            *_differences(document, after, "topology"),
        ]
        save_document(design, after, user=revision.author, part="topology", changes=changes)
    return sizing


def sizing_request(document: DesignDocument) -> SizingRequest:
    """Return the question that `document` asks of the sizing engine, with the catalog's present hardware."""
    return SizingRequest(
        workload=document.workload,
        policies=document.policies,
        hardware=hardware_selection(document.hardware),
        overrides=document.hardware.overrides,
    )


def hardware_selection(choice: HardwareChoice) -> HardwareSelection:
    """Return the models that `choice` names, from the catalog.

    Raises:
        Invalid: an id is not in the catalog, or not of that kind.
    """
    return catalog_services.selection(write(choice), path="hardware")


def current_sizing(design: Design) -> Sizing | None:
    """Return the sizing that fits the working document as it is now, or None when it must be sized again."""
    wanted = sizing_fingerprint(document_of(design))
    return (
        Sizing.objects.filter(revision__design=design, fingerprint=wanted, engine_version=ENGINE_VERSION)
        .select_related("revision")
        .first()
    )


def sizing_of(revision: Revision, *, report: Report) -> Sizing:
    """Return the sizing of what `revision` plans, computing it when no equal one is stored."""
    wanted = sizing_fingerprint(document_of(revision))
    stored = Sizing.objects.filter(
        revision__design=revision.design_id, fingerprint=wanted, engine_version=ENGINE_VERSION
    ).first()
    return stored or size_revision(revision, report=report)


def _sized(request: SizingRequest) -> SizingResult:
    try:
        return size(request)
    except InvalidDocument as error:
        raise refused(error) from error


def _with_part(document: DesignDocument, part: str, value: Any) -> DesignDocument:
    if part not in PARTS:
        listed = ", ".join(PARTS)
        raise Invalid([Problem("part", part, "is not a part of a design", f"Use one of: {listed}.")])
    data = write(document)
    data[part] = value if not hasattr(value, "__dataclass_fields__") else write(value)
    return parse(DesignDocument, data)


def _check_references(document: DesignDocument, part: str) -> None:
    if part in ("workload", "policies", "hardware"):
        try:
            refuse_what_fits_nowhere(sizing_request(document))
        except InvalidDocument as error:
            raise refused(error) from error
    if part == "clouds":
        problems = [p for index, cloud in enumerate(document.clouds) for p in _unknown_cloud(index, cloud)]
        if problems:
            raise Invalid(problems)
    if part == "topology":
        dangling = topology.check(document.topology, catalog_services.library().hardware_by_id)
        if dangling:
            raise refused(InvalidDocument([replace(p, field=f"topology.{p.field}") for p in dangling]))


def _unknown_cloud(index: int, cloud: CloudChoice) -> list[Problem]:
    try:
        regions = catalog_prices.regions_of(catalog_prices.current_version(cloud.provider))
    except Invalid as error:
        return [replace(problem, field=f"clouds[{index}].{problem.field}") for problem in error.problems]
    known = [region.region for region in regions]
    if cloud.region in known:
        return []
    remedy = f"Use one of: {', '.join(get_close_matches(cloud.region, known, n=5) or known)}."
    message = f"is not a region of {cloud.provider} with prices"
    return [Problem(f"clouds[{index}].region", cloud.region, message, remedy)]


def _differences(before: DesignDocument, after: DesignDocument, part: str) -> list[dict[str, Any]]:
    if part == "topology":
        found: list[dict[str, Any]] = write(topology.difference(before.topology, after.topology))
        return found
    return [
        {"kind": "changed", "field": name, "before": old, "after": new}
        for name, old, new in _changed_leaves(write(before)[part], write(after)[part], part)
    ]


def _changed_leaves(before: Any, after: Any, path: str) -> list[tuple[str, Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        names = [*before, *(name for name in after if name not in before)]
        return [
            c for name in names for c in _changed_leaves(before.get(name), after.get(name), f"{path}.{name}")
        ]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [c for index, (old, new) in pairs for c in _changed_leaves(old, new, f"{path}[{index}]")]
    return [] if before == after else [(path, before, after)]


def save_document(
    design: Design, document: DesignDocument, *, user: User, part: str, changes: list[dict[str, Any]]
) -> Design:
    """Store `document` as the next version of a locked design, with what changed."""
    design.version += 1
    design.document = write(document)
    design.save(update_fields=["snapshot", "snapshot_version", "version", "changed_at"])
    design.change_sets.create(version=design.version, author=user, part=part, changes=changes)
    return design
