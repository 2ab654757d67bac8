/** The drawing, its history, and who listens. The only way to change the drawing is a command. */
import { apply, difference, type Operation } from "./model/change_set.ts";
import type { Topology } from "./model/topology.ts";

/** A change to the drawing: a pure function, so undoing it needs no code of its own. */
export type Command = (topology: Topology) => Topology;

/** One step of undo, kept as what it changed: it stays valid when others change something else in between. */
export interface Step {
  readonly label: string;
  readonly forward: readonly Operation[];
  readonly back: readonly Operation[];
}

/**
 * One call of `run` is one step of undo. A gesture previews as often as it likes and then commits, which is one step
 * too, or cancels, which is none.
 */
export class Editor {
  #current: Topology;
  #preview: Topology | null = null;
  /** What the gesture under way does, to do it anew when the drawing changes below it. */
  #gesture: Command | null = null;
  #past: Step[] = [];
  #future: Step[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #onCommit = new Set<(label: string) => void>();

  constructor(topology: Topology) {
    this.#current = topology;
  }

  /** What to draw now: the preview while a gesture is under way, else the drawing itself. */
  get topology(): Topology {
    return this.#preview ?? this.#current;
  }

  /** The drawing without the gesture under way: what is saved. */
  get committed(): Topology {
    return this.#current;
  }

  get isPreviewing(): boolean {
    return this.#preview !== null;
  }

  /** Names of the steps that can be undone, the next one last. */
  get past(): readonly Step[] {
    return this.#past;
  }

  get future(): readonly Step[] {
    return this.#future;
  }

  run(label: string, command: Command): void {
    this.preview(command);
    this.commit(label);
  }

  /** Show `command` applied to the drawing as it was before the gesture, not to the last preview. */
  preview(command: Command): void {
    this.#gesture = command;
    this.#preview = command(this.#current);
    this.#notify();
  }

  commit(label: string): void {
    const after = this.#preview ?? this.#current;
    this.#preview = null;
    const forward = difference(this.#current, after);
    if (forward.length) {
      this.#past.push({ label, forward, back: difference(after, this.#current) });
      this.#future = [];
      this.#current = after;
      for (const listener of this.#onCommit) listener(label);
    }
    this.#notify();
  }

  cancel(): void {
    if (!this.#preview) return;
    this.#preview = null;
    this.#notify();
  }

  /** Take back the last step; what others changed since stays. Returns its name, or null when there is none. */
  undo(): string | null {
    return this.#travel(this.#past, this.#future, "back", "Undo");
  }

  redo(): string | null {
    return this.#travel(this.#future, this.#past, "forward", "Redo");
  }

  /** Put what was merged with the work of others in place of the drawing. The history stays. */
  receive(topology: Topology): void {
    this.#current = topology;
    if (this.#preview && this.#gesture) this.#preview = this.#gesture(topology);
    this.#notify();
  }

  /** Hear of every change of what is to be drawn. Returns how to stop. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Hear of every step that changed the drawing, undo and redo included, with its name. */
  onCommit(listener: (label: string) => void): () => void {
    this.#onCommit.add(listener);
    return () => this.#onCommit.delete(listener);
  }

  #travel(from: Step[], to: Step[], way: "back" | "forward", verb: string): string | null {
    this.#preview = null;
    const step = from.pop();
    if (!step) return null;
    to.push(step);
    this.#current = apply(this.#current, step[way]).topology;
    for (const listener of this.#onCommit) listener(`${verb}: ${step.label}`);
    this.#notify();
    return step.label;
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}
