"""The catalog for the rest of the product: loaded from files, looked up from rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import transaction

from catalog.documents import refused
from catalog.engine.definitions import ReferenceDesignDefinition
from catalog.engine.documents import InvalidDocument, write
from catalog.engine.hardware import HardwareSelection
from catalog.library import KINDS, Library, documents_of, library_of
from catalog.models import CatalogEntry, CatalogState


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What loading a catalog did, as lists of `kind slug`."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int


@transaction.atomic
def load_catalog(documents: Iterable[tuple[str, Mapping[str, Any]]] | None = None) -> Loaded:
    """Check the starter catalog, or `documents`, and add or change what differs. Nothing is ever removed.

    Raises:
        Invalid: an entry is not possible; nothing is changed then.
    """
    pairs = list(documents) if documents is not None else starter_documents()
    present = {(entry.kind, entry.slug): entry for entry in CatalogEntry.objects.select_for_update()}
    untouched = [(key[0], entry.document) for key, entry in present.items() if key not in _keys(pairs)]
    try:
        library_of([*pairs, *untouched])
    except InvalidDocument as error:
        raise refused(error) from error
    added, changed = [], []
    for position, (kind, document) in enumerate(pairs):
        wanted = _entry(kind, document, position)
        entry = present.get((kind, wanted.slug))
        if entry is None:
            added.append(wanted)
        elif (entry.document, entry.position) != (wanted.document, wanted.position):
            wanted.pk = entry.pk
            changed.append(wanted)
    CatalogEntry.objects.bulk_create(added)
    for entry in changed:
        entry.save()
    if added or changed:
        state, _ = CatalogState.objects.get_or_create(pk=1)
        state.number += 1
        state.save()
    return Loaded(
        added=tuple(f"{entry.kind} {entry.slug}" for entry in added),
        changed=tuple(f"{entry.kind} {entry.slug}" for entry in changed),
        unchanged=len(pairs) - len(added) - len(changed),
    )


def starter_documents() -> list[tuple[str, Mapping[str, Any]]]:
    """Every entry of the starter catalog that the product ships."""
    return [(kind, document) for kind in KINDS for document in documents_of(kind)]


def library() -> Library:
    """Return the catalog as it is now, from memory when nothing changed."""
    state = CatalogState.objects.filter(pk=1).first()
    return _library(state.number if state else 0)


@lru_cache(maxsize=2)
def _library(_number: int) -> Library:
    return library_of((entry.kind, entry.document) for entry in CatalogEntry.objects.all())


def forget_library() -> None:
    """Drop the copy in memory: for tests, whose databases come and go under the same number."""
    _library.cache_clear()


def selection(choice: Mapping[str, Any], path: str = "hardware") -> HardwareSelection:
    """Return the hardware that `choice` names, as `Library.selection` reads it.

    Raises:
        Invalid: an id is not in the catalog, or is a thing of another kind.
    """
    try:
        return library().selection(choice, path)
    except InvalidDocument as error:
        raise refused(error) from error


def reference_design(reference_id: str) -> ReferenceDesignDefinition | None:
    """Return one reference design, or None when there is none of that id."""
    return library().reference_designs.get(reference_id)


def reference_design_ids() -> list[str]:
    """Return the ids of all reference designs."""
    return list(library().reference_designs)


def _keys(pairs: Iterable[tuple[str, Mapping[str, Any]]]) -> set[tuple[str, str]]:
    return {(kind, str(document.get("id", ""))) for kind, document in pairs}


def _entry(kind: str, document: Mapping[str, Any], position: int) -> CatalogEntry:
    plain = write(document)
    roles = plain.get("roles") if kind == "node-spec" else None
    return CatalogEntry(
        kind=kind,
        slug=plain["id"],
        name=plain.get("name") or plain.get("title", ""),
        manufacturer=plain.get("manufacturer", ""),
        model=plain.get("model", ""),
        group=("hyper-converged" if len(roles) > 1 else roles[0])
        if roles
        else plain.get("role") or plain.get("layer", ""),
        position=position,
        document=plain,
    )
