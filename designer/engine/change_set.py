"""Edits of a drawing as plain data: small enough to send, to replay, and to merge with those of somebody else.

A change set is a list of operations, each on one element. They speak of fields, so that two people who change
different fields of one node do not disturb each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any

from catalog.engine.documents import Bounds, InvalidDocument, Problem, read, write
from designer.engine.topology import (
    COLLECTIONS,
    Change,
    Element,
    ExternalRouter,
    Link,
    Network,
    Node,
    NodeGroup,
    Note,
    Pdu,
    Rack,
    Spec,
    StoragePool,
    Switch,
    Topology,
    added,
    changed,
    check,
    removed,
)

Json = dict[str, Any]
Key = tuple[str, str]
"""Collection and id."""

MOST_OPERATIONS = 20_000
"""What one gesture may change: a copy of 2,000 nodes with their links."""

TYPES: Mapping[str, type[Any]] = {
    "racks": Rack,
    "node_groups": NodeGroup,
    "nodes": Node,
    "switches": Switch,
    "pdus": Pdu,
    "external_routers": ExternalRouter,
    "networks": Network,
    "links": Link,
    "pools": StoragePool,
    "notes": Note,
}


class OperationKind(StrEnum):
    ADD = "add"
    SET = "set"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One element added, changed in some fields, or removed."""

    kind: OperationKind
    collection: Annotated[str, Bounds(1, 20)]
    """`nodes`, `links`, ...: a list of the drawing."""
    id: Annotated[str, Bounds(1, 80)]
    fields: Mapping[str, Any] = field(default_factory=dict)
    """The whole element to add, or the fields to set."""
    at: Annotated[int | None, Bounds(0, 10**6)] = None
    """Where in its list an added element stands; None: at the end."""


class Drawing:
    """A drawing as plain JSON data with what an edit asks of it, at one version.

    An edit costs what it touches, not what the drawing holds. Not safe for two threads at once.
    """

    def __init__(self, topology: Json) -> None:
        self.data = topology
        self._elements: dict[str, dict[str, Json]] = {}
        self._users: dict[Key, set[Key]] = defaultdict(set)
        for collection in COLLECTIONS:
            known = {element["id"]: element for element in topology.setdefault(collection, [])}
            self._elements[collection] = known
            for key, element in known.items():
                self._use((collection, key), element)

    @property
    def size(self) -> int:
        """How many elements it holds."""
        return sum(len(known) for known in self._elements.values())

    def element(self, key: Key) -> Json | None:
        return self._elements[key[0]].get(key[1])

    def plan(
        self,
        operations: Sequence[Operation],
        hardware: Mapping[str, Spec],
        services: Collection[str] | None = None,
    ) -> Plan:
        """Return what `operations` make of this drawing, without changing it.

        Raises:
            InvalidDocument: an operation names what is not there, an element is not a possible one, or refers to
                nothing; with every mistake as `operations[i]...`.
        """
        staged: dict[Key, Json | None] = {}
        indices: dict[Key, int] = {}
        problems: list[Problem] = []
        for index, operation in enumerate(operations):
            key = (operation.collection, operation.id)
            indices[key] = index
            if operation.collection not in TYPES:
                remedy = f"Use one of: {', '.join(TYPES)}."
                problems.append(
                    Problem(
                        f"operations[{index}].collection",
                        operation.collection,
                        "is not a list of a drawing",
                        remedy,
                    )
                )
                continue
            before = staged[key] if key in staged else self.element(key)
            problem = _misses(operation, before, f"operations[{index}].id")
            if problem is not None:
                problems.append(problem)
                continue
            try:
                staged[key] = _after(operation, before, f"operations[{index}].fields")
            except InvalidDocument as error:
                problems += error.problems
        if problems:
            raise InvalidDocument(problems)
        self._refuse_impossible(staged, indices, hardware, services)
        befores = {key: self.element(key) for key in staged}
        return Plan(tuple(operations), tuple(_told(befores, staged)))

    def apply(self, operations: Iterable[Operation]) -> None:
        """Make `operations`, which were planned or stored, true of this drawing."""
        for operation in operations:
            key = (operation.collection, operation.id)
            known, listed = self._elements[operation.collection], self.data[operation.collection]
            before = known.get(operation.id)
            after = _after(operation, before, "")
            if before is not None:
                self._forget(key, before)
            if after is None:
                del known[operation.id]
                listed.remove(before)
                continue
            self._use(key, after)
            known[operation.id] = after
            if operation.kind is OperationKind.ADD:
                listed.insert(len(listed) if operation.at is None else operation.at, after)
            else:
                listed[_index_of(listed, operation.id)] = after

    def _refuse_impossible(
        self,
        staged: Mapping[Key, Json | None],
        indices: Mapping[Key, int],
        hardware: Mapping[str, Spec],
        services: Collection[str] | None,
    ) -> None:
        """Check what is touched together with what it touches, as the check of a whole drawing would."""
        part: dict[str, dict[str, Json]] = {collection: {} for collection in COLLECTIONS}
        for key in self._concerned(staged):
            element = staged[key] if key in staged else self.element(key)
            if element is not None:
                part[key[0]][key[1]] = element
        small = {collection: list(elements.values()) for collection, elements in part.items()}
        try:
            found: Sequence[Problem] = check(read(Topology, small), hardware, services)
        except InvalidDocument as error:
            found = error.problems
        if found:
            raise InvalidDocument([_located(problem, small, indices) for problem in found])

    def _concerned(self, staged: Mapping[Key, Json | None]) -> set[Key]:
        """What must be looked at again: the touched, what leans on them, their neighbours, and what all these name."""
        concerned = set(staged)
        for key, after in staged.items():
            before = self.element(key)
            if before is not None and (after is None or after.get("spec") != before.get("spec")):
                concerned |= self._users.get(key, set())
            for target in _targets(key[0], after) if after is not None else ():
                if (
                    target[0] in DEVICES
                ):  # neighbours fill units of the same rack, or ports of the same device
                    concerned |= self._users.get(target, set())
            if key[0] in DEVICES:
                concerned |= {(other, key[1]) for other in DEVICES if key[1] in self._elements[other]}
            if key[0] == "pools":
                concerned |= {("pools", other) for other in self._elements["pools"]}
        waiting = list(concerned)
        while waiting:
            key = waiting.pop()
            element = staged[key] if key in staged else self.element(key)
            named = set(_targets(key[0], element)) - concerned if element is not None else set()
            concerned |= named
            waiting += named
        return concerned

    def _use(self, key: Key, element: Json) -> None:
        for target in _targets(key[0], element):
            self._users[target].add(key)

    def _forget(self, key: Key, element: Json) -> None:
        for target in _targets(key[0], element):
            self._users[target].discard(key)


