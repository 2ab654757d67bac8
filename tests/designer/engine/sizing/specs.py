"""The hardware profiles of domain/reference_designs.yaml that these tests need, as literals."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from catalog.engine.hardware import (
    HardwareSelection,
    Media,
    NodeRole,
    NodeSpec,
    PduSpec,
    PortGroup,
    RackSpec,
    SwitchRole,
    SwitchSpec,
)


def a_node_spec(spec_id: str = "cmp-512", role: NodeRole = NodeRole.COMPUTE, **changes: Any) -> NodeSpec:
    ports = changes.pop("fast", (2, 25))
    values: dict[str, Any] = {
        "id": spec_id, "name": spec_id, "manufacturer": "any", "model": "any", "roles": (role,), "rack_units": 1,
        "sockets": 2, "cores_per_socket": 32, "ram_gib": 512, "idle_watts": Decimal(220), "max_watts": Decimal(850),
        "weight_kg": Decimal(18),
        "ports": (PortGroup(name="fast", count=ports[0], gbps=Decimal(ports[1])), PortGroup(name="bmc", count=1, gbps=Decimal(1))),
    }  # fmt: skip
    return NodeSpec(**(values | changes))


def a_switch_spec(
    spec_id: str, role: SwitchRole, down: tuple[int, int], up: tuple[int, int] | None, **changes: Any
) -> SwitchSpec:
    ports = [PortGroup(name="down", count=down[0], gbps=Decimal(down[1]))]
    if up:
        ports.append(PortGroup(name="up", count=up[0], gbps=Decimal(up[1])))
    values: dict[str, Any] = {
        "id": spec_id, "name": spec_id, "manufacturer": "any", "model": "any", "role": role, "ports": tuple(ports),
        "idle_watts": Decimal(200), "max_watts": Decimal(400), "weight_kg": Decimal(10),
    }  # fmt: skip
    return SwitchSpec(**(values | changes))


CTL_S = a_node_spec(
    "ctl-s", NodeRole.CONTROL, sockets=1, cores_per_socket=16, ram_gib=64, fast=(2, 10), idle_watts=Decimal(110),
    max_watts=Decimal(350), weight_kg=Decimal(17),
)  # fmt: skip
CTL_M = a_node_spec(
    "ctl-m", NodeRole.CONTROL, cores_per_socket=16, ram_gib=192, fast=(4, 25), idle_watts=Decimal(160),
    max_watts=Decimal(500), weight_kg=Decimal(19),
)  # fmt: skip
CMP_512 = a_node_spec()
CMP_1024 = a_node_spec(
    "cmp-1024", cores_per_socket=48, ram_gib=1024, fast=(4, 25), idle_watts=Decimal(280), max_watts=Decimal(1100),
    weight_kg=Decimal(20),
)  # fmt: skip
STO_NVME12 = a_node_spec(
    "sto-nvme12", NodeRole.STORAGE, rack_units=2, sockets=1, cores_per_socket=48, ram_gib=128, osds=12,
    osd_tb=Decimal("3.84"), osd_media=Media.NVME, fast=(4, 25), idle_watts=Decimal(260), max_watts=Decimal(700),
    weight_kg=Decimal(27),
)  # fmt: skip
STO_NVME12_768 = a_node_spec(
    "sto-nvme12-768", NodeRole.STORAGE, rack_units=2, sockets=1, cores_per_socket=48, ram_gib=192, osds=12,
    osd_tb=Decimal("7.68"), osd_media=Media.NVME, fast=(4, 25), idle_watts=Decimal(280), max_watts=Decimal(750),
    weight_kg=Decimal(28),
)  # fmt: skip
LEAF = a_switch_spec("leaf-48x25-8x100", SwitchRole.LEAF, (48, 25), (8, 100))
SPINE = a_switch_spec(
    "spine-32x100", SwitchRole.SPINE, (32, 100), None, idle_watts=Decimal(250), max_watts=Decimal(600),
    weight_kg=Decimal(11),
)  # fmt: skip
LARGER_SPINES = (
    a_switch_spec("spine-64x100", SwitchRole.SPINE, (64, 100), None, rack_units=2, max_watts=Decimal(900), weight_kg=Decimal(16)),
    a_switch_spec("spine-128x100", SwitchRole.SPINE, (128, 100), None, max_watts=Decimal(1500), weight_kg=Decimal(12)),
)  # fmt: skip
OOB = a_switch_spec(
    "oob-48x1", SwitchRole.OUT_OF_BAND, (48, 1), (4, 100), idle_watts=Decimal(40), max_watts=Decimal(80),
    weight_kg=Decimal(6),
)  # fmt: skip
RACK = RackSpec(
    id="rack-42u", name="42U", manufacturer="any", model="any", rack_units=42, max_load_kg=Decimal(1000),
    weight_kg=Decimal("134.09"),
)  # fmt: skip
PDU_16A = PduSpec(
    id="pdu-400v-16a",
    name="16 A",
    manufacturer="any",
    model="any",
    volts=400,
    amps=16,
    phases=3,
    weight_kg=Decimal(6),
)
PDU_32A = PduSpec(
    id="pdu-400v-32a",
    name="32 A",
    manufacturer="any",
    model="any",
    volts=400,
    amps=32,
    phases=3,
    weight_kg=Decimal(6),
)

MID = HardwareSelection(
    control=CTL_S,
    compute=CMP_512,
    storage=STO_NVME12,
    leaf=LEAF,
    spine=SPINE,
    oob=OOB,
    rack=RACK,
    pdu=PDU_16A,
    larger_spines=LARGER_SPINES,
)
LARGE = HardwareSelection(
    control=CTL_M,
    compute=CMP_1024,
    storage=STO_NVME12_768,
    leaf=LEAF,
    spine=SPINE,
    oob=OOB,
    rack=RACK,
    pdu=PDU_32A,
    larger_spines=LARGER_SPINES,
)
