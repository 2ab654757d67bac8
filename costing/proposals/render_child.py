"""The process that lays out one PDF and ends: no database, no secrets, no network, bounded memory and time.

Reads one JSON request from standard input, writes the PDF to standard output. Run by `costing.proposals.pdf` only.
"""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

from config.limited import limit_this_process

MAX_PAGES = 500


PRODUCER = "Stackwright"


def unbranded(document: Any, pdf: Any) -> None:
    """Name the product as the maker of `pdf`, not the library with its version (security R40)."""
    from pydyf import Stream, String  # type: ignore[import-untyped]  # it has no types

    branded = pdf.info["Producer"].string
    pdf.info["Producer"] = String(PRODUCER)
    for part in pdf.objects:
        if isinstance(part, Stream) and part.extra.get("Subtype") == "/XML":
            part.stream = [data.replace(branded.encode(), PRODUCER.encode()) for data in part.stream]


def main() -> int:
    """Render the request on standard input; exit 2 with one line on standard error when it is refused."""
    request: dict[str, Any] = json.loads(sys.stdin.buffer.read())
    limit_this_process(
        memory_bytes=request["memory_bytes"],
        cpu_seconds=request["cpu_seconds"],
        output_bytes=request["output_bytes"],
    )
    assets = {name: (base64.b64decode(data), mime) for name, (data, mime) in request["assets"].items()}

    from weasyprint import CSS, HTML  # 2 s: imported after the limits are set
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class AssetFetcher(URLFetcher):
        """Answers `asset:<name>` from memory and refuses every other address (security R36)."""

        def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
            if url.startswith("asset:") and url.removeprefix("asset:") in assets:
                data, mime = assets[url.removeprefix("asset:")]
                return URLFetcherResponse(url, body=data, headers={"Content-Type": mime})
            raise FatalURLFetchingError(f"{url[:60]!r} is not an asset of this document")

    fetcher = AssetFetcher(fail_on_errors=True)
    fonts = FontConfiguration()
    try:
        style = CSS(string=request["css"], font_config=fonts, url_fetcher=fetcher)
        document = HTML(string=request["html"], url_fetcher=fetcher, base_url="asset:").render(
            stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1", presentational_hints=False
        )
        if len(document.pages) > MAX_PAGES:
            sys.stderr.write(f"{len(document.pages)} pages; at most {MAX_PAGES} are printed\n")
            return 2
        identifier = request["identifier"].encode()
        pdf = document.write_pdf(
            finisher=unbranded, pdf_variant="pdf/ua-1", pdf_identifier=identifier, custom_metadata=False
        )
    except FatalURLFetchingError as error:  # a BaseException: a plain `except Exception` misses it
        sys.stderr.write(f"a forbidden address was asked for: {error}\n")
        return 2
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
