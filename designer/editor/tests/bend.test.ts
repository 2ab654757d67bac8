import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Editor } from "../src/editor.ts";
import { find, type Position, type Topology } from "../src/model/topology.ts";
import { BoxGrid } from "../src/scene/grid.ts";
import { endsOf } from "../src/scene/lines.ts";
import { route } from "../src/scene/route.ts";
import type { Box, Line, Rectangle, Scene } from "../src/scene/scene.ts";
import { Bend, bendable, bendPoints, removeBend, routeLinks } from "../src/tools/bend.ts";
import { Workspace } from "../src/workspace.ts";
import { CATALOG, drawing, leaf, link, node, SMALL } from "./drawings.ts";

const held = { shift: false, alt: true };
const bytes = (topology: Topology) => JSON.stringify(topology);

function onNetwork(topology: Topology, ...links: string[]): Workspace {
  const workspace = new Workspace(new Editor(topology), CATALOG, false);
  workspace.view = "network";
  workspace.select(links.map((id) => ({ collection: "links", id })));
  return workspace;
}

function line(workspace: Workspace): Line {
  const found = bendable(workspace);
  if (!found) throw new Error("nothing to bend");
  return found;
}

describe("bending", () => {
  test("a drag on a line makes a bend of all its links, in one step", () => {
    const workspace = onNetwork(SMALL, "cmp-1.fast-1", "cmp-1.fast-2");
    const gesture = new Bend(workspace, line(workspace), { x: 0, y: 300 }, null);
    gesture.move({ x: 5, y: 310 }, held);
    gesture.move({ x: 40, y: 333 }, held);
    gesture.commit({ x: 50, y: 350 }, held);

    expect(workspace.topology.links.map((one) => one.bends)).toEqual([[{ x: 50, y: 350 }], [{ x: 50, y: 350 }], []]);
    expect(line(workspace).links).toEqual(["cmp-1.fast-1", "cmp-1.fast-2"]);
    expect(workspace.editor.past.map((step) => step.label)).toEqual(["Bend 2 links"]);
    workspace.editor.undo();
    expect(bytes(workspace.topology)).toBe(bytes(SMALL));
  });

  test("a bend is dragged, and removed", () => {
    const workspace = onNetwork(SMALL, "cmp-2.fast-1");
    new Bend(workspace, line(workspace), { x: 0, y: 300 }, null).commit({ x: 1, y: 1 }, held);
    expect(workspace.editor.past).toEqual([]);
    for (const at of [{ x: 10, y: 320 }, { x: 20, y: 340 }]) {
      const gesture = new Bend(workspace, line(workspace), at, bendPoints(line(workspace)).length ? 0 : null);
      gesture.move(at, held);
      gesture.commit(at, held);
    }
    expect(find(workspace.topology, "links", "cmp-2.fast-1")?.bends).toEqual([{ x: 20, y: 340 }]);

    removeBend(workspace, line(workspace), 0);
    expect(bytes(workspace.topology)).toBe(bytes(SMALL));
    expect(workspace.editor.past).toHaveLength(3);
  });

  test("links that run the other way round get their bends in their own order", () => {
    const workspace = onNetwork(drawing({
      nodes: [node("n")], switches: [leaf("l")],
      links: [link("n", "fast-1", "l", "down-1"), link("l", "down-2", "n", "fast-2")],
    }), "n.fast-1", "l.down-2");
    routeLinks(workspace);
    const both = line(workspace);
    for (const at of [{ x: 0, y: 300 }, { x: 0, y: 340 }]) {
      const gesture = new Bend(workspace, line(workspace), at, null);
      gesture.move({ x: at.y, y: at.y }, held);
      gesture.commit({ x: at.y, y: at.y }, held);
    }
    const [first, second] = workspace.topology.links.map((one) => one.bends);

    expect(both.links).toHaveLength(2);
    expect(first).toHaveLength(2);
    expect(second).toEqual([...(first ?? [])].reverse());
    expect(line(workspace).links).toHaveLength(2);
  });

  test("in the racks, and of a folded group, nothing is bent", () => {
    const workspace = onNetwork({ ...SMALL, nodes: SMALL.nodes.map((one) => ({ ...one, group: "g" })) }, "cmp-1.fast-1");
    expect(bendable(workspace)).not.toBeNull();
    workspace.fold("g", true);
    expect(bendable(workspace)).toBeNull();
    workspace.fold("g", false);
    workspace.view = "racks";
    expect(bendable(workspace)).toBeNull();
  });
});

