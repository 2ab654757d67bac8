"""Specifications of cephadm as a design holds them: YAML documents, read, checked, and played on drives.

The selection of drives is that of `ceph.deployment.drive_selection` (Ceph 16 to 20), compared with it by test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

import yaml

NEED_AN_ID = frozenset({"osd", "rgw", "mds", "ingress", "nfs", "iscsi"})
SERVICES = NEED_AN_ID | {
    "mon", "mgr", "crash", "node-exporter", "prometheus", "alertmanager", "grafana", "loki", "promtail", "alloy",
    "ceph-exporter", "snmp-gateway", "rbd-mirror", "cephfs-mirror", "container", "nvmeof", "smb", "oauth2-proxy",
    "mgmt-gateway", "jaeger-agent", "jaeger-collector", "jaeger-query", "jaeger-tracing", "elasticsearch",
}  # fmt: skip
"""Types of service that cephadm knows; `host` beside them."""
FILTERS = frozenset({"paths", "model", "vendor", "size", "rotational", "all", "limit"})
SIZE = re.compile(r"(?:(?P<low>\d+[A-Z]{1,2})?(?P<range>:)(?P<high>\d+[A-Z]{1,2})?|(?P<exact>\d+[A-Z]{1,2}))")
BYTES: Mapping[str, int] = {"M": 10**6, "MB": 10**6, "G": 10**9, "GB": 10**9, "T": 10**12, "TB": 10**12}
PLACES = ("hosts", "label", "host_pattern")


class UnreadableSpecification(ValueError):
    """The text is no YAML, or a filter has a size that cephadm cannot read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """One drive that no system is on."""

    bytes: int
    is_rotational: bool


def documents(text: str) -> tuple[Mapping[str, Any], ...]:
    """Return the documents of `text`; empty ones left out.

    Raises:
        UnreadableSpecification: the text is no YAML, or a document is no mapping.
    """
    return tuple(_mappings(text))


def _mappings(text: str) -> Iterator[Mapping[str, Any]]:
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text)):
            raise UnreadableSpecification("it has aliases (*name)")  # a few of them can stand for gigabytes
        found = [document for document in yaml.safe_load_all(text) if document is not None]
    except UnreadableSpecification:
        raise
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise UnreadableSpecification(f"it is no YAML{where}") from error
    for document in found:
        if not isinstance(document, dict):
            raise UnreadableSpecification(f"{str(document)[:40]!r} is no set of fields")
        yield document


def name_of(document: Mapping[str, Any]) -> str:
    """Return what cephadm calls a service: its type, and its id where it has one."""
    kind, own = document.get("service_type", "?"), document.get("service_id")
    return f"{kind}.{own}" if own else str(kind)


