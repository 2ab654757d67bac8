"""`python -m catalog.schema` writes the schemas anew from the dataclasses; `--check` only says if they are current."""

import json
import sys
from pathlib import Path

from catalog.engine.documents import json_schema
from catalog.library import KINDS

FOLDER = Path(__file__).parent


def published() -> dict[Path, str]:
    """Return the text of each schema file: of one file of the starter catalog, a list of entries of its kind."""
    return {FOLDER / f"{kind}.json": text_of(kind, python) for kind, python in KINDS.items()}


def text_of(kind: str, python: type) -> str:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Stackwright catalog, {kind}",
        "type": "object",
        "additionalProperties": False,
        "properties": {"entries": {"type": "array", "items": json_schema(python)}},
        "required": ["entries"],
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    outdated = [
        path for path, text in published().items() if not path.exists() or path.read_text("utf-8") != text
    ]
    if "--check" in sys.argv[1:]:
        for path in outdated:
            sys.stderr.write(f"{path.name} is not current: run python -m catalog.schema\n")
        return 1 if outdated else 0
    for path in outdated:
        path.write_text(published()[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
