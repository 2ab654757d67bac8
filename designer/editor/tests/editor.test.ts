import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { add, fresh } from "../src/commands/add.ts";
import { align, distribute } from "../src/commands/align.ts";
import { clip, paste } from "../src/commands/copy.ts";
import { bend, carry, connect } from "../src/commands/link.ts";
import { moveTo, placeInRack, takeOut } from "../src/commands/place.ts";
import { remove } from "../src/commands/remove.ts";
import { set } from "../src/commands/set.ts";
import { Editor, type Command } from "../src/editor.ts";
import { find, type Key, type Topology } from "../src/model/topology.ts";
import { CATALOG, drawing, leaf, node, rack, SMALL } from "./drawings.ts";

const bytes = (topology: Topology) => JSON.stringify(topology);

describe("history", () => {
  test("a drag is one step, however many moves it took", () => {
    const editor = new Editor(SMALL);

    for (let x = 1; x <= 50; x++) editor.preview(moveTo(new Map([["rack-1", { x, y: 0 }]])));
    editor.commit("Move rack rack-1");

    expect(find(editor.topology, "racks", "rack-1")?.position?.x).toBe(50);
    expect(editor.past.map((step) => step.label)).toEqual(["Move rack rack-1"]);
    editor.undo();
    expect(bytes(editor.topology)).toBe(bytes(SMALL));
  });

  test("a gesture that is given up leaves no step and no trace", () => {
    const editor = new Editor(SMALL);

    editor.preview(remove([{ collection: "nodes", id: "cmp-1" }]));
    editor.cancel();

    expect(editor.topology).toBe(SMALL);
    expect(editor.past).toEqual([]);
  });

  test("a step after an undo forgets what could be done again", () => {
    const editor = new Editor(SMALL);
    editor.run("A", set("nodes", ["cmp-1"], { name: "A" }));
    editor.undo();
    editor.run("B", set("nodes", ["cmp-1"], { name: "B" }));

    expect(editor.redo()).toBeNull();
    expect(find(editor.topology, "nodes", "cmp-1")?.name).toBe("B");
  });

  test("undo takes back its own step and leaves what somebody else did since", () => {
    const editor = new Editor(SMALL);
    editor.run("Rename", set("nodes", ["cmp-1"], { name: "Mine" }));
    editor.receive(set("nodes", ["cmp-1", "cmp-2"], { services: ["nova"] })(editor.committed));
    editor.receive(set("nodes", ["cmp-2"], { name: "Theirs" })(editor.committed));

    editor.undo();

    expect(find(editor.topology, "nodes", "cmp-1")).toMatchObject({ name: "cmp-1", services: ["nova"] });
    expect(find(editor.topology, "nodes", "cmp-2")?.name).toBe("Theirs");
  });

  test("undo of a change to what somebody removed does no harm", () => {
    const editor = new Editor(SMALL);
    editor.run("Rename", set("nodes", ["cmp-1"], { name: "Mine" }));
    editor.receive(remove([{ collection: "nodes", id: "cmp-1" }])(editor.committed));

    expect(editor.undo()).toBe("Rename");
    expect(find(editor.topology, "nodes", "cmp-1")).toBeUndefined();
  });
});

