"""Pages of the catalog: one list a kind, one page an entry, each with where its numbers come from."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from catalog.library import KINDS
from catalog.models import CatalogEntry
from catalog.planned_models import compared, sold_as

PAGE_SIZE = 50
TITLES = {
    "node-spec": "Node specs",
    "switch": "Switches",
    "rack": "Racks",
    "pdu": "Power distribution",
    "part": "Cables and optics",
    "service": "Services",
    "network": "Networks",
    "reference-design": "Reference designs",
}
SORTS = ("name", "manufacturer", "group")
SOURCES = {"facts_source": "the model", "cpu_source": "the CPU", "source": "all of it"}
"""Fields that say where the others are from -> what they speak of."""
SIGNS = {
    "cpu": "CPU", "gpus": "GPUs", "ram": "RAM", "osd": "OSD", "osds": "OSDs", "db": "DB", "mtu": "MTU",
    "vlan": "VLAN", "cidr": "CIDR", "ghz": "GHz", "tdp": "TDP", "gib": "GiB", "tb": "TB", "gb": "GB",
    "gbps": "Gb/s", "kg": "kg", "watts": "W", "volts": "V", "amps": "A", "vms": "VMs",
}  # fmt: skip
"""Words of field names that people write otherwise."""


@login_required
@require_GET
def entry_list(request: HttpRequest, kind: str = "node-spec") -> HttpResponse:
    """The entries of one kind, searched by name, maker or model."""
    if kind not in KINDS:
        raise Http404
    query = request.GET.get("q", "").replace("\0", "").strip()[:120]
    sort = request.GET.get("sort", "")
    entries = CatalogEntry.objects.visible_to(request.user).of_kind(kind).matching(query)
    if sort.removeprefix("-") in SORTS:
        entries = entries.order_by(sort, "slug")
    context = {
        "kind": kind,
        "title": TITLES[kind],
        "titles": TITLES.items(),
        "query": query,
        "page": Paginator(entries, PAGE_SIZE).get_page(request.GET.get("page")),
    }
    return render(request, "catalog/entry_list.html", context)


@login_required
@require_GET
def entry_detail(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    """One entry, whole."""
    entries = CatalogEntry.objects.visible_to(request.user)
    entry = get_object_or_404(entries, kind=kind, slug=slug)
    plain = {
        name: value
        for name, value in entry.document.items()
        if _is_plain(value) and name not in ("id", "name")
    }
    sold = sold_as(request.user, entry)
    context = {
        "sold": sold,
        "compared": compared(entry, sold) if sold else [],
        "entry": entry,
        "title": TITLES[kind],
        "document": entry.document,
        "facts": {_label(name): value for name, value in plain.items() if name not in SOURCES},
        "sources": [(title, plain[name]) for name, title in SOURCES.items() if name in plain],
    }
    return render(request, "catalog/entry_detail.html", context)


def _label(field: str) -> str:
    """`cpu_tdp_watts` as "CPU TDP W"."""
    return " ".join(SIGNS.get(word, word) for word in field.split("_"))


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float) and value != ""
