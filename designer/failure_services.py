"""What people and programs ask about failures of designs. Pages, API and jobs call these."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from catalog import services as catalog_services
from catalog.documents import refused
from catalog.engine.documents import InvalidDocument, write
from designer.engine.document import DesignDocument, fingerprint
from designer.engine.failures.graph import Plant
from designer.engine.failures.load import load_of
from designer.engine.failures.model import ENGINE_VERSION, FailureReport, FailureSet
from designer.engine.failures.rank import rank
from designer.engine.failures.simulate import plant_of, simulate
from designer.engine.topology import Node, Pdu, Switch
from designer.models import Design, FailureRanking, Revision
from designer.services import Report, document_of, freeze_revision, must_edit
from jobs.models import Job
from jobs.queue import enqueue_once


def plant_of_document(document: DesignDocument) -> Plant:
    """Return what `document` draws, with its load, ready to fail."""
    library = catalog_services.library()
    hardware = library.hardware_by_id
    load = load_of(document.topology, document.workload, document.policies, hardware)
    return plant_of(document.topology, hardware, library.services, library.networks, load)


def named(elements: Iterable[str]) -> FailureSet:
    """Return the failure of elements given as `kind:id`.

    Raises:
        Invalid: one names nothing that can fail.
    """
    try:
        return FailureSet.of(elements)
    except InvalidDocument as error:
        raise refused(error) from error


def fail(plant: Plant, failed: FailureSet) -> FailureReport:
    """Return what is left of `plant` when `failed` fails at the same moment.

    Raises:
        Invalid: something in `failed` is not in the drawing.
    """
    try:
        return simulate(plant, failed)
    except InvalidDocument as error:
        raise refused(error) from error


@transaction.atomic
def request_ranking(*, design: Design, user: User, with_pairs: bool = False) -> Job:
    """Freeze the design and have every failure of it ranked in the background.

    Raises:
        Forbidden: the role of `user` does not allow it.
    """
    must_edit(user, design.team)
    revision = freeze_revision(design=design, user=user)
    return enqueue_once(
        "designer.rank_failures",
        {"revision": str(revision.pk), "with_pairs": with_pairs},
        user=user,
        team=design.team,
        subject_type="design",
        subject_id=design.pk,
    )


def rank_revision(revision: Revision, *, with_pairs: bool, report: Report) -> FailureRanking:
    """Rank every failure of `revision` and store it; a second run finds the ranking there."""
    document = document_of(revision)
    wanted = failure_fingerprint(document)
    same: dict[str, Any] = {
        "engine_version": ENGINE_VERSION,
        "with_pairs": with_pairs,
        "fingerprint": wanted,  # with other hardware, or another catalog of services, it is another ranking
    }
    existing = revision.failure_rankings.filter(**same).first()
    if existing is not None:
        return existing
    report(0.02, "Reading the drawing")
    plant = plant_of_document(document)
    result = rank(plant, with_pairs=with_pairs, report=lambda share, text: report(0.05 + 0.9 * share, text))
    ranking, _ = FailureRanking.objects.get_or_create(
        revision=revision, **same, defaults={"result": write(result)}
    )
    return ranking


def current_ranking(design: Design, document: DesignDocument | None = None) -> FailureRanking | None:
    """Return the ranking that fits the working document as it is now, with pairs if there is one; None without.

    `document`: the working document where it was read before.
    """
    return _rankings(design.pk, document or document_of(design)).first()


def ranking_of(revision: Revision, *, until: datetime) -> FailureRanking | None:
    """Return the ranking that fits `revision` and was made by `until`, with pairs if there is one; None without."""
    return _rankings(revision.design_id, document_of(revision)).filter(created_at__lte=until).first()


def _rankings(design: UUID, document: DesignDocument) -> QuerySet[FailureRanking]:
    return (
        FailureRanking.objects.filter(
            revision__design=design,
            fingerprint=failure_fingerprint(document),
            engine_version=ENGINE_VERSION,
        )
        .select_related("revision")
        .order_by("-with_pairs", "-created_at")
    )


def failure_fingerprint(document: DesignDocument) -> str:
    """Return a hash of what failures depend on: drawing, workload, policies, and the catalog as far as it is drawn."""
    library, topology = catalog_services.library(), document.topology
    parts_drawn: tuple[Node | Switch | Pdu, ...] = (*topology.nodes, *topology.switches, *topology.pdus)
    drawn = {part.spec for part in parts_drawn}
    parts: dict[str, Any] = {
        "topology": write(topology),
        "workload": write(document.workload),
        "policies": write(document.policies),
        "hardware": {
            key: write(spec) | {"price": None} for key in drawn if (spec := library.hardware_by_id.get(key))
        },
        "services": [write(service) for service in library.services.values()],
        "networks": [write(network) for network in library.networks.values()],
    }
    return fingerprint(parts)
