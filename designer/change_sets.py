"""Edits of the drawing, one gesture each: stored as what they changed, not as the whole document again.

A drawing of 10,000 nodes is a megabyte of JSON. An edit checks and stores what it touches; the document as a whole is
written now and then, and by every edit of another kind. What a process has read once it keeps, at its version.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from catalog import services as catalog_services
from catalog.documents import parse, refused
from catalog.engine.documents import InvalidDocument, write
from config.errors import Conflict, Invalid, PreconditionRequired, Problem, Stale
from designer import services
from designer.engine.change_set import MOST_OPERATIONS, Drawing, Operation
from designer.models import ChangeSet, Design

SNAPSHOT_AFTER = 256
"""Change sets on top of a snapshot before the next one is written."""
MOST_KEPT = 60_000
"""Elements of drawings that a process keeps between edits: some 100 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """An edit that is stored."""

    version: int
    changes: Sequence[dict[str, Any]]


class Drawings:
    """Drawings that were edited lately, each at one version. Lent to one edit at a time, which gives it back."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[UUID, tuple[int, Drawing]] = OrderedDict()
        self._lock = Lock()

    def take(self, design: Design) -> Drawing:
        """Return the drawing of `design` at its version. Nobody else has it until it is given back.

        Raises:
            Stale: somebody changed the design since `design` was read.
        """
        with self._lock:
            version, drawing = self._kept.pop(design.pk, (0, None))
        if drawing is not None and version < design.version:
            missed = list(
                design.change_sets.filter(version__gt=version, version__lte=design.version).order_by(
                    "version"
                )
            )
            if any(change_set.operations is None for change_set in missed):
                drawing = None
            else:
                for change_set in missed:
                    drawing.apply(change_set.read_operations())
        if drawing is None or version > design.version:
            whole = Design.objects.get(pk=design.pk)
            if whole.version != design.version:
                raise stale(whole, design.version)
            drawing = Drawing(whole.document["topology"])
        return drawing

    def give_back(self, design: UUID, version: int, drawing: Drawing) -> None:
        with self._lock:
            self._kept[design] = version, drawing
            while len(self._kept) > 1 and sum(kept.size for _, kept in self._kept.values()) > self._most:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


drawings = Drawings(MOST_KEPT)


def change_drawing(
    *,
    design: Design,
    operations: Any,
    name: str,
    key: UUID | None,
    based_on: int | None,
    user: User,
) -> Saved:
    """Make `operations`, plain data, part of the working drawing and return the version they made.

    `design` needs no document, only its version, team and id. The same `key` again is the same edit: it is answered
    with the version that it made, whatever came after, so that a sender who heard nothing can ask again.

    Raises:
        Forbidden: the role of `user` does not allow it.
        PreconditionRequired: no version was named.
        Stale: the drawing has moved on. Nothing is saved; the error has what changed since, operations included.
        Invalid: an operation is not possible; says which, and what would be.
        Conflict: `key` was used by an edit with other operations.
    """
    services.must_edit(user, design.team)
    if key is not None and (before := design.change_sets.filter(key=key).first()) is not None:
        return _again(before, operations)
    if based_on is None:
        message = f'Send If-Match with the version you have; the current one is "{design.version}".'
        raise PreconditionRequired(message)
    if based_on != design.version:
        raise stale(design, based_on)
    asked = _read(operations, name)
    drawing = drawings.take(design)
    try:
        plan = drawing.plan(asked, catalog_services.library().hardware_by_id)
    except InvalidDocument as error:
        drawings.give_back(design.pk, design.version, drawing)
        raise refused(error) from error
    if not plan.changes:
        drawings.give_back(design.pk, design.version, drawing)
        return Saved(version=design.version, changes=())
    saved = _store(design, asked, name, key, [write(change) for change in plan.changes], user)
    drawing.apply(asked)
    # Where the edit is part of something larger that fails, the drawing is read anew.
    transaction.on_commit(partial(drawings.give_back, design.pk, saved.version, drawing))
    return saved


def _read(operations: Any, name: str) -> tuple[Operation, ...]:
    if problems := services.text_problems("name", name, longest=120):
        raise Invalid(problems)
    asked = parse(tuple[Operation, ...], operations, path="operations")
    if not 1 <= len(asked) <= MOST_OPERATIONS:
        remedy = f"Send from 1 to {MOST_OPERATIONS:,} operations; larger changes replace the whole drawing."
        raise Invalid([Problem("operations", len(asked), "is the number of operations", remedy)])
    return asked


def _again(before: ChangeSet, operations: Any) -> Saved:
    if [write(operation) for operation in before.read_operations()] != [
        write(operation) for operation in parse(tuple[Operation, ...], operations, path="operations")
    ]:
        raise Conflict(
            f"The key of this edit came with other operations before, as version {before.version}."
        )
    return Saved(version=before.version, changes=before.changes)


@transaction.atomic
def _store(
    design: Design,
    operations: Sequence[Operation],
    name: str,
    key: UUID | None,
    changes: list[dict[str, Any]],
    user: User,
) -> Saved:
    """Take the next version, if nobody else has, and keep what it changes."""
    version = design.version + 1
    moved = Design.objects.filter(pk=design.pk, version=design.version)
    if not moved.update(version=version, changed_at=timezone.now()):
        raise stale(Design.objects.get(pk=design.pk), design.version)
    ChangeSet.objects.create(
        design_id=design.pk,
        version=version,
        author=user,
        part="topology",
        name=name.strip(),
        key=key,
        changes=changes,
        operations=[write(operation) for operation in operations],
    )
    if version % SNAPSHOT_AFTER == 0:
        _write_snapshot(design.pk)
    return Saved(version=version, changes=changes)


def _write_snapshot(design: UUID) -> None:
    whole = Design.objects.get(pk=design)
    whole.document = whole.document
    whole.save(update_fields=["snapshot", "snapshot_version"])


def stale(design: Design, based_on: int) -> Stale:
    """What to tell whose drawing is not the newest: the version that is, and every edit in between."""
    return Stale(
        f"You changed version {based_on}; the design is at version {design.version} now.",
        current_version=design.version,
        detail={"changes": services.changes_since(design, based_on)},
    )
