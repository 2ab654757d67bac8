import { describe, expect, test } from "vitest";
import { remove } from "../src/commands/remove.ts";
import { set } from "../src/commands/set.ts";
import { add } from "../src/commands/add.ts";
import { apply, chosen, difference, merge } from "../src/model/change_set.ts";
import { find, type Topology } from "../src/model/topology.ts";
import { node, SMALL } from "./drawings.ts";

const rename = (id: string, name: string) => set("nodes", [id], { name });

describe("difference", () => {
  test("says only what changed, and leads from one drawing to the other", () => {
    const after = add("nodes", node("new"))(rename("cmp-2", "Two")(remove([{ collection: "links", id: "cmp-1.fast-1" }])(SMALL)));
    const operations = difference(SMALL, after);

    expect(operations.map(({ kind, id, fields }) => [kind, id, Object.keys(fields).length])).toEqual([
      ["add", "new", 9], ["set", "cmp-2", 1], ["remove", "cmp-1.fast-1", 0],
    ]);
    expect(JSON.stringify(apply(SMALL, operations).topology)).toBe(JSON.stringify(after));
    expect(JSON.stringify(apply(after, difference(after, SMALL)).topology)).toBe(JSON.stringify(SMALL));
  });

  test("what cannot be done is left out and named", () => {
    const { topology, skipped } = apply(SMALL, [{ kind: "set", collection: "nodes", id: "ghost", fields: {}, at: null }]);

    expect(topology).toBe(SMALL);
    expect(skipped).toHaveLength(1);
  });

  test("ids that mean something to JavaScript are ids like others", () => {
    const odd = ["__proto__", "constructor", "toString", "hasOwnProperty"].reduce((t: Topology, id) => add("nodes", node(id))(t), SMALL);
    const back = apply(odd, difference(odd, SMALL)).topology;

    expect(apply(SMALL, difference(SMALL, odd)).topology.nodes.map((one) => one.id)).toEqual(odd.nodes.map((one) => one.id));
    expect(JSON.stringify(back)).toBe(JSON.stringify(SMALL));
    expect(({} as Record<string, unknown>)["name"]).toBeUndefined();
  });
});

describe("merge", () => {
  test("different fields of one element both hold", () => {
    const { topology, conflicts } = merge(SMALL, rename("cmp-1", "Mine")(SMALL), set("nodes", ["cmp-1"], { unit: 9 })(SMALL));

    expect(conflicts).toEqual([]);
    expect(find(topology, "nodes", "cmp-1")).toMatchObject({ name: "Mine", unit: 9 });
  });

  test("the same change by both is no conflict", () => {
    expect(merge(SMALL, rename("cmp-1", "A")(SMALL), rename("cmp-1", "A")(SMALL)).conflicts).toEqual([]);
  });

  test("the same field changed differently is shown, theirs stands until somebody chooses", () => {
    const { topology, conflicts } = merge(SMALL, rename("cmp-1", "Mine")(SMALL), rename("cmp-1", "Theirs")(SMALL));

    expect(conflicts).toEqual([{ collection: "nodes", id: "cmp-1", field: "name", mine: "Mine", theirs: "Theirs" }]);
    expect(find(topology, "nodes", "cmp-1")?.name).toBe("Theirs");
    expect(find(apply(topology, chosen(conflicts[0]!, topology)).topology, "nodes", "cmp-1")?.name).toBe("Mine");
  });

  test("what one removed and the other changed is a conflict both ways", () => {
    const gone = remove([{ collection: "nodes", id: "cmp-1" }])(SMALL);
    const changed = rename("cmp-1", "Changed")(SMALL);

    const iChanged = merge(SMALL, changed, gone).conflicts;
    const iRemoved = merge(SMALL, gone, changed).conflicts;

    expect(iChanged).toMatchObject([{ id: "cmp-1", field: null, theirs: null }]);
    expect(iRemoved).toMatchObject([{ id: "cmp-1", field: null, mine: null }]);
    expect(find(apply(gone, chosen(iChanged[0]!, gone)).topology, "nodes", "cmp-1")?.name).toBe("Changed");
  });

  test("both added: both are there", () => {
    const { topology, conflicts } = merge(SMALL, add("nodes", node("mine"))(SMALL), add("nodes", node("theirs"))(SMALL));

    expect(conflicts).toEqual([]);
    expect(topology.nodes.map((one) => one.id)).toEqual(["cmp-1", "cmp-2", "theirs", "mine"]);
  });
});
