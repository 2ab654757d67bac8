"""What the failure page of a design shows, gathered for its templates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from config.errors import Invalid
from designer import failure_drawing, failure_services
from designer.engine.document import DesignDocument
from designer.engine.failures.graph import Plant
from designer.engine.failures.model import FailureSet, ServiceState, State
from designer.engine.failures.simulate import name_of
from designer.engine.failures.timeline import standing
from designer.engine.topology import FEEDS
from designer.models import Design

MOST_CHOSEN = 200
MOST_LISTED = 60
MOST_RANKED = 100
MOST_SHOWN = 15

GROUPS = (
    ("rack", "Racks"),
    ("zone", "Zones"),
    ("feed", "Feeds of the site"),
    ("pdu", "PDUs"),
    ("network", "Networks (VLAN)"),
    ("device", "Devices"),
    ("service", "Services"),
)
"""What the list of a page offers; links and drives are named by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One element that fails on the page, and the address of the page without it."""

    named: str
    name: str
    without: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One moment of the timeline, and the address of the page at it."""

    when: str
    what: str
    address: str
    is_now: bool
    is_past: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address of the page says."""

    failed: Sequence[str] = ()
    """As `kind:id`."""
    at: int = 0
    """Seconds after the event."""
    look: str = ""
    """A device whose parts are shown."""
    is_looking: bool = False
    """A press on a device in the drawing shows its parts instead of letting it fail."""


def effect(design: Design, document: DesignDocument, asked: Asked) -> dict[str, Any]:
    """Return what the page shows when `asked.failed` fails."""
    if not document.topology.nodes:
        return {"is_drawn": False}
    plant = failure_services.plant_of_document(document)
    wanted = tuple(dict.fromkeys(name.strip()[:200] for name in asked.failed[:MOST_CHOSEN] if name.strip()))
    failed, problem = FailureSet(), ""
    try:
        failed = failure_services.named(wanted)
        report = failure_services.fail(plant, failed)
    except Invalid as error:
        problem = " ".join(f"{p.value} {p.message}. {p.remedy}" for p in error.problems)
        failed = FailureSet()
        report = failure_services.fail(plant, failed)
    chosen = failed.named()
    look = asked.look if asked.look in plant.devices else ""
    here = replace(asked, failed=chosen, look=look, at=0)
    moments = sorted({moment.seconds for moment in report.timeline})
    now = max((seconds for seconds in moments if seconds <= asked.at), default=0)

    def with_failed(names: Sequence[str]) -> str:
        return address(design, replace(here, failed=names))

    def at(seconds: Sequence[int]) -> str:
        return address(design, replace(here, at=seconds[0])) if seconds else ""

    return {
        "is_drawn": True,
        "problem": problem,
        "typed": "" if not problem else wanted[-1],
        "asked": here,
        "chosen": [
            Chosen(named=n, name=_name(plant, n), without=with_failed([o for o in chosen if o != n]))
            for n in chosen
        ],
        "nothing": with_failed(()),
        "groups": _groups(plant, set(chosen)),
        "report": report,
        "has_failed": bool(chosen),
        "services": [
            s for s in report.services if s.missing or s.own_state is not State.UP or s.state is State.DOWN
        ],
        "weaker_services": [s for s in report.services if _is_weaker_by_others(s)],
        "networks": [n for n in report.networks if n.state is not State.UP],
        "bandwidth": report.bandwidth[:MOST_LISTED],
        "more_bandwidth": max(0, len(report.bandwidth) - MOST_LISTED),
        "dead": report.dead[:MOST_LISTED],
        "more_dead": max(0, len(report.dead) - MOST_LISTED),
        "steps": [
            Step(
                when=duration(moment.seconds),
                what=moment.what,
                address=at([moment.seconds]),
                is_now=moment.seconds == now,
                is_past=moment.seconds < now,
            )
            for moment in report.timeline
        ],
        "standing": standing(report, now),
        "when": duration(now),
        "previous": at([s for s in moments if s < now][-1:]),
        "next": at([s for s in moments if s > now][:1]),
        "press_fails": address(design, replace(here, is_looking=False, look="")),
        "press_looks": address(design, replace(here, is_looking=True)),
        "drawing": failure_drawing.drawing(
            plant,
            report,
            name=design.name,
            to=with_failed,
            seconds=now,
            look=(lambda device: address(design, replace(here, look=device))) if asked.is_looking else None,
        ),
        "look": plant.devices[look].name if look else "",
        "parts": failure_drawing.parts(plant, report, look, to=with_failed) if look else "",
    }


def _is_weaker_by_others(service: ServiceState) -> bool:
    """A service that has lost nothing of its own."""
    return service.state is State.DEGRADED and not service.missing and service.own_state is State.UP


def ranking(design: Design, document: DesignDocument) -> dict[str, Any]:
    """Return the stored ranking that fits the design as it is now, for the page."""
    found = failure_services.current_ranking(design, document)
    if found is None:
        return {"ranking": None}
    result = found.result
    damages = [
        damage
        | {"address": address(design, Asked(failed=damage["failed"])), "alike": 1 + len(damage["like_it"])}
        for damage in result["damages"][:MOST_RANKED]
    ]
    pairs = [
        damage | {"address": address(design, Asked(failed=damage["failed"]))}
        for damage in result["pair_damages"][:12]
    ]
    return {
        "ranking": found,
        "single_points": [f"{_plain(c['elements'])} ({c['event']})" for c in result["single_points"]],
        "result": result,
        "damages": damages[:MOST_SHOWN],
        "less_damages": damages[MOST_SHOWN:],
        "switch_pairs": [
            pair | {"address": address(design, Asked(failed=[f"device:{s}" for s in pair["switches"]]))}
            for pair in result["switch_pairs"][:10]
        ],
        "more_damages": max(0, len(result["damages"]) - MOST_RANKED),
        "pair_damages": pairs,
        "availability": [
            (item | {"worst": _plain(item["worst"])}, simulated)
            for item, simulated in zip(result["availability"], result["simulated"], strict=True)
        ],
        "years": result["simulated"][0]["years"] if result["simulated"] else 0,
        "cut_sets": _cut_sets(design, result["cut_sets"]),
    }


def _cut_sets(design: Design, cuts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Cut sets for the page: those of one element and pairs by themselves, pairs that all hold as "any two of"."""
    rows = []
    for event in dict.fromkeys(cut["event"] for cut in cuts):
        mine = [tuple(cut["elements"]) for cut in cuts if cut["event"] == event]
        groups = [one for one in mine if len(one) != 2] + cliques([one for one in mine if len(one) == 2])
        for group in groups:
            row: dict[str, Any] = {"event": event, "names": _plain(group)}
            if len(group) > 2:
                row["names"] = f"any two of {', '.join(_plain([one]) for one in group)}"
            rows.append(row | {"address": address(design, Asked(failed=group[:2]))})
    return rows


