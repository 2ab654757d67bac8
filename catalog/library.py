"""The catalog in one piece, read from files or database rows: what the engines and pages look things up in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from catalog.engine.definitions import NetworkDefinition, ReferenceDesignDefinition, ServiceDefinition
from catalog.engine.documents import InvalidDocument, Problem, read
from catalog.engine.hardware import (
    ExistingNodes,
    HardwareSelection,
    NodeRole,
    NodeSpec,
    PartPrice,
    PduSpec,
    RackSpec,
    SwitchRole,
    SwitchSpec,
)

DATA = Path(__file__).resolve().parent / "data"

KINDS: Mapping[str, type] = {
    "node-spec": NodeSpec,
    "switch": SwitchSpec,
    "rack": RackSpec,
    "pdu": PduSpec,
    "part": PartPrice,
    "service": ServiceDefinition,
    "network": NetworkDefinition,
    "reference-design": ReferenceDesignDefinition,
}
"""Kind of catalog entry -> its meaning. A file of the starter catalog holds one kind and is named after it."""

KIND_NAMES = list(KINDS)
HARDWARE_KINDS = ("node-spec", "switch", "rack", "pdu", "part")

Spec = NodeSpec | SwitchSpec | RackSpec | PduSpec

ROLES: Mapping[str, type[Spec]] = {
    "control": NodeSpec,
    "compute": NodeSpec,
    "storage": NodeSpec,
    "leaf": SwitchSpec,
    "spine": SwitchSpec,
    "oob": SwitchSpec,
    "rack": RackSpec,
    "pdu": PduSpec,
}
"""What a hardware selection names, and of which kind it must be."""


@dataclass(frozen=True, kw_only=True)
class Library:
    """Everything of the catalog by kind and id. Never changed: a new catalog is a new library."""

    entries: Mapping[str, Mapping[str, Any]]

    @property
    def node_specs(self) -> Mapping[str, NodeSpec]:
        return self.entries["node-spec"]

    @property
    def switches(self) -> Mapping[str, SwitchSpec]:
        return self.entries["switch"]

    @property
    def racks(self) -> Mapping[str, RackSpec]:
        return self.entries["rack"]

    @property
    def pdus(self) -> Mapping[str, PduSpec]:
        return self.entries["pdu"]

    @property
    def parts(self) -> Mapping[str, PartPrice]:
        return self.entries["part"]

    @property
    def services(self) -> Mapping[str, ServiceDefinition]:
        return self.entries["service"]

    @property
    def networks(self) -> Mapping[str, NetworkDefinition]:
        return self.entries["network"]

    @property
    def reference_designs(self) -> Mapping[str, ReferenceDesignDefinition]:
        return self.entries["reference-design"]

    @cached_property
    def hardware_by_id(self) -> Mapping[str, Spec]:
        """What a drawing places: node specs, switches, racks and PDUs."""
        return {**self.node_specs, **self.switches, **self.racks, **self.pdus}

    def selection_for(self, reference_id: str) -> HardwareSelection:
        """The hardware that a reference design is built from.

        Raises:
            KeyError: there is no such reference design.
        """
        return self.selection(self.reference_designs[reference_id].hardware)

    def selection(self, choice: Mapping[str, Any], path: str = "hardware") -> HardwareSelection:
        """The hardware that `choice` names: role -> id, ids of storage tiers, existing nodes with spec, role and count.

        Raises:
            InvalidDocument: an id is not in the catalog, or is a thing of another kind.
        """
        problems: list[Problem] = []
        found: dict[str, Any] = {}
        for role, kind in ROLES.items():
            wanted = choice.get(role)
            if wanted is None and role in ("control", "storage"):
                found[role] = None
                continue
            spec = self.hardware_by_id.get(wanted or "")
            if not isinstance(spec, kind):
                fitting = ", ".join(
                    key for key, item in self.hardware_by_id.items() if isinstance(item, kind)
                )
                message = "is missing" if wanted is None else f"is not a {_words(kind)} of the catalog"
                problems.append(Problem(f"{path}.{role}", wanted, message, f"Use one of: {fitting}."))
            found[role] = spec
        tiers: Sequence[str] = choice.get("storage_tiers", ())
        found["storage_tiers"] = tuple(
            self._node(key, f"{path}.storage_tiers[{index}]", problems) for index, key in enumerate(tiers)
        )
        owned: Sequence[Mapping[str, Any]] = choice.get("existing", ())
        found["existing"] = tuple(
            ExistingNodes(
                spec=self._node(row["spec"], f"{path}.existing[{index}].spec", problems),
                role=NodeRole(row["role"]),
                count=row["count"],
            )
            for index, row in enumerate(owned)
        )
        if problems:
            raise InvalidDocument(problems)
        return HardwareSelection(**found, larger_spines=self._larger_spines(found["spine"], found["leaf"]))

    def _larger_spines(self, spine: SwitchSpec, leaf: SwitchSpec) -> tuple[SwitchSpec, ...]:
        """Spines with more ports, each fast enough for an uplink of `leaf`, smallest first."""
        up, chosen = leaf.port_group("up"), spine.port_group("down")
        if up is None or chosen is None:
            return ()
        slowest = min(up.gbps, chosen.gbps)
        found = [
            (ports.count, switch.id)
            for switch in self.switches.values()
            if switch.role is SwitchRole.SPINE
            and (ports := switch.port_group("down"))
            and ports.count > chosen.count
            and ports.gbps >= slowest
        ]
        return tuple(self.switches[key] for _, key in sorted(found))

    def _node(self, key: str, field: str, problems: list[Problem]) -> Any:
        """The node spec of an id; None, and one problem more, where the catalog has none."""
        spec = self.node_specs.get(key)
        if spec is None:
            remedy = f"Use one of: {', '.join(self.node_specs)}."
            problems.append(Problem(field, key, "is not a node spec of the catalog", remedy))
        return spec


def load_library(directory: Path = DATA) -> Library:
    """Read the starter catalog from its YAML files.

    Raises:
        InvalidDocument: an entry is not possible; each mistake by file, id and field.
    """
    return library_of((kind, document) for kind in KINDS for document in documents_of(kind, directory))


def documents_of(kind: str, directory: Path = DATA) -> list[dict[str, Any]]:
    """The entries of `kind` in the starter catalog, as plain data."""
    text = (directory / f"{kind}.yaml").read_text(encoding="utf-8")
    documents: list[dict[str, Any]] = yaml.safe_load(text)["entries"]
    return documents


def library_of(documents: Iterable[tuple[str, Mapping[str, Any]]]) -> Library:
    """Return the library of (kind, document) pairs, checked one by one and against each other.

    Raises:
        InvalidDocument: with every mistake.
    """
    entries: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    problems: list[Problem] = []
    for kind, document in documents:
        name = str(document.get("id", "?"))
        try:
            entry: Any = read(KINDS[kind], document, path=f"{kind}.{name}")
        except InvalidDocument as error:
            problems += error.problems
            continue
        if name in entries[kind]:
            problems.append(
                Problem(f"{kind}.{name}.id", name, "is there twice", "Give each entry an id of its own.")
            )
        entries[kind][name] = entry
    library = Library(entries=entries)
    if not problems:
        problems = list(_dangling(library))
    if problems:
        raise InvalidDocument(problems)
    return library


def _dangling(library: Library) -> Iterable[Problem]:
    for design in library.reference_designs.values():
        try:
            library.selection(design.hardware, f"reference-design.{design.id}.hardware")
        except InvalidDocument as error:
            yield from error.problems
        for rack in design.racks:
            for spec in rack.content:
                if spec not in library.hardware_by_id:
                    field = f"reference-design.{design.id}.racks.{rack.name}"
                    yield Problem(field, spec, "is not in the catalog", "Add it, or use another.")
    for service in library.services.values():
        for other in service.depends_on:
            if other not in library.services:
                field = f"service.{service.id}.depends_on"
                yield Problem(field, other, "is not a service of the catalog", "Add it, or leave it out.")


def _words(kind: type) -> str:
    return {NodeSpec: "server", SwitchSpec: "switch", RackSpec: "rack", PduSpec: "PDU"}[kind]
