"""What the type of an interface tells: `25gbase-x-sfp28` is 25 Gb/s over SFP28.

The words are NetBox's (its `InterfaceTypeChoices`, as the device type library uses them). Speed and media are read from the
word itself, so that a type of tomorrow is understood as well; a word that names no speed has none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

ETHERNET = re.compile(r"(\d+(?:\.\d+)?)(g?)base-([a-z0-9]+)(?:-([a-z0-9]+))?")
FIBRE_CHANNEL = re.compile(r"(\d+)gfc-([a-z0-9]+)")
CAGES: Mapping[str, str] = {
    "sfp": "SFP", "sfpp": "SFP+", "sfp28": "SFP28", "sfp56": "SFP56", "sfp112": "SFP112", "sfpdd": "SFP-DD", "qsfpp": "QSFP+",
    "qsfp28": "QSFP28", "qsfp56": "QSFP56", "qsfp112": "QSFP112", "qsfpdd": "QSFP-DD", "osfp": "OSFP", "dsfp": "DSFP",
    "xfp": "XFP", "x2": "X2", "xenpak": "XENPAK", "gbic": "GBIC", "cfp": "CFP", "cfp2": "CFP2", "cfp4": "CFP4",
    "cpak": "CPAK", "cxp": "CXP",
}  # fmt: skip
WIRES: Mapping[str, str] = {
    "t": "RJ45",
    "tx": "RJ45",
    "t1": "single pair",
    "fx": "fibre",
    "lfx": "fibre",
    "cx4": "CX4",
}
PLAIN: Mapping[str, str] = {
    "virtual": "virtual", "bridge": "virtual", "lag": "link aggregate", "other": "other", "other-wireless": "radio", "lte": "radio",
    "4g": "radio", "5g": "radio",
}  # fmt: skip
VIRTUAL = frozenset({"virtual", "bridge", "lag"})
"""Types that are no socket on the device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceType:
    """Speed and media of one type of interface."""

    gbps: Decimal | None
    """Gb/s (10^9); None: its name tells none."""
    media: str
    is_socket: bool


@lru_cache(maxsize=1024)
def interface_type(word: str) -> InterfaceType:
    """Return what `word` tells of an interface."""
    if found := ETHERNET.fullmatch(word):
        digits, giga, wire, cage = found.groups()
        gbps = Decimal(digits) if giga else Decimal(digits) / 1000
        media = CAGES.get(cage, cage.upper()) if cage else WIRES.get(wire, f"BASE-{wire.upper()}")
        return InterfaceType(gbps=gbps, media=media, is_socket=True)
    if found := FIBRE_CHANNEL.fullmatch(word):
        media = f"Fibre Channel, {CAGES.get(found[2], found[2].upper())}"
        return InterfaceType(gbps=Decimal(found[1]), media=media, is_socket=True)
    if word.startswith("ieee802.11"):
        return InterfaceType(gbps=None, media="radio", is_socket=False)
    if word.startswith("infiniband-"):
        return InterfaceType(gbps=None, media=f"InfiniBand {word[11:].upper()}", is_socket=True)
    media = PLAIN.get(word, word)
    return InterfaceType(gbps=None, media=media, is_socket=word not in VIRTUAL and media != "radio")
