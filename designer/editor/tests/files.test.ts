import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { remove } from "../src/commands/remove.ts";
import { set } from "../src/commands/set.ts";
import { add } from "../src/commands/add.ts";
import { Editor } from "../src/editor.ts";
import { apply, difference } from "../src/model/change_set.ts";
import { changesBetween, inOrderOf } from "../src/model/compare.ts";
import type { Topology } from "../src/model/topology.ts";
import { networkScene } from "../src/scene/network.ts";
import { rackPlaces, racksScene } from "../src/scene/racks.ts";
import { drawioOf } from "../src/view/drawio.ts";
import type { Palette } from "../src/view/palette.ts";
import { Workspace } from "../src/workspace.ts";
import { CATALOG, drawing, node, rack, SMALL } from "./drawings.ts";

const PAINT = { fill: "#eeeeee", stroke: "#111111" };
const PALETTE: Palette = {
  looks: new Map([["compute", PAINT], ["leaf", PAINT], ["frame", PAINT]]), lines: { uplink: "#0000ff", access: "#00ff00", oob: "#777777" },
  planes: new Map([["management", "#123456"]]), background: "#ffffff", surface: "#ffffff", text: "#000000", soft: "#333333", faint: "#999999",
  slot: "#cccccc", accent: "#0055ff", bad: "#ff0000", warning: "#ffaa00", good: "#00aa00", font: "Inter",
};

function file(topology: Topology, network: string | null = null): string {
  return drawioOf(networkScene(topology, CATALOG, null, new Set()), PALETTE, network, "Net", (colour) => colour || "none");
}

describe("a file for draw.io", () => {
  test("has each box where it is drawn and each line between its boxes", () => {
    const scene = networkScene(SMALL, CATALOG, null, new Set());
    const text = file(SMALL);
    const box = scene.byId.get("cmp-1");

    expect(text).toContain(`<mxGeometry x="${box?.x}" y="${box?.y}" width="132" height="34" as="geometry"/>`);
    expect(text.match(/vertex="1"/g)).toHaveLength(3);
    expect(text).toContain('edge="1" parent="1" source="box:cmp-1" target="box:leaf-1"');
    expect(text.match(/edge="1"/g)).toHaveLength(2);
    expect(text).toContain("fillColor=#eeeeee;strokeColor=#111111;");
  });

  test("of one network has only its lines, in the colour of its plane", () => {
    const text = file(SMALL, "mgmt");

    expect(text.match(/edge="1"/g)).toHaveLength(1);
    expect(text).toContain("strokeColor=#123456;");
  });

  test("leads bent lines through their bends", () => {
    const bent = { ...SMALL, links: SMALL.links.map((link) => ({ ...link, bends: [{ x: 7, y: 300 }] })) };
    expect(file(bent)).toContain('<Array as="points"><mxPoint x="7" y="300"/></Array>');
  });

  test("of racks has their units", () => {
    const text = drawioOf(racksScene(SMALL, CATALOG, null, false), PALETTE, null, "Racks", (colour) => colour || "none");
    expect(text).toContain('id="box:rack-1.u42" value="42"');
  });

  test("holds any name as text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (name) => {
        const text = file(set("nodes", ["cmp-1"], { name: `<b>"${name}&` })(SMALL));
        const value = /id="box:cmp-1" value="([^"]*)"/.exec(text)?.[1] ?? "";
        expect(value.startsWith("&#60;b&#62;&#34;")).toBe(true);
        expect(value.replace(/&#\d+;/g, "")).not.toMatch(/[<>"&\u0000-\u0008]/);
      }),
    );
  });
});

describe("comparing", () => {
  const after = add("nodes", node("new"))(set("nodes", ["cmp-2"], { unit: 7 })(remove([{ collection: "nodes", id: "cmp-1" }])(SMALL)));

  test("tells what was added, removed and changed, field by field", () => {
    const changes = changesBetween(SMALL, after);

    expect(changes.map(({ kind, id }) => [kind, id])).toEqual([
      ["removed", "cmp-1"], ["added", "new"], ["changed", "cmp-2"], ["removed", "cmp-1.fast-1"], ["removed", "cmp-1.fast-2"],
    ]);
    expect(changes[2]?.fields).toEqual([{ name: "unit", before: 2, after: 7 }]);
  });

  test("marks the drawing, and shows where stood what is gone", () => {
    const workspace = new Workspace(new Editor(after), CATALOG, false);
    workspace.compareWith(SMALL);
    const stood = racksScene(SMALL, CATALOG, null, false).byId.get("cmp-1");

    expect(workspace.comparison.marks.get("new")).toBe("added");
    expect(workspace.comparison.gone).toEqual([stood]);
    expect(workspace.comparison).toBe(workspace.comparison);
    workspace.editor.run("Back", () => SMALL);
    expect(workspace.comparison.changes).toEqual([]);
    workspace.compareWith(null);
    expect(workspace.comparison.marks.size).toBe(0);
  });
});

test("zones stand side by side while a row has room for them", () => {
  const racks = ["a", "a", "b", "b", "b"].map((zone, index) => rack(`r${index}`, { zone }));
  const places = rackPlaces(drawing({ racks }), CATALOG);
  const many = rackPlaces(drawing({ racks: ["a", "b"].flatMap((zone) => Array.from({ length: 30 }, (_, index) => rack(`${zone}${index}`, { zone }))) }), CATALOG);

  expect(new Set(places.map((place) => place.y)).size).toBe(1);
  expect(places.map((place) => place.x)).toEqual([...places.map((place) => place.x)].sort((one, other) => one - other));
  expect((places[2]?.x ?? 0) - (places[1]?.x ?? 0)).toBeGreaterThan((places[1]?.x ?? 0) - (places[0]?.x ?? 0));
  expect(new Set(many.map((place) => `${place.x},${place.y}`)).size).toBe(60);
  expect(Math.min(...many.slice(30).map((place) => place.y))).toBeGreaterThan(Math.max(...many.slice(0, 30).map((place) => place.y)));
});

test("what is gone from a place that is taken now stands below the drawing", () => {
  const workspace = new Workspace(new Editor(drawing({ nodes: [node("b", { rack: "r", unit: 1 })], racks: [rack("r")] })), CATALOG, false);
  workspace.compareWith(drawing({ nodes: [node("a", { rack: "r", unit: 1 }), node("b", { rack: "r", unit: 2 })], racks: [rack("r")] }));
  const frame = workspace.scene.byId.get("r");

  expect(workspace.comparison.gone[0]?.y).toBeGreaterThan((frame?.y ?? 0) + (frame?.height ?? 0));
});

test("a document taken in is one step, and undone to the same bytes, whatever its order", () => {
  const other: Topology = { ...add("nodes", node("new"))(remove([{ collection: "nodes", id: "cmp-1" }])(SMALL)), racks: [...SMALL.racks].reverse() };
  const editor = new Editor(SMALL);
  editor.run("Take in", (topology) => inOrderOf(topology, other));

  expect(new Set(editor.topology.nodes.map((one) => one.id))).toEqual(new Set(["cmp-2", "new"]));
  expect(JSON.stringify(apply(SMALL, difference(SMALL, editor.topology)).topology)).toBe(JSON.stringify(editor.topology));
  editor.undo();
  expect(JSON.stringify(editor.topology)).toBe(JSON.stringify(SMALL));
});