function box(id: string, x: number, y: number): Box {
  return { id, collection: "nodes", look: "compute", x, y, width: 100, height: 30, label: id, detail: "", members: null };
}

function sceneOf(boxes: readonly Box[]): Scene {
  return { boxes, lines: [], byId: new Map(boxes.map((one) => [one.id, one])), standIn: new Map() };
}

function lineOf(a: string, b: string): Line {
  return { links: ["l"], a, b, points: [], look: "access", planes: new Set(), networks: new Set(), gbps: 25 };
}

/** Whether the straight piece from `a` to `b` runs through the inside of `box`. */
function cuts(a: Position, b: Position, { x, y, width, height }: Rectangle): boolean {
  return Math.max(a.x, b.x) > x && Math.min(a.x, b.x) < x + width && Math.max(a.y, b.y) > y && Math.min(a.y, b.y) < y + height;
}

describe("routing", () => {
  test("a way around a box in between has right angles only", () => {
    const scene = sceneOf([box("a", 0, 0), box("wall", -20, 80), box("b", 0, 200)]);

    expect(route(scene, new BoxGrid(scene), lineOf("a", "b"))).toEqual([
      { x: 50, y: 40 }, { x: 86, y: 40 }, { x: 86, y: 194 }, { x: 50, y: 194 },
    ]);
  });

  test("where nothing is in the way there is no bend", () => {
    const scene = sceneOf([box("a", 0, 0), box("b", 0, 200)]);
    expect(route(scene, new BoxGrid(scene), lineOf("a", "b"))).toEqual([]);
  });

  test("no way out means no way", () => {
    const walls = [box("w1", -40, 33), box("w2", 40, 33), box("w3", -101, 0), box("w4", 101, 0)];
    const scene = sceneOf([box("a", 0, 0), ...walls, box("b", 0, 200)]);
    expect(route(scene, new BoxGrid(scene), lineOf("a", "b"))).toBeNull();
  });

  test("whatever stands there, a way that is found cuts no box and turns by right angles", () => {
    const spot = fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 12 }));
    fc.assert(
      fc.property(fc.uniqueArray(spot, { minLength: 3, maxLength: 40, selector: ([x, y]) => `${x},${y}` }), (spots) => {
        const boxes = spots.map(([x, y, off], index) => box(`b${index}`, x * 140 + off, y * 60 + off));
        const scene = sceneOf(boxes);
        const bends = route(scene, new BoxGrid(scene), lineOf("b0", "b1"));
        if (!bends) return;
        const [from, to] = endsOf(boxes[0] as Box, boxes[1] as Box);
        const path = [from, ...bends, to];
        for (let i = 1; i < path.length; i++) {
          const [a, b] = [path[i - 1] as Position, path[i] as Position];
          expect(a.x === b.x || a.y === b.y).toBe(true);
          for (const one of boxes) expect(cuts(a, b, one)).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("routing all is one step of undo", () => {
    const workspace = onNetwork(SMALL);
    routeLinks(workspace);

    expect(workspace.editor.past.map((step) => step.label)).toEqual(["Route 3 links"]);
    workspace.editor.undo();
    expect(bytes(workspace.topology)).toBe(bytes(SMALL));
  });

  test("a hall of 1,000 nodes is routed in well under 5 s", () => {
    const racks = Array.from({ length: 50 }, (_, r) => `r${r}`);
    const big = drawing({
      racks: racks.map((id) => ({ id, name: id, spec: "rack-42u", zone: "", position: null })),
      nodes: racks.flatMap((rack) => Array.from({ length: 20 }, (_, n) => node(`${rack}n${n}`, { rack }))),
      switches: racks.flatMap((rack) => [leaf(`${rack}a`, { rack }), leaf(`${rack}b`, { rack })]),
      links: racks.flatMap((rack) => Array.from({ length: 20 }, (_, n) => ["a", "b"].map((side, i) => link(`${rack}n${n}`, `fast-${i + 1}`, `${rack}${side}`, `down-${n + 1}`))).flat()),
    });
    const workspace = onNetwork(big);
    const start = performance.now();
    routeLinks(workspace);
    const spent = performance.now() - start;

    expect(workspace.said).toBe("Routed 2000 links.");
    expect(spent).toBeLessThan(5_000);
    console.info(`2,000 links of 1,000 nodes routed in ${Math.round(spent)} ms`);
  }, 30_000);
});
