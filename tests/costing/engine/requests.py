"""Questions to the cost engine: W12 of domain notes tco, and variations of it."""

from datetime import date
from decimal import Decimal as D

from catalog.engine.hardware import Basis
from catalog.engine.offers import CloudService, PriceTier, ServicePrice
from costing.engine.model import (
    Asset,
    Conventions,
    FleetDemand,
    PrivatePlan,
    PublicPlan,
    Purchase,
    SharedDemand,
    TcoRequest,
)
from designer.engine.document import FacilityMode
from tests.costing.engine.test_rules import BUSINESS, EGRESS

DAY = date(2026, 7, 20)


def a_service(service, *tiers, included=0):
    return ServicePrice(
        service=service, name=service.value, unit="unit", tiers=tiers, included=D(included), basis=Basis.OBSERVED,
        as_of=DAY, source="domain notes, tco 1.8",
    )  # fmt: skip


def flat(price):
    return PriceTier(price=D(price))


SERVICES = {
    price.service.value: price
    for price in (
        a_service(CloudService.BLOCK_GB_MONTH, flat("0.08")),
        a_service(CloudService.BLOCK_IOPS_MONTH, flat("0.005"), included=3000),
        a_service(CloudService.BLOCK_MB_PER_SECOND_MONTH, flat("0.04"), included=125),
        a_service(CloudService.SNAPSHOT_GB_MONTH, flat("0.05")),
        a_service(CloudService.EGRESS_GB, *EGRESS),
        a_service(CloudService.SUPPORT_SHARE, *BUSINESS),
        a_service(CloudService.SUPPORT_MINIMUM_MONTH, flat("100")),
    )
}

W12_ASSUMPTIONS = {
    "horizon_months": D(36),
    "annual_discount_rate": D("0.08"),
    "spares_share": D(0),
    "scrap_share": D("0.03"),
    "unexpired_life_value": D("0.5"),
    "colocation_per_kw_month": D(600),
    "site_escalation": D("0.03"),
    "cross_connects": D(0),
    "transit_commit_mbps": D(0),
    "transit_overage_per_mbps_month": D(0),
    "build_one_off": D(40_000),
    "migration_per_vm": D(0),
    "salary": D(130_000),
    "private_fte_minimum": D("1.5"),
    "public_fte_share": D("0.5"),
    "commitment_coverage": D("0.6"),
    "commitment_three_year_share": D(0),
    "right_sizing": D(1),
    "nat_gateways": D(0),
}


def a_fleet(**changes):
    values = {
        "profile": "standard", "label": "Standard", "instance_type": "m7i.xlarge", "vms": D(300), "on_demand": D("0.2016"),
        "one_year": D("0.2016") * D("0.72"), "volume_gb": D(100), "volume_iops": D(3000), "volume_mb_per_second": D(125),
        "price_as_of": DAY,
    }  # fmt: skip
    return FleetDemand(**{**values, **changes})


def w12(*, assumptions=None, fleets=None, demand=None, purchases=None, **changes):
    node = Asset(
        key="node", label="Node", unit_price=D(30_000), price_as_of=DAY, price_source="W12", price_basis=Basis.HOUSE,
        idle_watts=D(320), max_watts=D(800), is_node=True,
    )  # fmt: skip
    values = {
        "demand": SharedDemand(**{"vms": D(300), "egress_gb": D(20_000), **(demand or {})}),
        "private": PrivatePlan(
            assets=(node,), purchases=purchases or (Purchase(asset="node", count=12),)
        ),
        "public": (
            PublicPlan(
                id="aws", provider="aws", name="AWS", region="us-east-1", fleets=fleets or (a_fleet(),),
                services=SERVICES,
            ),
        ),
        "assumptions": {**W12_ASSUMPTIONS, **(assumptions or {})},
        "conventions": Conventions(facility=FacilityMode.COLO_ALLIN),
        "priced_on": DAY,
    }  # fmt: skip
    return TcoRequest(**{**values, **changes})
