"""Device and module types as the NetBox community's library describes them: checked, in our words and units, compared.

A field of the library that is not in the tables below is told and left out; one whose value cannot be refuses the type.
Source of the format: the library's JSON Schema (`schema/devicetype.json`, `moduletype.json`, `components.json`) and NetBox's
models `dcim.DeviceType` and `dcim.ModuleType`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import Any

from catalog.engine.documents import InvalidDocument, Problem, unprintable
from catalog.engine.interface_types import interface_type

Document = Mapping[str, Any]


class ModelKind(StrEnum):
    """What is made and sold: a device of its own, or what goes into one."""

    DEVICE = "device-type"
    MODULE = "module-type"


MODEL_KINDS = [kind.value for kind in ModelKind]


class Lack(StrEnum):
    """What a type does not say and a plan would need."""

    WEIGHT = "weight"
    POWER = "power"
    AIRFLOW = "airflow"
    PART_NUMBER = "part-number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: what it is called here, what it may hold, what it means."""

    name: str
    kind: type
    """str, bool, int, or Decimal for any number."""
    low: int = 0
    """Least number, or fewest characters."""
    high: int = 0
    pattern: re.Pattern[str] | None = None
    choices: frozenset[str] = frozenset()
    is_required: bool = False
    help: str = ""


TYPE_WORD = re.compile(r"[a-z0-9][a-z0-9.\-]*")
MAX_ITEMS = 4_000
"""Of one list of components (house value; the largest of the library has 202)."""
GRAMS: Mapping[str, Decimal] = {
    "kg": Decimal(1000), "g": Decimal(1), "lb": Decimal("453.59237"), "oz": Decimal("28.349523125"),
}  # fmt: skip
"""The units of weight that NetBox knows, in grams; pound and ounce as defined in 1959."""
MAX_KG = 100_000
AIRFLOWS = frozenset(
    {
        "front-to-rear", "rear-to-front", "left-to-right", "right-to-left", "side-to-rear", "rear-to-side", "bottom-to-top",
        "top-to-bottom", "passive", "mixed",
    }
)  # fmt: skip

_NAME = Field(name="name", kind=str, low=1, high=64, is_required=True)
_TYPE = Field(name="type", kind=str, low=1, high=50, pattern=TYPE_WORD, is_required=True)
_TEXTS = {
    "name": _NAME,
    "label": Field(name="label", kind=str, high=64, help="As printed on the device."),
    "description": Field(name="description", kind=str, high=200),
}
_POE = {
    "poe_mode": Field(name="poe_mode", kind=str, high=20, pattern=TYPE_WORD, help="pd: is fed; pse: feeds."),
    "poe_type": Field(name="poe_type", kind=str, high=40, pattern=TYPE_WORD),
}
_WATTS = {"low": 0, "high": 10**6, "help": "W"}

