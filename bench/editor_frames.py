"""B10: frames of the editor while somebody pans, drags and selects, against a bare canvas in the same browser.

Both sides show the same grid of nodes with labels and links, in a window of the same size, moved by the same mouse. A
frame is the time between two of the browser's animation frames while the mouse moves.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
from collections.abc import Callable
from random import Random
from typing import Any

from bench import harness
from bench.benchmark import Benchmark
from bench.harness import Clock, Comparison, Result, Void, checksum

VERSION = 1
SIZES = {"s": 300, "m": 1_000, "l": 3_000, "xl": 10_000}
SEED = 42
COLUMN, ROW = 170, 64
STEPS = 90
ROUNDS = 3
HOST = "http://bench.invalid"
STATIC = harness.ROOT / "static"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]

RECORD = """() => {
  window.frames_ = [];
  let last = performance.now();
  const tick = now => { window.frames_.push(now - last); last = now; window.recorder_ = requestAnimationFrame(tick); };
  window.recorder_ = requestAnimationFrame(tick);
}"""
STOP = "() => { cancelAnimationFrame(window.recorder_); return window.frames_.slice(2); }"

FLOOR = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><style>html,body{margin:0;height:100%}canvas{display:block}</style>
<canvas width="1400" height="900"></canvas><script type="application/json" id="data">DATA</script>
<script>
const {nodes, links} = JSON.parse(document.getElementById("data").textContent);
const canvas = document.querySelector("canvas"), context = canvas.getContext("2d", {alpha: false});
const at = new Map(nodes.map(n => [n.id, n]));
let view = {x: -40, y: -40, scale: 0.5}, dirty = true, drag = null, group = [];
function paint() {
  context.setTransform(1, 0, 0, 1, 0, 0); context.fillStyle = "#f4f6f8"; context.fillRect(0, 0, 1400, 900);
  context.setTransform(view.scale, 0, 0, view.scale, -view.x * view.scale, -view.y * view.scale);
  context.strokeStyle = "#94a3b8"; context.lineWidth = 2; context.beginPath();
  for (const [a, b] of links) { const p = at.get(a), q = at.get(b); context.moveTo(p.x + 66, p.y + 17); context.lineTo(q.x + 66, q.y + 17); }
  context.stroke();
  context.font = "600 11px sans-serif"; context.textBaseline = "middle";
  for (const n of nodes) {
    context.fillStyle = "#dbeafe"; context.fillRect(n.x, n.y, 132, 34);
    context.strokeStyle = "#1d4ed8"; context.strokeRect(n.x, n.y, 132, 34);
    context.fillStyle = "#0f172a"; context.fillText(n.id, n.x + 8, n.y + 17);
  }
}
function frame() { if (dirty) { dirty = false; paint(); } requestAnimationFrame(frame); }
requestAnimationFrame(frame);
window.groupOf = count => { group = nodes.slice(0, count); };
window.whereIs = id => { const n = at.get(id); return {x: (n.x + 66 - view.x) * view.scale, y: (n.y + 17 - view.y) * view.scale}; };
canvas.onmousedown = e => { drag = {x: e.clientX, y: e.clientY, pan: e.button === 1}; e.preventDefault(); };
canvas.onmousemove = e => {
  if (!drag) return;
  const dx = (e.clientX - drag.x) / view.scale, dy = (e.clientY - drag.y) / view.scale; drag.x = e.clientX; drag.y = e.clientY;
  if (drag.pan) { view.x -= dx; view.y -= dy; } else for (const n of group) { n.x += dx; n.y += dy; }
  dirty = true;
};
canvas.onmouseup = () => { drag = null; };
canvas.onwheel = e => { view.scale *= Math.exp(-e.deltaY * 0.002); dirty = true; e.preventDefault(); };
</script>"""


def a_drawing(n: int) -> dict[str, Any]:
    """A grid of nodes, each linked to one before it."""
    chance = Random(SEED)  # noqa: S311 - a fixture, the same each time
    columns = round((n * 2) ** 0.5)
    nodes, links = [], []
    for index in range(n):
        column, row = index % columns, index // columns
        nodes.append({"id": f"n{index}", "x": column * COLUMN, "y": row * ROW})
        if index:
            above = index - columns
            to = above if above >= 0 and chance.random() < 0.5 else index - 1
            links.append((f"n{index}", f"n{to}"))
    return {"nodes": nodes, "links": links}


