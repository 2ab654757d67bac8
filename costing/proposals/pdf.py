"""The one place that prints: HTML and assets in, a tagged PDF out, by a child process with limits (R36, R39)."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.children import Ended, run_child
from config.errors import DomainError

MEMORY_BYTES = 3 * 2**30
CPU_SECONDS = 240
WALL_SECONDS = 300
OUTPUT_BYTES = 100 * 2**20
FONTS = {
    f"inter{part}-{weight}": f"inter-latin{part}-{weight}"
    for part in ("", "-ext")
    for weight in (400, 600, 700)
}
"""Name of the asset -> file: Latin letters, and those beyond (Š, ł) for names of people and places."""


class PrintFailed(DomainError):
    """The document could not be laid out; says why in words."""

    status = 500
    title = "The PDF could not be made"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file that the document may name as `asset:<name>`."""

    data: bytes
    mime: str


def render_pdf(
    *, html: str, css: str, assets: Mapping[str, Asset], made_at: datetime, identifier: str
) -> bytes:
    """Return `html` as a PDF/UA-1 file. The same input gives the same bytes.

    Raises:
        PrintFailed: it asks for an address that is no asset, is too large, or takes too long.
    """
    request = {
        "html": html,
        "css": css,
        "assets": {name: (base64.b64encode(a.data).decode(), a.mime) for name, a in assets.items()},
        "identifier": identifier,
        "memory_bytes": MEMORY_BYTES,
        "cpu_seconds": CPU_SECONDS,
        "output_bytes": OUTPUT_BYTES,
    }
    child = run_child(
        "costing.proposals.render_child",
        source=[json.dumps(request).encode()],
        wall_seconds=WALL_SECONDS,
        environment={"SOURCE_DATE_EPOCH": str(int(made_at.timestamp()))},
    )
    if child.code != 0 or not child.output.startswith(b"%PDF-"):
        raise PrintFailed(_reason(child))
    return child.output


def font_assets(directory: Path) -> dict[str, Asset]:
    """Return the fonts of the product as assets, by weight."""
    return {
        name: Asset(data=(directory / f"{file}.woff2").read_bytes(), mime="font/woff2")
        for name, file in FONTS.items()
    }


def _reason(child: Ended) -> str:
    if child.took_too_long:
        return f"The layout took longer than {WALL_SECONDS} s. Leave sections out and try again."
    if child.code == 2 and child.last_words:
        return f"The document was refused: {child.last_words}"
    if child.ran_out:
        return (
            f"The layout needed more than {MEMORY_BYTES // 2**30} GiB or {CPU_SECONDS} s. Leave sections out."
        )
    return f"The layout ended without a document: {child.last_words[:300] or 'no message'}"
