"""Pages of hardware models: the list, one model whole, and imports from the upload to being in force."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.permissions import may_edit_catalog, require
from catalog import device_imports
from catalog.engine.device_types import MAX_ITEMS, MODEL_KINDS, Lack, PortGroup
from catalog.hardware_list import HardwareSearch, found_models, states_in_force
from catalog.imports import archives, device_files
from catalog.models import HardwareImport, HardwareModel
from config.errors import DomainError
from jobs.models import Job
from jobs.services import may_control

PAGE_SIZE = 50
LINK = re.compile(r"\[([^\[\]]{1,80})\]\((https://[^\s()<>\"']{1,300})\)")
"""A link as comments write it. Any other than https stays text."""
SOCKETS_DRAWN = 240
LACKS = {lack.value: lack.value.replace("-", " ").capitalize() for lack in Lack}
KIND_NAMES = dict(zip(MODEL_KINDS, ("Device", "Module"), strict=True))
SPEEDS = (1, 10, 25, 40, 100, 400)
"""Steps of the colours of sockets, Gb/s."""
BAYS = {
    "power_ports": "Power ports",
    "power_outlets": "Power outlets",
    "console_ports": "Console ports",
    "console_server_ports": "Console server ports",
    "module_bays": "Module bays",
    "device_bays": "Device bays",
    "front_ports": "Front ports",
    "rear_ports": "Rear ports",
    "inventory_items": "Parts inside",
}
FACTS = {
    "part_number": "part number", "u_height": "height, U", "is_full_depth": "full depth", "airflow": "airflow", "weight_kg": "weight, kg",
    "is_powered": "takes power", "subdevice_role": "role among bays", "has_front_image": "front picture in the library",
    "has_rear_image": "rear picture in the library", "description": "description", "comments": "comments",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sockets:
    """A group of ports as the face of a device shows it."""

    group: PortGroup
    speed: int
    """Step of `SPEEDS`, 0 where the speed is unknown."""
    names: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Ports, outlets or bays of one kind as a row."""

    label: str
    what: str
    maximum_watts: int | None
    allocated_watts: int | None
    note: str
    names: tuple[str, ...]


@login_required
@require_GET
def model_list(request: HttpRequest) -> HttpResponse:
    """The hardware models in force: searched, filtered, sorted."""
    search = _search_asked(request)
    makers = (
        HardwareModel.objects.all()
        .visible_to(request.user)
        .in_force()
        .order_by("manufacturer")
        .values_list("manufacturer", flat=True)
        .distinct()
    )
    found = found_models(request.user, search)
    context = {
        "search": search,
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "has_models": bool(makers),
        "makers": [("", "All makers"), *((maker, maker) for maker in makers)],
        "kinds": [("", "All"), *((kind, f"{name}s") for kind, name in KIND_NAMES.items())],
        "lacks": [("", "Anything"), *LACKS.items()],
        "may_import": may_edit_catalog(cast(User, request.user)),
    }
    return render(request, "catalog/hardware_list.html", context)


@login_required
@require_GET
def model_detail(request: HttpRequest, identity: UUID) -> HttpResponse:
    """One model whole: its face, its facts, what it lacks, where it is from, and what it was before."""
    states = states_in_force(request.user, identity)
    model = get_object_or_404(states.in_force())
    document = model.document
    shown = {**document, "comments": LINK.sub("", document.get("comments", "")).strip(" \n|,;*-")}
    context = {
        "model": model,
        "facts": {label: value for name, label in FACTS.items() if (value := shown.get(name, "")) != ""},
        "links": LINK.findall(document.get("comments", "")),
        "sockets": [_sockets(group) for group in model.ports],
        "parts": [parts for name, label in BAYS.items() for parts in _parts(label, document.get(name, ()))],
        "history": states[:20],
        "may_import": may_edit_catalog(cast(User, request.user)),
    }
    return render(request, "catalog/hardware_detail.html", context)