COMPONENTS: Mapping[str, tuple[str, Mapping[str, Field]]] = {
    "interfaces": (
        "interfaces",
        {
            **_TEXTS,
            "type": _TYPE,
            "mgmt_only": Field(name="is_management", kind=bool, help="Out of band only."),
            **_POE,
            **{name.replace("_", "-"): field for name, field in _POE.items()},
        },
    ),
    "power-ports": (
        "power_ports",
        {
            **_TEXTS,
            "type": _TYPE,
            "maximum_draw": Field(name="maximum_watts", kind=int, **_WATTS),  # type: ignore[arg-type]
            "allocated_draw": Field(name="allocated_watts", kind=int, **_WATTS),  # type: ignore[arg-type]
        },
    ),
    "power-outlets": (
        "power_outlets",
        {
            **_TEXTS,
            "type": _TYPE,
            "power_port": Field(name="power_port", kind=str, high=64, help="Name of the port that feeds it."),
            "feed_leg": Field(name="feed_leg", kind=str, high=1, choices=frozenset("ABC"), help="Phase."),
        },
    ),
    "console-ports": ("console_ports", {**_TEXTS, "type": _TYPE}),
    "console-server-ports": ("console_server_ports", {**_TEXTS, "type": _TYPE}),
    "front-ports": (
        "front_ports",
        {
            **_TEXTS,
            "type": _TYPE,
            "rear_port": Field(name="rear_port", kind=str, low=1, high=64, is_required=True),
            "rear_port_position": Field(name="rear_port_position", kind=int, low=1, high=1024),
        },
    ),
    "rear-ports": (
        "rear_ports",
        {**_TEXTS, "type": _TYPE, "positions": Field(name="positions", kind=int, low=1, high=1024)},
    ),
    "module-bays": (
        "module_bays",
        {
            **_TEXTS,
            "position": Field(name="position", kind=str, high=30, help="Where a module in it stands."),
        },
    ),
    "device-bays": ("device_bays", _TEXTS),
    "inventory-items": (
        "inventory_items",
        {
            **_TEXTS,
            "manufacturer": Field(name="manufacturer", kind=str, high=100),
            "part_id": Field(name="part_number", kind=str, high=50),
        },
    ),
}
"""The library's name of a list -> ours, and the fields of what is in it."""

_BOTH = {
    "manufacturer": Field(name="manufacturer", kind=str, low=1, high=100, is_required=True),
    "model": Field(name="model", kind=str, low=1, high=100, is_required=True),
    "part_number": Field(name="part_number", kind=str, high=50),
    "description": Field(name="description", kind=str, high=200),
    "comments": Field(name="comments", kind=str, high=10_000),
    "weight": Field(name="weight", kind=Decimal, low=0, high=10**8),
    "weight_unit": Field(name="weight_unit", kind=str, high=2, choices=frozenset(GRAMS)),
}
FIELDS: Mapping[ModelKind, Mapping[str, Field]] = {
    ModelKind.DEVICE: {
        **_BOTH,
        "slug": Field(
            name="slug", kind=str, low=1, high=100, pattern=re.compile("[-a-z0-9_]+"), is_required=True
        ),
        "u_height": Field(
            name="u_height", kind=Decimal, low=0, high=100, is_required=True, help="Rack units, in halves."
        ),
        "is_full_depth": Field(
            name="is_full_depth", kind=bool, is_required=True, help="Fills front and rear."
        ),
        "airflow": Field(name="airflow", kind=str, high=20, choices=AIRFLOWS),
        "is_powered": Field(name="is_powered", kind=bool, help="Takes power; true where nothing is said."),
        "subdevice_role": Field(
            name="subdevice_role",
            kind=str,
            high=6,
            choices=frozenset({"parent", "child"}),
            help="Chassis with device bays, or what goes into one.",
        ),
        "front_image": Field(name="has_front_image", kind=bool, help="The library has a picture."),
        "rear_image": Field(name="has_rear_image", kind=bool, help="The library has a picture."),
    },
    ModelKind.MODULE: _BOTH,
}
_REQUIRED = {
    kind: tuple(source for source, field in fields.items() if field.is_required)
    for kind, fields in FIELDS.items()
}


def read_type(data: Any, kind: ModelKind) -> tuple[dict[str, Any], list[str]]:
    """Return a type of the library in our words and units, and the fields of it that are not read.

    Raises:
        InvalidDocument: something is missing or cannot be; each mistake by field, value and remedy.
    """
    if type(data) is not dict:
        raise InvalidDocument(
            [
                Problem(
                    "",
                    _shown(data),
                    "is not a set of fields",
                    "Write `manufacturer: …`, `model: …` and so on.",
                )
            ]
        )
    problems: list[Problem] = []
    unread: dict[str, None] = {}
    fields = FIELDS[kind]
    document: dict[str, Any] = {"kind": kind.value}
    for source, value in data.items():
        if (field := fields.get(source)) is not None:
            if value is not None:
                _put(document, field, value, source, problems)
        elif source in COMPONENTS:
            if value:
                name, known = COMPONENTS[source]
                document[name] = _components(value, known, source, problems, unread)
        else:
            unread[source if type(source) is str else _shown(source)] = None
    for source in _REQUIRED[kind]:
        if fields[source].name not in document and not any(p.field == source for p in problems):
            problems.append(
                Problem(source, None, "is missing", f"Add `{source}:`; every {_words(kind)} has one.")
            )
    _convert_weight(document, problems)
    if (height := document.get("u_height")) is not None and (height * 2) % 1:
        problems.append(
            Problem("u_height", height, "is no multiple of 0.5", "Give the height in half units.")
        )
    if problems:
        raise InvalidDocument(problems)
    return document, list(unread)


