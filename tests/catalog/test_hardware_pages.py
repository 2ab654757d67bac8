"""Pages of hardware models: the list, one model, the review of an import and what a person may do there."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Role
from catalog import device_imports
from catalog import services as catalog_services
from catalog.models import CatalogEntry, HardwareImport, HardwareModel
from jobs import worker
from jobs.models import Job
from tests.builders import a_team, a_user
from tests.catalog.device_library import FOLDERS, SWITCH, as_zip

pytestmark = pytest.mark.django_db
LIST, IMPORTS = "/catalog/hardware/", "/catalog/hardware/imports/"


@pytest.fixture(autouse=True)
def files_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def manager(client):
    user = a_user()
    a_team(members=[user], role=Role.CATALOG_MANAGER)
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def architect(client):
    user = a_user()
    a_team(members=[user], role=Role.ARCHITECT)
    client.force_login(user)
    return client


def applied(files):
    found, _ = device_imports.add_import(file=ContentFile(as_zip(files)), name="library.zip", user=None)
    found = device_imports.read_import(found, report=lambda *_: None)
    return device_imports.apply(found=found, user=None, based_on=found.version)


def text(answer):
    return answer.content.decode()


def test_the_empty_list_says_what_to_do(client, manager):
    assert IMPORTS in text(manager.get(LIST))
    assert "No hardware models yet" in text(manager.get(LIST))


def test_the_list_is_searched_filtered_and_sorted(architect):
    applied(FOLDERS)

    def found(query):
        return [m.model for m in architect.get(f"{LIST}?{query}").context["page"].object_list]

    assert found("") == ["SW-48", "PSU-800", "R1"]
    assert found("q=example+sw") == ["SW-48"]
    assert found("kind=module-type") == ["PSU-800"]
    assert found("missing=weight") == ["R1"]
    assert found("height=1") == ["SW-48"]
    assert found("sort=-weight") == ["SW-48", "PSU-800"]
    assert len(found("sort=abacus&kind=x&height=y&missing=z")) == 3
    assert "Nothing found" in text(architect.get(f"{LIST}?q=abacus"))
    page = text(architect.get(LIST))
    assert "1 × 100 Gb/s QSFP28" in page
    assert IMPORTS not in page


def test_a_model_shows_face_facts_lacks_source_and_history(architect):
    comments = "comments: '[Data sheet](https://example.com/a.pdf) [x](javascript:alert(1)) <script>'\n"
    applied({**FOLDERS, "lib/device-types/Example Networks/SW-48.yaml": SWITCH + comments})
    applied({"a.yaml": SWITCH.replace("weight: 10", "weight: 20") + comments})
    switch = HardwareModel.objects.in_force().get(slug="example-networks-sw-48")
    server = HardwareModel.objects.in_force().get(slug="example-systems-r1")

    page = text(architect.get(f"{LIST}{switch.identity}/"))
    assert page.count('class="socket ') == 4
    assert '<a href="https://example.com/a.pdf"' in page
    assert 'href="javascript' not in page
    assert "&lt;script&gt;" in page
    assert switch.sha256[:12] in page
    assert "<del>4.536</del> <ins>9.072</ins>" in page
    assert "more than 30 %" in page
    assert "Not said: weight, power, airflow, part number." in text(
        architect.get(f"{LIST}{server.identity}/")
    )


def test_an_import_is_reviewed_applied_and_rolled_back(manager):
    applied(FOLDERS)
    library = {"a.yaml": SWITCH.replace("weight: 10", "weight: 20"), "b.yaml": "slug: ["}
    answer = manager.post(f"{IMPORTS}new/", {"file": SimpleUploadedFile("new.zip", as_zip(library))})
    address = answer.url
    assert "Waiting for a worker" in text(manager.get(address))
    worker.run(str(Job.objects.get().pk))

    page = text(manager.get(address))
    assert "Nothing of this is in force yet" in page
    assert "<del>4.536</del> <ins>9.072</ins>" in page
    assert "not YAML" in text(manager.get(f"{address}?show=rejected"))
    assert "None." in text(manager.get(f"{address}?show=new"))
    found = HardwareImport.objects.get(file_name="new.zip")
    assert manager.post(f"{address}apply/", {"version": found.version - 1}).status_code == 412
    assert manager.post(f"{address}apply/").status_code == 412
    assert manager.post(f"{address}apply/", {"version": found.version}).url == address
    assert HardwareModel.objects.in_force().get(slug="example-networks-sw-48").document["weight_kg"] == 9.072
    assert "Roll back" in text(manager.get(address))
    manager.post(f"{address}roll-back/")
    assert HardwareModel.objects.in_force().get(slug="example-networks-sw-48").document["weight_kg"] == 4.536
    assert "Apply again" in text(manager.get(address))
    refused = manager.post(f"{address}discard/", {"version": HardwareImport.objects.get(pk=found.pk).version})
    assert (refused.status_code, "stays as history" in text(refused)) == (409, True)


def test_a_preview_is_discarded(manager):
    manager.post(f"{IMPORTS}new/", {"file": SimpleUploadedFile("new.zip", as_zip(FOLDERS))})
    found = HardwareImport.objects.get()
    worker.run(str(Job.objects.get().pk))
    found.refresh_from_db()

    assert manager.post(f"{IMPORTS}{found.pk}/read-again/").status_code == 302
    assert manager.post(f"{IMPORTS}{found.pk}/discard/", {"version": found.version + 1}).url == IMPORTS
    assert HardwareImport.objects.count() == 0
    assert HardwareModel.objects.count() == 0


def test_what_cannot_be_uploaded_is_told_on_the_page(manager):
    for data in ({}, {"file": SimpleUploadedFile("a.zip", b"")}):
        answer = manager.post(f"{IMPORTS}new/", data)
        assert answer.status_code == 400
        assert "Choose a .zip" in text(answer)


def test_a_refused_import_says_why(manager):
    manager.post(f"{IMPORTS}new/", {"file": SimpleUploadedFile("bad.zip", b"PK\x03\x04 nonsense")})
    worker.run(str(Job.objects.get().pk))

    page = text(manager.get(f"{IMPORTS}{HardwareImport.objects.get().pk}/"))
    assert "The file was not read." in page
    assert "damaged" in page


def test_an_architect_neither_sees_nor_makes_imports(architect):
    found = applied(FOLDERS)

    assert architect.get(IMPORTS).status_code == 403
    assert architect.post(f"{IMPORTS}new/").status_code == 403
    assert architect.get(f"{IMPORTS}{found.pk}/").status_code == 404
    assert architect.post(f"{IMPORTS}{found.pk}/roll-back/").status_code == 404
    assert architect.get(f"{LIST}{found.pk}/").status_code == 404


def test_an_entry_of_the_catalog_is_compared_with_what_the_maker_sells(architect):
    catalog_services.load_catalog()
    assert "As the maker sells it" not in text(architect.get("/catalog/switch/leaf-32x100/"))
    sold = (
        SWITCH.replace("Example Networks", "Mellanox").replace("SW-48", "SN-2700").replace("10\n", "30\n", 1)
    )
    more = "".join(f"  - {{name: x{n}, type: 100gbase-x-qsfp28}}\n" for n in range(31))
    applied({"a.yaml": sold + more})

    page = text(architect.get("/catalog/switch/leaf-32x100/"))

    rows = {
        row.fact: (row.planned, row.sold)
        for row in architect.get("/catalog/switch/leaf-32x100/").context["compared"]
    }
    plan = CatalogEntry.objects.get(slug="leaf-32x100").document
    assert "As the maker sells it" in page
    assert rows["Ports of 100 Gb/s"] == (32, 32)
    assert rows["Weight, kg"] == (Decimal(str(plan["weight_kg"])), Decimal("13.608"))
    assert rows["Most power, W"] == (Decimal(str(plan["max_watts"])), 350)
    assert "same" in page
    assert "differs" in page
