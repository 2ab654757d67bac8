"""Hardware models over REST: lists, one model, its history; imports from the upload to being in force and back."""

from __future__ import annotations

import jsonschema
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Role
from catalog import device_imports
from catalog.models import HardwareModel
from config.views import schema
from jobs import worker
from jobs.models import Job, State
from tests.builders import a_team, a_user
from tests.catalog.device_library import FOLDERS, SWITCH, as_zip, generated

pytestmark = pytest.mark.django_db
MODELS, IMPORTS, JSON = "/api/v1/hardware-models/", "/api/v1/hardware-imports/", "application/json"


@pytest.fixture(autouse=True)
def files_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def manager(client):
    user = a_user()
    a_team(members=[user], role=Role.CATALOG_MANAGER)
    client.force_login(user)
    return client


def upload(client, data, name="library.zip", **headers):
    return client.post(IMPORTS, {"file": SimpleUploadedFile(name, data)}, **headers)


def work():
    for job in Job.objects.filter(kind="catalog.read_device_types", state=State.QUEUED):
        worker.run(str(job.pk))


def imported(client, files):
    found = upload(client, as_zip(files)).json()
    work()
    found = client.get(f"{IMPORTS}{found['id']}/").json()
    client.post(f"{IMPORTS}{found['id']}/apply/", {"version": found["version"]}, JSON)
    return client.get(f"{IMPORTS}{found['id']}/").json()


def all_of(client, path):
    found = []
    while path:
        answer = client.get(path)
        assert answer.status_code == 200, answer.content
        found += answer.json()["results"]
        path = answer.json()["next"]
    return found


def conforms(answer, path, method="get", status="200"):
    document = schema()
    shape = document["paths"][path][method]["responses"][status]["content"]["application/json"]["schema"]
    jsonschema.validate(answer.json(), {**shape, "components": document["components"]})


def test_an_archive_becomes_hardware_models_in_reviewed_steps(manager):
    answer = upload(manager, as_zip({**FOLDERS, "lib/device-types/a/bad.yaml": "slug: ["}))

    assert answer.status_code == 202
    address = answer["Location"]
    conforms(answer, IMPORTS, "post", "202")
    assert (answer.json()["state"], answer.json()["counts"]) == ("reading", {})
    work()
    found = manager.get(address)
    conforms(found, f"{IMPORTS}{{id}}/")
    assert (found.json()["state"], found.json()["counts"]["new"], found.json()["counts"]["rejected"]) == (
        "ready",
        3,
        1,
    )
    assert found.json()["rejected"][0]["path"] == "lib/device-types/a/bad.yaml"
    assert all_of(manager, MODELS) == []
    staged = manager.get(f"{address}models/")
    conforms(staged, f"{IMPORTS}{{id}}/models/")
    assert len(staged.json()["results"]) == 3
    version = found.json()["version"]
    assert manager.post(f"{address}apply/", {}, JSON).status_code == 400
    assert manager.post(f"{address}apply/", {"version": version, "x": 1}, JSON).status_code == 400
    assert manager.post(f"{address}apply/", {"version": version - 1}, JSON).status_code == 412
    done = manager.post(f"{address}apply/", {"version": version}, JSON)
    assert (done.status_code, done.json()["state"]) == (200, "applied")
    assert len(all_of(manager, MODELS)) == 3
    assert manager.post(f"{address}apply/", {"version": version}, JSON).json() == done.json()
    assert manager.post(f"{address}roll-back/", {}, JSON).json()["state"] == "rolled-back"
    assert all_of(manager, MODELS) == []


def test_a_model_is_told_whole_with_ports_source_and_history(manager):
    imported(manager, FOLDERS)
    second = imported(
        manager,
        {
            **FOLDERS,
            "lib/device-types/Example Networks/SW-48.yaml": SWITCH.replace("weight: 10", "weight: 11"),
        },
    )
    listed = all_of(manager, f"{MODELS}?search=sw-48")[0]

    answer = manager.get(f"{MODELS}{listed['id']}/")

    conforms(answer, f"{MODELS}{{identity}}/")
    model = answer.json()
    assert {name: model[name] for name in listed} == listed
    assert [(p["count"], p["gbps"], p["media"]) for p in model["ports"]][:2] == [
        (1, 100.0, "QSFP28"),
        (2, 25.0, "SFP28"),
    ]
    assert (model["weight_kg"], model["port_watts"], model["missing"]) == (4.99, 350, [])
    assert model["source"]["sha256"] == second["sha256"]
    assert model["path"] == "lib/device-types/Example Networks/SW-48.yaml"
    history = manager.get(f"{MODELS}{listed['id']}/history/")
    conforms(history, f"{MODELS}{{identity}}/history/")
    assert [(s["is_current"], s["changes"]) for s in history.json()] == [
        (True, [{"field": "weight_kg", "before": 4.536, "after": 4.99, "is_large": False}]),
        (False, []),
    ]
    tag = answer["ETag"]
    assert manager.get(f"{MODELS}{listed['id']}/", headers={"If-None-Match": tag}).status_code == 304


