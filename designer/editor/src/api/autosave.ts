/**
 * Saves what was drawn, a change set at a time, and never loses it: what the server has not confirmed is kept in the
 * browser, work of others is merged, and where both changed the same thing a person chooses.
 */
import type { Editor } from "../editor.ts";
import { apply, chosen, difference, merge, type Conflict, type Operation } from "../model/change_set.ts";
import type { Topology } from "../model/topology.ts";
import type { Client, MissedEdit, Problem } from "./client.ts";

export type SaveState =
  | { readonly kind: "saved" }
  | { readonly kind: "saving" }
  | { readonly kind: "offline"; readonly changes: number }
  | { readonly kind: "refused"; readonly message: string; readonly problems: readonly Problem[] };

/** Unsaved work as it lies in the browser. */
export interface Kept {
  readonly version: number;
  readonly operations: readonly Operation[];
  readonly names: readonly string[];
  /** Key of the change set that may be on its way already. */
  readonly key: string | null;
  readonly at: number;
}

export interface Shelf {
  read(): Kept | null;
  write(kept: Kept | null): void;
}

const WAIT = 250;
/** Milliseconds that edits gather before they are sent. */
const LONGEST_RETRY = 15_000;

export class Autosave {
  /** What the server has confirmed. */
  #base: Topology;
  #version: number;
  #names: string[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isSending = false;
  #retry = 1_000;
  #state: SaveState = { kind: "saved" };
  #conflicts: readonly Conflict[] = [];
  readonly #listeners = new Set<() => void>();
  /** Hear of work of others that was taken in. */
  onMerged: (missed: readonly MissedEdit[]) => void = () => undefined;

  constructor(
    readonly editor: Editor,
    readonly client: Client,
    readonly shelf: Shelf,
    version: number,
    readonly newKey: () => string = () => crypto.randomUUID(),
    readonly later: (task: () => void, wait: number) => ReturnType<typeof setTimeout> = (task, wait) => setTimeout(task, wait),
  ) {
    this.#base = editor.committed;
    this.#version = version;
    editor.onCommit((label) => {
      this.#names.push(label);
      this.#keep(null);
      this.#schedule(WAIT);
    });
  }

  get state(): SaveState {
    return this.#state;
  }

  get version(): number {
    return this.#version;
  }

  get conflicts(): readonly Conflict[] {
    return this.#conflicts;
  }

  /** Whether there is anything that the server has not confirmed. */
  get isDirty(): boolean {
    return this.editor.committed !== this.#base && difference(this.#base, this.editor.committed).length > 0;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Work that a crash or a closed tab left in the browser: what is there to be taken up again, if anything. */
  leftover(): Kept | null {
    const kept = this.shelf.read();
    return kept && kept.operations.length ? kept : null;
  }

  /** Take the left work up again, on top of the drawing as it is now. */
  reapply(kept: Kept): void {
    this.editor.run(`Take up ${kept.operations.length} unsaved changes`, (topology) => apply(topology, kept.operations).topology);
  }

  discard(): void {
    this.shelf.write(null);
  }

  /** Send now what waits. Resolves when the server has answered. */
  async flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#send();
  }

