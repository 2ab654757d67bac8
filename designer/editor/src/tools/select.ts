/** The box that selects what lies in it, drawn over an empty place. */
import type { Key, Position } from "../model/topology.ts";
import { BoxGrid } from "../scene/grid.ts";
import { contains, keyOf } from "../scene/scene.ts";
import type { Workspace } from "../workspace.ts";
import type { Gesture, Held } from "./gesture.ts";

export class RubberBand implements Gesture {
  readonly #before: readonly Key[];
  readonly #grid: BoxGrid;

  constructor(
    readonly workspace: Workspace,
    readonly from: Position,
  ) {
    this.#before = workspace.selection;
    this.#grid = new BoxGrid(workspace.scene);
  }

  move(at: Position, held: Held): void {
    const area = {
      x: Math.min(at.x, this.from.x), y: Math.min(at.y, this.from.y),
      width: Math.abs(at.x - this.from.x), height: Math.abs(at.y - this.from.y),
    };
    this.workspace.hints.rubber = area;
    const inside = this.#grid.in(area).filter((box) => (box.look === "frame" ? contains(area, box) : box.collection !== "zones"));
    const keys = inside.flatMap((box) => keyOf(box) ?? []).filter((key) => key.collection !== "pdus");
    const kept = held.shift ? this.#before.filter((key) => !keys.some((one) => one.id === key.id)) : [];
    this.workspace.select([...kept, ...keys]);
  }

  commit(at: Position, held: Held): void {
    this.move(at, held);
    this.workspace.hints.rubber = null;
    const count = this.workspace.selection.length;
    this.workspace.say(count ? `${count} ${count === 1 ? "element" : "elements"} selected.` : "Nothing selected.");
  }

  cancel(): void {
    this.workspace.hints.rubber = null;
    this.workspace.select(this.#before);
  }
}