def key_of(document: Document) -> str:
    """Return what a type is told from all others by: the slug of a device, maker and model of a module."""
    if document["kind"] == ModelKind.DEVICE:
        return f"device-type/{document['slug']}"
    return f"module-type/{document['manufacturer']}/{document['model']}"


def missing(document: Document) -> tuple[Lack, ...]:
    """Return what `document` does not say and a plan would need, in a fixed order.

    A passive device needs no power. A module without a power port is fed by its chassis: only one that has ports lacks their draw.
    """
    is_device = document["kind"] == ModelKind.DEVICE
    found = []
    if document.get("weight_kg") is None:
        found.append(Lack.WEIGHT)
    is_fed = document.get("is_powered", True) if is_device else bool(document.get("power_ports"))
    if is_fed and port_watts(document) is None:
        found.append(Lack.POWER)
    if is_device and not document.get("airflow"):
        found.append(Lack.AIRFLOW)
    if not document.get("part_number"):
        found.append(Lack.PART_NUMBER)
    return tuple(found)


def port_watts(document: Document) -> int | None:
    """Return the most that one power port draws, in W: what each feed must carry alone. None: nobody says."""
    draws = [
        port.get("maximum_watts") or port.get("allocated_watts") for port in document.get("power_ports", ())
    ]
    return max((draw for draw in draws if draw), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortGroup:
    """Interfaces of one type."""

    type: str
    count: int
    gbps: Decimal | None
    """Gb/s each; None: the type tells none."""
    media: str
    is_management: bool
    is_socket: bool
    names: tuple[str, ...]


def port_groups(document: Document) -> tuple[PortGroup, ...]:
    """Return the interfaces of a type by kind: sockets for data first, the fastest first, then management, then virtual ones."""
    groups: dict[tuple[str, bool], list[str]] = {}
    for interface in document.get("interfaces", ()):
        groups.setdefault((interface["type"], interface.get("is_management", False)), []).append(
            interface["name"]
        )
    found = [
        PortGroup(
            type=word,
            count=len(names),
            gbps=told.gbps,
            media=told.media,
            is_management=is_management,
            is_socket=told.is_socket,
            names=tuple(names),
        )
        for (word, is_management), names in groups.items()
        for told in (interface_type(word),)
    ]
    return tuple(sorted(found, key=lambda g: (not g.is_socket, g.is_management, -(g.gbps or 0), g.type)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field that differs between two states of a type; None: it is not there."""

    field: str
    before: Any
    after: Any


def changes(before: Document, after: Document) -> tuple[Change, ...]:
    """Return what differs, field by field; components are told apart by their names: `interfaces[eth0].type`."""
    found: list[Change] = []
    for name in _keys(before, after):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if isinstance(old or new, list):
            found += _component_changes(name, old or (), new or ())
        else:
            found.append(Change(field=name, before=old, after=new))
    return tuple(found)


LARGE_CHANGE = Decimal("0.3")
"""A weight or draw that moves by more is marked: more likely a slip than a new product (security R51)."""
_WEIGHED = ("weight_kg", "].maximum_watts", "].allocated_watts")


def is_large(change: Change) -> bool:
    """Return whether a weight or draw moves by more than `LARGE_CHANGE`."""
    if not change.field.endswith(_WEIGHED) or not change.before or change.after is None:
        return False
    before, after = (Decimal(repr(value)) for value in (change.before, change.after))
    return abs(after / before - 1) > LARGE_CHANGE


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a type in our words."""
    properties: dict[str, Any] = {"kind": {"type": "string", "enum": MODEL_KINDS}}
    for field in FIELDS[ModelKind.DEVICE].values():
        if field.name not in ("weight", "weight_unit"):
            properties[field.name] = _schema_of(field)
    properties["weight_kg"] = {"type": "number", "minimum": 0, "maximum": MAX_KG, "description": "kg"}
    for name, fields in COMPONENTS.values():
        properties[name] = {
            "type": "array",
            "items": {
                "type": "object",
                "required": sorted({field.name for field in fields.values() if field.is_required}),
                "properties": {field.name: _schema_of(field) for field in fields.values()},
            },
        }
    return {"type": "object", "required": ["kind", "manufacturer", "model"], "properties": properties}


def _components(
    value: Any, known: Mapping[str, Field], source: str, problems: list[Problem], unread: dict[str, None]
) -> list[dict[str, Any]]:
    if type(value) is not list:
        problems.append(Problem(source, _shown(value), "is not a list", "Start each entry with `- name:`."))
        return []
    if len(value) > MAX_ITEMS:
        remedy = f"A type has at most {MAX_ITEMS:,} of them."
        problems.append(Problem(source, len(value), f"has {len(value):,} entries", remedy))
        return []
    found: dict[str, dict[str, Any]] = {}
    for index, item in enumerate(value):
        if type(item) is not dict:
            field = f"{source}[{index}]"
            problems.append(
                Problem(field, _shown(item), "is not a set of fields", "Start it with `- name:`.")
            )
            continue
        component = _component(item, known, source, index, problems, unread)
        name = component.get("name", index)
        if name in found:
            field = f"{source}[{index}].name"
            problems.append(Problem(field, name, "is there twice", "Give each entry a name of its own."))
        found[name] = component
    return list(found.values())


def _component(
    item: dict[Any, Any],
    known: Mapping[str, Field],
    source: str,
    index: int,
    problems: list[Problem],
    unread: dict[str, None],
) -> dict[str, Any]:
    component: dict[str, Any] = {}
    for key, value in item.items():
        field = known.get(key)
        if field is None:
            unread[f"{source}.{key if type(key) is str else _shown(key)}"] = None
        elif (
            type(value) is str
            and field.kind is str
            and field.low <= len(value) <= field.high
            and value.isprintable()
            and value.strip() == value
            and (field.pattern is None or field.pattern.fullmatch(value))
            and (not field.choices or value in field.choices)
        ):
            component[field.name] = value  # the common case without a call: a library has 200,000 of them
        elif value is not None:
            _put(component, field, value, f"{source}[{index}].{key}", problems)
    for needed in ("name", "type", "rear_port"):
        if needed in known and needed not in component and known[needed].is_required:
            path = f"{source}[{index}].{needed}"
            if not any(p.field == path for p in problems):
                problems.append(Problem(path, None, "is missing", f"Add `{needed}:` to this entry."))
    return component


def _put(target: dict[str, Any], field: Field, value: Any, path: str, problems: list[Problem]) -> None:
    """Store `value` in `target` if it is one that `field` may hold, else tell why not."""
    wrong = _wrong(field, value)
    if wrong is not None:
        problems.append(Problem(path, _shown(value), *wrong))
    elif field.kind is str:
        if text := value.strip():
            target[field.name] = text
        elif field.low:
            problems.append(Problem(path, "", "is empty", "Write what the maker calls it."))
    elif field.kind is Decimal and value == int(value):
        target[field.name] = int(value)
    else:
        target[field.name] = value


def _wrong(field: Field, value: Any) -> tuple[str, str] | None:
    """Return message and remedy where `value` is none that `field` may hold."""
    kind = type(value)
    if field.kind is str:
        if kind is not str:
            return "is not text", "Put it in quotes: without them YAML makes another value of it."
        if bad := unprintable(value):
            return f"holds the character {bad}", "Remove it."
        if not field.low <= len(value) <= field.high:
            return f"has {len(value)} characters", f"Use {field.low} to {field.high}."
        if field.choices and value not in field.choices:
            return "is not a known value", f"Use one of: {', '.join(sorted(field.choices))}."
        if field.pattern is not None and value and not field.pattern.fullmatch(value):
            return "is not such a word", "Use small letters, digits, dot and hyphen, as NetBox writes it."
    elif field.kind is bool:
        if kind is not bool:
            return "is neither true nor false", "Write true or false."
    elif kind is not int and (field.kind is int or kind is not float):
        whole = "a whole number" if field.kind is int else "a number"
        return f"is not {whole}", f"Write {whole} without a unit."
    elif not field.low <= value <= field.high:  # not a number is neither
        return "is out of bounds", f"Use {field.low:,} to {field.high:,}."
    return None


def _convert_weight(document: dict[str, Any], problems: list[Problem]) -> None:
    """Replace weight and unit by `weight_kg`, to the gram. A weight of 0 is one that nobody knows."""
    weight, unit = document.pop("weight", None), document.pop("weight_unit", None)
    if not weight:
        return
    if unit is None:
        if not any(p.field == "weight_unit" for p in problems):
            remedy = f"Add `weight_unit:`, one of {', '.join(GRAMS)}."
            problems.append(Problem("weight_unit", None, "is missing beside the weight", remedy))
        return
    grams = (Decimal(repr(weight)) * GRAMS[unit]).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
    if grams > MAX_KG * 1000:
        problems.append(Problem("weight", weight, f"is more than {MAX_KG:,} kg", "Check its unit."))
    document["weight_kg"] = float(grams / 1000)


def _component_changes(name: str, before: Iterable[Document], after: Iterable[Document]) -> Iterable[Change]:
    old, new = ({item["name"]: item for item in items} for items in (before, after))
    for key in _keys(old, new):
        if key not in new:
            yield Change(field=f"{name}[{key}]", before=_summary(old[key]), after=None)
        elif key not in old:
            yield Change(field=f"{name}[{key}]", before=None, after=_summary(new[key]))
        else:
            for field in _keys(old[key], new[key]):
                left, right = old[key].get(field), new[key].get(field)
                if left != right:
                    yield Change(field=f"{name}[{key}].{field}", before=left, after=right)


def _summary(component: Document) -> str:
    return ", ".join(f"{name} {value}" for name, value in component.items() if name != "name") or "there"


def _keys(before: Document, after: Document) -> list[str]:
    return [*before, *(key for key in after if key not in before)]


def _schema_of(field: Field) -> dict[str, Any]:
    if field.kind is bool:
        schema: dict[str, Any] = {"type": "boolean"}
    elif field.kind is str:
        schema = {"type": "string", "maxLength": field.high}
        if field.choices:
            schema["enum"] = sorted(field.choices)
    else:
        schema = {
            "type": "integer" if field.kind is int else "number",
            "minimum": field.low,
            "maximum": field.high,
        }
    return schema | ({"description": field.help} if field.help else {})


def _shown(value: Any) -> Any:
    """`value` as an error may repeat it: short and plain."""
    if value is None or isinstance(value, bool) or (isinstance(value, int | float) and abs(value) < 1e15):
        return value
    if isinstance(value, dict | list):
        return f"{'fields' if isinstance(value, dict) else 'a list'} ({len(value):,})"
    text = str(value)[:80]
    return "".join(character if not unprintable(character) else "?" for character in text)


def _words(kind: ModelKind) -> str:
    return "device type" if kind is ModelKind.DEVICE else "module type"
