"""Family F: a design that a rule is content with, and designs that it is not, by rule."""

from __future__ import annotations

from decimal import Decimal

from tests.designer.engine.validation.build import a_design, each, named, without

MID, GPU = a_design(), a_design("rd-gpu-ai")
KNOWN_DEPTHS = {"rack_42u": {"depth_mm": 1200}, "cmp_512": {"depth_mm": 800}}

CASES = {
    "V150": (MID, [
        (a_design(nodes=each(named("cmp01"), unit=1)), "error"),
        (a_design(nodes=each(named("cmp01"), unit=43)), "error"),
    ]),
    "V151": (MID, [
        (a_design(specs={"cmp_512": {"max_watts": Decimal(2000)}}), "error"),
        (a_design(pdus=without(lambda pdu: pdu.rack == "rack-1")), "error"),
    ]),
    "V152": (MID, [(a_design(specs={"cmp_512": {"max_watts": Decimal(1300)}}), "warning")]),  # 7,730 of 8,868 W
    "V153": (a_design(specs={"cmp_512": {"power_supplies": 2}}), [
        (a_design(pdus=without(lambda pdu: pdu.feed == "feed-b")), "error"),
        (a_design(specs={"cmp_512": {"power_supplies": 1}}), "warning"),
        (a_design(specs={"ctl_s": {"power_supplies": 1}}), "error"),
    ]),
    "V154": (a_design(deployment={"floor_load_kg_per_rack": Decimal(500)}), [
        (a_design(specs={"rack_42u": {"max_load_kg": Decimal(160)}}), "warning"),
        (a_design(specs={"rack_42u": {"max_load_kg": Decimal(100)}}), "error"),
        (a_design(deployment={"floor_load_kg_per_rack": Decimal(200)}), "error"),
    ]),
    "V155": (a_design(deployment={"cooling_watts_per_rack": Decimal(6000)}), [
        (a_design(deployment={"cooling_watts_per_rack": Decimal(5000)}), "warning"),
    ]),
    "V156": (a_design("rd-capacity-object"), [
        (a_design("rd-capacity-object", nodes=each(named("sto01"), unit=25)), "warning"),
    ]),
    "V157": (MID, [(a_design(switches=without(named("oob-2"))), "warning")]),
    "V158": (a_design(specs=KNOWN_DEPTHS), [
        (a_design(specs=KNOWN_DEPTHS | {"rack_42u": {"depth_mm": 700}}), "warning"),
    ]),
    "V159": (MID, [
        (GPU, "info"),
        (a_design(specs={"ctl_s": {"max_watts": Decimal(2100)}}), "info"),
    ]),
    "V160": (a_design(deployment={"utility_feeds": 2}), [(a_design(deployment={"utility_feeds": 1}), "warning")]),
}  # fmt: skip
