import { beforeEach, describe, expect, test } from "vitest";
import { Autosave, type Kept, type Shelf } from "../src/api/autosave.ts";
import type { Client, Saved } from "../src/api/client.ts";
import { set } from "../src/commands/set.ts";
import { Editor } from "../src/editor.ts";
import { apply, type Operation } from "../src/model/change_set.ts";
import { find, type Topology } from "../src/model/topology.ts";
import { SMALL } from "./drawings.ts";

/** The server in small: versions, change sets by key, and a line that can be cut before or after it has heard. */
class Server implements Client {
  topology: Topology = SMALL;
  version = 1;
  line: "up" | "cut before" | "cut after" = "up";
  readonly made = new Map<string, number>();
  readonly edits: { version: number; operations: readonly Operation[]; name: string }[] = [];

  save(operations: readonly Operation[], name: string, key: string, version: number): Promise<Saved> {
    if (this.line === "cut before") return Promise.resolve({ kind: "offline" });
    const before = this.made.get(key);
    const answer: Saved = before !== undefined
      ? { kind: "saved", version: before }
      : version !== this.version
        ? { kind: "stale", version: this.version, missed: this.edits.filter((e) => e.version > version).map((e) => ({ ...e, author: "x", part: "topology" })) }
        : this.#make(operations, name, key);
    return Promise.resolve(this.line === "cut after" ? { kind: "offline" } : answer);
  }

  load() {
    return Promise.resolve({ topology: this.topology, version: this.version });
  }

  #make(operations: readonly Operation[], name: string, key: string): Saved {
    this.topology = apply(this.topology, operations).topology;
    this.version += 1;
    this.made.set(key, this.version);
    this.edits.push({ version: this.version, operations, name });
    return { kind: "saved", version: this.version };
  }
}

class Memory implements Shelf {
  kept: Kept | null = null;
  read = () => this.kept;
  write = (kept: Kept | null) => void (this.kept = kept);
}

const rename = (id: string, name: string) => set("nodes", [id], { name });
let server: Server;
let shelf: Memory;
let tasks: (() => void)[];

beforeEach(() => {
  server = new Server();
  shelf = new Memory();
  tasks = [];
});

function open() {
  const editor = new Editor(server.topology);
  let number = 0;
  const save = new Autosave(editor, server, shelf, server.version, () => `key-${Math.random()}-${number++}`, (task) => {
    tasks.push(task);
    return 0;
  });
  return { editor, save };
}

async function settle() {
  for (let i = 0; i < 20; i++) {
    const task = tasks.pop();
    tasks.length = 0;
    task?.();
    for (let j = 0; j < 10; j++) await Promise.resolve();
  }
}

describe("autosave", () => {
  test("says saved when the server has it, and sends only what changed", async () => {
    const { editor, save } = open();
    editor.run("Rename", rename("cmp-1", "A"));
    expect(save.state.kind).toBe("saving");
    expect(shelf.kept?.operations).toHaveLength(1);

    await settle();

    expect(save.state.kind).toBe("saved");
    expect(server.edits).toMatchObject([{ name: "Rename", operations: [{ kind: "set", id: "cmp-1", fields: { name: "A" } }] }]);
    expect(shelf.kept).toBeNull();
  });

  test("takes in what others saved without an edit of its own, once, and leaves the gesture under way standing", async () => {
    const { editor, save } = open();
    const told: number[] = [];
    save.onMerged = (missed) => told.push(missed.length);
    await server.save([{ kind: "set", collection: "nodes", id: "cmp-2", fields: { name: "Theirs" }, at: null }], "Rename", "k", 1);
    editor.preview(rename("cmp-1", "Mine"));
    const missed = server.edits.map((edit) => ({ ...edit, author: "x", part: "topology" }));
    await save.catchUp(2, missed);
    await save.catchUp(2, missed);
    await settle();

    expect(editor.topology.nodes.map((one) => one.name)).toEqual(["Mine", "Theirs"]);
    expect([save.version, save.state.kind, told]).toEqual([2, "saved", [1]]);
    editor.commit("Rename");
    await settle();
    expect(server.topology.nodes.map((one) => one.name)).toEqual(["Mine", "Theirs"]);
  });

  test("without a line the work is kept, and sent when there is one", async () => {
    const { editor, save } = open();
    server.line = "cut before";
    editor.run("Rename", rename("cmp-1", "A"));
    await settle();
    expect(save.state).toEqual({ kind: "offline", changes: 1 });
    expect(shelf.kept?.operations).toHaveLength(1);

    server.line = "up";
    await save.flush();
    await settle();

    expect(save.state.kind).toBe("saved");
    expect(find(server.topology, "nodes", "cmp-1")?.name).toBe("A");
  });

  test("an answer that was lost makes no second change, with more work in between or without", async () => {
    const { editor, save } = open();
    server.line = "cut after";
    editor.run("Rename", rename("cmp-1", "A"));
    await settle();
    server.line = "up";
    editor.run("Rename", rename("cmp-2", "B"));
    await settle();

    expect(save.state.kind).toBe("saved");
    expect(save.conflicts).toEqual([]);
    expect(server.topology.nodes.map((one) => one.name)).toEqual(["A", "B"]);
    expect(server.version).toBe(3);
  });

  test("work of somebody else is taken in, and mine is sent on top", async () => {
    const { editor, save } = open();
    await server.save([{ kind: "set", collection: "nodes", id: "cmp-2", fields: { name: "Theirs" }, at: null }], "", "other", 1);
    editor.run("Rename", rename("cmp-1", "Mine"));

    await settle();

    expect(save.state.kind).toBe("saved");
    expect(editor.topology.nodes.map((one) => one.name)).toEqual(["Mine", "Theirs"]);
    expect(JSON.stringify(server.topology)).toBe(JSON.stringify(editor.topology));
    editor.undo();
    expect(editor.topology.nodes.map((one) => one.name)).toEqual(["cmp-1", "Theirs"]);
  });

  test("a conflict is shown with both values, and what is chosen is saved", async () => {
    const { editor, save } = open();
    await server.save([{ kind: "set", collection: "nodes", id: "cmp-1", fields: { name: "Theirs" }, at: null }], "", "other", 1);
    editor.run("Rename", rename("cmp-1", "Mine"));
    await settle();
    expect(save.conflicts).toMatchObject([{ id: "cmp-1", field: "name", mine: "Mine", theirs: "Theirs" }]);
    expect(find(editor.topology, "nodes", "cmp-1")?.name).toBe("Theirs");

    save.resolve(save.conflicts[0]!, true);
    await settle();

    expect(save.conflicts).toEqual([]);
    expect(find(server.topology, "nodes", "cmp-1")?.name).toBe("Mine");
  });

  test("what a crash left is offered and taken up on top of the newer drawing", async () => {
    const crashed = open();
    server.line = "cut before";
    crashed.editor.run("Rename", rename("cmp-1", "A"));
    await settle();
    server.line = "up";
    await server.save([{ kind: "set", collection: "nodes", id: "cmp-2", fields: { name: "B" }, at: null }], "", "other", 1);

    const { editor, save } = open();
    const left = save.leftover();
    expect(left?.operations).toHaveLength(1);
    save.reapply(left!);
    await settle();

    expect(editor.topology.nodes.map((one) => one.name)).toEqual(["A", "B"]);
    expect(save.leftover()).toBeNull();
  });
});
