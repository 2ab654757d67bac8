"""Where every amount of a comparison comes from: one figure a line and a headline, with inputs, working and source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from catalog.engine.figures import Figure, Grade, Input, Step, Value
from catalog.engine.offers import CloudService, PriceTier, ServicePrice, Term
from catalog.engine.units import HOURS_PER_MONTH, MONTHS_PER_YEAR
from costing.engine.assumptions import ASSUMPTIONS, Chosen
from costing.engine.cloud import PublicSide
from costing.engine.ledger import LedgerLine
from costing.engine.model import PRIVATE, FleetDemand, OptionResult, TcoRequest, TcoResult, Versus
from costing.engine.private import TB_PER_PB, PrivateSide
from costing.engine.rules import average_mbps, energy_kwh
from designer.engine.sizing.figures import plain

WORKLOAD = "Workload of this design"

SOURCES: Mapping[str, tuple[str, Grade]] = {
    "tco.P1": ("domain notes, tco section 1.3; prices from the catalog", Grade.C),
    "tco.P2": ("domain notes, tco section 1.3", Grade.C),
    "tco.P3": ("domain notes, tco section 1.3", Grade.C),
    "tco.P4": ("domain notes, tco section 1.3", Grade.C),
    "tco.P5": ("domain notes, tco section 1.3", Grade.C),
    "tco.P6": ("Fan, Weber, Barroso 2007 for the power of a server; PUE: Uptime Institute 2025", Grade.A),
    "tco.P7": ("CBRE, Encor, TeleGeography on colocation; Hamilton's model for an own site", Grade.B),
    "tco.P8": ("Equinix on billing at the 95th percentile", Grade.A),
    "tco.P9": ("ubuntu.com/pricing/pro, 2026-03", Grade.A),
    "tco.P10": ("Mirantis and Canonical on team sizes; BLS on compensation", Grade.A),
    "tco.P11": ("Canonical's calculators for building; house value for migration", Grade.C),
    "tco.P14": ("Azure Migrate, 2023-08-24, as an anchor", Grade.A),
    "tco.U1": ("The provider's price list", Grade.A),
    "tco.U3": ("The provider's price list", Grade.A),
    "tco.U4": ("The provider's price list", Grade.A),
    "tco.U5": ("The provider's price list", Grade.A),
    "tco.U6": ("The provider's price list", Grade.A),
    "tco.U7": ("The provider's price list", Grade.A),
    "tco.U8": ("The provider's price list", Grade.A),
    "tco.U9": ("The provider's price list", Grade.A),
    "tco.U10": ("The provider's price list", Grade.A),
    "tco.U11": ("The provider's price list", Grade.A),
    "tco.U13": ("House value: ask the customer", Grade.C),
    "tco.U14": ("The provider's price list of support plans", Grade.A),
    "tco.U15": ("House value: a share of the private team", Grade.C),
    "tco.U18": ("House value, the same as on the private side", Grade.C),
    "tco.O1": ("domain notes, tco section 1.6: exact sum of posted lines", Grade.A),
    "tco.O3": ("domain notes, tco sections 1.1 and 1.6", Grade.A),
    "tco.O4": ("domain notes, tco section 1.6", Grade.A),
    "tco.O5": ("domain notes, tco section 1.6", Grade.A),
    "tco.O9": ("domain notes, tco section 1.6", Grade.A),
}

EXPRESSIONS: Mapping[str, str] = {
    "tco.P1": "sum of count x price x (1 - discount) x Eh(e_hw, k)",
    "tco.P2": "sigma x every hardware purchase",
    "tco.P3": "count x price x Eh(e_hw, a+T) x phi, when a+T < H",
    "tco.P4": "-P x [s + (1-s) x lambda x max(0, 1 - (H-a)/T)]",
    "tco.P5": "nodes replaced x cost of one",
    "tco.P6": "W/1000 x PUE x 730 x price x E(e_p, m); W = idle + (max - idle) x phi(u)",
    "tco.P7": "committed kW x price x E(e_c, m) + racks x fee",
    "tco.P8": "commit x p_c + max(0, p95 - commit) x p_o",
    "tco.P9": "nodes x fee x (1+e)^year, prepaid to the next anniversary",
    "tco.P10": "max(FTE_min, FTE_fix + nodes/90 + PB/0.9) x salary x loading / 12 x E(e_s, m)",
    "tco.P11": "once, at index 0",
    "tco.P14": "mu x price / 12 from the end of the warranty",
    "tco.U1": "q x 730 x price x {sum c_k (1-d_k) J_k + [max(0, b-C) + (1-max(b, C)) x h] J_0}",
    "tco.U3": "GB x price",
    "tco.U4": "max(0, asked - free) x price, per volume",
    "tco.U5": "provisioned GB x share x price",
    "tco.U6": "GB x price, in tiers",
    "tco.U7": "sum over tiers of price_j x max(0, min(x, B_j) - B_(j-1))",
    "tco.U8": "GB x price x 2 directions",
    "tco.U9": "hours x rate",
    "tco.U10": "hours x rate; GB x rate",
    "tco.U11": "addresses x 730 x rate",
    "tco.U13": "-(neg) x infrastructure charges",
    "tco.U14": "max(minimum, tiered share of the charges before discounts)",
    "tco.U15": "FTE share x pay of the private team",
    "tco.U18": "VMs x unit cost, once",
}

PRIVATE_ASSUMPTIONS: Mapping[str, tuple[str, ...]] = {
    "tco.P1": ("hardware_price_trend", "hardware_discount", "procurement_lead_months"),
    "tco.P2": ("spares_share",),
    "tco.P3": ("asset_life_months", "refresh_price_share", "hardware_price_trend", "horizon_months"),
    "tco.P4": ("asset_life_months", "scrap_share", "unexpired_life_value", "horizon_months"),
    "tco.P5": ("decommissioning_per_node",),
    "tco.P6": ("electricity_per_kwh", "energy_escalation"),
    "tco.P7": ("colocation_per_kw_month", "rack_fee_month", "power_block_kw", "minimum_kw", "site_escalation"),
    "tco.P9": ("subscription_per_node_year", "subscription_escalation"),
    "tco.P10": (
        "private_fte_minimum", "private_fte_fixed", "nodes_per_fte", "pb_per_fte", "salary", "salary_loading",
        "wage_escalation",
    ),
    "tco.P14": ("warranty_months", "maintenance_rate"),
}  # fmt: skip


def explained(
    result: TcoResult, request: TcoRequest, private: PrivateSide, publics: Sequence[PublicSide]
) -> TcoResult:
    """Return `result` with a figure for each of its amounts."""
    figures: dict[str, Figure] = {}
    money = result.currency.code
    for option in result.options:
        for figure in _headlines(option, result, private.chosen):
            figures[figure.key] = figure
    for line in result.private.lines:
        figures[f"{PRIVATE}.{line.key}"] = _private_line(line, request, private, money)
    for option, side in zip(result.options[1:], publics, strict=True):
        for line in option.lines:
            figures[f"{option.id}.{line.key}"] = _public_line(option.id, line, request, side, money)
    for versus, option in zip(result.versus, result.options[1:], strict=True):
        for figure in _versus(versus, option, result):
            figures[figure.key] = figure
    return replace(result, figures=figures)


def units_of(cents: int) -> Decimal:
    """Return cents as an amount with two decimals."""
    return Decimal(cents).scaleb(-2)


def _assumed(chosen: Chosen, *keys: str) -> tuple[Input, ...]:
    return tuple(
        Input(
            name=key,
            label=ASSUMPTIONS[key].label,
            value=chosen[key],
            unit=ASSUMPTIONS[key].unit,
            symbol=ASSUMPTIONS[key].symbol,
            source="Changed in this design" if chosen.is_changed(key) else ASSUMPTIONS[key].source,
            grade=None if chosen.is_changed(key) else ASSUMPTIONS[key].grade,
        )
        for key in keys
    )


def _figure(
    key: str,
    label: str,
    value: Value,
    unit: str,
    formula: str,
    *,
    expression: str = "",
    inputs: tuple[Input, ...] = (),
    steps: tuple[Step, ...] = (),
    note: str = "",
) -> Figure:
    source, grade = SOURCES[formula]
    return Figure(
        key=key,
        label=label,
        value=value,
        unit=unit,
        formula=formula,
        expression=expression or EXPRESSIONS.get(formula, ""),
        inputs=inputs,
        steps=steps,
        source=source,
        grade=grade,
        note=note,
    )


def _headlines(option: OptionResult, result: TcoResult, chosen: Chosen) -> list[Figure]:
    money, months = result.currency.code, result.horizon_months
    total = units_of(option.total_cents)
    lines = tuple(
        Step(label=line.label, working=line.formula, value=units_of(line.total_cents), unit=money)
        for line in option.lines
    )
    return [
        _figure(
            f"{option.id}.total", f"{option.name}: cost of {months} months", total, money, "tco.O1",
            expression="sum of all posted lines", steps=lines,
        ),
        _figure(
            f"{option.id}.present_value", f"{option.name}: present value", units_of(option.present_value_cents), money,
            "tco.O3", expression="sum of flow x (1+i)^-m, i = (1+r)^(1/12) - 1",
            inputs=_assumed(chosen, "annual_discount_rate"),
            note=f"Rate: {result.conventions.rate.value}; recurring flows at the {result.conventions.timing.value} of a month.",
        ),
        _figure(
            f"{option.id}.per_vm_month", f"{option.name}: cost of a VM and month", option.per_vm_month, money, "tco.O9",
            expression="total / sum of q(m)",
            steps=(
                Step(
                    label="A VM and month", working=f"{plain(total, 2)} / {plain(result.vm_months, 2)}",
                    value=option.per_vm_month, unit=money,
                ),
            ),
            note=f"Discounted on both sides: {plain(option.levelised_per_vm_month, 2)} {money}.",
        ),
    ]  # fmt: skip


def _versus(versus: Versus, option: OptionResult, result: TcoResult) -> list[Figure]:
    money = result.currency.code
    private = result.private
    even = versus.break_even
    if even.durable is None:
        when = f"Break-even is not reached within {result.horizon_months} months."
        if even.first is not None:
            when = f"Break-even is reached in month {even.first}, and lost again later."
    else:
        when = f"Private has cost no more than {option.name} from month {even.durable} on."
        if even.first != even.durable:
            when += f" It was so first in month {even.first}, and reversed since."
    return [
        _figure(
            f"{option.id}.saving", f"Saving of private against {option.name}", units_of(versus.saving_cents), money, "tco.O4",
            expression="public - private",
            steps=(
                Step(
                    label="Saving", working=f"{plain(units_of(option.total_cents), 2)} - {plain(units_of(private.total_cents), 2)}",
                    value=units_of(versus.saving_cents), unit=money,
                ),
            ),
            note="Negative: the public cloud is cheaper.",
        ),
        _figure(
            f"{option.id}.net_present_value", f"Net present value of the saving against {option.name}",
            units_of(versus.net_present_value_cents), money, "tco.O3", expression="PV(public) - PV(private)",
            steps=(
                Step(
                    label="Net present value",
                    working=f"{plain(units_of(option.present_value_cents), 2)} - {plain(units_of(private.present_value_cents), 2)}",
                    value=units_of(versus.net_present_value_cents), unit=money,
                ),
            ),
        ),
        _figure(
            f"{option.id}.break_even", f"Break-even against {option.name}",
            even.durable if even.durable is not None else "not reached", "" if even.durable is None else "month", "tco.O5",
            expression="smallest index from which cumulative private <= cumulative public holds", note=when,
        ),
    ]  # fmt: skip


def _private_line(line: LedgerLine, request: TcoRequest, side: PrivateSide, money: str) -> Figure:
    kind = line.key.partition(".")[0]
    explain = PRIVATE_LINES.get(kind)
    inputs, steps = explain(line, request, side) if explain else ((), ())
    return _figure(
        f"{PRIVATE}.{line.key}",
        line.label,
        units_of(line.total_cents),
        money,
        line.formula,
        inputs=(*inputs, *_assumed(side.chosen, *PRIVATE_ASSUMPTIONS.get(line.formula, ()))),
        steps=steps,
    )


_Explained = tuple[tuple[Input, ...], tuple[Step, ...]]
"""The inputs of a line beside its assumptions, and its working."""


def _purchase(line: LedgerLine, request: TcoRequest, side: PrivateSide) -> _Explained:
    asset = side.assets[line.key.partition(".")[2]]
    price = Input(
        name="unit_price",
        label=f"Price of one, {asset.price_as_of}",
        value=asset.unit_price,
        unit="USD",
        source=f"{asset.price_source} ({asset.price_basis.value})",
    )
    multiplier = _assumed(side.chosen, "node_price_multiplier") if asset.is_node else ()
    steps = tuple(
        Step(
            label=f"In service from month {purchase.in_service + 1}, paid at index {side.paid_at(purchase)}",
            working=f"{purchase.count} x {plain(side.price(asset), 2)}",
            value=purchase.count * side.price(asset),
            unit="USD",
        )
        for purchase in request.private.purchases
        if purchase.asset == asset.key
    )
    return (price, *multiplier), steps


def _refresh(line: LedgerLine, request: TcoRequest, side: PrivateSide) -> _Explained:
    """What is said of a replacement: of owned servers, when their remaining life ends."""
    asset = side.assets[line.key.partition(".")[2]]
    owned = sum(p.count for p in request.private.purchases if p.asset == asset.key and p.is_owned)
    if not owned:
        return (), ()
    months = side.chosen.whole("owned_remaining_life_months")
    step = Step(
        label=f"Owned before the signature, first replaced at index {months}",
        working=f"{owned} x {plain(side.price(asset), 2)} x phi x Eh(e_hw, {months})",
        value=owned * side.price(asset),
        unit="USD, before phi and trend",
    )
    return _assumed(side.chosen, "owned_remaining_life_months"), (step,)


def _energy(line: LedgerLine, request: TcoRequest, side: PrivateSide) -> _Explained:
    plan, watts = request.private, side.standing[1].average_watts
    kwh = energy_kwh(watts, pue=plan.pue)
    policies = "Policies of this design"
    inputs = (
        Input(name="host_cpu_load", label="Average load of the hosts", value=plan.host_cpu_load, unit="share", symbol="u", source=policies),
        Input(name="pue", label="PUE", value=plan.pue, source=policies),
    )  # fmt: skip
    steps = (
        Step(
            label="Energy of month 1",
            working=f"{plain(watts)} W / 1000 x {plain(plan.pue)} x {HOURS_PER_MONTH}",
            value=kwh,
            unit="kWh",
        ),
        Step(
            label="Month 1",
            working=f"{plain(kwh, 2)} x {side.chosen['electricity_per_kwh']}",
            value=side.energy(1),
            unit="USD",
        ),
    )
    return inputs, steps


def _site(line: LedgerLine, request: TcoRequest, side: PrivateSide) -> _Explained:
    kw, standing = side.committed_kw(1), side.standing[1]
    steps = (
        Step(
            label="Power sold in month 1",
            working=f"{plain(standing.max_watts / 1000)} kW at full load, rounded up",
            value=kw,
            unit="kW",
        ),
        Step(
            label="Month 1",
            working=f"{plain(kw)} x {side.chosen['colocation_per_kw_month']} + {standing.racks} racks x {side.chosen['rack_fee_month']}",
            value=side.site(1),
            unit="USD",
        ),
    )
    return (), steps


def _transit(line: LedgerLine, request: TcoRequest, side: PrivateSide) -> _Explained:
    gb = request.demand.egress_gb
    egress = Input(name="egress_gb", label="Internet egress in month 1", value=gb, unit="GB", source=WORKLOAD)
    assumed = _assumed(
        side.chosen,
        "peak_to_average_traffic",
        "transit_commit_mbps",
        "transit_per_mbps_month",
        "transit_overage_per_mbps_month",
    )
    steps = (
        Step(
            label="Average",
            working=f"{plain(gb)} x 8,000 / (730 x 3,600)",
            value=average_mbps(gb),
            unit="Mbps",
        ),
        Step(label="95th percentile", working="average x peak factor", value=side.p95_mbps(1), unit="Mbps"),
        Step(label="Month 1", working="commit and overage", value=side.transit(1), unit="USD"),
    )
    return (egress, *assumed), steps


def _cross_connects(line: LedgerLine, request: TcoRequest, side: PrivateSide) -> _Explained:
    return _assumed(side.chosen, "cross_connects", "cross_connect_month", "site_escalation"), ()


def _addresses(line: LedgerLine, request: TcoRequest, side: PrivateSide) -> _Explained:
    count = Input(
        name="public_ipv4_addresses",
        label="Public IPv4 addresses",
        value=request.demand.public_ipv4_addresses,
        source=WORKLOAD,
    )
    return (count, *_assumed(side.chosen, "ipv4_lease_month")), ()


def _staff(line: LedgerLine, request: TcoRequest, side: PrivateSide) -> _Explained:
    c, standing, fte = side.chosen, side.standing[1], side.fte(1)
    by_size = f"{c['private_fte_fixed']} + {standing.nodes} / {c['nodes_per_fte']} + {plain(standing.raw_tb / TB_PER_PB)} / {c['pb_per_fte']}"
    steps = (
        Step(
            label="Team in month 1",
            working=f"max({c['private_fte_minimum']}, {by_size})",
            value=fte,
            unit="FTE",
        ),
        Step(
            label="Month 1",
            working=f"{plain(fte)} x {plain(c['salary'])} x {c['salary_loading']} / 12",
            value=side.staff(1),
            unit="USD",
        ),
    )
    return (), steps


def _subscription(line: LedgerLine, request: TcoRequest, side: PrivateSide) -> _Explained:
    steps = tuple(
        Step(label=f"Index {index}", working="nodes billed x fee", value=amount, unit="USD")
        for index, amount in side.subscriptions().items()
        if index % MONTHS_PER_YEAR == 0
    )
    return (), steps


def _build(line: LedgerLine, request: TcoRequest, side: PrivateSide) -> _Explained:
    return _assumed(side.chosen, "build_one_off"), ()


def _migration(line: LedgerLine, request: TcoRequest, side: PrivateSide) -> _Explained:
    return (_vms(request), *_assumed(side.chosen, "migration_per_vm")), ()


PRIVATE_LINES: Mapping[str, Callable[[LedgerLine, TcoRequest, PrivateSide], _Explained]] = {
    "purchase": _purchase,
    "refresh": _refresh,
    "energy": _energy,
    "site": _site,
    "transit": _transit,
    "cross_connects": _cross_connects,
    "ipv4": _addresses,
    "staff": _staff,
    "subscription": _subscription,
    "build": _build,
    "migration": _migration,
}
"""Ledger line -> what it says beside the assumptions of its formula."""


def _vms(request: TcoRequest) -> Input:
    return Input(
        name="vms",
        label="VMs in month 1",
        value=request.demand.vms,
        unit="VMs",
        source=WORKLOAD,
    )


def _public_line(
    option_id: str, line: LedgerLine, request: TcoRequest, side: PublicSide, money: str
) -> Figure:
    inputs: tuple[Input, ...] = ()
    steps: tuple[Step, ...] = ()
    note = ""
    kind, _, profile = line.key.partition(".")
    if kind == "instances":
        fleet = next(f for f in side.plan.fleets if f.profile == profile)
        inputs, steps, note = _instances(fleet, side)
    elif line.key in LINE_SERVICES:
        price = side.plan.services[LINE_SERVICES[line.key].value]
        inputs = (_price_input(price), *_quantity(line.key, request, side))
        if len(price.tiers) > 1:
            steps = tuple(
                Step(label=_tier(tier), working="", value=tier.price, unit=f"USD per {price.unit}")
                for tier in price.tiers
            )
    elif line.key == "support":
        found = [
            side.plan.services[service.value]
            for service in (CloudService.SUPPORT_SHARE, CloudService.SUPPORT_MINIMUM_MONTH)
            if service.value in side.plan.services
        ]
        inputs = tuple(_price_input(price) for price in found)
        note = "On charges before negotiated discounts (tco.U14)."
    elif line.key == "staff":
        inputs = _assumed(side.chosen, "public_fte_share")
    elif line.key == "migration":
        inputs = (_vms(request), *_assumed(side.chosen, "migration_per_vm"))
    elif line.key == "negotiated":
        inputs = _assumed(side.chosen, "negotiated_discount")
    return _figure(
        f"{option_id}.{line.key}",
        line.label,
        units_of(line.total_cents),
        money,
        line.formula,
        inputs=inputs,
        steps=steps,
        note=note,
    )


LINE_SERVICES = {
    "volumes": CloudService.BLOCK_GB_MONTH,
    "iops": CloudService.BLOCK_IOPS_MONTH,
    "throughput": CloudService.BLOCK_MB_PER_SECOND_MONTH,
    "snapshots": CloudService.SNAPSHOT_GB_MONTH,
    "objects": CloudService.OBJECT_GB_MONTH,
    "egress": CloudService.EGRESS_GB,
    "inter_zone": CloudService.INTER_ZONE_GB,
    "load_balancers": CloudService.LOAD_BALANCER_HOUR,
    "nat": CloudService.NAT_GATEWAY_HOUR,
    "nat_data": CloudService.NAT_GB,
    "ipv4": CloudService.PUBLIC_IPV4_HOUR,
}
"""Ledger line -> the service that prices it."""


def _instances(fleet: FleetDemand, side: PublicSide) -> tuple[tuple[Input, ...], tuple[Step, ...], str]:
    commitments = side.commitments(fleet)
    inputs = (
        Input(
            name="on_demand", label=f"{fleet.instance_type} on demand, {fleet.price_as_of}", value=fleet.on_demand,
            unit="USD an hour", source=f"{fleet.price_source} ({fleet.price_basis.value})",
        ),
        Input(name="vms", label="VMs in month 1", value=fleet.vms, unit="VMs", symbol="q", source=WORKLOAD),
        Input(name="always_on", label="Always on", value=fleet.always_on, unit="share", symbol="b", source=WORKLOAD),
        Input(name="on_hours", label="Hours that the rest runs", value=fleet.on_hours, unit="share", symbol="h", source=WORKLOAD),
        *_assumed(side.chosen, "right_sizing", "commitment_coverage", "commitment_three_year_share", "public_price_trend"),
    )  # fmt: skip
    listed = {Term.ONE_YEAR: fleet.one_year, Term.THREE_YEARS: fleet.three_years}
    steps = tuple(
        Step(
            label=f"Discount for {term.value}",
            working="default, the price list has none"
            if listed[term] is None
            else f"1 - {listed[term]} / {fleet.on_demand}",
            value=side.discount(fleet, term),
            unit="share",
        )
        for term in (Term.ONE_YEAR, Term.THREE_YEARS)
    )
    terms = " + ".join(f"{plain(share, 4)} x (1 - {plain(off, 4)})" for share, off, _ in commitments)
    steps += (
        Step(label="Charged share of list price", working=f"{terms} + the rest on demand", value=side.factor(fleet), unit="share"),
        Step(
            label="Month 1",
            working=f"{plain(fleet.vms)} x {side.chosen['right_sizing']} x {HOURS_PER_MONTH} x {fleet.on_demand} x {plain(side.factor(fleet), 4)}",
            value=side.instances(fleet), unit="USD",
        ),
    )  # fmt: skip
    return inputs, steps, ""


def _price_input(price: ServicePrice) -> Input:
    unit = f"USD per {price.unit}"
    value: Value = price.tiers[0].price if len(price.tiers) == 1 else "in tiers"
    label = f"{price.name}, {price.as_of}"
    # The list's own word repeats the basis: `recall_unverified` reads "recalled, unverified".
    note = (
        price.basis_note.replace("_", " ")
        .removeprefix("recall ")
        .removeprefix(f"{price.basis.value} ")
        .strip()
    )
    source = f"{price.source} ({', '.join(filter(None, (price.basis.value, note)))})"
    return Input(name="price", label=label, value=value, unit=unit, source=source)


def _quantity(key: str, request: TcoRequest, side: PublicSide) -> tuple[Input, ...]:
    demand, fleets = request.demand, side.plan.fleets
    provisioned = sum((f.vms * f.volume_gb for f in fleets), Decimal(0))
    amounts: Mapping[str, tuple[str, Value, str]] = {
        "volumes": ("Provisioned volumes in month 1", provisioned, "GB"),
        "snapshots": (
            "Snapshots over volumes, as on the private side (tco.FR1)",
            demand.snapshot_share,
            "share",
        ),
        "objects": ("Object storage in month 1", demand.object_gb, "GB"),
        "egress": ("Internet egress in month 1", demand.egress_gb, "GB"),
        "inter_zone": ("Traffic between zones in month 1, one way", demand.inter_zone_gb, "GB"),
        "load_balancers": ("Load balancers", demand.load_balancers, ""),
        "ipv4": ("Public IPv4 addresses", demand.public_ipv4_addresses, ""),
    }
    if key == "nat":
        return _assumed(side.chosen, "nat_gateways")
    if key == "nat_data":
        return _assumed(side.chosen, "nat_data_share")
    if key not in amounts:
        return ()
    label, value, unit = amounts[key]
    return (Input(name=key, label=label, value=value, unit=unit, source=WORKLOAD),)


def _tier(tier: PriceTier) -> str:
    return (
        f"From {plain(tier.start)} to {plain(tier.end)}"
        if tier.end is not None
        else f"Above {plain(tier.start)}"
    )
