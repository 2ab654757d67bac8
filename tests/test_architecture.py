"""The layers of docs/architecture.md: imports point left, engines know nothing of the world."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("config", "accounts", "jobs", "catalog", "designer", "costing")
IMPURE = {
    "django",
    "rest_framework",
    "time",
    "datetime.now",
    "os",
    "random",
    "socket",
    "subprocess",
    "requests",
    "pathlib",
}


def modules(layer):
    return sorted(path for path in (ROOT / layer).rglob("*.py") if "migrations" not in path.parts)


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@pytest.mark.parametrize("layer", LAYERS)
def test_imports_point_left(layer):
    right = LAYERS[LAYERS.index(layer) + 1 :]
    # Addresses and settings name the apps as text or through include(); that is not an import.
    found = [
        (path.name, name) for path in modules(layer) for name in imported(path) if name.split(".")[0] in right
    ]

    assert found == []


@pytest.mark.parametrize("layer", ["catalog", "designer", "costing"])
def test_engines_are_pure(layer):
    engine = [path for path in modules(layer) if "engine" in path.parts]
    assert engine
    found = [(path.name, name) for path in engine for name in imported(path) if name.split(".")[0] in IMPURE]

    assert found == []


@pytest.mark.parametrize("layer", ["catalog", "designer", "costing"])
def test_engines_never_ask_the_clock(layer):
    calls = [
        (path.name, node.attr)
        for path in modules(layer)
        if "engine" in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ("now", "today", "utcnow")
    ]

    assert calls == []


EDITOR = ROOT / "designer" / "editor" / "src"
KNOWS = {
    "model": {"model", "api/schema"},
    "editor": {"model"},
    "commands": {"commands", "editor", "model"},
    "scene": {"scene", "model"},
    "view": {"view", "scene", "model", "workspace"},
    "workspace": {"view", "scene", "editor", "model"},
    "tools": {"tools", "commands", "workspace", "view", "scene", "editor", "model"},
    "api": {"api", "editor", "model", "workspace"},
}
"""What each part of the editor may import; panels and main.tsx, where the page begins, may import all."""


@pytest.mark.parametrize("part", KNOWS)
def test_the_parts_of_the_editor_point_inward(part):
    files = (
        [EDITOR / f"{part}.ts"]
        if (EDITOR / f"{part}.ts").exists()
        else sorted((EDITOR / part).rglob("*.ts*"))
    )
    assert files
    found = []
    for path in files:
        for name in re.findall(r'from "([^"]+)"', path.read_text(encoding="utf-8")):
            if not name.startswith("."):
                found.append((path.name, name))  # model to tools know no package, Preact least of all
                continue
            target = (path.parent / name).resolve().relative_to(EDITOR).with_suffix("").as_posix()
            if target not in KNOWS[part] and target.partition("/")[0] not in KNOWS[part]:
                found.append((path.name, name))

    assert found == []