@login_required
@require_GET
def import_list(request: HttpRequest) -> HttpResponse:
    """Upload a library of types, and the imports there were."""
    _require_manager(request)
    return _import_list(request)


@login_required
@require_POST
def import_create(request: HttpRequest) -> HttpResponse:
    """Store an upload and have it read; the same bytes while they wait lead to the import there is."""
    _require_manager(request)
    try:
        device_imports.refuse_large_request(request)
        file: Any = request.FILES.get("file")
        name = file.name if file else ""
        found, _ = device_imports.add_import(file=file, name=name, user=cast(User, request.user))
    except DomainError as error:
        return _import_list(request, error)
    return redirect("catalog:hardware-import-detail", found.pk)


@login_required
@require_GET
def import_detail(request: HttpRequest, hardware_import_pk: UUID) -> HttpResponse:
    """What an import would change, file by file and field by field, and what it rejects."""
    return _import_page(request, _visible(request, hardware_import_pk))


@login_required
@require_POST
def import_apply(request: HttpRequest, hardware_import_pk: UUID) -> HttpResponse:
    """Put it in force."""
    return _acted(
        request,
        hardware_import_pk,
        lambda found, user, seen: device_imports.apply(found=found, user=user, based_on=seen),
    )


@login_required
@require_POST
def import_roll_back(request: HttpRequest, hardware_import_pk: UUID) -> HttpResponse:
    """Put in force what was before it."""
    return _acted(
        request,
        hardware_import_pk,
        lambda found, user, seen: device_imports.roll_back(found=found, user=user),
    )


@login_required
@require_POST
def import_read_again(request: HttpRequest, hardware_import_pk: UUID) -> HttpResponse:
    """Read it against what is in force now."""
    return _acted(
        request,
        hardware_import_pk,
        lambda found, user, seen: device_imports.read_again(found=found, user=user),
    )


@login_required
@require_POST
def import_discard(request: HttpRequest, hardware_import_pk: UUID) -> HttpResponse:
    """Forget it: nothing changes."""
    found = _visible(request, hardware_import_pk)
    try:
        device_imports.discard(found=found, user=cast(User, request.user), based_on=_version(request))
    except DomainError as error:
        return _import_page(request, found, error)
    return redirect("catalog:hardware-import-list")


def _acted(request: HttpRequest, pk: UUID, act: Any) -> HttpResponse:
    found = _visible(request, pk)
    try:
        act(found, request.user, _version(request))
    except DomainError as error:
        return _import_page(request, found, error)
    return redirect("catalog:hardware-import-detail", pk)


