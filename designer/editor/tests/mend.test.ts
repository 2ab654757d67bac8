import { describe, expect, test } from "vitest";
import { mend } from "../src/commands/mend.ts";
import { Editor } from "../src/editor.ts";
import { find, type Pdu, type Topology } from "../src/model/topology.ts";
import { CATALOG, drawing, node, rack } from "./drawings.ts";

const pdu = (id: string, feed: string, into = "r"): Pdu => ({ id, name: id, spec: "pdu", rack: into, feed });

function mended(topology: Topology, rule: string, ...elements: string[]): Topology {
  const editor = new Editor(topology);
  const found = mend(topology, CATALOG, rule, elements);
  if (!found) throw new Error("nothing to mend");
  editor.run(found.label, found.command);
  const after = editor.topology;
  editor.undo();
  expect(JSON.stringify(editor.topology)).toBe(JSON.stringify(topology));
  return after;
}

describe("mending", () => {
  test("a device on units of another goes to the nearest free ones", () => {
    const start = drawing({ racks: [rack("r")], nodes: [node("a", { rack: "r", unit: 5 }), node("b", { rack: "r", unit: 5 })] });
    expect([4, 6]).toContain(find(mended(start, "V150", "b", "a"), "nodes", "b")?.unit);
  });

  test("a rack on one feed gets the same PDUs on the other, once", () => {
    const start = drawing({ racks: [rack("r")], nodes: [node("a", { rack: "r", unit: 5 }), node("b", { rack: "r", unit: 6 })], pdus: [pdu("one", "feed-a"), pdu("two", "feed-a")] });
    const after = mended(start, "V153", "a", "b");

    expect(after.pdus.slice(2).map(({ spec, rack: into, feed }) => [spec, into, feed])).toEqual([["pdu", "r", "feed-b"], ["pdu", "r", "feed-b"]]);
    expect(new Set(after.pdus.map((one) => one.id)).size).toBe(4);
    expect(mend(after, CATALOG, "V153", ["a", "b"])).toBeNull();
  });

  test("where a person must choose, or nothing has room, nothing is offered", () => {
    const full = drawing({ racks: [rack("r")], nodes: [node("late", { rack: "r", unit: 1 }), ...Array.from({ length: 42 }, (_, index) => node(`n${index}`, { rack: "r", unit: index + 1 }))] });

    expect(mend(full, CATALOG, "V150", ["late", "n0"])).toBeNull();
    expect(mend(full, CATALOG, "V153", ["late"])).toBeNull();
    expect(mend(full, CATALOG, "V151", ["r"])).toBeNull();
    expect(mend(full, CATALOG, "V150", ["nobody"])).toBeNull();
  });
});
