"""The public side: what the same workload costs in one region of one provider, line by line (tco.U1 to U18)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from catalog.engine.offers import CloudService, PriceTier, ServicePrice, Term
from catalog.engine.units import HOURS_PER_MONTH
from costing.engine.assumptions import Chosen
from costing.engine.ledger import CostCategory, LedgerLine, posted
from costing.engine.model import Conventions, Currency, FleetDemand, PublicPlan, SharedDemand
from costing.engine.rules import (
    charged_factor,
    escalation,
    locked_trend,
    support_fee,
    tiered_cost,
)
from designer.engine.growth import demand_factor

Charge = tuple[str, str, CostCategory, str, list[Decimal]]
"""Key, label, category, formula and the amounts of months 1 to H."""

SERVICE_LABELS = {
    CloudService.BLOCK_GB_MONTH: "block storage",
    CloudService.BLOCK_IOPS_MONTH: "volume IOPS",
    CloudService.BLOCK_MB_PER_SECOND_MONTH: "volume throughput",
    CloudService.SNAPSHOT_GB_MONTH: "snapshots",
    CloudService.OBJECT_GB_MONTH: "object storage",
    CloudService.EGRESS_GB: "internet egress",
    CloudService.INTER_ZONE_GB: "traffic between zones",
    CloudService.LOAD_BALANCER_HOUR: "load balancers",
    CloudService.NAT_GATEWAY_HOUR: "NAT gateways",
    CloudService.NAT_GB: "NAT traffic",
    CloudService.PUBLIC_IPV4_HOUR: "public IPv4 addresses",
    CloudService.SUPPORT_SHARE: "support plan",
    CloudService.SUPPORT_MINIMUM_MONTH: "minimum of the support plan",
}


class PublicSide:
    """Posts the ledger of one public cloud from its plan, the shared demand and the chosen assumptions."""

    def __init__(
        self,
        plan: PublicPlan,
        demand: SharedDemand,
        chosen: Chosen,
        conventions: Conventions,
        currency: Currency,
        private_staff: list[Decimal],
    ) -> None:
        self.plan, self.demand, self.chosen = plan, demand, chosen
        self.conventions, self.currency = conventions, currency
        self.private_staff = private_staff
        self.months = range(1, chosen.whole("horizon_months") + 1)
        self.missing: list[CloudService] = []
        """Services that the workload needs and that have no known price: left out, and said so."""

    def lines(self) -> tuple[LedgerLine, ...]:
        """Every line of this cloud's ledger that costs anything."""
        charges = [*self._instances(), *self._storage(), *self._network()]
        gross = [sum((c[4][m - 1] for c in charges), Decimal(0)) for m in self.months]
        discount = self.chosen["negotiated_discount"]
        charges.append(
            (
                "negotiated",
                "Negotiated discount",
                CostCategory.INSTANCES,
                "tco.U13",
                [-amount * discount for amount in gross],
            )
        )
        charges.append(("support", "Support plan", CostCategory.SOFTWARE, "tco.U14", self._support(gross)))
        share = self.chosen["public_fte_share"]
        charges.append(
            (
                "staff",
                "Platform and FinOps team",
                CostCategory.STAFF,
                "tco.U15",
                [a * share for a in self.private_staff],
            )
        )
        lines = [self._line(charge) for charge in charges]
        migration = [
            self.demand.vms * self.chosen["migration_per_vm"],
            *[Decimal(0)] * len(self.months),
        ]
        lines.append(
            LedgerLine(
                key="migration",
                label="Migration",
                category=CostCategory.ONE_OFF,
                formula="tco.U18",
                is_dated=True,
                cents=posted(migration, per_usd=self.currency.per_usd),
            )
        )
        return tuple(line for line in lines if any(line.cents))

    def commitments(self, fleet: FleetDemand, month: int = 1) -> list[tuple[Decimal, Decimal, Decimal]]:
        """Share of the fleet, discount and locked price trend of each commitment, longest last (U1, U17)."""
        covered = self.chosen["commitment_coverage"] * fleet.always_on
        long = self.chosen["commitment_three_year_share"]
        trend = self.chosen["public_price_trend"]
        return [
            (share, self.discount(fleet, term), locked_trend(trend, month, term.months))
            for share, term in ((covered * (1 - long), Term.ONE_YEAR), (covered * long, Term.THREE_YEARS))
        ]

    def discount(self, fleet: FleetDemand, term: Term) -> Decimal:
        """The discount of a commitment: of the price list where it has one, else the default (U1)."""
        committed = fleet.one_year if term is Term.ONE_YEAR else fleet.three_years
        if committed is None or fleet.on_demand == 0:
            return self.chosen["discount_one_year" if term is Term.ONE_YEAR else "discount_three_years"]
        return 1 - committed / fleet.on_demand

    def factor(self, fleet: FleetDemand, month: int = 1) -> Decimal:
        """What the fleet is charged, as a share of its list price for all hours (U1)."""
        return charged_factor(
            commitments=self.commitments(fleet, month),
            always_on=fleet.always_on,
            on_hours=fleet.on_hours,
            on_demand_trend=self.trend(month),
        )

    def instances(self, fleet: FleetDemand, month: int = 1) -> Decimal:
        """The charge of one fleet in a month (U1)."""
        quantity = fleet.vms * self.growth(month) * self.chosen["right_sizing"]
        return quantity * HOURS_PER_MONTH * fleet.on_demand * self.factor(fleet, month)

    def growth(self, month: int) -> Decimal:
        return demand_factor(self.demand.annual_growth, month, self.conventions.growth)

    def trend(self, month: int) -> Decimal:
        """J_0: the list price over that of month 1 (U17)."""
        return escalation(self.chosen["public_price_trend"], month)

    def _instances(self) -> Iterator[Charge]:
        for fleet in self.plan.fleets:
            yield (
                f"instances.{fleet.profile}",
                f"{fleet.label}: {fleet.instance_type}",
                CostCategory.INSTANCES,
                "tco.U1",
                [self.instances(fleet, month) for month in self.months],
            )

    def _storage(self) -> Iterator[Charge]:
        fleets = self.plan.fleets
        capacity = sum((f.vms * f.volume_gb for f in fleets), Decimal(0))
        iops = self._above(CloudService.BLOCK_IOPS_MONTH, [(f.vms, f.volume_iops) for f in fleets])
        rate = self._above(
            CloudService.BLOCK_MB_PER_SECOND_MONTH, [(f.vms, f.volume_mb_per_second) for f in fleets]
        )
        snapshots = capacity * self.demand.snapshot_share
        for key, label, formula, service, quantity in (
            ("volumes", "Block storage", "tco.U3", CloudService.BLOCK_GB_MONTH, capacity),
            ("iops", "Volume IOPS", "tco.U4", CloudService.BLOCK_IOPS_MONTH, iops),
            ("throughput", "Volume throughput", "tco.U4", CloudService.BLOCK_MB_PER_SECOND_MONTH, rate),
            ("snapshots", "Snapshots", "tco.U5", CloudService.SNAPSHOT_GB_MONTH, snapshots),
            ("objects", "Object storage", "tco.U6", CloudService.OBJECT_GB_MONTH, self.demand.object_gb),
        ):
            yield self._charge(key, label, CostCategory.STORAGE, formula, service, quantity)

    def _network(self) -> Iterator[Charge]:
        demand, chosen, network = self.demand, self.chosen, CostCategory.NETWORK
        hours = Decimal(HOURS_PER_MONTH)
        through_nat = demand.egress_gb * chosen["nat_data_share"]
        for key, label, formula, service, quantity in (
            ("egress", "Internet egress", "tco.U7", CloudService.EGRESS_GB, demand.egress_gb),
            (
                "inter_zone",
                "Traffic between zones",
                "tco.U8",
                CloudService.INTER_ZONE_GB,
                2 * demand.inter_zone_gb,
            ),
            (
                "load_balancers",
                "Load balancers",
                "tco.U9",
                CloudService.LOAD_BALANCER_HOUR,
                demand.load_balancers * hours,
            ),
            (
                "nat",
                "NAT gateways",
                "tco.U10",
                CloudService.NAT_GATEWAY_HOUR,
                chosen["nat_gateways"] * hours,
            ),
            ("nat_data", "NAT traffic", "tco.U10", CloudService.NAT_GB, through_nat),
            (
                "ipv4",
                "Public IPv4 addresses",
                "tco.U11",
                CloudService.PUBLIC_IPV4_HOUR,
                demand.public_ipv4_addresses * hours,
            ),
        ):
            grows = service not in (CloudService.LOAD_BALANCER_HOUR, CloudService.NAT_GATEWAY_HOUR)
            yield self._charge(key, label, network, formula, service, quantity, grows=grows)

    def _charge(
        self,
        key: str,
        label: str,
        category: CostCategory,
        formula: str,
        service: CloudService,
        quantity: Decimal,
        *,
        grows: bool = True,
    ) -> Charge:
        price = self._price(service, quantity)
        if price is None:
            return key, label, category, formula, [Decimal(0)] * len(self.months)
        amounts = [
            tiered_cost(quantity * (self.growth(m) if grows else 1), price.tiers) * self.trend(m)
            for m in self.months
        ]
        return key, f"{label}: {price.name}", category, formula, amounts

    def _price(self, service: CloudService, quantity: Decimal) -> ServicePrice | None:
        price = self.plan.services.get(service.value)
        if price is None and quantity > 0 and service not in self.missing:
            self.missing.append(service)
        return price

    def _above(self, service: CloudService, volumes: list[tuple[Decimal, Decimal]]) -> Decimal:
        """What all volumes ask for above what each has without charge (U4)."""
        price = self.plan.services.get(service.value)
        if price is None:
            return Decimal(0)  # comes with the capacity, as the price book says
        return sum((count * max(Decimal(0), each - price.included) for count, each in volumes), Decimal(0))

    def _support(self, gross: list[Decimal]) -> list[Decimal]:
        """Support of each month on charges at catalogue or commitment prices, before U13 (U14)."""
        share = self.plan.services.get(CloudService.SUPPORT_SHARE.value)
        least = self.plan.services.get(CloudService.SUPPORT_MINIMUM_MONTH.value)
        if share is None and least is None:
            self.missing.append(CloudService.SUPPORT_SHARE)
            return [Decimal(0)] * len(gross)
        tiers: tuple[PriceTier, ...] = share.tiers if share else ()
        minimum = least.tiers[0].price if least else Decimal(0)
        return [support_fee(base, tiers, minimum=minimum) for base in gross]

    def _line(self, charge: Charge) -> LedgerLine:
        key, label, category, formula, amounts = charge
        cents = posted([Decimal(0), *amounts], per_usd=self.currency.per_usd)
        return LedgerLine(
            key=key, label=label, category=category, formula=formula, is_dated=False, cents=cents
        )
