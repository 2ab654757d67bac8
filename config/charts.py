"""Charts: one Vega-Lite specification each, drawn by the server for page and print, alive in the browser."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

import vl_convert

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
FONT = "Inter"

Spec = dict[str, Any]


def base() -> Spec:
    """Return what every specification begins with."""
    return {"$schema": SCHEMA, "background": None}


def with_size(spec: Spec, width: int) -> Spec:
    """Return `spec` in the style of the house, `width` units wide without its axes."""
    style = {
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            "labelColor": "#475569",
            "titleColor": "#475569",
            "gridColor": "#e2e8f0",
            "domainColor": "#94a3b8",
            "tickColor": "#94a3b8",
            "labelFontSize": 10,
            "titleFontSize": 10,
            "titleFontWeight": 400,
        },
        "legend": {"labelColor": "#334155", "labelFontSize": 11, "symbolType": "square"},
        "text": {"color": "#334155", "fontSize": 10},
    }
    return {**spec, "width": width, "config": style}


def svg_of(spec: Spec) -> str:
    """Return `spec` drawn as `<svg>`. Nothing is fetched for it."""
    return _cached_svg(json.dumps(spec, sort_keys=True, separators=(",", ":")))


@lru_cache(maxsize=256)
def _cached_svg(spec: str) -> str:
    svg: str = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    return svg


def titled(svg: str, title: str) -> str:
    """Give the picture its alternative text: the `<title>` child is what PDF and screen reader know."""
    text = title.replace("&", "&amp;").replace("<", "&lt;")
    svg = re.sub(r"<svg ", '<svg role="img" ', svg, count=1)
    return re.sub(r"(<svg [^>]*>)", rf"\1<title>{text}</title>", svg, count=1)
