"""The published schemas of the catalog: current, and true of everything that the product ships."""

from __future__ import annotations

import json

import jsonschema
import pytest
import yaml

from catalog.library import DATA, KINDS
from catalog.schema.__main__ import FOLDER, published


def shipped(kind):
    """The file as a program outside of ours reads it: dates of YAML as JSON has them."""
    document = yaml.safe_load((DATA / f"{kind}.yaml").read_text(encoding="utf-8"))
    return json.loads(json.dumps(document, default=str))


def test_the_files_are_as_the_dataclasses_say():
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")} == {
        path.name: text for path, text in published().items()
    }


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_shipped_is_valid_and_names_its_schema(kind):
    schema = json.loads((FOLDER / f"{kind}.json").read_text(encoding="utf-8"))
    header = (DATA / f"{kind}.yaml").read_text(encoding="utf-8").split("entries:")[0]

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(shipped(kind))

    assert f"# Format: catalog/schema/{kind}.json." in header


@pytest.mark.parametrize("kind", KINDS)
def test_an_entry_with_a_wrong_field_is_not_valid(kind):
    schema = json.loads((FOLDER / f"{kind}.json").read_text(encoding="utf-8"))
    document = shipped(kind)
    document["entries"][0]["made_up"] = 1

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)
