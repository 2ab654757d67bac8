"""Requirements of security that no single app owns: headers, output, settings, bodies, two writers at once."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.models import TokenScope
from accounts.services import create_token
from designer.models import ChangeSet, Design

ROOT = Path(__file__).resolve().parents[1]
JSON = "application/json"


# R21: what enters a page as markup --------------------------------------------------------------------------------
DRAWN_BY_US = {
    "templates/costing/comparison.html": {"chart.svg"},
    "templates/costing/proposal/parts/chart.html": {"chart.svg"},
    "templates/costing/proposal/parts/drawing.html": {"drawings.racks", "drawings.networks"},
    "templates/designer/design_detail.html": {"drawing"},
    "templates/designer/design_growth.html": {"chart.svg"},
    "templates/designer/design_drawing.html": {"drawing"},
    "templates/designer/partials/failure_effect.html": {"drawing", "parts"},
}
"""Template to what it takes as it is: SVG that our own renderers wrote, with every label escaped by them."""


def test_only_our_own_drawings_enter_a_page_unescaped():
    found = {}
    for path in (ROOT / "templates").rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            names = set(re.findall(r"\{\{\s*([\w.]+)\s*\|\s*safe\b", text))
            assert "autoescape off" not in text, path
            assert text.count("|safe") == len(re.findall(r"\{\{\s*[\w.]+\s*\|\s*safe\s*\}\}", text)), path
            if names:
                found[str(path.relative_to(ROOT))] = names

    unknown = {path: names - DRAWN_BY_US.get(path, set()) for path, names in found.items()}
    assert not any(unknown.values()), unknown


# R30, R31: what every answer carries ------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/", 200, "text/html; charset=utf-8"),
        ("/accounts/", 200, "text/html; charset=utf-8"),
        ("/catalog/", 200, "text/html; charset=utf-8"),
        ("/no-such-page/", 404, "text/html; charset=utf-8"),
        ("/catalog/?q=%00", 400, "text/html; charset=utf-8"),
        ("/healthz", 200, "text/plain; charset=utf-8"),
        ("/api/v1/designs/", 200, "application/json"),
        ("/api/v1/nothing/", 404, "application/problem+json"),
    ],
)
def test_every_answer_says_what_it_is_and_allows_nothing_else(signed_in, catalog, path, status, kind):
    answer = signed_in.get(path)

    assert (answer.status_code, answer["Content-Type"]) == (status, kind)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cache-Control"].startswith("private, no-")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy


# R47: bodies ------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param("[" * 100_000 + "]" * 100_000, 400, id="nested a hundred thousand deep"),
        pytest.param("[" * 65 + "]" * 65, 400, id="one level too deep"),
        pytest.param("[" * 64 + "]" * 64, 200, id="as deep as may be"),
        pytest.param('{"formula": "CP1", "formula": "CP2"}', 400, id="a key given twice"),
        pytest.param('{"formula": "CP1"', 400, id="cut off"),
        pytest.param('{"formula": "a\\u0000"}', 400, id="NUL"),
        pytest.param('{"formula": "\\ud800"}', 400, id="half a surrogate pair"),
        pytest.param(b'{"formula": "\xff"}', 400, id="not UTF-8"),
        pytest.param("1" * 5000, 400, id="a number of five thousand digits"),
        pytest.param("[" + "{}," * 101 + "{}]", 400, id="too many documents"),
        pytest.param('"' + "x" * 2**20 + '"', 413, id="more than a megabyte"),
    ],
)
def test_a_body_that_is_no_document_is_refused(signed_in, body, status):
    answer = signed_in.post("/api/v1/calculations/formula/", body, content_type=JSON)

    assert answer.status_code == status
    assert answer["Content-Type"] == ("application/json" if status == 200 else "application/problem+json")


@pytest.mark.django_db
def test_a_body_of_too_many_keys_is_refused(signed_in, design):
    body = "{" + ",".join(f'"{number}":0' for number in range(200_001)) + "}"
    path = f"/api/v1/designs/{design.pk}/assumptions/"

    answer = signed_in.put(path, body, content_type=JSON, headers={"If-Match": '"1"'})

    assert answer.status_code == 400
    assert "200000 keys" in answer.json()["detail"]


@pytest.mark.django_db
def test_a_body_of_another_kind_is_refused(signed_in):
    answer = signed_in.post("/api/v1/calculations/formula/", "<a/>", content_type="text/xml")

    assert answer.status_code == 415


# R62: settings ----------------------------------------------------------------------------------------------------
def deploy_check(**changes):
    environment = {
        "PATH": os.environ["PATH"],
        "PROFILE": "production",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": "stackwright.example.com",
        "SITE_URL": "https://stackwright.example.com",
        "VAR_DIR": str(settings.VAR_DIR),
        **changes,
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_a_production_installation_has_nothing_to_warn_of():
    done = deploy_check()

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"DEBUG": "true"}, "DEBUG"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"SECRET_KEY": "only-the-tests-sign-with-this-" + "0123456789abcdef" * 3}, "SECRET_KEY"),
        ({"SITE_URL": "http://stackwright.example.com"}, "SITE_URL"),
        ({"DATABASE_URL": "postgres://postgres:postgres@127.0.0.1/x"}, "password"),
        ({"JOB_QUEUE": "celery"}, "broker"),
    ],
)
def test_what_is_fit_for_a_demo_only_does_not_start_in_production(changes, named):
    done = deploy_check(**changes)

    assert done.returncode == 1
    assert named in done.stderr


# R71: two writers -------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_of_many_writers_with_one_version_exactly_one_wins(design, architect):
    expiry = timezone.now() + timedelta(days=1)
    _, key = create_token(user=architect, name="test", scope=TokenScope.WRITE, expires_at=expiry)
    headers = {"Authorization": f"Bearer {key}", "If-Match": '"1"'}
    path = f"/api/v1/designs/{design.pk}/policies/"

    def write(number):
        try:
            body = {**design.document["policies"], "spare_hosts": number}
            return Client().put(path, body, content_type=JSON, headers=headers).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        statuses = sorted(pool.map(write, range(1, 31)))

    assert statuses == [200, *[412] * 29]
    assert Design.objects.get().version == 2
    assert ChangeSet.objects.filter(design=design, version__gt=1).count() == 1