  /** Take in what others saved up to `version`, as a look at the server told. Ours, if any, follows on top. */
  async catchUp(version: number, missed: readonly MissedEdit[]): Promise<void> {
    if (this.#isSending || version <= this.#version) return;
    this.#isSending = true;
    await this.#takeIn(version, missed);
    this.#isSending = false;
  }

  /** A person chose between their own and the other's value. */
  resolve(conflict: Conflict, isMine: boolean): void {
    this.#conflicts = this.#conflicts.filter((one) => one !== conflict);
    if (isMine) this.editor.run(`Keep mine of ${conflict.id}`, (topology) => apply(topology, chosen(conflict, topology)).topology);
    this.#notify();
  }

  async #send(key: string = this.newKey()): Promise<void> {
    if (this.#isSending) return;
    const target = this.editor.committed;
    const operations = difference(this.#base, target);
    if (!operations.length) {
      this.#base = target;
      this.#names = [];
      this.shelf.write(null);
      this.#become({ kind: "saved" });
      return;
    }
    this.#isSending = true;
    this.#become({ kind: "saving" });
    const names = this.#names;
    this.#keep(key);
    const saved = await this.client.save(operations, nameFor(names), key, this.#version);
    this.#isSending = false;
    switch (saved.kind) {
      case "saved":
        this.#retry = 1_000;
        this.#base = target;
        this.#version = saved.version;
        this.#names = this.#names.slice(names.length);
        if (this.editor.committed === target) {
          this.shelf.write(null);
          this.#become({ kind: "saved" });
        } else {
          this.#keep(null);
          this.#schedule(0);
        }
        return;
      case "offline":
        this.#become({ kind: "offline", changes: operations.length });
        this.#retry = Math.min(LONGEST_RETRY, this.#retry * 2);
        // The same key: if the first request did arrive, the server answers with the version that it made.
        if (this.editor.committed === target) this.#timer = this.later(() => void this.#send(key), this.#retry);
        else this.#schedule(this.#retry);
        return;
      case "refused":
        this.#become({ kind: "refused", message: saved.message, problems: saved.problems });
        return;
      case "stale":
        await this.#takeIn(saved.version, saved.missed);
    }
  }

  /** Bring unsaved work on top of what others did. */
  async #takeIn(version: number, missed: readonly MissedEdit[]): Promise<void> {
    let theirs = this.#base;
    let reached = version;
    const isReplaced = missed.some((edit) => edit.operations === null && edit.part !== "" && /topology|design/.test(edit.part));
    if (isReplaced || !missed.length) {
      const loaded = await this.client.load();
      if (!loaded) {
        this.#become({ kind: "offline", changes: difference(this.#base, this.editor.committed).length });
        this.#schedule(this.#retry);
        return;
      }
      [theirs, reached] = [loaded.topology, loaded.version];
    } else {
      for (const edit of missed) if (edit.operations) theirs = apply(theirs, edit.operations).topology;
    }
    const merged = merge(this.#base, this.editor.committed, theirs);
    this.#base = theirs;
    this.#version = reached;
    if (merged.conflicts.length) this.#conflicts = [...this.#conflicts, ...merged.conflicts];
    this.editor.receive(merged.topology);
    this.onMerged(missed);
    this.#keep(null);
    this.#schedule(0);
  }

  #schedule(wait: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = this.later(() => {
      this.#timer = null;
      void this.#send();
    }, wait);
    if (this.#state.kind !== "offline") this.#become({ kind: "saving" });
  }

  #keep(key: string | null): void {
    const operations = difference(this.#base, this.editor.committed);
    this.shelf.write(operations.length ? { version: this.#version, operations, names: this.#names, key, at: Date.now() } : null);
  }

  #become(state: SaveState): void {
    this.#state = state;
    this.#notify();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** What the history calls one change set: the gesture, or how many. */
function nameFor(names: readonly string[]): string {
  return names.length <= 1 ? (names[0] ?? "") : `${names[names.length - 1]} and ${names.length - 1} more`;
}

/** The browser's own storage, one place a design and tab; where it is full or forbidden, memory. */
export class LocalShelf implements Shelf {
  #memory: Kept | null = null;

  constructor(
    readonly storage: Storage | null,
    readonly name: string,
  ) {}

  read(): Kept | null {
    try {
      const text = this.storage?.getItem(this.name);
      return text ? (JSON.parse(text) as Kept) : this.#memory;
    } catch {
      return this.#memory;
    }
  }

  write(kept: Kept | null): void {
    this.#memory = kept;
    try {
      if (kept) this.storage?.setItem(this.name, JSON.stringify(kept));
      else this.storage?.removeItem(this.name);
    } catch {
      // A full or forbidden storage costs the safety net, not the work: the memory has it, and the page warns on leaving.
    }
  }
}