def test_lists_are_searched_filtered_ordered_and_paged(manager):
    imported(manager, {**FOLDERS, **generated(7)})

    def names(query):
        return [m["model"] for m in all_of(manager, f"{MODELS}?limit=2&{query}")]

    assert len(names("")) == 10
    assert names("search=psu800") == ["PSU-800"]
    assert names("kind=module-type") == ["PSU-800"]
    assert names("manufacturer=Example+Systems") == ["PSU-800", "R1"]
    assert names("height=2") == ["R1"]
    assert names("missing=power") == ["R1"]
    assert names("ordering=-power")[:2] == ["PSU-800", "SW-48"]
    assert "R1" not in names("ordering=weight")
    assert names("ordering=-name") == names("")[::-1]


@pytest.mark.parametrize(
    "query",
    [
        "kind=abacus",
        "missing=all",
        "height=two",
        "height=NaN",
        "ordering=colour",
        "limit=0",
        "cursor=x",
        "manufacturer=%EF%BF%BF",
    ],
)
def test_what_is_no_choice_is_told(manager, query):
    answer = manager.get(f"{MODELS}?{query}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["remedy"]


def test_the_same_bytes_while_they_wait_are_the_same_import(manager):
    first = upload(manager, as_zip(FOLDERS)).json()
    again = upload(manager, as_zip(FOLDERS), name="other.zip").json()
    assert again["id"] == first["id"]
    work()

    answer = upload(manager, as_zip(FOLDERS))
    assert (answer.status_code, answer.json()["id"]) == (200, first["id"])


def test_discarding_needs_the_version_that_was_seen(manager):
    found = upload(manager, as_zip(FOLDERS)).json()
    work()
    address = f"{IMPORTS}{found['id']}/"

    assert manager.delete(address).status_code == 428
    assert manager.delete(address, headers={"If-Match": '"1"'}).status_code == 412
    assert manager.delete(address, headers={"If-Match": manager.get(address)["ETag"]}).status_code == 204
    assert manager.get(address).status_code == 404
    assert HardwareModel.objects.count() == 0


def test_reading_again_and_a_stale_review_over_rest(manager):
    one = upload(manager, as_zip(FOLDERS)).json()
    other = upload(manager, as_zip({"a.yaml": SWITCH})).json()
    work()
    one = manager.get(f"{IMPORTS}{one['id']}/").json()
    other = manager.get(f"{IMPORTS}{other['id']}/").json()
    manager.post(f"{IMPORTS}{one['id']}/apply/", {"version": one["version"]}, JSON)

    refused = manager.post(f"{IMPORTS}{other['id']}/apply/", {"version": other["version"]}, JSON)
    assert (refused.status_code, "Read it again" in refused.json()["detail"]) == (409, True)
    assert manager.post(f"{IMPORTS}{other['id']}/read-again/", {}, JSON).status_code == 202
    work()
    assert manager.get(f"{IMPORTS}{other['id']}/").json()["state"] == "unchanged"


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"file": "text"}, 400), ({"file": SimpleUploadedFile("a.zip", b"")}, 400)],
)
def test_an_upload_without_a_file_is_refused(manager, body, status):
    answer = manager.post(IMPORTS, body)

    assert answer.status_code == status
    assert answer.json()["errors"][0]["field"] == "file"


def test_a_large_upload_is_refused_before_it_is_stored(manager, monkeypatch):
    monkeypatch.setattr(device_imports.archives, "MAX_FILE_BYTES", 10)
    monkeypatch.setattr(device_imports.archives, "MIB", 0)

    assert upload(manager, as_zip(FOLDERS)).status_code == 413


def test_an_architect_reads_models_and_finds_no_import(client, manager):
    found = imported(manager, FOLDERS)
    architect = a_user()
    a_team(members=[architect], role=Role.ARCHITECT)
    client.force_login(architect)

    assert len(all_of(client, MODELS)) == 3
    assert all_of(client, IMPORTS) == []
    assert upload(client, as_zip(FOLDERS)).status_code == 403
    for path in ("", "models/"):
        assert client.get(f"{IMPORTS}{found['id']}/{path}").status_code == 404
    for path in ("apply", "roll-back", "read-again"):
        assert client.post(f"{IMPORTS}{found['id']}/{path}/", {"version": 1}, JSON).status_code == 404
    assert client.get(f"{MODELS}{found['id']}/").status_code == 404
    assert client.get(f"{MODELS}{found['id']}/history/").status_code == 404


def test_a_repeated_request_gets_the_first_answer(manager):
    key = {"HTTP_IDEMPOTENCY_KEY": "one"}
    first = upload(manager, as_zip(FOLDERS), **key)
    work()
    again = upload(manager, as_zip(FOLDERS), **key)

    assert again["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