def as_topology(drawing: dict[str, Any]) -> dict[str, Any]:
    nodes = [
        {
            "id": node["id"], "name": node["id"], "spec": "cmp", "roles": ["compute"], "group": "", "rack": "",
            "unit": None, "position": {"x": node["x"], "y": node["y"]}, "services": [],
        }
        for node in drawing["nodes"]
    ]  # fmt: skip
    links = [
        {
            "id": f"l{index}", "a": {"element": a, "port": f"fast-{index + 1}"}, "gbps": 25, "bond": "",
            "b": {"element": b, "port": f"fast-{index + 9_999}"}, "networks": [], "bends": [],
        }
        for index, (a, b) in enumerate(drawing["links"])
    ]  # fmt: skip
    empty = ("racks", "node_groups", "switches", "pdus", "external_routers", "networks", "pools", "notes")
    return {"schema_version": 1, **{name: [] for name in empty}, "nodes": nodes, "links": links}


def our_page(drawing: dict[str, Any]) -> str:
    """The editor as it is built, with its data, without a server behind it."""
    manifest = json.loads((STATIC / "build/.vite/manifest.json").read_text(encoding="utf-8"))
    entry, main = manifest["designer/editor/src/main.tsx"], manifest["frontend/main.ts"]
    styles = [*main.get("css", []), *entry.get("css", [])]
    data = {
        "design": "bench", "api": "/api/", "name": "Bench", "version": 1, "topology": as_topology(drawing),
        "specs": [], "chosen": [], "services": [], "mayEdit": True, "csrfToken": "", "sprite": "", "links": {},
    }  # fmt: skip
    head = "".join(f'<link rel="stylesheet" href="/static/build/{style}">' for style in styles)
    return (
        f'<!doctype html><html data-bs-theme="light"><meta charset="utf-8"><title>Bench</title>{head}'
        '<div data-topology-editor></div><script type="application/json" id="editor-data">'
        f'{json.dumps(data)}</script><script type="module" src="/static/build/{entry["file"]}"></script></html>'
    )


def measure(size: str, rounds: int) -> Result:
    """Measure in Debian's Chromium. `rounds` is of ABBA; three are enough, since each has 90 frames."""
    from playwright.sync_api import sync_playwright

    n = SIZES[size]
    drawing = a_drawing(n)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not chromium:
        raise Void("B10: Chromium is missing; set CHROMIUM to its path.")
    text = json.dumps(drawing)
    floor_page = FLOOR.replace("DATA", text)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        try:
            ours, opening = _open(browser, our_page(drawing))
            floor, _ = _open(browser, floor_page)
            _prepare(ours)
            pages = (ours, floor)
            found = [
                _compared(name, at_most, act, pages, min(rounds, ROUNDS))
                for name, at_most, act in _actions(size)
            ]
        finally:
            browser.close()
    return Result(
        benchmark="B10",
        version=VERSION,
        size=size,
        n=n,
        checksum=checksum(text.encode()),
        correctness="the same nodes, labels and links in the same window on both sides",
        comparisons=tuple(found),
        user_numbers={"until it can be used, ms": opening},
        seconds={"pan": found[0].ours / 1e3},
    )


def _open(browser: Any, html: str) -> tuple[Any, float]:
    page = browser.new_page(viewport={"width": 1400, "height": 900})

    def answer(route: Any) -> None:
        path = route.request.url.removeprefix(HOST)
        if path == "/":
            route.fulfill(body=html, content_type="text/html")
        elif path.startswith("/static/"):
            route.fulfill(path=STATIC / path.removeprefix("/static/"))
        else:
            route.abort()

    page.route("**/*", answer)
    page.goto(HOST)
    page.wait_for_selector("canvas")
    page.wait_for_timeout(500)
    return page, float(page.evaluate("performance.getEntriesByType('paint').at(-1)?.startTime ?? 0"))