describe("commands", () => {
  const run = (command: Command, topology = SMALL) => {
    const editor = new Editor(topology);
    editor.run("x", command);
    const after = editor.topology;
    editor.undo();
    expect(bytes(editor.topology)).toBe(bytes(topology));
    editor.redo();
    expect(bytes(editor.topology)).toBe(bytes(after));
    return after;
  };

  test("removing a node takes its links along and nothing else", () => {
    const after = run(remove([{ collection: "nodes", id: "cmp-1" }]));

    expect(after.nodes.map((one) => one.id)).toEqual(["cmp-2"]);
    expect(after.links.map((one) => one.id)).toEqual(["cmp-2.fast-1"]);
  });

  test("removing a rack leaves its devices on the floor", () => {
    const after = run(remove([{ collection: "racks", id: "rack-1" }]));

    expect(after.nodes.map((one) => [one.rack, one.unit])).toEqual([["", null], ["", null]]);
    expect(after.links).toBe(SMALL.links);
  });

  test("removing a network takes it off the links", () => {
    expect(run(remove([{ collection: "networks", id: "mgmt" }])).links[0]?.networks).toEqual([]);
  });

  test("a device goes to the nearest free unit", () => {
    const after = run(placeInRack(CATALOG, ["cmp-2"], "rack-1", 1));
    const other = run(placeInRack(CATALOG, ["cmp-2"], "rack-2", 42));

    expect(find(after, "nodes", "cmp-2")?.unit).toBe(2);
    expect(find(other, "nodes", "cmp-2")).toMatchObject({ rack: "rack-2", unit: 42 });
  });

  test("several devices keep their order and find room together", () => {
    const after = run(placeInRack(CATALOG, ["cmp-1", "cmp-2"], "rack-2", 10));

    expect(after.nodes.map((one) => one.unit)).toEqual([10, 11]);
  });

  test("a rack that is full takes nothing, and nothing is half done", () => {
    const full = drawing({
      racks: [rack("r")],
      nodes: [...Array.from({ length: 42 }, (_, i) => node(`n${i}`, { rack: "r", unit: i + 1 })), node("late")],
    });

    expect(placeInRack(CATALOG, ["late"], "r", 5)(full)).toBe(full);
  });

  test("a link takes free ports of one speed, a second pair makes a bond", () => {
    const start = drawing({ nodes: [node("a")], switches: [leaf("l")] });
    const one = run(connect(CATALOG, "a", "l", 1, []), start);
    const two = run(connect(CATALOG, "a", "l", 2), start);

    expect(one.links.map((each) => [each.a.port, each.b.port, each.gbps])).toEqual([["fast-1", "down-1", 25]]);
    expect(two.links.map((each) => each.b.port)).toEqual(["down-1", "down-2"]);
    expect(new Set(two.links.map((each) => each.bond)).size).toBe(1);
    expect(connect(CATALOG, "a", "l", 9)(start).links).toHaveLength(2);
  });

  test("leaves are joined by their fast ports, a management port only out of band", () => {
    const start = drawing({ nodes: [node("a")], switches: [leaf("l"), leaf("m"), leaf("o", { spec: "oob", role: "oob" })] });

    expect(connect(CATALOG, "l", "m")(start).links[0]?.gbps).toBe(100);
    expect(connect(CATALOG, "a", "o")(start).links[0]).toMatchObject({ a: { port: "bmc-1" }, b: { port: "down-1" }, gbps: 1 });
  });

  test("a copy has ids of its own and the links among what was copied", () => {
    const { command, added } = paste(clip(SMALL, [{ collection: "racks", id: "rack-1" }]), { x: 10, y: 10 });
    const after = run(command);

    expect(after.racks).toHaveLength(3);
    expect(after.nodes.slice(2).map((one) => [one.rack, one.unit])).toEqual([["rack-3", 1], ["rack-3", 2]]);
    expect(after.links).toHaveLength(6);
    expect(added(SMALL).map((key) => key.id)).toEqual(["rack-3", "cmp-3", "cmp-4", "leaf-2"]);
    expect(new Set([...after.racks, ...after.nodes, ...after.switches].map((one) => one.id)).size).toBe(9);
  });

  test("boxes align and spread", () => {
    const boxes = [0, 30, 100].map((x, i) => ({ id: `rack-${i + 1}`, x, y: i * 7, width: 10, height: 10 }));
    const start = drawing({ racks: [rack("rack-1"), rack("rack-2"), rack("rack-3")] });

    expect(run(align(boxes, "top"), start).racks.map((one) => one.position?.y)).toEqual([0, 0, 0]);
    expect(run(distribute(boxes, "x"), start).racks.map((one) => one.position?.x)).toEqual([0, 50, 100]);
  });
});

const KEYS: Key[] = [
  ...["rack-1", "rack-2"].map((id): Key => ({ collection: "racks", id })),
  ...["cmp-1", "cmp-2", "cmp-3", "sto-1"].map((id): Key => ({ collection: "nodes", id })),
  { collection: "switches", id: "leaf-1" }, { collection: "networks", id: "mgmt" }, { collection: "links", id: "cmp-1.fast-1" },
];
const ids = fc.constantFrom(...KEYS.map((key) => key.id));
const anyCommand: fc.Arbitrary<(topology: Topology) => Command> = fc.oneof(
  fc.subarray(KEYS, { minLength: 1 }).map((keys) => () => remove(keys)),
  fc.tuple(ids, fc.constantFrom("rack-1", "rack-2"), fc.integer({ min: 1, max: 44 })).map(([id, to, unit]) => () => placeInRack(CATALOG, [id], to, unit)),
  fc.tuple(ids, fc.double({ min: -9e5, max: 9e5, noNaN: true }), fc.integer({ min: -500, max: 500 })).map(([id, x, y]) => () => moveTo(new Map([[id, { x, y }]]))),
  fc.subarray(["cmp-1", "cmp-2", "sto-1"]).map((some) => () => takeOut(some)),
  fc.constantFrom("cmp", "sto", "leaf", "rack-42u").map((spec) => (topology: Topology) => {
    const made = fresh(topology, CATALOG, spec, { x: 1, y: 2 });
    return made ? add(made.collection, made.element as never) : (same: Topology) => same;
  }),
  fc.tuple(ids, ids, fc.integer({ min: 1, max: 3 })).map(([a, b, count]) => () => connect(CATALOG, a, b, count)),
  fc.tuple(ids, fc.string()).map(([id, name]) => () => set("nodes", [id], { name })),
  fc.boolean().map((on) => () => carry(["cmp-1.fast-1", "cmp-2.fast-1"], "mgmt", on)),
  fc.integer({ min: 0, max: 9 }).map((x) => () => bend(new Map([["cmp-1.fast-1", [{ x, y: x }]]]))),
  fc.subarray(KEYS).map((keys) => (topology: Topology) => paste(clip(topology, keys), { x: 5, y: 5 }).command),
);

test("any thousand commands undone give back the same bytes, and done again the same drawing", () => {
  fc.assert(
    fc.property(fc.array(anyCommand, { minLength: 1_000, maxLength: 1_000, size: "max" }), (commands) => {
      const editor = new Editor(SMALL);
      for (const command of commands) {
        if (editor.topology.nodes.length > 300) editor.run("thin out", (t) => ({ ...t, nodes: t.nodes.slice(0, 20), links: [] }));
        editor.run("step", command(editor.topology));
      }
      const after = bytes(editor.topology);
      while (editor.undo() !== null);
      expect(bytes(editor.topology)).toBe(bytes(SMALL));
      while (editor.redo() !== null);
      expect(bytes(editor.topology)).toBe(after);
    }),
    { numRuns: 5 },
  );
}, 60_000);
