"""F. Racks and power: space, feeds, weight, heat, out-of-band ports."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal

from catalog.engine.hardware import NodeRole, NodeSpec, SwitchRole, SwitchSpec
from designer.engine.sizing.figures import plain
from designer.engine.sizing.network import oob_ports_needed
from designer.engine.topology import Node, Rack, Switch
from designer.engine.validation.facts import Facts
from designer.engine.validation.model import (
    REDUNDANCY,
    E,
    Hit,
    I,
    Rule,
    W,
    error,
    info,
    listed,
    rule,
    together,
    warning,
)
from designer.engine.validation.profiles import Profile, Severity

TITLE = "Racks and power"

LITTLE_MARGIN_SHARE = Decimal("0.8")
HEAVY_KG, HIGH_UNIT = Decimal(40), 20
WATTS_PER_UNIT, AIR_COOLED_WATTS = Decimal(2000), Decimal(15_000)

Placed = tuple[Node | Switch, NodeSpec | SwitchSpec]


@rule("V150", "Space in the rack", E, source="sizing.R1", remedy="Move the device to free units.")
def space(facts: Facts) -> Iterator[Hit]:
    """No two devices fill one unit of a rack, and none is above its top."""
    for rack, devices in _racks(facts):
        taken: dict[int, str] = {}
        spec = facts.rack_spec(rack)
        for device, model in devices:
            if device.unit is None:
                continue
            top = device.unit + model.rack_units - 1
            if spec is not None and top > spec.rack_units:
                message = f"{device.name} reaches U{top} and {rack.name} has {spec.rack_units}."
                yield error(message, "Move it down, or use a taller rack.", [device.id])
            clashes = {taken[unit]: unit for unit in range(device.unit, top + 1) if unit in taken}
            for other, unit in clashes.items():
                message = f"U{unit} of {rack.name} is used twice: by {other} and by {device.id}."
                yield error(message, "Move one of them.", [device.id, other])
            for unit in range(device.unit, top + 1):
                taken.setdefault(unit, device.id)


@rule(
    "V151",
    "Power of a rack",
    E,
    source="sizing.R2, R3: each feed alone must carry the rack",
    remedy="Use fewer devices in the rack, or larger feeds.",
)
def power(facts: Facts) -> Iterator[Hit]:
    """What a rack draws at the most, the smaller of its feeds carries alone, at 80 % of the breaker."""
    over = [(rack, figures) for rack, figures in _loads(facts) if figures[0] > figures[1]]
    for (watts, feed), (names, ids) in together((f, rack.name, [rack.id]) for rack, f in over).items():
        yield error(
            f"{listed(names)}: {plain(watts, 0)} W are drawn of {plain(feed, 0)} W that one feed carries.",
            "Use fewer devices in it, or larger feeds." if feed else "Draw its PDUs.", ids,
        )  # fmt: skip


@rule("V152", "Margin of a feed", W, source="sizing.R3", remedy="Spread the devices over more racks.")
def margin(facts: Facts) -> Iterator[Hit]:
    """A rack draws at most 80 % of what one feed carries."""
    near = [(rack, f) for rack, f in _loads(facts) if LITTLE_MARGIN_SHARE * f[1] < f[0] <= f[1]]
    for (watts, feed), (names, ids) in together((f, rack.name, [rack.id]) for rack, f in near).items():
        message = f"{listed(names)}: {plain(watts, 0)} W are drawn of {plain(feed, 0)} W that one feed carries: little margin."
        yield warning(message, "Spread the devices over more racks.", ids)


@rule(
    "V153", "Dual feed", W, E, source="failure.F1: a node is dead when all its power supplies are",
    remedy="Use two power supplies, on feeds A and B.", at_most={**REDUNDANCY, Profile.EDGE: Severity.WARNING},
)  # fmt: skip
def dual_feed(facts: Facts) -> Iterator[Hit]:
    """Each device has two power supplies, on two feeds. For control and storage nodes it is a must. A number of
    supplies that the catalog does not know is taken to be two."""
    for rack, devices in _racks(facts):
        feeds = facts.feeds.get(rack.id, {})
        lone = [device for device, model in devices if len(feeds) < 2 or model.power_supplies == 1]
        why = (
            f"{rack.name} has {len(feeds)} feed{'s' if len(feeds) != 1 else ''}"
            if len(feeds) < 2
            else f"in {rack.name}, one power supply each"
        )
        vital = [
            device
            for device in lone
            if isinstance(device, Node) and {NodeRole.CONTROL, NodeRole.STORAGE} & set(device.roles)
        ]
        rest = [device for device in lone if device not in vital]
        for tell, found in ((error, vital), (warning, rest)):
            if found:
                yield tell(
                    f"{listed(device.name for device in found)} die with one feed: {why}.",
                    "Use two power supplies, on feeds A and B.", [device.id for device in found],
                )  # fmt: skip


@rule("V154", "Weight of a rack", E, W, source="sizing.R4", remedy="Spread the devices over more racks.")
def weight(facts: Facts) -> Iterator[Hit]:
    """The devices of a rack weigh at most 80 % of what it carries, and of what the floor carries with the rack, where
    the design says that."""
    for rack, devices in _racks(facts):
        spec = facts.rack_spec(rack)
        if spec is None:
            continue
        kg = sum((model.weight_kg for _, model in devices), Decimal(0))
        limits = [(kg, spec.max_load_kg, "the rack carries")]
        if facts.deployment.floor_load_kg_per_rack is not None:
            limits.append((kg + spec.weight_kg, facts.deployment.floor_load_kg_per_rack, "the floor carries"))
        for load, most, what in limits:
            if load > LITTLE_MARGIN_SHARE * most:
                tell = error if load > most else warning
                message = f"{rack.name} weighs {plain(load, 0)} kg of {plain(most, 0)} kg that {what}."
                yield tell(message, "Spread the devices over more racks.", [rack.id])


@rule("V155", "Heat of a rack", W, source="sizing.R5", remedy="Spread the devices, or contain the aisle.")
def heat(facts: Facts) -> Iterator[Hit]:
    """A rack gives off no more heat than the site cools. Says nothing until the design says how much that is."""
    cooled = facts.deployment.cooling_watts_per_rack
    if cooled is None:
        return
    hot = [(watts, rack.name, [rack.id]) for rack, (watts, _) in _loads(facts) if watts > cooled]
    for watts, (names, ids) in together(hot).items():
        message = (
            f"{listed(names)}: {plain(watts / 1000, 1)} kW of heat, and {plain(cooled / 1000, 1)} are cooled."
        )
        yield warning(message, "Spread the devices, or contain the aisle.", ids)


@rule(
    "V156",
    "Heavy devices high up",
    W,
    source="Manuals of racks: load from the bottom",
    remedy="Put heavy devices low.",
)
def heavy_and_high(facts: Facts) -> Iterator[Hit]:
    """Devices of more than 40 kg stand at U20 or below."""
    for _, devices in _racks(facts):
        for device, model in devices:
            if device.unit is not None and device.unit > HIGH_UNIT and model.weight_kg > HEAVY_KG:
                message = f"{device.name} weighs {plain(model.weight_kg)} kg and stands at U{device.unit}."
                yield warning(message, "Put heavy devices low.", [device.id])


@rule("V157", "Out-of-band ports", W, source="sizing.N6", remedy="Use a second out-of-band switch.")
def out_of_band_ports(facts: Facts) -> Iterator[Hit]:
    """The out-of-band switches of a rack have a port for each server, each other switch, two PDUs and the uplink."""
    short = []
    servers = Counter(node.rack for node in facts.topology.nodes)
    for rack in facts.server_racks:
        others = [
            switch
            for role in SwitchRole
            if role is not SwitchRole.OUT_OF_BAND
            for switch in facts.switches_in(role, rack)
        ]
        have = 0
        switches = facts.switches_in(SwitchRole.OUT_OF_BAND, rack)
        for switch in switches:
            spec = facts.switch_spec(switch)
            down = spec.port_group("down") if spec else None
            have += down.count if down else 0
        need = oob_ports_needed(servers=servers[rack], switches=len(others))
        if need > have:
            short.append(((need, have), facts.racks[rack].name, [rack, *(switch.id for switch in switches)]))
    for (need, have), (names, ids) in together(short).items():
        message = f"{listed(names)}: {need} out-of-band ports are needed and {have} there."
        yield warning(message, "Add an out-of-band switch.", ids)


@rule("V158", "Depth", W, source="Hardware catalog", remedy="Use a deeper rack.")
def depth(facts: Facts) -> Iterator[Hit]:
    """No device is deeper than its rack. Speaks only where the catalog knows both."""
    for rack, devices in _racks(facts):
        spec = facts.rack_spec(rack)
        for device, model in devices:
            if spec and spec.depth_mm and model.depth_mm and model.depth_mm > spec.depth_mm:
                message = f"{device.name} is {model.depth_mm} mm deep and {rack.name} {spec.depth_mm}: it does not fit."
                yield warning(message, "Use a deeper rack.", [device.id, rack.id])


@rule(
    "V159",
    "Dense racks",
    I,
    source="Uptime Institute: most racks stay below 8 to 10 kW",
    remedy="Check the cooling: spread, or cool by liquid.",
)
def dense_racks(facts: Facts) -> Iterator[Hit]:
    """A rack draws at most 15 kW, and no device more than 2 kW a unit: what air cools without special care."""
    remedy = "Check the cooling: spread, or cool by liquid."
    dense = [(watts, rack.name, [rack.id]) for rack, (watts, _) in _loads(facts) if watts > AIR_COOLED_WATTS]
    for watts, (names, ids) in together(dense).items():
        message = f"{listed(names)}: {plain(watts / 1000, 1)} kW are drawn, more than air usually cools."
        yield info(message, remedy, ids)
    hot = [
        (model.max_watts / model.rack_units, device.name, [device.id])
        for _, devices in _racks(facts)
        for device, model in devices
        if model.max_watts > WATTS_PER_UNIT * model.rack_units
    ]
    for watts, (names, ids) in together(hot).items():
        yield info(f"{listed(names)}: {plain(watts / 1000, 1)} kW are drawn a unit.", remedy, ids)


@rule("V160", "Supply of the site", W, source="Failure model X1", remedy="Use two utility feeds, A and B.")
def supply(facts: Facts) -> Iterator[Hit]:
    """Feeds A and B come from different supplies of the site. Says nothing until the design says from how many."""
    if facts.deployment.utility_feeds == 1 and facts.topology.racks:
        message = f"All {len(facts.topology.racks)} racks hang on one utility feed: it is a single point of failure."
        yield warning(message, "Use two utility feeds, A and B.", [rack.id for rack in facts.topology.racks])


def _racks(facts: Facts) -> tuple[tuple[Rack, tuple[Placed, ...]], ...]:
    """Each rack that has devices, with them and their specs."""
    found: Mapping[str, list[Placed]] = defaultdict(list)
    for node, spec in facts.specs_of_nodes:
        found[node.rack].append((node, spec))
    for switch in facts.topology.switches:
        model = facts.switch_spec(switch)
        if model is not None:
            found[switch.rack].append((switch, model))
    return tuple((rack, tuple(found[rack.id])) for rack in facts.topology.racks if rack.id in found)


def _loads(facts: Facts) -> list[tuple[Rack, tuple[Decimal, Decimal]]]:
    """Each rack that has devices, with what it draws at the most and what its smaller feed carries, W."""
    return [(rack, (_watts(devices), _feed_watts(facts, rack))) for rack, devices in _racks(facts)]


def _watts(devices: tuple[Placed, ...]) -> Decimal:
    return sum((model.max_watts for _, model in devices), Decimal(0))


def _feed_watts(facts: Facts, rack: Rack) -> Decimal:
    """What the smaller feed of a rack carries, W; 0 without PDUs."""
    return min(facts.feeds.get(rack.id, {}).values(), default=Decimal(0))


RULES: tuple[Rule, ...] = (
    space, power, margin, dual_feed, weight, heat, heavy_and_high, out_of_band_ports, depth, dense_racks, supply,
)  # fmt: skip