def _prepare(page: Any) -> None:
    """Only the canvas in the window, in the view that shows nodes where they were put, at half size."""
    page.add_style_tag(
        content=".editor{height:900px!important}.editor__main{display:block!important}"
        ".editor__palette,.editor__side,.editor__bar,.editor__notices{display:none!important}"
        ".editor__stage{height:900px;width:1400px}"
    )
    page.evaluate("""() => {
      const { workspace } = document.querySelector("[data-topology-editor]").topologyEditor;
      workspace.show("network"); Object.assign(workspace.camera, { x: -40, y: -40, scale: 0.5 }); workspace.changed();
      window.groupOf = count => workspace.select(workspace.topology.nodes.slice(0, count).map(n => ({ collection: "nodes", id: n.id })));
      window.whereIs = id => { const b = workspace.boxOf(id), c = document.querySelector(".editor__canvas").getBoundingClientRect(),
        p = workspace.camera.toScreen(b.x + b.width / 2, b.y + b.height / 2); return { x: c.left + p.x, y: c.top + p.y }; };
    }""")
    page.wait_for_timeout(300)


Act = Callable[[Any, bool], float]


def _actions(size: str) -> list[tuple[str, float | None, Act]]:
    goal = 1.2 if size == "l" else None
    return [
        ("pan, p95 of a frame", goal, _pan),
        ("drag a node, p95 of a frame", goal, _drag(1)),
        ("drag 20 nodes, p95 of a frame", goal, _drag(20)),
        ("zoom in and out, p95 of a frame", 1.0 if size == "l" else None, _zoom),
    ]


def _pan(page: Any, _is_ours: bool) -> float:
    page.mouse.move(700, 450)
    page.mouse.down(button="middle")
    frames = _recorded(page, lambda step: page.mouse.move(700 + _swing(step), 450 + _swing(step) / 2))
    page.mouse.up(button="middle")
    return frames


def _drag(count: int) -> Act:
    def drag(page: Any, _is_ours: bool) -> float:
        page.evaluate("count => window.groupOf(count)", count)
        at = page.evaluate("window.whereIs('n0')")
        page.mouse.move(at["x"], at["y"])
        page.mouse.down()
        frames = _recorded(page, lambda step: page.mouse.move(at["x"] + _swing(step), at["y"] + _swing(step)))
        page.mouse.up()
        return frames

    return drag


def _zoom(page: Any, is_ours: bool) -> float:
    page.mouse.move(700, 450)
    if is_ours:
        page.keyboard.down("Control")
    frames = _recorded(page, lambda step: page.mouse.wheel(0, 40 if step % 30 < 15 else -40))
    if is_ours:
        page.keyboard.up("Control")
    return frames


def _swing(step: int) -> float:
    """There and back again, so that an action ends where it began."""
    half = STEPS / 2
    return 4 * (step if step < half else STEPS - 1 - step)


def _recorded(page: Any, move: Callable[[int], Any]) -> float:
    """p95 of the frames while `move` is called, ms."""
    page.evaluate(RECORD)
    for step in range(STEPS):
        move(step)
    frames = page.evaluate(STOP)
    return harness.percentile(frames, 95)


def _compared(name: str, at_most: float | None, act: Act, pages: tuple[Any, Any], rounds: int) -> Comparison:
    mine, theirs, ratios = [], [], []
    for _ in range(rounds):
        first, floors = act(pages[0], True), [act(pages[1], False), act(pages[1], False)]
        both = [first, act(pages[0], True)]
        mine += both
        theirs += floors
        ratios.append(sum(both) / sum(floors))
    ratio = statistics.median(ratios)
    return Comparison(
        name=name, ours=statistics.median(mine), floor=statistics.median(theirs), ratio=ratio, unit="ms",
        clock=Clock.WALL, goal=f"<= {at_most:g}" if at_most else "", is_met=ratio <= at_most if at_most else None,
    )  # fmt: skip


B10 = Benchmark(
    name="B10",
    title="Frames of the editor while panning, dragging and zooming, against a bare canvas",
    sizes=SIZES,
    by_default=("m", "l"),
    measure=measure,
)
