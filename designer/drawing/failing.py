"""The drawing that things fail in: site, racks, fabric, networks and services; and one device with all its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from designer.drawing import pods, racks
from designer.drawing.canvas import Canvas
from designer.drawing.svg import fabric_of
from designer.engine.topology import Spec, Topology

MARGIN = 24.0
GAP = 36.0
BOX, STEP = 28.0, 8.0
READABLE = 1000.0
"""Rows of boxes are broken here, so that they can be read without scrolling sideways."""
LABELS = 120.0
"""Width of the column with what a row is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One box: its id among marks and links, its name, a word about it, and what it is painted as."""

    id: str
    name: str
    note: str = ""
    paint: str = "frame"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Boxes of one kind."""

    title: str
    parts: Sequence[Part]


def draw_all(
    topology: Topology,
    hardware: Mapping[str, Spec],
    *,
    site: Sequence[Row],
    services: Sequence[Row],
    title: str,
    marks: Mapping[str, str],
    links: Mapping[str, str],
) -> str:
    """Return the whole cloud as an `<svg>`: everything in `links` can be pressed, `marks` says what happened to it."""
    canvas = Canvas("screen", marks, links)
    fabric = fabric_of(topology)
    room = fabric.width_of(topology)
    width, y = room, MARGIN
    y += _rows(canvas, "Site", site, MARGIN, y, min(room, READABLE)) + GAP
    # Many racks are a long walk: what stands for all of them comes first.
    views = (fabric, racks) if fabric is pods else (racks, fabric)
    for view in views:
        if view is racks:
            size = racks.draw(canvas, topology, hardware, MARGIN, y, room)
        else:
            size = fabric.draw(canvas, topology, hardware, MARGIN, y)
        width, y = max(width, size[0]), y + size[1] + GAP
        if view is fabric:
            y += _rows(canvas, "Services", services, MARGIN, y, min(room, READABLE)) + GAP
    return canvas.svg(width + 2 * MARGIN, y - GAP + MARGIN, title)


def draw_parts(
    rows: Sequence[Row], *, title: str, width: float, marks: Mapping[str, str], links: Mapping[str, str]
) -> str:
    """Return the parts of one device as an `<svg>`: cables, drives, power, services, each to be pressed."""
    canvas = Canvas("screen", marks, links)
    height = _rows(canvas, "", rows, MARGIN, MARGIN, width)
    return canvas.svg(width + 2 * MARGIN, height + 2 * MARGIN, title)


def _rows(canvas: Canvas, title: str, rows: Sequence[Row], x: float, y: float, room: float) -> float:
    """Draw rows of boxes, broken where they are longer than `room`; return the height."""
    top = y
    if title:
        canvas.text(x, y + 12, title, "heading")
        y += 28
    for row in (row for row in rows if row.parts):
        canvas.text(x, y + BOX / 2 + 4, row.title, "caption", room=LABELS - 10)
        left = x + LABELS
        for part in row.parts:
            width = part_width(part)
            if left + width > x + room and left > x + LABELS:
                left, y = x + LABELS, y + BOX + STEP
            _box(canvas, part, left, y, width)
            left += width + STEP
        y += BOX + STEP
    return y - top


def part_width(part: Part) -> float:
    """The width of a box with its text."""
    return 20 + 6.4 * len(part.name) + (8 + 5.6 * len(part.note) if part.note else 0)


def _box(canvas: Canvas, part: Part, x: float, y: float, width: float) -> None:
    canvas.open(part.id, f"{part.name}: {part.note}" if part.note else part.name)
    canvas.rect(x, y, width, BOX, part.paint, 4)
    canvas.text(x + 10, y + BOX / 2 + 3.7, part.name, "label")
    if part.note:
        canvas.text(x + width - 10, y + BOX / 2 + 3.7, part.note, "note", anchor="end")
    canvas.close()