def problems_of(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return why cephadm refuses a document: what is wrong, and the remedy."""
    kind, found = document.get("service_type"), []
    if kind == "host":
        return [] if document.get("hostname") else [("a host has no hostname", "Name it.")]
    if kind not in SERVICES:
        return [(f"{kind!r} is no type of service", "Correct service_type.")]
    if kind in NEED_AN_ID and not document.get("service_id"):
        found.append((f"{kind} has no service_id", "Give it one."))
    placement = document.get("placement")
    placement = placement if isinstance(placement, dict) else {}
    places = [name for name in PLACES if placement.get(name)]
    if len(places) > 1:
        found.append((f"its placement names {' and '.join(places)}, which exclude each other", "Keep one."))
    for name in ("count", "count_per_host"):
        count = placement.get(name)
        if count is not None and not (isinstance(count, int) and count >= 1):
            found.append((f"{name} is {count!r}", "Use 1 or more."))
    if kind == "ingress":
        body = _body(document)
        lacks = [name for name in ("frontend_port", "monitor_port") if not body.get(name)]
        lacks += [] if body.get("virtual_ip") or body.get("virtual_ips_list") else ["virtual_ip"]
        if lacks:
            found.append((f"ingress lacks {' and '.join(lacks)}", "Set them."))
    if kind == "osd":
        found += _osd_problems(_body(document))
    return found


def _osd_problems(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not body.get("data_devices"):
        yield "it has no data_devices", "Say which drives become OSDs."
    for group in ("data_devices", "db_devices", "wal_devices"):
        filters = body.get(group)
        if not filters:
            continue
        if not isinstance(filters, dict):
            yield f"{group} is no set of filters", "Use rotational, size, limit and the like."
            continue
        if unknown := [str(name) for name in filters if name not in FILTERS]:
            yield (
                f"{group} has filters that cephadm does not know: {', '.join(unknown)}",
                f"Use {', '.join(sorted(FILTERS))}.",
            )
        size = filters.get("size")
        if size is not None:
            try:
                _range(str(size))
            except UnreadableSpecification as error:
                yield f"{group}: {error}", "Write 3T:8T, 5T:, :8T or 3840G."


def takes(document: Mapping[str, Any], host: str, labels: Sequence[str]) -> bool:
    """Return whether the placement of a service covers a host with these labels; without one it covers each."""
    placement = document.get("placement")
    if isinstance(placement, str):
        words = placement.split()
        if words and words[0].isdigit():
            words = words[1:]
        named = [word for word in words if not word.startswith(("label:", "host_pattern:"))]
        wanted = [word.removeprefix("label:") for word in words if word.startswith("label:")]
        return (
            not words
            or any(fnmatchcase(host, name) for name in named)
            or any(label in labels for label in wanted)
        )
    placement = placement if isinstance(placement, dict) else {}
    if hosts := placement.get("hosts"):
        names = [one.get("hostname") if isinstance(one, dict) else str(one).split(":")[0] for one in hosts]
        return host in names
    if label := placement.get("label"):
        return label in labels
    return fnmatchcase(host, str(placement.get("host_pattern") or "*"))


def selected(document: Mapping[str, Any], drives: Sequence[Drive]) -> tuple[list[int], list[int]]:
    """Return the places in `drives` of those that a specification of OSDs takes for data, and then for DB.

    Filters are joined by AND. Filters by model or vendor take every drive: no catalog names either.

    Raises:
        UnreadableSpecification: a size cannot be read.
    """
    body = _body(document)
    data = _matching(body.get("data_devices"), drives, range(len(drives)))
    wal = _matching(body.get("wal_devices"), drives, [n for n in range(len(drives)) if n not in data])
    left = [n for n in range(len(drives)) if n not in data and n not in wal]
    return data, _matching(body.get("db_devices"), drives, left)


def _matching(filters: Any, drives: Sequence[Drive], free: Sequence[int]) -> list[int]:
    if not isinstance(filters, dict) or not filters:
        return []
    if paths := filters.get("paths"):
        return list(free)[: len(paths)]
    low, high = _range(str(filters["size"])) if filters.get("size") is not None else (0, None)
    rotational = filters.get("rotational")
    found = [
        n
        for n in free
        if (rotational is None or drives[n].is_rotational == bool(rotational))
        and drives[n].bytes >= low
        and (high is None or drives[n].bytes <= high)
    ]
    limit = filters.get("limit")
    return found[:limit] if isinstance(limit, int) and limit > 0 else found


def _range(size: str) -> tuple[int, int | None]:
    """The bytes that a filter by size takes: from, and up to."""
    found = SIZE.fullmatch(size)
    if found is None or not (found["exact"] or found["low"] or found["high"]):
        raise UnreadableSpecification(f"size {size[:40]!r} cannot be read")
    if found["exact"]:
        return _bytes(found["exact"]), _bytes(found["exact"])
    return _bytes(found["low"]) if found["low"] else 0, _bytes(found["high"]) if found["high"] else None


def _bytes(text: str) -> int:
    number, unit = re.fullmatch(r"(\d+)([A-Z]+)", text).groups()  # type: ignore[union-attr]  # `SIZE` has matched
    if unit not in BYTES:
        raise UnreadableSpecification(f"the unit {unit} of size {text!r} is not M, G or T")
    return int(number) * BYTES[unit]


def drives_of(*, osds: int, osd_tb: Decimal, is_hdd: bool, db_devices: int, db_tb: Decimal) -> list[Drive]:
    """Return the drives of a node that may become OSDs or carry their DB, data drives first."""
    data = [Drive(bytes=int(osd_tb * 10**12), is_rotational=is_hdd)] * osds
    return data + [Drive(bytes=int(db_tb * 10**12), is_rotational=False)] * db_devices


def _body(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields of a service: in `spec`, or beside it as older files have them."""
    spec = document.get("spec")
    return {**document, **spec} if isinstance(spec, dict) else document
