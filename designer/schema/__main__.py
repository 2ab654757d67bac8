"""`python -m designer.schema` writes `design.json` anew from the dataclasses; `--check` only says if it is current."""

import sys
from pathlib import Path

from designer.engine.document import published_schema

PATH = Path(__file__).with_name("design.json")


def main() -> int:
    text = published_schema()
    if "--check" in sys.argv[1:]:
        return 0 if PATH.read_text(encoding="utf-8") == text else 1
    PATH.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
