"""A printed proposal as an answer to a browser or a program."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

from costing.models import Proposal
from costing.proposals.services import pdf_of


def pdf_response(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """Return the PDF of `proposal` as a file to keep; 304 for one that the asker has. Who may see it was asked before.

    Raises:
        Conflict: it is not printed yet.
        FileDamaged: the stored file is gone or changed.
    """
    data = pdf_of(proposal)
    etag = f'"{proposal.sha256}"'
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{proposal.reference}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-cache"
    response["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response
