"""The private side: what a cloud of one's own costs, line by line (tco.P1 to P14)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from catalog.engine.units import MONTHS_PER_YEAR
from costing.engine.assumptions import Chosen
from costing.engine.ledger import CostCategory, LedgerLine, posted
from costing.engine.model import Asset, Conventions, Currency, PrivatePlan, Purchase, SharedDemand
from costing.engine.rules import (
    average_mbps,
    committed_kw,
    energy_kwh,
    escalation,
    load_share_of_power,
    purchase_escalation,
    refresh_price,
    residual_value,
    staff_cost,
    staff_fte,
    subscription_months,
    transit_cost,
)
from designer.engine.document import FacilityMode
from designer.engine.growth import demand_factor, order_index

TB_PER_PB = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class InService:
    """What stands in the racks in one operating month."""

    nodes: int
    racks: int
    average_watts: Decimal
    max_watts: Decimal
    raw_tb: Decimal


class PrivateSide:
    """Posts the private ledger from a plan and the chosen assumptions."""

    def __init__(
        self,
        plan: PrivatePlan,
        demand: SharedDemand,
        chosen: Chosen,
        conventions: Conventions,
        currency: Currency,
    ) -> None:
        self.plan, self.demand, self.chosen = plan, demand, chosen
        self.conventions, self.currency = conventions, currency
        self.horizon = chosen.whole("horizon_months")
        self.assets = {asset.key: asset for asset in plan.assets}
        self.standing = {month: self._standing(month) for month in self.months}

    def lines(self) -> tuple[LedgerLine, ...]:
        """Every line of the private ledger that costs or brings anything."""
        lines = (
            *self._hardware(),
            self._recurring(
                "energy", "Electricity", CostCategory.ENERGY, "tco.P6", [self.energy(m) for m in self.months]
            ),
            self._recurring(
                "site", self._site_label(), CostCategory.SITE, "tco.P7", [self.site(m) for m in self.months]
            ),
            self._recurring(
                "transit",
                "Internet transit",
                CostCategory.NETWORK,
                "tco.P8",
                [self.transit(m) for m in self.months],
            ),
            self._recurring(
                "cross_connects",
                "Cross-connects",
                CostCategory.NETWORK,
                "tco.P8",
                [
                    self.chosen["cross_connects"] * self.chosen["cross_connect_month"] * self._site_factor(m)
                    for m in self.months
                ],
            ),
            self._recurring(
                "ipv4",
                "Public IPv4 addresses, leased",
                CostCategory.NETWORK,
                "tco.P8",
                [
                    self.demand.public_ipv4_addresses * self.chosen["ipv4_lease_month"] * self._growth(m)
                    for m in self.months
                ],
            ),
            self._dated(
                "subscription",
                "Platform subscription",
                CostCategory.SOFTWARE,
                "tco.P9",
                self.subscriptions(),
            ),
            self._recurring(
                "staff", "Platform team", CostCategory.STAFF, "tco.P10", [self.staff(m) for m in self.months]
            ),
            self._dated(
                "build",
                "Design, build, acceptance, training",
                CostCategory.ONE_OFF,
                "tco.P11",
                {0: self.chosen["build_one_off"]},
            ),
            self._dated(
                "migration",
                "Migration",
                CostCategory.ONE_OFF,
                "tco.P11",
                {0: self.demand.vms * self.chosen["migration_per_vm"]},
            ),
        )
        return tuple(line for line in lines if any(line.cents))

    @property
    def months(self) -> range:
        return range(1, self.horizon + 1)

    def paid_at(self, purchase: Purchase) -> int:
        """The index at which a purchase is paid: the lead time before its service, and not before 0 (D3)."""
        return order_index(purchase.in_service, self.chosen.whole("procurement_lead_months"))

    def price(self, asset: Asset) -> Decimal:
        """USD for one piece, after multiplier and discount, before any trend (P1)."""
        multiplier = self.chosen["node_price_multiplier"] if asset.is_node else Decimal(1)
        return asset.unit_price * multiplier * (1 - self.chosen["hardware_discount"])

    def _standing(self, month: int) -> InService:
        standing = [(self.assets[p.asset], p.count) for p in self.plan.purchases if p.in_service <= month - 1]
        share = load_share_of_power(self.plan.host_cpu_load, self.conventions.power)
        return InService(
            nodes=sum(count for asset, count in standing if asset.is_node),
            racks=sum(count for asset, count in standing if asset.is_rack),
            average_watts=sum(
                (n * (a.idle_watts + (a.max_watts - a.idle_watts) * share) for a, n in standing), Decimal(0)
            ),
            max_watts=sum((n * a.max_watts for a, n in standing), Decimal(0)),
            raw_tb=sum((n * a.raw_tb for a, n in standing), Decimal(0)),
        )

    def energy(self, month: int) -> Decimal:
        """Electricity of a month (P6); nothing where the site includes it."""
        if self.conventions.facility is FacilityMode.COLO_ALLIN:
            return Decimal(0)
        kwh = energy_kwh(self.standing[month].average_watts, pue=self.plan.pue)
        return kwh * self.chosen["electricity_per_kwh"] * escalation(self.chosen["energy_escalation"], month)

    def committed_kw(self, month: int) -> Decimal:
        """Power that the site sells in a month, kW (P7)."""
        return committed_kw(
            self.standing[month].max_watts / 1000,
            minimum_kw=self.chosen["minimum_kw"],
            block_kw=self.chosen["power_block_kw"],
        )

    def site(self, month: int) -> Decimal:
        """Colocation, or the annuity of an own site, of a month (P7)."""
        power = self.committed_kw(month) * self.chosen["colocation_per_kw_month"]
        racks = Decimal(0)
        if self.conventions.facility is not FacilityMode.OWN:
            racks = self.standing[month].racks * self.chosen["rack_fee_month"]
        return (power + racks) * self._site_factor(month)

    def p95_mbps(self, month: int) -> Decimal:
        """The 95th percentile of internet traffic in a month (P8)."""
        gb = self.demand.egress_gb * self._growth(month)
        return average_mbps(gb) * self.chosen["peak_to_average_traffic"]

    def transit(self, month: int) -> Decimal:
        """Internet transit of a month (P8)."""
        return transit_cost(
            self.p95_mbps(month),
            commit_mbps=self.chosen["transit_commit_mbps"],
            price=self.chosen["transit_per_mbps_month"],
            overage_price=self.chosen["transit_overage_per_mbps_month"],
        )

    def fte(self, month: int) -> Decimal:
        """The platform team in a month (P10)."""
        standing = self.standing[month]
        return staff_fte(
            minimum=self.chosen["private_fte_minimum"],
            fixed=self.chosen["private_fte_fixed"],
            nodes=standing.nodes,
            nodes_per_fte=self.chosen["nodes_per_fte"],
            petabytes=standing.raw_tb / TB_PER_PB,
            petabytes_per_fte=self.chosen["pb_per_fte"],
        )

    def staff(self, month: int) -> Decimal:
        """Pay of the platform team in a month (P10)."""
        cost = staff_cost(
            self.fte(month), salary=self.chosen["salary"], loading=self.chosen["salary_loading"]
        )
        return cost * escalation(self.chosen["wage_escalation"], month)

    def subscriptions(self) -> dict[int, Decimal]:
        """Prepaid subscriptions by index: nodes in service each year, additions up to the next anniversary (P9)."""
        fee, rate = self.chosen["subscription_per_node_year"], self.chosen["subscription_escalation"]
        nodes_at: dict[int, int] = {}
        for purchase in self.plan.purchases:
            if self.assets[purchase.asset].is_node and purchase.in_service < self.horizon:
                nodes_at[purchase.in_service] = nodes_at.get(purchase.in_service, 0) + purchase.count
        amounts: dict[int, Decimal] = {}
        nodes = 0
        for index in range(self.horizon):
            added = nodes_at.get(index, 0)
            nodes += added
            billed = nodes if index % MONTHS_PER_YEAR == 0 else added
            if billed:
                year = (1 + rate) ** (index // MONTHS_PER_YEAR)
                amounts[index] = billed * fee * year * subscription_months(index) / MONTHS_PER_YEAR
        return amounts

    def _hardware(self) -> Iterator[LedgerLine]:
        """Purchases, refresh, spares, decommissioning, maintenance and residual values, by asset (P1 to P5, P14)."""
        spares: dict[int, Decimal] = {}
        retired: dict[int, Decimal] = {}
        maintenance: dict[int, Decimal] = {}
        for asset in self.plan.assets:
            bought: dict[int, Decimal] = {}
            renewed: dict[int, Decimal] = {}
            credits: dict[int, Decimal] = {}
            for purchase in self.plan.purchases:
                if purchase.asset == asset.key and purchase.in_service < self.horizon:
                    self._life(asset, purchase, bought, renewed, credits, retired, maintenance)
            for index, amount in (*bought.items(), *renewed.items()):
                _add(spares, index, amount * self.chosen["spares_share"])
            hardware = CostCategory.HARDWARE
            yield self._dated(f"purchase.{asset.key}", asset.label, hardware, "tco.P1", bought)
            yield self._dated(f"refresh.{asset.key}", f"Refresh: {asset.label}", hardware, "tco.P3", renewed)
            yield self._dated(
                f"residual.{asset.key}",
                f"Residual value: {asset.label}",
                CostCategory.RESIDUAL,
                "tco.P4",
                credits,
            )
        yield self._dated("spares", "Spare parts", CostCategory.HARDWARE, "tco.P2", spares)
        yield self._dated(
            "decommissioning", "Decommissioning at refresh", CostCategory.HARDWARE, "tco.P5", retired
        )
        months = [maintenance.get(month, Decimal(0)) for month in self.months]
        yield self._recurring(
            "maintenance", "Maintenance after warranty", CostCategory.HARDWARE, "tco.P14", months
        )

    def _life(
        self,
        asset: Asset,
        purchase: Purchase,
        bought: dict[int, Decimal],
        renewed: dict[int, Decimal],
        credits: dict[int, Decimal],
        retired: dict[int, Decimal],
        maintenance: dict[int, Decimal],
    ) -> None:
        """One purchase from its payment to the horizon, with every refresh between.

        What is owned entered service before the signature, so long ago that its remaining life is left. Nothing is
        paid for it, and nothing is credited for its scrap or its remaining value; then it is replaced as all else.
        """
        life, warranty = self.chosen.whole("asset_life_months"), self.chosen.whole("warranty_months")
        trend = self.chosen["hardware_price_trend"]
        start, generation = purchase.in_service, 0
        price = purchase.count * self.price(asset)
        if purchase.is_owned:
            start = self.chosen.whole("owned_remaining_life_months") - life
        else:
            paid = self.paid_at(purchase)
            price *= purchase_escalation(trend, paid)
            _add(bought, paid, price)
        while True:
            end = min(start + life, self.horizon)
            for month in range(max(1, start + warranty + 1), end + 1):
                _add(maintenance, month, price * self.chosen["maintenance_rate"] / MONTHS_PER_YEAR)
            if start + life >= self.horizon:
                break
            start += life
            generation += 1
            if generation > 1 or not purchase.is_owned:
                _add(credits, start, -price * self.chosen["scrap_share"])
            if asset.is_node:
                _add(retired, start, purchase.count * self.chosen["decommissioning_per_node"])
            price = refresh_price(
                purchase.count * self.price(asset),
                trend=trend,
                index=start,
                price_share=self.chosen["refresh_price_share"],
                generation=generation,
            )
            _add(renewed, start, price)
        if purchase.is_owned and not generation:
            return
        left = residual_value(
            price,
            age_months=self.horizon - start,
            life_months=life,
            scrap_share=self.chosen["scrap_share"],
            unexpired_value=self.chosen["unexpired_life_value"],
        )
        _add(credits, self.horizon, -left)

    def _site_factor(self, month: int) -> Decimal:
        return escalation(self.chosen["site_escalation"], month)

    def _growth(self, month: int) -> Decimal:
        return demand_factor(self.demand.annual_growth, month, self.conventions.growth)

    def _site_label(self) -> str:
        return "Own site" if self.conventions.facility is FacilityMode.OWN else "Colocation"

    def _recurring(
        self, key: str, label: str, category: CostCategory, formula: str, months: list[Decimal]
    ) -> LedgerLine:
        cents = posted([Decimal(0), *months], per_usd=self.currency.per_usd)
        return LedgerLine(
            key=key, label=label, category=category, formula=formula, is_dated=False, cents=cents
        )

    def _dated(
        self, key: str, label: str, category: CostCategory, formula: str, amounts: dict[int, Decimal]
    ) -> LedgerLine:
        by_index = [amounts.get(index, Decimal(0)) for index in range(self.horizon + 1)]
        cents = posted(by_index, per_usd=self.currency.per_usd)
        return LedgerLine(
            key=key, label=label, category=category, formula=formula, is_dated=True, cents=cents
        )


def _add(amounts: dict[int, Decimal], index: int, amount: Decimal) -> None:
    amounts[index] = amounts.get(index, Decimal(0)) + amount
