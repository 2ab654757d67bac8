"""The design document: everything that is planned, in one piece that is frozen, compared and undone as a whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from catalog.engine.documents import Bounds, Slug, json_schema, write
from catalog.engine.hardware import NodeRole
from designer.engine.deployment import Deployment
from designer.engine.topology import Topology
from designer.engine.validation.profiles import Profile, Suppression
from designer.engine.workload import Overrides, Policies, Workload

SCHEMA_VERSION = 1

AssumptionValue = Annotated[Decimal, Bounds(-(10**9), 10**9)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingChoice:
    """Equal servers that the customer has already, by id of their model in the catalog."""

    spec: Slug
    role: NodeRole
    count: Annotated[int, Bounds(1, 10_000, "nodes")]


@dataclass(frozen=True, slots=True, kw_only=True)
class HardwareChoice:
    """The models to build from, by id in the catalog. A hyper-converged design names compute only."""

    control: str | None = None
    compute: Slug
    storage: str | None = None
    leaf: Slug
    spine: Slug
    oob: Slug
    rack: Slug
    pdu: Slug
    storage_tiers: Annotated[tuple[Slug, ...], Bounds(0, 2)] = ()
    """Storage nodes of other device classes, one model each."""
    existing: Annotated[tuple[ExistingChoice, ...], Bounds(0, 50)] = ()
    """What is there already, of any generation: used first."""
    overrides: Overrides = field(default_factory=Overrides)


class FacilityMode(StrEnum):
    """What the site of the private cloud charges for (tco.P7)."""

    OWN = "own"
    """A room of one's own: an annuity by kW, and energy beside it."""
    COLO_METERED = "colo_metered"
    """Colocation by kW, energy by the meter."""
    COLO_ALLIN = "colo_allin"
    """Colocation by kW, energy included."""


class ReportingCurrency(StrEnum):
    """The currencies that a comparison can be reported in."""

    USD = "USD"
    EUR = "EUR"


@dataclass(frozen=True, slots=True, kw_only=True)
class CostChoices:
    """What a comparison is told beside numbers."""

    facility: FacilityMode = FacilityMode.COLO_METERED
    currency: ReportingCurrency = ReportingCurrency.USD


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudChoice:
    """A public cloud to compare with."""

    provider: Slug
    region: Slug


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignDocument:
    """One design as planned; `designer/schema/design.json` is its schema."""

    schema_version: Annotated[int, Bounds(1, 1)] = SCHEMA_VERSION
    workload: Workload
    policies: Policies = field(default_factory=Policies)
    hardware: HardwareChoice
    topology: Topology = field(default_factory=Topology)
    assumptions: Mapping[str, AssumptionValue] = field(default_factory=dict)
    """What somebody chose instead of a default of tco section 1.7, by its key."""
    clouds: Annotated[tuple[CloudChoice, ...], Bounds(0, 12)] = ()
    """None named: AWS, Azure and GCP in the regions nearest to the customer."""
    cost: CostChoices = field(default_factory=CostChoices)
    deployment: Deployment = field(default_factory=Deployment)
    profile: Profile = Profile.PRODUCTION
    """What the design is for: some findings are less severe in a lab or at the edge."""
    suppressions: Annotated[tuple[Suppression, ...], Bounds(0, 500)] = ()
    """Findings that somebody accepted, and why. They are set one by one, with their author."""


def sizing_fingerprint(document: DesignDocument) -> str:
    """Return a hash of what a sizing depends on: two documents with the same one have the same sizing."""
    return fingerprint(
        {
            "workload": write(document.workload),
            "policies": write(document.policies),
            "hardware": write(document.hardware),
        }
    )


def fingerprint(data: Any) -> str:
    """Return the SHA-256 of `data` in canonical JSON."""
    canonical = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def published_schema() -> str:
    """Return the JSON Schema of design documents, as the text of `designer/schema/design.json`."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Stackwright design document",
        **json_schema(DesignDocument),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
