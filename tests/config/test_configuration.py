"""docs/configuration.md lists what is read from the environment: every variable, with its true default."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READERS = {"str", "int", "float", "bool", "list", "db_url", "one_of", "get", "path", "url", "json"}
BETWEEN_OUR_PROCESSES = {"PARENT_PID", "PATH"}


def documented():
    """Variable to default, as the table has them."""
    table = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| `([A-Z_]+)` \| (.+?) \|", table, re.MULTILINE))


def value_of(node):
    """The value of an expression of literals, such as `8 * 3600`; None where it is worked out otherwise."""
    if node is None or any(isinstance(part, ast.Name | ast.Call | ast.Attribute) for part in ast.walk(node)):
        return None
    return eval(compile(ast.Expression(node), "settings", "eval"))


def read_from_the_environment():
    """Variable to default, as the code has them; None: required, or worked out."""
    found = {}
    for path in (
        ROOT / "config/settings.py",
        *(path for app in ("jobs", "costing", "catalog") for path in (ROOT / app).rglob("*.py")),
    ):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant)):
                continue
            function = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
            owner = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
            if (
                function in READERS
                and owner in ("env", "os.environ", "")
                and isinstance(call.args[0].value, str)
            ):
                name = call.args[0].value
                keywords = {keyword.arg: keyword.value for keyword in call.keywords}
                default = keywords.get("default", call.args[1] if len(call.args) > 1 else None)
                if name.isupper():
                    found[name] = value_of(default) if found.get(name) is None else found[name]
    return {name: default for name, default in found.items() if name not in BETWEEN_OUR_PROCESSES}


def test_every_variable_is_documented_and_none_is_made_up():
    assert set(documented()) == set(read_from_the_environment())
    assert len(documented()) > 25


def test_the_defaults_are_those_of_the_code():
    defaults = {name: value for name, value in read_from_the_environment().items() if value not in (None, "")}

    assert {name: f"`{value}`" for name, value in defaults.items()} == {
        name: documented()[name] for name in defaults
    }


def test_the_documents_link_to_each_other():
    for page in (ROOT / "docs").rglob("*.md"):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
