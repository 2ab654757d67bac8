/** Leading a line: its bends are dragged, and a drag on the line itself makes one. A command leads lines around boxes. */
import { bend } from "../commands/link.ts";
import { NAMES, type Position } from "../model/topology.ts";
import { BoxGrid } from "../scene/grid.ts";
import { bendsOf, canBend } from "../scene/lines.ts";
import { route } from "../scene/route.ts";
import type { Line } from "../scene/scene.ts";
import type { Workspace } from "../workspace.ts";
import type { Gesture, Held } from "./gesture.ts";

const REACH = 7;
/** Pixels of the screen. */
const MOST_BENDS = 50;
/** What a drawing may have (designer/engine/topology.py). */

export class Bend implements Gesture {
  readonly #points: Position[];
  readonly #index: number;
  #isMoved = false;

  /** `index`: of the bend that is dragged; null: the drag makes a new one where it begins. */
  constructor(
    readonly workspace: Workspace,
    readonly line: Line,
    from: Position,
    index: number | null,
  ) {
    this.#points = pointsOf(line);
    this.#index = index === null ? segmentAt(this.#points, from) : index + 1;
    if (index === null) this.#points.splice(this.#index, 0, from);
  }

  move(at: Position, held: Held): void {
    this.#isMoved = true;
    this.#points[this.#index] = held.alt ? at : this.#inLine(at);
    this.workspace.hints.rubberLine = this.#points.flatMap((point) => [point.x, point.y]);
    this.workspace.changed();
  }

  commit(at: Position, held: Held): void {
    if (this.#isMoved) this.move(at, held);
    this.cancel();
    const bends = this.#points.slice(1, -1);
    if (!this.#isMoved) return;
    if (bends.length > MOST_BENDS) this.workspace.say(`A link has at most ${MOST_BENDS} bends.`);
    else lead(this.workspace, "Bend", this.line, bends);
  }

  cancel(): void {
    this.workspace.hints.rubberLine = null;
    this.workspace.changed();
  }

  /** In line with the points before and after, where it is nearly so. */
  #inLine(at: Position): Position {
    const reach = REACH / this.workspace.camera.scale;
    const near = [this.#points[this.#index - 1], this.#points[this.#index + 1]];
    const x = near.find((point) => point && Math.abs(point.x - at.x) < reach)?.x ?? at.x;
    const y = near.find((point) => point && Math.abs(point.y - at.y) < reach)?.y ?? at.y;
    return { x, y };
  }
}

/** The line of what is selected, when its bends can be dragged; null otherwise. */
export function bendable(workspace: Workspace): Line | null {
  const first = workspace.selection[0];
  if (workspace.isReadOnly || workspace.view !== "network" || first?.collection !== "links") return null;
  const line = workspace.scene.lines.find((one) => one.links.includes(first.id));
  if (!line || !canBend(workspace.topology, line)) return null;
  return workspace.selection.every((key) => line.links.includes(key.id)) ? line : null;
}

export function bendPoints(line: Line): Position[] {
  return pointsOf(line).slice(1, -1);
}

export function removeBend(workspace: Workspace, line: Line, index: number): void {
  lead(workspace, "Straighten", line, bendPoints(line).filter((_, each) => each !== index));
}

/** Lead lines around boxes: those selected, those of what is selected, or all. One step of undo. */
export function routeLinks(workspace: Workspace): void {
  const { scene, topology } = workspace;
  const chosen = new Set(workspace.selection.map((key) => key.id));
  const isChosen = (line: Line) => !chosen.size || chosen.has(line.a) || chosen.has(line.b) || line.links.some((id) => chosen.has(id));
  const grid = new BoxGrid(scene);
  const ways = new Map<string, readonly Position[]>();
  let without = 0;
  for (const line of scene.lines.filter((one) => isChosen(one) && canBend(topology, one))) {
    const found = route(scene, grid, line);
    if (!found) without++;
    else for (const [id, bends] of bendsOf(topology, line, found)) ways.set(id, bends);
  }
  if (ways.size) workspace.editor.run(`Route ${words(ways.size)}`, bend(ways));
  workspace.say(`Routed ${words(ways.size)}${without ? `; ${without} found no free way and stay as they are` : ""}.`);
}

function lead(workspace: Workspace, verb: string, line: Line, points: readonly Position[]): void {
  const label = `${verb} ${line.links.length === 1 ? `${NAMES.links} ${line.links[0]}` : words(line.links.length)}`;
  workspace.editor.run(label, bend(bendsOf(workspace.topology, line, points)));
  workspace.say(`${label}: ${points.length} ${points.length === 1 ? "bend" : "bends"}.`);
}

function words(count: number): string {
  return `${count} ${count === 1 ? "link" : "links"}`;
}

function pointsOf(line: Line): Position[] {
  return Array.from({ length: line.points.length / 2 }, (_, index) => ({ x: line.points[2 * index] ?? 0, y: line.points[2 * index + 1] ?? 0 }));
}

/** Where among `points` a new one belongs: after the start of the segment that is nearest. */
function segmentAt(points: readonly Position[], at: Position): number {
  let [found, least] = [1, Infinity];
  for (let index = 1; index < points.length; index++) {
    const [a, b] = [points[index - 1] as Position, points[index] as Position];
    const away = Math.hypot(at.x - a.x, at.y - a.y) + Math.hypot(at.x - b.x, at.y - b.y) - Math.hypot(a.x - b.x, a.y - b.y);
    if (away < least) [found, least] = [index, away];
  }
  return found;
}
