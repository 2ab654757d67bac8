"""Every operation of the published API under documents that a machine makes up, right ones and wrong ones.

No answer is a fault of ours (5xx), and each is one that the OpenAPI document announces: status, type, headers, body.
Most requests name things that exist, so that what lies behind the look-up is reached as well.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import Role, TokenScope
from accounts.services import create_token
from catalog import device_imports
from catalog import services as catalog_services
from catalog.engine.documents import json_schema
from config.views import schema as published
from config.wsgi import application
from designer import services
from tests.builders import a_team, a_user
from tests.catalog.device_library import FOLDERS, as_zip

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

EXAMPLES = 20
"""Requests an operation. Derandomised, so that CI judges the same requests each time."""

CHECKS = {
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
}
SLUGS = {
    "node-spec": "cmp-512",
    "hardware-spec": "cmp-512",
    "service": "nova-api",
    "network": "storage_public",
    "reference-design": "rd-mid",
}
OPERATIONS = sorted(
    (method.upper(), path) for path, methods in published()["paths"].items() for method in methods
)


@pytest.fixture(scope="module")
def schemathesis():
    return pytest.importorskip("schemathesis")


@pytest.fixture(scope="module")
def open_connections():
    """The test's transaction stays open between requests, as Django's own test client sees to."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def api(schemathesis, open_connections):
    return schemathesis.openapi.from_wsgi("/api/v1/schema/", application)


@pytest.fixture
def world(settings, tmp_path):
    """Who asks, and something of each kind that they own, by the name of the argument or field."""
    settings.MEDIA_ROOT = tmp_path
    catalog_services.forget_library()
    catalog_services.load_catalog()
    user = a_user()
    team = a_team(members=[user])
    a_team(members=[user], role=Role.CATALOG_MANAGER)
    library = SimpleUploadedFile("library.zip", as_zip(FOLDERS))
    hardware_import, _ = device_imports.add_import(file=library, name="library.zip", user=user)
    hardware_import = device_imports.read_import(hardware_import, report=lambda *_: None)
    device_imports.apply(found=hardware_import, user=user, based_on=hardware_import.version)
    customer = services.create_customer(team=team, user=user, name="Nordlicht")
    design = services.create_design(customer=customer, user=user, name="Cloud", reference_design="rd-mid")
    revision = services.freeze_revision(design=design, user=user)
    sizing = services.size_revision(revision, report=lambda *_: None)
    job = services.request_sizing(design=design, user=user)
    expiry = timezone.now() + timedelta(days=1)
    _, key = create_token(user=user, name="fuzz", scope=TokenScope.WRITE, expires_at=expiry)
    yield {
        "headers": {"Authorization": f"Bearer {key}"},
        "team": team,
        "hardware-import": hardware_import,
        "hardware-model": hardware_import.types.first(),
        "customer": customer,
        "design": design,
        "revision": revision,
        "sizing": sizing,
        "job": job,
    }
    catalog_services.forget_library()


def all_checks():
    from schemathesis.checks import CHECKS, load_all_checks

    load_all_checks()
    return CHECKS.get_all()


def part_of(body):
    """The part of a design that `body` looks like."""
    names = set(body) if isinstance(body, dict) else set()
    fields = {part: set(json_schema(kind).get("properties", ())) for part, kind in services.PARTS.items()}
    return max(fields, key=lambda part: len(fields[part] & names)) if names else "clouds"


def make_real(case, world):
    """Name existing things in `case`: in its path, its `If-Match`, and the references of its body."""
    kind = case.operation.path.removeprefix("/api/v1/").split("/")[0].removesuffix("s")
    if "id" in case.path_parameters and kind in world:
        case.path_parameters["id"] = str(world[kind].pk)
    if "If-Match" in case.headers:
        world["design"].refresh_from_db()
        case.headers["If-Match"] = f'"{world["design"].version}"'
    if "identity" in case.path_parameters:
        case.path_parameters["identity"] = str(world[kind].identity)
    if "slug" in case.path_parameters:
        case.path_parameters["slug"] = SLUGS[kind]
    if "formula_id" in case.path_parameters:
        case.path_parameters["formula_id"] = "sizing.S4"
    if "part" in case.path_parameters and case.method == "PUT":
        case.path_parameters["part"] = part_of(case.body)
    if isinstance(case.body, dict):
        for field in ("team", "customer", "design"):
            if field in case.body:
                case.body[field] = str(world[field].pk)
        if "reference_design" in case.body:
            case.body["reference_design"] = "rd-mid"


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=lambda value: value.removeprefix("/api/v1"))
def test_no_request_breaks_it_and_every_answer_is_announced(schemathesis, api, world, method, path):
    operation = api[path][method]
    checks = [check for check in all_checks() if check.__name__ in CHECKS]
    assert len(checks) == len(CHECKS)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def ask(data):
        mode = data.draw(st.sampled_from(schemathesis.GenerationMode))
        case = data.draw(operation.as_strategy(generation_mode=mode))
        if data.draw(st.sampled_from([True, True, False])):
            make_real(case, world)
        answer = case.call(headers=world["headers"])
        case.validate_response(answer, checks=checks)

    ask()
