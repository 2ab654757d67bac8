"""Every address of the product as a stranger: not signed in, and signed in to another team."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from catalog import prices as catalog_prices
from catalog import services as catalog_services
from catalog.models import HardwareImport
from costing import services as costing_services
from costing.models import Proposal
from designer import services
from designer.models import WorkloadImport
from jobs.models import Job
from tests.builders import a_team, a_user

pytestmark = pytest.mark.django_db

PUBLIC = {"healthz", "readyz", "accounts:login", "api:schema", "api:docs"}
"""What anybody may read: health, the log-in, and the description of the API."""


def names(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, list[str]]]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            namespace = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from names(pattern, namespace)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield f"{prefix}{pattern.name}", sorted(pattern.pattern.regex.groupindex)


ROUTES = sorted(dict(names()).items())

HIDDEN = (
    "design_pk",
    "customer_pk",
    "revision_pk",
    "comparison_pk",
    "proposal_pk",
    "import_pk",
    "hardware_import_pk",
    "pk",
)
PLAIN = {
    "kind": "node-spec", "slug": "cmp-512", "formula_id": "sizing.S4", "part": "workload", "key": "yearly", "rule": "V027", "resource": "vms", "table": "existing", "format": "json",
    "provider": "aws", "region": "us-east-1", "instance_type": "m7i.large",
}  # fmt: skip


def address(name, arguments, found):
    values = {}
    for argument in arguments:
        value = found.get((name, argument), found.get(argument, PLAIN.get(argument)))
        assert value is not None, (
            f"{name} takes {argument}: add a value to PLAIN, or an object to `belongings`"
        )
        values[argument] = value
    return reverse(name, kwargs=values)


@pytest.fixture
def belongings():
    """Objects of a team, by the name of the argument that picks them out."""
    catalog_services.forget_library()
    catalog_services.load_catalog()
    owner = a_user()
    team = a_team(members=[owner])
    customer = services.create_customer(team=team, user=owner, name="Secret customer")
    design = services.create_design(customer=customer, user=owner, name="Secret", reference_design="rd-mid")
    revision = services.freeze_revision(design=design, user=owner)
    sizing = services.size_revision(revision, report=lambda *_: None)
    job = services.request_sizing(design=design, user=owner)
    catalog_prices.load_price_books()
    comparison = costing_services.compare_revision(revision, report=lambda *_: None)
    proposal = Proposal.objects.create(design=design, comparison=comparison, version=1, author=owner)
    imported = WorkloadImport.objects.create(
        team=team, design=design, author=owner, file_name="Secret.xlsx", files=[], sha256="0" * 64, size=1
    )
    hardware_import = HardwareImport.objects.create(file_name="Secret.zip", sha256="0" * 64, size=1)
    found = {
        "hardware_import_pk": hardware_import.pk, "identity": uuid4(),
        "design_pk": design.pk, "customer_pk": customer.pk, "revision_pk": revision.pk,
        "comparison_pk": comparison.pk, "proposal_pk": proposal.pk, "import_pk": imported.pk, "pk": uuid4(),
    }  # fmt: skip
    found |= {
        ("api:comparison-detail", "pk"): comparison.pk,
        ("api:comparison-ledger", "pk"): comparison.pk,
        ("api:proposal-detail", "pk"): proposal.pk,
        ("api:proposal-pdf", "pk"): proposal.pk,
        ("api:hardware-import-detail", "pk"): hardware_import.pk,
        ("api:hardware-import-models", "pk"): hardware_import.pk,
        ("api:hardware-import-apply", "pk"): hardware_import.pk,
        ("api:hardware-import-roll-back", "pk"): hardware_import.pk,
        ("api:hardware-import-read-again", "pk"): hardware_import.pk,
        ("api:team-detail", "pk"): team.pk,
        ("api:customer-detail", "pk"): customer.pk,
        ("api:revision-detail", "pk"): revision.pk,
        ("api:revision-topology", "pk"): revision.pk,
        ("api:revision-restore", "pk"): revision.pk,
        ("api:revision-fork", "pk"): revision.pk,
        ("api:sizing-detail", "pk"): sizing.pk,
        ("api:import-detail", "pk"): imported.pk,
        ("api:import-use", "pk"): imported.pk,
    }
    for name, arguments in ROUTES:
        if "pk" in arguments and ("job" in name):
            found[name, "pk"] = job.pk
        if "pk" in arguments and name.startswith("api:design"):
            found[name, "pk"] = design.pk
    yield found
    catalog_services.forget_library()


@pytest.mark.parametrize(("name", "arguments"), ROUTES, ids=[name for name, _ in ROUTES])
def test_nobody_gets_in_without_signing_in(client, name, arguments):
    path = address(name, arguments, dict.fromkeys((*HIDDEN, "identity"), uuid4()))

    for method in ("get", "post", "put", "delete"):
        answer = (
            getattr(client, method)(path, content_type="application/json")
            if method != "get"
            else client.get(path)
        )
        if name in PUBLIC:
            assert answer.status_code < 500 or name == "readyz"  # 503 says that no worker runs here
            continue
        is_login = answer.status_code == 302 and "/accounts/login/" in answer.url
        assert is_login or answer.status_code in (401, 403, 404, 405), (
            f"{method} {path}: {answer.status_code}"
        )


def test_a_person_of_another_team_finds_nothing_of_this_one(client, belongings):
    stranger = a_user()
    a_team(members=[stranger])
    client.force_login(stranger)
    before = Job.objects.count()
    walked = 0

    for name, arguments in ROUTES:
        if not set(arguments) & set(HIDDEN):
            answer = client.get(address(name, arguments, belongings))
            assert b"Secret" not in answer.content, name
            continue
        walked += 1
        path = address(name, arguments, belongings)
        for method in ("get", "post", "put", "delete"):
            answer = getattr(client, method)(path)
            assert answer.status_code in (403, 404, 405, 415, 428), f"{method} {name}: {answer.status_code}"

    assert walked > 15
    assert Job.objects.count() == before
