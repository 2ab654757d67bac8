"""The printed proposal of the sample, printed once: its structure as a tagged PDF, and what stands in it."""

from __future__ import annotations

import io
import re
import subprocess
from dataclasses import dataclass
from typing import Any

import pikepdf
import pytest
from django.db import transaction

from catalog import services as catalog_services
from costing.models import Proposal
from costing.proposals import appendix, content
from costing.proposals.document import context_of
from costing.proposals.services import printed, request_proposal
from costing.services import compare_revision
from designer.failure_services import rank_revision
from designer.sample import load_sample
from designer.services import freeze_revision, sizing_of
from tests.builders import a_team, a_user

MARGIN_POINTS = 41
"""Left and right of every page but the cover: 15 mm where it is wide, less for the slant of a letter."""


@dataclass(frozen=True)
class Printed:
    """One printed proposal with what it was printed from."""

    path: str
    data: bytes
    text: str
    result: dict[str, Any]
    sizing: dict[str, Any]
    context: dict[str, Any]

    def open(self) -> pikepdf.Pdf:
        return pikepdf.open(io.BytesIO(self.data))


def quiet(*_: object) -> None:
    """Nobody watches."""


def out(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


pytestmark = pytest.mark.django_db  # else a run of this file alone sets no database up


@pytest.fixture(scope="module")
def proposal(shipped_books, django_db_setup, django_db_blocker, tmp_path_factory):
    with django_db_blocker.unblock(), transaction.atomic():
        catalog_services.forget_library()
        catalog_services.load_catalog()
        author = a_user(name="Sam Sales")
        design, _ = load_sample(a_team("Vendor", members=[author]), author, quiet)
        comparison = compare_revision(freeze_revision(design=design, user=author), report=quiet)
        rank_revision(comparison.revision, with_pairs=False, report=quiet)
        proposal, _ = request_proposal(comparison=comparison, user=author)
        data = printed(proposal, report=quiet)
        path = tmp_path_factory.mktemp("proposal") / "proposal.pdf"
        path.write_bytes(data)
        sizing = sizing_of(comparison.revision, report=quiet)
        yield Printed(
            path=str(path),
            data=data,
            text=re.sub(r"\s+", " ", out("pdftotext", "-raw", str(path), "-")),
            result=comparison.result,
            sizing=sizing.result,
            context=context_of(proposal, sizing, catalog_services.library()),
        )
        assert printed(Proposal.objects.get(pk=proposal.pk), report=quiet) == data  # the same bytes again
        transaction.set_rollback(True)
    catalog_services.forget_library()


def squeezed(text: str) -> str:
    """Without spaces and hyphens, which a line break may add or take."""
    return re.sub(r"[\s\-\u00ad]+", "", text)


def structure(document: pikepdf.Pdf) -> list[tuple[str, Any]]:
    """Every element of the structure tree with its kind."""
    found, waiting = [], [document.Root.StructTreeRoot]
    while waiting:
        element = waiting.pop()
        if isinstance(element, pikepdf.Array):
            waiting += list(element)
        elif isinstance(element, pikepdf.Dictionary):
            if "/S" in element:
                found.append((str(element.S), element))
            if "/K" in element:
                waiting.append(element.K)
    return found


def test_it_is_a_sound_pdf(proposal):
    assert "No syntax or stream encoding errors found" in out("qpdf", "--check", proposal.path)


def test_it_has_the_length_of_an_offer(proposal):
    with proposal.open() as document:
        assert 12 <= len(document.pages) <= 19  # of 20 at most: a page of room for more figures


def test_it_is_tagged_and_says_its_language(proposal):
    with proposal.open() as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "en"
        assert b"pdfuaid:part" in document.Root.Metadata.read_bytes()
        assert document.Root.ViewerPreferences.DisplayDocTitle


def test_its_metadata_names_title_and_author_and_no_library(proposal):
    """security R40"""
    with proposal.open() as document:
        information = {key: str(value) for key, value in document.docinfo.items()}
        metadata = document.Root.Metadata.read_bytes()

    assert information["/Title"].startswith("Private cloud Hamburg: proposal SW-")
    assert information["/Author"] == "Sam Sales"
    assert information["/Producer"] == "Stackwright"
    for word in (b"WeasyPrint", b"pydyf", b"/home", b"@example.com"):
        assert word not in metadata
        assert word not in proposal.data


def test_every_figure_says_in_words_what_it_shows(proposal):
    with proposal.open() as document:
        figures = [element for kind, element in structure(document) if kind == "/Figure"]
        words = [str(element.get("/Alt", "")) for element in figures]

    assert len(figures) >= 8  # two drawings, the waterfall, five charts
    assert all(words)
    assert any(text.startswith("Racks of Private cloud Hamburg") for text in words)
    assert any("Cost by year" in text for text in words)


def test_headings_and_tables_are_structure(proposal):
    with proposal.open() as document:
        kinds = [kind for kind, _ in structure(document)]

    assert kinds.count("/H1") == len(content.TITLES) + 1  # and the contents
    assert kinds.count("/H2") > 20
    assert kinds.count("/Table") >= 15
    assert kinds.count("/TH") > 200


def test_bookmarks_lead_to_every_chapter(proposal):
    with proposal.open() as document, document.open_outline() as outline:
        titles = [item.title for item in outline.root]

    for chapter in content.chapters():
        assert f"{chapter.number} {chapter.title}" in titles


def test_the_contents_name_the_page_of_each_chapter(proposal):
    contents = out("pdftotext", "-layout", "-f", "2", "-l", "2", proposal.path, "-")

    for chapter in content.chapters():
        page = re.search(
            rf"^\s*{chapter.number}\s+{re.escape(chapter.title)}\s+(\d+)$", contents, re.MULTILINE
        )
        assert page, chapter.title
        shown = out("pdftotext", "-f", page[1], "-l", page[1], proposal.path, "-")
        assert f"{chapter.number} {chapter.title}" in shown


def test_every_font_is_embedded(proposal):
    fonts = out("pdffonts", proposal.path).splitlines()[2:]

    assert fonts
    for font in fonts:
        assert "+Inter" in font
        assert font.split()[-5] == "yes", font


def test_nothing_is_attached_and_nothing_links_outside(proposal):
    """security R38"""
    with proposal.open() as document:
        assert not document.attachments
        links = [
            annotation
            for page in document.pages
            for annotation in page.get("/Annots", [])
            if "/A" in annotation and "/URI" in annotation.A
        ]

    assert links == []


def test_it_says_the_answer_and_the_total_of_every_option(proposal):
    assert squeezed(proposal.result["headline"]) in squeezed(proposal.text)
    for option in proposal.result["tco"]["options"]:
        assert option["name"] in proposal.text
        assert f"{round(option['total_cents'] / 100):,}" in proposal.text


def test_nothing_that_was_computed_is_left_out_of_the_appendix(proposal):
    text = squeezed(proposal.text)
    sized = proposal.sizing["figures"]
    figures = [*sized.values(), *proposal.result["tco"]["figures"].values()]

    assert {"compute.left_after_host", "storage.read_iops", "control.amphorae"} <= sized.keys()
    assert len(figures) > 100
    for figure in figures:
        assert figure["formula"] in proposal.text
        assert squeezed(figure["label"].removeprefix("Residual value: ")) in text, figure["label"]
        if not figure["formula"].startswith("tco.P4"):  # a residual value stands in cents, without its unit
            assert squeezed(appendix._amount(figure["value"], figure["unit"])) in text, figure["label"]


def test_every_step_of_every_figure_stands_with_its_result(proposal):
    text = squeezed(proposal.text)
    for figure in (*proposal.sizing["figures"].values(), *proposal.result["tco"]["figures"].values()):
        if figure["formula"] not in (
            "tco.O1",
            "tco.P1",
            "tco.P4",
        ):  # the ledger, and lines of single models: tables
            for step in figure["steps"]:
                assert squeezed(step["label"]) in text
                if step["value"] is not None:
                    assert squeezed(appendix._amount(step["value"], step["unit"])) in text, step


def test_every_source_stands_in_the_list(proposal):
    text = squeezed(proposal.text)

    for source in proposal.context["sources"]():
        assert squeezed(source["text"]) in text, source


def test_every_assumption_stands_with_its_source(proposal):
    text = squeezed(proposal.text)

    for item in proposal.result["tco"]["assumptions"]:
        assert squeezed(item["label"]) in text
        assert squeezed(item["source"]) in text, item["source"]


def test_every_instance_stands_with_date_and_runner_up(proposal):
    text = squeezed(proposal.text)

    for match in proposal.result["matches"]:
        for choice in match["choices"]:
            assert squeezed(choice["instance_type"]) in text
            assert squeezed(choice["runner_up"]) in text
            assert choice["as_of"] in proposal.text


def test_what_is_recalled_or_a_house_value_is_marked(proposal):
    bases = {line["price"]["basis"] for line in proposal.result["bill"]}

    assert "recalled" in bases
    for basis in bases:
        assert basis in proposal.text


def test_every_notice_is_printed(proposal):
    for notice in proposal.result["tco"]["notices"]:
        assert squeezed(notice["message"]) in squeezed(proposal.text)


def test_every_finding_stands_with_its_remedy(proposal):
    text = squeezed(proposal.text)
    checks = proposal.context["checks"]

    assert squeezed(f"was checked by {checks['checked']} rules") in text
    found = [finding for group in checks["groups"] for finding in group["findings"]]
    assert found
    for finding in found:
        for words in (finding["rule"], finding["message"], finding["remedy"]):
            assert squeezed(words) in text, finding
    for rule in checks["not_checked"]:
        assert squeezed(rule["missing"]) in text


def test_the_worst_failures_stand_in_words(proposal):
    text = squeezed(proposal.text)
    failures = proposal.context["failures"]

    assert len(failures["damages"]) == 8
    for damage in failures["damages"]:
        assert squeezed(damage["name"]) in text
        assert squeezed(damage["effect"]) in text


def test_columns_of_money_add_up(proposal):
    """tco.R2"""
    for name in ("years", "subjects"):
        rows = proposal.context[name]
        for column in range(len(proposal.result["tco"]["options"])):
            assert sum(row.amounts[column] or 0 for row in rows[:-1]) == rows[-1].amounts[column]


def test_no_page_is_empty_and_no_text_leaves_its_margins(proposal):
    with proposal.open() as document:
        sizes = [[float(x) for x in page.mediabox] for page in document.pages]
    boxes = out("pdftotext", "-bbox", proposal.path, "-")
    pages = boxes.split("<page ")[1:]

    assert len(pages) == len(sizes)
    for number, (page, size) in enumerate(zip(pages, sizes, strict=True), start=1):
        words = re.findall(r'xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)"', page)
        assert len(words) > 20, f"page {number}"
        margin = 0 if number == 1 else MARGIN_POINTS
        for left, top, right, bottom in words:
            assert float(left) >= margin, f"page {number}"
            assert float(top) >= 0, f"page {number}"
            assert float(right) <= size[2] - margin, f"page {number}"
            assert float(bottom) <= size[3], f"page {number}"
