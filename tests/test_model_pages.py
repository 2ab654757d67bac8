"""One page a model in docs/models/, and each field of it there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps

PAGES = Path(__file__).resolve().parents[1] / "docs/models"
MODELS = {
    model.__name__.lower(): model
    for app in ("accounts", "jobs", "catalog", "designer", "costing")
    for model in apps.get_app_config(app).get_models()
}


@pytest.mark.parametrize("path", sorted(PAGES.glob("*.md")), ids=lambda path: path.stem)
def test_a_page_names_the_fields_that_its_model_has(path):
    model = MODELS[path.stem]
    rows = re.findall(r"^\| ([a-z_0-9, ]+) \| [^|]+ \|$", path.read_text(encoding="utf-8"), re.MULTILINE)
    named = {name.strip() for row in rows for name in row.split(",")} - {"field"}
    fields = {field.name for field in (*model._meta.fields, *model._meta.many_to_many)} - {"id", "last_login"}

    assert named <= fields, f"{path.name} names {named - fields}"
    assert fields <= named, f"{path.name} leaves out {fields - named}"
