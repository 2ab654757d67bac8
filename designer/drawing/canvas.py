"""A sheet of SVG: shapes named by what they are, painted by class on screen and by attribute in print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

Style = Mapping[str, str]

FONT = "Inter, system-ui, sans-serif"

PAINTS: Mapping[str, Style] = {
    "paper": {"fill": "#ffffff"},
    "heading": {"fill": "#0f172a", "font-size": "17", "font-weight": "700"},
    "caption": {"fill": "#0f172a", "font-size": "12", "font-weight": "600"},
    "label": {"fill": "#0f172a", "font-size": "10.5", "font-weight": "600"},
    "note": {"fill": "#475569", "font-size": "10", "font-weight": "400"},
    "unit": {"fill": "#64748b", "font-size": "8", "font-weight": "400"},
    "frame": {"fill": "#f8fafc", "stroke": "#64748b", "stroke-width": "1.5"},
    "rail": {"fill": "#e2e8f0"},
    "slot": {"stroke": "#e2e8f0", "stroke-width": "0.6"},
    "break": {"stroke": "#94a3b8", "stroke-width": "0.8", "fill": "none"},
    "pdu-a": {"fill": "#fde68a", "stroke": "#b45309", "stroke-width": "0.8"},
    "pdu-b": {"fill": "#bfdbfe", "stroke": "#1d4ed8", "stroke-width": "0.8"},
    "control": {"fill": "#ede9fe", "stroke": "#6d28d9", "stroke-width": "1"},
    "compute": {"fill": "#dbeafe", "stroke": "#1d4ed8", "stroke-width": "1"},
    "storage": {"fill": "#dcfce7", "stroke": "#15803d", "stroke-width": "1"},
    "network": {"fill": "#ffedd5", "stroke": "#c2410c", "stroke-width": "1"},
    "bare-metal": {"fill": "#f1f5f9", "stroke": "#334155", "stroke-width": "1"},
    "hyper-converged": {"fill": "#fae8ff", "stroke": "#a21caf", "stroke-width": "1"},
    "leaf": {"fill": "#ccfbf1", "stroke": "#0f766e", "stroke-width": "1"},
    "spine": {"fill": "#cffafe", "stroke": "#0e7490", "stroke-width": "1"},
    "super-spine": {"fill": "#cffafe", "stroke": "#0e7490", "stroke-width": "2"},
    "oob": {"fill": "#f5f5f4", "stroke": "#57534e", "stroke-width": "1"},
    "router": {"fill": "#fee2e2", "stroke": "#b91c1c", "stroke-width": "1"},
    "mark-control": {"fill": "#6d28d9"},
    "mark-compute": {"fill": "#1d4ed8"},
    "mark-storage": {"fill": "#15803d"},
    "mark-network": {"fill": "#c2410c"},
    "mark-bare-metal": {"fill": "#334155"},
    "mark-hyper-converged": {"fill": "#a21caf"},
    "port": {"fill": "#0f766e"},
    "uplink": {"stroke": "#0e7490", "stroke-width": "1.4", "fill": "none"},
    "oob-uplink": {"stroke": "#a16207", "stroke-width": "1.2", "stroke-dasharray": "4 2.5", "fill": "none"},
    "access": {"stroke": "#94a3b8", "stroke-width": "1.2", "fill": "none"},
    "drop": {"stroke": "#cbd5e1", "stroke-width": "1", "fill": "none"},
    "plane-management": {"stroke": "#475569", "stroke-width": "3", "fill": "#475569"},
    "plane-tenant": {"stroke": "#7c3aed", "stroke-width": "3", "fill": "#7c3aed"},
    "plane-provider": {"stroke": "#dc2626", "stroke-width": "3", "fill": "#dc2626"},
    "plane-storage-public": {"stroke": "#16a34a", "stroke-width": "3", "fill": "#16a34a"},
    "plane-storage-cluster": {"stroke": "#65a30d", "stroke-width": "3", "fill": "#65a30d"},
    "plane-oob": {"stroke": "#a16207", "stroke-width": "3", "fill": "#a16207"},
    "plane-provisioning": {"stroke": "#0891b2", "stroke-width": "3", "fill": "#0891b2"},
    "plane-octavia": {"stroke": "#db2777", "stroke-width": "3", "fill": "#db2777"},
}
"""How a kind of thing looks on paper. On screen `static/css/drawing.css` has a rule of the same name."""

ROLE_KINDS = ("control", "compute", "storage", "network", "bare-metal", "hyper-converged")

WIDTHS: Mapping[str, float] = {**dict.fromkeys("iljI.,:;|!' ", 0.28), **dict.fromkeys("mwMW", 0.86)}
"""Rough widths of Inter in em; other lower-case letters 0.56, capitals and digits 0.63."""


def size_of(paint: str) -> float:
    """Font size of a kind of text, px."""
    return float(PAINTS[paint]["font-size"])


def text_width(text: str, size: float) -> float:
    """The width of `text` at font size `size`, in the same unit, a little too large rather than too small."""
    return size * sum(WIDTHS.get(c, 0.63 if c.isupper() or c.isdigit() else 0.56) for c in text)


def fitted(text: str, size: float, room: float) -> str:
    """`text`, shortened with an ellipsis where it would not fit into `room`."""
    if text_width(text, size) <= room:
        return text
    while text and text_width(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…" if text else ""


MARKS: Mapping[str, str] = {
    "dead": "dead",
    "cut": "alive, but cut off or without its disks",
    "moving": "switching over to what is left",
    "weak": "alive, with less than before",
}
"""What an event did to an element, and how its title says so. On screen only, as class `drawing-is-<mark>`."""


class Canvas:
    """Collects shapes; `svg` puts them into one picture.

    `marks` says what an event did to elements, by id; `links` where a press on an element leads.
    """

    def __init__(
        self, theme: str, marks: Mapping[str, str] | None = None, links: Mapping[str, str] | None = None
    ) -> None:
        self.is_print = theme == "print"
        self.parts: list[str] = []
        self.marks = marks or {}
        self.links = links or {}
        self.opened: list[str] = []

    def paint(self, name: str) -> str:
        """The attributes that make a shape look like a `name`."""
        if self.is_print:
            return "".join(f' {key}="{value}"' for key, value in PAINTS[name].items())
        return f' class="drawing-{name}"'

    def rect(self, x: float, y: float, width: float, height: float, paint: str, radius: float = 0) -> None:
        round_ = f' rx="{radius:g}"' if radius else ""
        self.parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"{round_}{self.paint(paint)}/>'
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, paint: str) -> None:
        self.parts.append(f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}"{self.paint(paint)}/>')

    def path(self, points: Iterable[tuple[float, float]], paint: str) -> None:
        d = " ".join(f"{'M' if i == 0 else 'L'}{x:g} {y:g}" for i, (x, y) in enumerate(points))
        self.parts.append(f'<path d="{d}"{self.paint(paint)}/>')

    def circle(self, x: float, y: float, radius: float, paint: str) -> None:
        self.parts.append(f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}"{self.paint(paint)}/>')

    def text(self, x: float, y: float, text: str, paint: str, room: float = 0, anchor: str = "start") -> None:
        size = size_of(paint)
        shown = fitted(text, size, room) if room else text
        where = f' text-anchor="{anchor}"' if anchor != "start" else ""
        self.parts.append(f'<text x="{x:g}" y="{y:g}"{where}{self.paint(paint)}>{escape(shown)}</text>')

    def mark(self, x: float, y: float, kind: str, size: float = 3.4) -> None:
        """The sign of a role, so that colour is never the only one: a shape of its own, centred on x, y."""
        s = size
        shapes = {
            "control": f"M{x:g} {y - s:g} L{x + s:g} {y:g} L{x:g} {y + s:g} L{x - s:g} {y:g} Z",
            "compute": f"M{x - s:g} {y - s:g} H{x + s:g} V{y + s:g} H{x - s:g} Z",
            "storage": f"M{x - s:g} {y:g} A{s:g} {s:g} 0 1 1 {x + s:g} {y:g} A{s:g} {s:g} 0 1 1 {x - s:g} {y:g} Z",
            "network": f"M{x:g} {y - s:g} L{x + s:g} {y + s:g} L{x - s:g} {y + s:g} Z",
            "bare-metal": f"M{x - s:g} {y - s / 2:g} H{x + s:g} V{y + s / 2:g} H{x - s:g} Z",
            "hyper-converged": (
                f"M{x - s / 2:g} {y - s:g} H{x + s / 2:g} L{x + s:g} {y:g} L{x + s / 2:g} {y + s:g} "
                f"H{x - s / 2:g} L{x - s:g} {y:g} Z"
            ),
        }
        self.parts.append(f'<path d="{shapes[kind]}"{self.paint(f"mark-{kind}")}/>')

    def open(self, element: str, title: str, *, holds: bool = False, about: str = "") -> None:
        """Begin the group of one element of the drawing; its title is its text for people who do not see it.

        An element that `holds` others cannot be pressed as a whole: `handle` is the part of it that can. `about`: one
        more attribute, for style sheets.
        """
        mark, link = self.marks.get(element), None if holds else self.links.get(element)
        face = f' class="drawing-is-{mark}"' if mark else ""
        title += f" ({MARKS[mark]})" if mark else ""
        tag = f'a href="{escape(link)}"' if link else "g"
        self.opened.append("a" if link else "g")
        self.parts.append(
            f'<{tag} data-element="{escape(element)}"{about and f" {about}"}{face}><title>{escape(title)}</title>'
        )

    def handle(self, element: str, title: str, box: tuple[float, float, float, float]) -> None:
        """Begin the part that is pressed for an element that holds others: x, y, width, height. `close` ends it."""
        self.open(element, title)
        if element in self.links:
            x, y, width, height = box
            self.parts.append(
                f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="3" class="press-area"/>'
            )

    def cables(self, element: str, title: str, points: Iterable[tuple[float, float]], paint: str) -> None:
        """Draw the line of all cables between two; one that can be pressed is as wide as a finger needs."""
        if element not in self.links and element not in self.marks:
            self.path(points, paint)
            return
        self.open(element, title, about='data-cables=""')
        corners = list(points)
        self.path(corners, paint)
        if element in self.links:
            d = " ".join(f"{'M' if i == 0 else 'L'}{x:g} {y:g}" for i, (x, y) in enumerate(corners))
            self.parts.append(f'<path d="{d}" class="press-line"/>')
        self.close()

    def close(self) -> None:
        self.parts.append(f"</{self.opened.pop()}>")

    def svg(self, width: float, height: float, title: str) -> str:
        # On screen a wide drawing scrolls in its frame instead of shrinking; on paper the page sets its size.
        face = (
            f' font-family="{FONT}"'
            if self.is_print
            else f' class="drawing" width="{width:g}" height="{height:g}"'
        )
        # An image has no parts that can be pressed; a group has.
        role = "group" if self.links else "img"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="{role}"{face}>'
            f"<title>{escape(title)}</title>{''.join(self.parts)}</svg>"
        )
