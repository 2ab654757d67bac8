"""Everything that the printed templates of a proposal are given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog.documents import parse
from catalog.library import Library
from costing import charts, pages
from costing.models import Comparison, Proposal
from costing.proposals import appendix, checks, content
from designer import pages as design_pages
from designer.drawing.svg import described, draw
from designer.engine.bill import BillLine
from designer.engine.document import fingerprint
from designer.engine.topology import Topology
from designer.models import Sizing
from designer.services import document_of

HALF, FULL = 2, 4
"""Columns of a legend in half the page's width, and in all of it."""
SIZES: Mapping[str, dict[str, Any]] = {
    "yearly": {"width": 250, "height": 108, "legend_columns": HALF},
    "cumulative": {"width": 250, "height": 120, "legend_columns": HALF},
    "growth": {"width": 250, "height": 135, "legend_columns": FULL},
    "breakdown": {"width": 180, "height": {"step": 3.6}, "legend_columns": HALF},
    "waterfall": {"width": 600, "height": 108, "legend_columns": FULL},
}
"""Size of each chart without its axes, in units: two stand side by side, the last fills the page's width."""


def heading_of(proposal: Proposal) -> content.Heading:
    """Who offers what to whom, and when."""
    design, customer = proposal.design, proposal.design.customer
    return content.Heading(
        reference=proposal.reference,
        title=design.name,
        customer=customer.name,
        place=customer.city,
        design=design.name,
        revision=proposal.comparison.revision.number,
        author=proposal.author.name or design.team.name,
        team=design.team.name,
        made_at=proposal.created_at,
    )


def context_of(proposal: Proposal, sizing: Sizing, library: Library) -> dict[str, Any]:
    """Return what the templates of `proposal` show, from its comparison and the `sizing` of the same revision."""
    comparison = proposal.comparison
    revision, result = comparison.revision, comparison.result
    plan = document_of(revision)
    tco = result["tco"]
    laid_out = parse(Topology, sizing.topology)
    topology = plan.topology if plan.topology.nodes else laid_out
    bill = [parse(BillLine, {**line, "spec": None}) for line in result["bill"]]
    totals = design_pages.totals(plan.workload)
    shown = pages.shown(comparison)
    sources = appendix.Sources(item["key"] for item in tco["assumptions"])
    made_with = made_with_words(comparison, sizing)
    chapters = content.chapters()
    return {
        "meta": heading_of(proposal),
        "chapters": chapters,
        "at": {chapter.id: chapter.number for chapter in chapters},
        **shown,
        "tco": tco,
        "months": tco["horizon_months"],
        "public_names": list(dict.fromkeys(o["name"] for o in tco["options"] if not o["is_private"])),
        "coloured": list(zip(shown["cards"], charts.colours(result), strict=True)),
        "outcome": content.outcome(tco),
        "summary_tiles": content.summary_tiles(tco, sizing.result, servers=len(laid_out.nodes)),
        "mix": content.public_mix(tco),
        "notices": content.price_notices(tco),
        "first_notices": content.first_notices(tco),
        "workload": plan.workload,
        "totals": totals,
        "policies": content.policy_rows(plan.policies),
        "drawings": drawings(topology, library, proposal.design.name),
        "servers": len(laid_out.nodes),
        "sizing": sizing.result,
        "capacity_tiles": content.capacity_tiles(sizing.result),
        "waterfall": design_pages.waterfall(sizing.result),
        "pools": content.pool_rows(sizing.result),
        "bill": content.bill_of(bill),
        "services": content.service_groups(library.services, topology),
        "networks": content.network_rows(topology, library.networks),
        "checks": checks.chapter_of(proposal.checks or checks.checked(revision)),
        "failures": checks.failures_of(revision, until=proposal.created_at),
        "drawn_otherwise": content.drawn_otherwise(topology, laid_out),
        "charts": chart_figures(comparison),
        "facility_words": pages.FACILITY_WORDS[plan.cost.facility],
        "fairness": content.fairness(
            workload=plan.workload,
            policies=plan.policies,
            sizing=sizing.result,
            result=result,
            totals=totals,
            made_with=made_with,
        ),
        "assumptions": content.assumption_groups(tco),
        "explained": appendix.explained(sizing.result, tco, charts.option_names(result), sources),
        "hardware": appendix.hardware_rows(tco, sources),
        "sources": sources.listed,
        "made_with": made_with,
    }


def drawings(topology: Topology, library: Library, name: str) -> dict[str, str]:
    """The racks and the networks as SVG for print, each with its alternative text."""
    words = {"racks": "Racks", "networks": "Fabric and networks"}
    return {
        view: draw(
            topology,
            library.hardware_by_id,
            theme="print",
            title=f"{label} of {name}. {described(topology)}.",
            view=view,
        )
        for view, label in words.items()
    }


def chart_figures(comparison: Comparison) -> dict[str, dict[str, str]]:
    """The charts of the comparison for print, by key; those that it cannot have are missing."""
    result = comparison.result
    return {
        key: {
            "title": charts.CHARTS[key][0],
            "svg": charts.print_svg(result, key, pages.described(result, key), **SIZES[key]),
        }
        for key in charts.keys_for(result)
    }


def made_with_words(comparison: Comparison, sizing: Sizing) -> str:
    """What it takes to compute the document again."""
    books = ", ".join(match["price_book"] for match in comparison.result["matches"])
    return (
        f"Revision {comparison.revision.number} ({fingerprint(comparison.revision.document)[:16]}), sizing engine {sizing.engine_version}, cost engine "
        f"{comparison.engine_version}, price books {books or 'none'}, question {comparison.fingerprint[:16]}"
    )
