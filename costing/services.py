"""From a frozen design to a stored comparison. Pages, API, jobs and commands call these."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from catalog import prices as catalog_prices
from catalog.documents import refused
from catalog.engine.documents import InvalidDocument, read, write
from catalog.engine.offers import CloudPrices
from config.errors import Invalid, Problem
from costing.currencies import CURRENCIES
from costing.engine.assumptions import AssumptionValue, chosen
from costing.engine.comparison import Comparison as Compared
from costing.engine.comparison import ComparisonRequest, compare
from costing.engine.model import ENGINE_VERSION, Conventions, TcoRequest
from costing.models import Comparison
from designer.engine.document import CloudChoice, DesignDocument, fingerprint, sizing_fingerprint
from designer.growth_services import shelf
from designer.models import Customer, Design, Revision
from designer.services import change_parts, document_of, freeze_revision, must_edit, sizing_request
from jobs.models import Job
from jobs.queue import enqueue_once

Report = Callable[[float, str], None]

USUAL_CLOUDS = ("aws", "azure", "gcp")
"""Compared with when a design names none, in the region nearest to the customer."""


def clouds_of(document: DesignDocument, customer: Customer) -> tuple[CloudChoice, ...]:
    """Return the clouds that a design is compared with: those it names, else the usual three nearest to the customer.

    Raises:
        Invalid: one of the usual has no price book.
    """
    if document.clouds:
        return document.clouds
    return tuple(
        CloudChoice(provider=provider, region=catalog_prices.nearest_region(provider, customer.country))
        for provider in USUAL_CLOUDS
    )


@transaction.atomic
def change_assumptions(*, design: Design, parts: dict[str, Any], based_on: int | None, user: User) -> Design:
    """Change `assumptions`, `clouds` or `cost` of a design as one edit, and return it at its new version.

    Raises:
        Forbidden, PreconditionRequired, Stale: as every edit of a design.
        Invalid: an assumption is unknown or out of bounds, or there are no prices for a cloud.
    """
    try:
        chosen(read(dict[str, AssumptionValue], parts.get("assumptions", {}), path="assumptions"))
    except InvalidDocument as error:
        raise refused(error) from error
    return change_parts(design=design, parts=parts, based_on=based_on, user=user)


@transaction.atomic
def request_comparison(*, design: Design, user: User) -> Job:
    """Freeze the design and have the revision compared in the background.

    Raises:
        Forbidden: the role of `user` does not allow it.
        Invalid: an assumption is impossible, or a cloud has no prices.
    """
    must_edit(user, design.team)
    document = document_of(design)
    _ask(document, design.customer, timezone.localdate())
    revision = freeze_revision(design=design, user=user)
    return enqueue_once(
        "costing.compare_revision",
        {"revision": str(revision.pk)},
        user=user,
        team=design.team,
        subject_type="design",
        subject_id=design.pk,
    )


def compare_revision(revision: Revision, *, report: Report) -> Comparison:
    """Compare `revision` with its clouds at current prices, and store the answer; the stored one, if it is there.

    Raises:
        Invalid: the workload cannot run on the chosen hardware, or an assumption is impossible.
    """
    document = document_of(revision)
    question, books = _ask(document, revision.design.customer, timezone.localdate())
    key = _fingerprint(document, books)
    existing = Comparison.objects.filter(revision=revision, fingerprint=key).first()
    if existing is not None:
        return existing
    equal = Comparison.objects.of_design(revision.design).filter(
        fingerprint=key, priced_on=question.priced_on
    )
    if (same := equal.first()) is not None:
        return carried_over(same, revision)
    try:
        answer = compare(question, shelf(), report=report)
    except InvalidDocument as error:
        raise refused(error) from error
    report(0.95, "Saving")
    comparison, _ = Comparison.objects.get_or_create(
        revision=revision,
        fingerprint=key,
        defaults={
            "engine_version": ENGINE_VERSION,
            "priced_on": question.priced_on,
            "price_books": books,
            "request": write(answer.request),
            "result": _stored(answer),
        },
    )
    return comparison


def carried_over(comparison: Comparison, revision: Revision) -> Comparison:
    """Return `comparison` as the one of `revision`, a revision of the same design that asks the same question.

    What does not cost anything, such as a finding that was accepted, then needs no second comparison.
    """
    same, _ = Comparison.objects.get_or_create(
        revision=revision,
        fingerprint=comparison.fingerprint,
        defaults={
            "engine_version": comparison.engine_version,
            "priced_on": comparison.priced_on,
            "price_books": comparison.price_books,
            "request": comparison.request,
            "result": comparison.result,
        },
    )
    return same


def current_comparison(design: Design) -> Comparison | None:
    """Return the comparison that fits the working document and the present prices, or None: compare again."""
    document = document_of(design)
    try:
        books = _books(clouds_of(document, design.customer))
    except Invalid:
        return None
    wanted = _fingerprint(document, books)
    found = Comparison.objects.of_design(design).filter(fingerprint=wanted, engine_version=ENGINE_VERSION)
    return found.select_related("revision").first()


def latest_comparison(design: Design) -> Comparison | None:
    """Return the newest comparison of a design, whether it still fits or not."""
    return Comparison.objects.of_design(design).select_related("revision").first()


def question_of(comparison: Comparison) -> TcoRequest:
    """Return the priced question that `comparison` answers, from which its ledgers can be posted again."""
    return read(TcoRequest, comparison.request)


def _ask(
    document: DesignDocument, customer: Customer, today: date
) -> tuple[ComparisonRequest, list[dict[str, Any]]]:
    """The question of a design at current prices, and the price books it is asked with."""
    clouds = clouds_of(document, customer)
    try:
        chosen(document.assumptions)
    except InvalidDocument as error:
        raise refused(error) from error
    question = ComparisonRequest(
        sizing=sizing_request(document),
        clouds=tuple(_prices(index, cloud) for index, cloud in enumerate(clouds)),
        assumptions=document.assumptions,
        conventions=Conventions(facility=document.cost.facility),
        currency=CURRENCIES[document.cost.currency],
        priced_on=today,
    )
    return question, _books(clouds)


def _prices(index: int, cloud: CloudChoice) -> CloudPrices:
    try:
        return catalog_prices.cloud_prices(cloud.provider, cloud.region)
    except Invalid as error:
        raise Invalid(
            [Problem(f"clouds[{index}].{p.field}", p.value, p.message, p.remedy) for p in error.problems]
        ) from error


def _books(clouds: tuple[CloudChoice, ...]) -> list[dict[str, Any]]:
    return [
        {
            "provider": cloud.provider,
            "region": cloud.region,
            "version": catalog_prices.current_version(cloud.provider).pk,
        }
        for cloud in clouds
    ]


def _fingerprint(document: DesignDocument, books: list[dict[str, Any]]) -> str:
    """What a comparison depends on: the plan, its assumptions, and the prices of hardware and clouds."""
    return fingerprint(
        {
            "sizing": sizing_fingerprint(document),
            "hardware": write(sizing_request(document).hardware),
            "assumptions": write(document.assumptions),
            "cost": write(document.cost),
            "price_books": books,
            "engine": ENGINE_VERSION,
        }
    )


def _stored(answer: Compared) -> dict[str, Any]:
    """The answer without its question, which is stored beside it."""
    stored: dict[str, Any] = write(answer)
    del stored["request"]
    return stored
