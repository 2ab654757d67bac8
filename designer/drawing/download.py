"""The drawing as a file to keep, for the page and the API."""

from __future__ import annotations

from django.http import HttpResponse

from catalog import services as catalog_services
from designer import services
from designer.drawing.svg import draw
from designer.models import Design


def drawing_response(design: Design) -> HttpResponse:
    """Return the drawing of `design` as SVG that is safe to open on its own (R25). Who may see it was asked before."""
    specs = catalog_services.library().hardware_by_id
    svg = draw(services.document_of(design).topology, specs, theme="print", title=design.name)
    response = HttpResponse(svg, content_type="image/svg+xml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="design-{design.pk}-v{design.version}.svg"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    return response