DEVICES = ("racks", "nodes", "switches", "pdus", "external_routers")
"""They share one space of ids."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Operations that may be made, and what they change in words and fields."""

    operations: tuple[Operation, ...]
    changes: tuple[Change, ...]


def replay(topology: Json, operations: Iterable[Operation]) -> Json:
    """Return `topology`, which is changed, with stored `operations` made."""
    drawing = Drawing(topology)
    drawing.apply(operations)
    return drawing.data


def operations_between(before: Topology, after: Topology) -> list[Operation]:
    """Return operations that make `after` of `before`, for all but the order of elements that both have."""
    found: list[Operation] = []
    for collection in COLLECTIONS:
        old = {element.id: element for element in getattr(before, collection)}
        new = {element.id: element for element in getattr(after, collection)}
        for key in old:
            if key not in new:
                found.append(Operation(kind=OperationKind.REMOVE, collection=collection, id=key))
        for index, (key, element) in enumerate(new.items()):
            if key not in old:
                found.append(
                    Operation(
                        kind=OperationKind.ADD, collection=collection, id=key, fields=write(element), at=index
                    )
                )
            elif element != old[key]:
                was, now = write(old[key]), write(element)
                differing = {name: now[name] for name in now if now[name] != was[name]}
                found.append(
                    Operation(kind=OperationKind.SET, collection=collection, id=key, fields=differing)
                )
    return found


def _misses(operation: Operation, before: Json | None, field_name: str) -> Problem | None:
    if operation.kind is OperationKind.ADD and before is not None:
        return Problem(
            field_name, operation.id, "is in the drawing already", "Use another id, or set its fields."
        )
    if operation.kind is not OperationKind.ADD and before is None:
        return Problem(field_name, operation.id, "is not in the drawing", "Add it first, or leave this out.")
    return None


def _after(operation: Operation, before: Json | None, path: str) -> Json | None:
    """The element after `operation`, whole and in the form that is stored; None when it is gone."""
    if operation.kind is OperationKind.REMOVE:
        return None
    kind = TYPES[operation.collection]
    if "id" in operation.fields and operation.fields["id"] != operation.id:
        remedy = "An id never changes: remove the element and add another."
        raise InvalidDocument(
            [Problem(f"{path}.id", operation.fields["id"], f"is not {operation.id}", remedy)]
        )
    merged = {**(before or {}), **operation.fields, "id": operation.id}
    stored: Json = write(read(kind, merged, path=path))
    return stored


def _told(befores: Mapping[Key, Json | None], staged: Mapping[Key, Json | None]) -> Iterator[Change]:
    for key, after in staged.items():
        before, kind = befores[key], COLLECTIONS[key[0]]
        old, new = _typed(key[0], before), _typed(key[0], after)
        if old is None and new is not None:
            yield added(kind, new)
        elif new is None and old is not None:
            yield removed(kind, old)
        elif old is not None and new is not None and old != new:
            yield changed(kind, old, new)


def _typed(collection: str, element: Json | None) -> Element | None:
    if element is None:
        return None
    typed: Element = read(TYPES[collection], element)
    return typed


def _targets(collection: str, element: Json) -> Iterator[Key]:
    """What `element` refers to in its drawing; a device by each list that could hold it."""
    if collection == "links":
        for end in (element["a"]["element"], element["b"]["element"]):
            yield from ((devices, end) for devices in ("nodes", "switches", "external_routers"))
        yield from (("networks", network) for network in element["networks"])
    elif collection in ("nodes", "switches", "pdus"):
        if element["rack"]:
            yield ("racks", element["rack"])
        if element.get("group"):
            yield ("node_groups", element["group"])


def _located(problem: Problem, small: Mapping[str, list[Json]], indices: Mapping[Key, int]) -> Problem:
    """Say of a problem in the small drawing which operation brought it, or else which element has it."""
    collection, bracket, rest = problem.field.partition("[")
    if not bracket:
        return problem
    number, _, tail = rest.partition("]")
    key = (collection, small[collection][int(number)]["id"])
    place = f"operations[{indices[key]}].fields" if key in indices else f"{collection}.{key[1]}"
    return Problem(f"{place}{tail}", problem.value, problem.message, problem.remedy)


def _index_of(listed: Sequence[Json], key: str) -> int:
    return next(index for index, element in enumerate(listed) if element["id"] == key)
