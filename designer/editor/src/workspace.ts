/**
 * What a person sees and has chosen, beside the drawing: view, camera, selection, marks. Nothing of it is saved, nothing
 * of it is undone. Panels and tools meet here; they know neither each other nor the canvas.
 */
import type { Editor } from "./editor.ts";
import type { Catalog } from "./model/catalog.ts";
import { changesBetween, type Change } from "./model/compare.ts";
import { byId, find, type Key, type Topology } from "./model/topology.ts";
import { BoxGrid } from "./scene/grid.ts";
import { networkScene } from "./scene/network.ts";
import { racksScene } from "./scene/racks.ts";
import { boundsOf, type Box, type Scene } from "./scene/scene.ts";
import { Camera } from "./view/camera.ts";
import type { Ghost, Marks } from "./view/painter.ts";

export type ViewName = "racks" | "network" | "services" | "outline";

export type Severity = "error" | "warning" | "info";

/** What a gesture shows while it lasts. */
export interface Hints {
  readonly ghosts: Ghost[];
  readonly snaps: (readonly [number, number, number, number])[];
  rubber: Marks["rubber"];
  rubberLine: Marks["rubberLine"];
}

/** What differs from another state of the drawing. */
export interface Comparison {
  readonly changes: readonly Change[];
  readonly marks: Marks["compared"];
  /** Where stood what is there no longer, in this view. */
  readonly gone: readonly Box[];
}

const SAME: Comparison = { changes: [], marks: new Map(), gone: [] };

export class Workspace {
  readonly camera = new Camera();
  readonly hints: Hints = { ghosts: [], snaps: [], rubber: null, rubberLine: null };
  view: ViewName = "racks";
  network: string | null = null;
  showLinks = false;
  hovered: string | null = null;
  findings: ReadonlyMap<string, Severity> = new Map();
  failed: Marks["failed"] = new Map();
  /** Where a link that is being drawn by keyboard starts. */
  linkStart: string | null = null;
  isReadOnly: boolean;
  #selection: readonly Key[] = [];
  #collapsed: ReadonlySet<string> = new Set();
  #scene: Scene | null = null;
  #sceneOf: readonly unknown[] = [];
  #said = "";
  #comparedWith: Topology | null = null;
  #comparison: Comparison | null = null;
  #comparisonOf: readonly unknown[] = [];
  readonly #listeners = new Set<() => void>();

  constructor(
    readonly editor: Editor,
    readonly catalog: Catalog,
    isReadOnly: boolean,
  ) {
    this.isReadOnly = isReadOnly;
    editor.subscribe(() => {
      this.#forgetTheGone();
      this.changed();
    });
  }

  get topology(): Topology {
    return this.editor.topology;
  }

  /** A gesture is under way. */
  get isBusy(): boolean {
    return this.editor.isPreviewing;
  }

  get selection(): readonly Key[] {
    return this.#selection;
  }

  get collapsed(): ReadonlySet<string> {
    return this.#collapsed;
  }

  /** The last thing that was said to who cannot see the drawing. */
  get said(): string {
    return this.#said;
  }

  /** The scene of the drawing as it is now; the same object while nothing that it shows has changed. */
  get scene(): Scene {
    const basis = [this.topology, this.view, this.#collapsed, this.showLinks];
    if (!this.#scene || basis.some((value, index) => value !== this.#sceneOf[index])) {
      const before = this.#sceneOf[1] === this.view ? this.#scene : null;
      this.#scene =
        this.view === "network"
          ? networkScene(this.topology, this.catalog, before, this.#collapsed)
          : racksScene(this.topology, this.catalog, before, this.showLinks || this.network !== null);
      this.#sceneOf = basis;
    }
    return this.#scene;
  }

  /** Compare the drawing with another state of it; null: no longer. */
  compareWith(topology: Topology | null): void {
    this.#comparedWith = topology;
    this.changed();
  }

  /** What differs from the state that is compared with, without the gesture under way. */
  get comparison(): Comparison {
    const before = this.#comparedWith;
    if (!before) return SAME;
    const basis = [this.editor.committed, before, this.view, this.#collapsed];
    if (!this.#comparison || basis.some((value, index) => value !== this.#comparisonOf[index])) {
      const changes = changesBetween(before, this.editor.committed);
      const isGone = new Set(changes.flatMap((change) => (change.kind === "removed" ? change.id : [])));
      const scene = this.view === "network" ? networkScene(before, this.catalog, null, this.#collapsed) : racksScene(before, this.catalog, null, false);
      this.#comparison = {
        changes, marks: new Map(changes.map((change) => [change.id, change.kind])), gone: this.#besides(scene.boxes.filter((box) => isGone.has(box.id))),
      };
      this.#comparisonOf = basis;
    }
    return this.#comparison;
  }

  select(keys: readonly Key[]): void {
    this.#selection = keys;
    this.changed();
  }

  toggle(key: Key): void {
    const isIn = this.isSelected(key.id);
    this.select(isIn ? this.#selection.filter((one) => one.id !== key.id) : [...this.#selection, key]);
  }

  isSelected(id: string): boolean {
    return this.#selection.some((key) => key.id === id);
  }

  show(view: ViewName): void {
    this.view = view;
    this.#scene = null;
    this.fit();
  }

  fold(group: string, isFolded: boolean): void {
    const next = new Set(this.#collapsed);
    if (isFolded) next.add(group);
    else next.delete(group);
    this.#collapsed = next;
    this.changed();
  }

  showNetwork(id: string | null): void {
    this.network = id;
    this.#scene = null;
    this.changed();
  }

  fit(): void {
    const bounds = boundsOf(this.scene.boxes);
    if (bounds) this.camera.fit(bounds);
    this.changed();
  }

  fitSelection(): void {
    const bounds = boundsOf(this.#selection.flatMap((key) => this.boxOf(key.id) ?? []));
    if (bounds) this.camera.fit(bounds, 120);
    this.changed();
  }

  reveal(id: string): void {
    const box = this.boxOf(id);
    if (box) this.camera.reveal(box);
    this.changed();
  }

  boxOf(id: string) {
    return this.scene.byId.get(id) ?? this.scene.byId.get(this.scene.standIn.get(id) ?? "");
  }

  /** Say something to who cannot see it; also shown at the foot of the drawing. */
  say(text: string): void {
    this.#said = text;
    this.changed();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Boxes of what is gone; those whose place something else has now stand in a row below the drawing. */
  #besides(gone: readonly Box[]): readonly Box[] {
    const grid = new BoxGrid(this.scene);
    const whole = boundsOf(this.scene.boxes);
    let moved = 0;
    return gone.map((box) => {
      const inner = { x: box.x + 2, y: box.y + 2, width: box.width - 4, height: box.height - 4 };
      const isTaken = box.look !== "frame" && grid.in(inner).some((other) => other.look !== "frame" && other.look !== "zone");
      return isTaken && whole ? { ...box, x: whole.x + moved++ * (box.width + 12), y: whole.y + whole.height + 40 } : box;
    });
  }

  #forgetTheGone(): void {
    const there = this.#selection.filter((key) => find(this.topology, key.collection, key.id) || key.id.startsWith("group:"));
    if (there.length !== this.#selection.length) this.#selection = there;
    if (this.network !== null && !byId(this.topology, "networks").has(this.network)) this.network = null;
  }
}