def _version(request: HttpRequest) -> int:
    """The version of the import that the page showed; 0, which none has, where the form has no number."""
    sent = request.POST.get("version", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0


def _require_manager(request: HttpRequest) -> None:
    require(may_edit_catalog(cast(User, request.user)), "import hardware models")


def _visible(request: HttpRequest, pk: UUID) -> HardwareImport:
    imports = HardwareImport.objects.all().visible_to(request.user)
    return get_object_or_404(imports.select_related("author", "applied_by"), pk=pk)


def _import_list(request: HttpRequest, error: DomainError | None = None) -> HttpResponse:
    imports = (
        HardwareImport.objects.all().visible_to(request.user).without_rejected().select_related("author")
    )
    context = {
        "page": Paginator(imports, PAGE_SIZE).get_page(request.GET.get("page")),
        "refused": _told(error),
        "max_mib": archives.MAX_FILE_BYTES // archives.MIB,
        "max_unpacked_mib": archives.MAX_UNPACKED_BYTES // archives.MIB,
        "max_entries": archives.MAX_ENTRIES,
        "max_file_kib": device_files.MAX_FILE_BYTES // 1024,
        "max_items": MAX_ITEMS,
    }
    return render(
        request, "catalog/hardware_import_list.html", context, status=error.status if error else 200
    )


def _import_page(
    request: HttpRequest, found: HardwareImport, error: DomainError | None = None
) -> HttpResponse:
    counts = found.counts
    asked = request.GET.get("show", "")
    parts = [
        (part, label, counts.get(part, 0))
        for part, label in (("changed", "Changed"), ("new", "New"), ("rejected", "Rejected"))
    ]
    show = asked if asked in [part for part, _, _ in parts] else next((p for p, _, n in parts if n), "new")
    rows: Any = found.rejected
    if show != "rejected":
        rows = (
            found.types.filter(change_count__gt=0)
            if show == "changed"
            else found.types.filter(change_count=0)
        )
        rows = rows.defer("document").order_by("manufacturer", "model", "id")
    job = Job.objects.about(device_imports.SUBJECT, found.pk).order_by("-created_at").first()
    newest = device_imports.newest_applied()
    staged = counts.get("new", 0) + counts.get("changed", 0)
    context = {
        "import": found,
        "counts": counts,
        "staged": staged,
        "parts": parts,
        "show": show,
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "lacking": [
            (LACKS[word], count, count / staged)
            for word, count in counts.get("lacking", {}).items()
            if staged
        ],
        "unread": counts.get("unread", {}),
        "job": job,
        "may_control": job is not None and may_control(cast(User, request.user), job),
        "is_reading": found.state == HardwareImport.State.READING,
        "is_ready": found.state == HardwareImport.State.READY,
        "is_applied": found.state == HardwareImport.State.APPLIED,
        "is_rolled_back": found.state == HardwareImport.State.ROLLED_BACK,
        "may_roll_back": newest is not None and newest.pk == found.pk,
        "refused": _told(error),
    }
    return render(request, "catalog/hardware_import.html", context, status=error.status if error else 200)


def _told(error: DomainError | None) -> dict[str, Any] | None:
    """What went wrong, a line each, with what helps."""
    if error is None:
        return None
    lines = [f"{p.field}: {p.message}. {p.remedy}" for p in error.problems] or [error.message]
    return {"title": error.title, "lines": lines[:10]}


def _search_asked(request: HttpRequest) -> HardwareSearch:
    """What the filters say. A choice that is none counts as not made: an old link still opens."""
    asked = {
        name: request.GET.get(name, "").strip()[:100]
        for name in ("kind", "manufacturer", "height", "missing", "sort")
    }
    search = HardwareSearch(words=request.GET.get("q", "").strip()[:80], **asked)
    for problem in search.problems():
        search = replace(search, **{problem.field: ""})
    return search


def _sockets(group: PortGroup) -> Sockets:
    speed = sum(1 for step in SPEEDS if group.gbps is not None and group.gbps >= step)
    return Sockets(
        group=group,
        speed=speed,
        names=group.names[:SOCKETS_DRAWN],
        more=max(0, group.count - SOCKETS_DRAWN),
    )


def _parts(label: str, entries: Iterable[Mapping[str, Any]]) -> Iterator[Parts]:
    """Group `entries` that differ in their names only, in their order."""
    groups: dict[tuple[Any, ...], list[str]] = {}
    for entry in entries:
        notes = [
            entry.get("description", ""),
            f"fed by {entry['power_port']}" if "power_port" in entry else "",
            f"phase {entry['feed_leg']}" if "feed_leg" in entry else "",
            f"to {entry['rear_port']}" if "rear_port" in entry else "",
        ]
        what = entry.get("type") or entry.get("part_number") or ""
        note = ", ".join(note for note in notes if note)
        key = (what, entry.get("maximum_watts"), entry.get("allocated_watts"), note)
        groups.setdefault(key, []).append(entry["name"])
    for (what, maximum, allocated, note), names in groups.items():
        yield Parts(
            label=label,
            what=what,
            maximum_watts=maximum,
            allocated_watts=allocated,
            note=note,
            names=tuple(names),
        )
