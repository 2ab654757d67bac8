"""The one render function: what it prints, what it refuses, and that nothing leaves it."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pikepdf
import pytest

from config import children
from costing.proposals import pdf
from costing.proposals.pdf import Asset, PrintFailed, render_pdf

MADE_AT = datetime(2026, 11, 24, tzinfo=UTC)
PAGE = '<!doctype html><html lang="en"><head><title>Quote</title></head><body><h1>Quote</h1>{}</body></html>'
SECRET = "file:///etc/hostname"


def printed(body: str, css: str = "", assets: dict[str, Asset] | None = None) -> bytes:
    return render_pdf(html=PAGE.format(body), css=css, assets=assets or {}, made_at=MADE_AT, identifier="q-1")


def test_a_document_is_tagged_titled_and_the_same_bytes_twice():
    first, second = printed("<p>Hello</p>"), printed("<p>Hello</p>")

    with pikepdf.open(io.BytesIO(first)) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "en"
        assert b"pdfuaid" in document.Root.Metadata.read_bytes()
    assert first == second


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(f'<img src="{SECRET}" alt="x">', id="img"),
        pytest.param(f'<link rel="stylesheet" href="{SECRET}">', id="stylesheet"),
        pytest.param(f"<style>@import url({SECRET});</style>", id="import"),
        pytest.param(f'<p style="background: url({SECRET})">x</p>', id="background"),
        pytest.param(f'<p style="border-image: url({SECRET}) 1">x</p>', id="border-image"),
        pytest.param(f'<ul style="list-style: url({SECRET})"><li>x</li></ul>', id="list-style"),
        pytest.param(f"<style>p::before {{ content: url({SECRET}) }}</style><p>x</p>", id="content"),
        pytest.param(
            f"<style>@font-face {{ font-family: x; src: url({SECRET}) }} p {{ font-family: x }}</style><p>x</p>",
            id="font-face",
        ),
        pytest.param(f"<style>@page {{ background: url({SECRET}) }}</style>", id="page"),
        pytest.param(f'<object data="{SECRET}"></object>', id="object"),
        pytest.param(f'<embed src="{SECRET}">', id="embed"),
        pytest.param(
            f'<svg width="9" height="9"><image href="{SECRET}" width="9" height="9"/></svg>', id="svg-image"
        ),
        pytest.param(f'<link rel="attachment" href="{SECRET}">', id="attachment-link"),
        pytest.param(f'<a rel="attachment" href="{SECRET}">x</a>', id="attachment-anchor"),
        pytest.param('<img src="data:image/png;base64,iVBORw0KGgo=" alt="x">', id="data"),
        pytest.param('<img src="http://127.0.0.1:9/x.png" alt="x">', id="http"),
    ],
)
def test_no_channel_reads_a_file_or_calls_out(body):
    """security R36: sixteen ways to ask for another address; each ends the rendering or leaves the thing out."""
    try:
        document = pikepdf.open(io.BytesIO(printed(body)))
    except PrintFailed as error:
        assert "not an asset" in error.message
    else:
        assert not document.attachments


def test_an_asset_is_drawn_from_memory():
    picture = (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
    )

    document = printed(
        '<img src="asset:logo" alt="Logo">', assets={"logo": Asset(data=picture, mime="image/svg+xml")}
    )

    assert document.startswith(b"%PDF-")


def test_a_rendering_that_takes_too_long_is_ended_with_a_reason(monkeypatch):
    monkeypatch.setattr(pdf, "CPU_SECONDS", 1)

    with pytest.raises(PrintFailed, match="Leave sections out"):
        printed("<table>" + "<tr><td>row</td><td>row</td></tr>" * 20_000 + "</table>")


def test_the_child_knows_no_secret(monkeypatch):
    """security R44: nothing of the parent's environment reaches the process that handles people's text."""
    monkeypatch.setenv("SECRET_KEY", "planted")
    seen = {}
    start = children.subprocess.Popen
    monkeypatch.setattr(children.subprocess, "Popen", lambda *a, **k: seen.update(k["env"]) or start(*a, **k))

    printed("<p>x</p>")

    assert "planted" not in seen.values()