def cliques(pairs: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return groups of which any two are one of `pairs`; each pair is in one group, and as few groups as greed finds."""
    partners: dict[str, set[str]] = defaultdict(set)
    for a, b in pairs:
        partners[a].add(b)
        partners[b].add(a)
    found = []
    while any(partners.values()):
        first = min(partners, key=lambda one: (-len(partners[one]), one))
        group = [first]
        for other in sorted(partners[first], key=lambda one: (-len(partners[one] & partners[first]), one)):
            if all(other in partners[one] for one in group):
                group.append(other)
        for one in group:
            partners[one] -= set(group)
        found.append(tuple(sorted(group)))
    return found


def _plain(elements: Sequence[str]) -> str:
    """Elements as `kind:id` in words: a device by its id alone."""
    return " and ".join(e.removeprefix("device:").replace(":", " ") for e in elements)


def address(design: Design, asked: Asked) -> str:
    """Return the address of the failure page that shows `asked`."""
    query = [("failed", name) for name in asked.failed] + ([("at", str(asked.at))] if asked.at else [])
    query += [("look", asked.look)] if asked.look else []
    query += [("press", "look")] if asked.is_looking else []
    path = reverse("designer:design-failures", args=(design.pk,))
    return f"{path}?{urlencode(query)}" if query else path


def duration(seconds: int) -> str:
    """Return seconds as people say them: `20 s`, `10 min`, `5.5 h`."""
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _name(plant: Plant, named: str) -> str:
    kind, _, key = named.partition(":")
    return name_of(plant, kind, key)


def _groups(plant: Plant, chosen: set[str]) -> list[dict[str, Any]]:
    keys = {
        "rack": [rack.id for rack in plant.topology.racks],
        "zone": sorted({rack.zone for rack in plant.topology.racks if rack.zone}),
        "feed": list(FEEDS),
        "pdu": [pdu.id for pdu in plant.topology.pdus],
        "network": [network.id for network in plant.topology.networks],
        "device": list(plant.devices),
        "service": [key for key in plant.service_catalog if key in plant.members],
    }
    found = []
    for kind, title in GROUPS:
        names = [f"{kind}:{key}" for key in keys[kind]]
        options = [(name, _name(plant, name)) for name in names if name not in chosen]
        if options:
            found.append({"title": title, "options": options})
    return found
