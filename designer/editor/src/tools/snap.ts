/** Bringing a moved rectangle into line with what is near. */
import type { Box, Rectangle } from "../scene/scene.ts";
import type { Workspace } from "../workspace.ts";

const REACH = 7;
/** Pixels of the screen. */

export interface Snapped {
  readonly dx: number;
  readonly dy: number;
  readonly lines: (readonly [number, number, number, number])[];
}

export function snap(wanted: Rectangle, workspace: Workspace, moving: ReadonlySet<string>): Snapped {
  const reach = REACH / workspace.camera.scale;
  const view = workspace.camera.view;
  const isNear = (box: Box) =>
    !moving.has(box.id) && box.look !== "zone" && box.x < view.x + view.width && box.x + box.width > view.x &&
    box.y < view.y + view.height && box.y + box.height > view.y;
  const others = workspace.scene.boxes.filter((box) => isNear(box) && (box.look === "frame") === (workspace.view === "racks"));
  const x = best(edges(wanted.x, wanted.width), others.flatMap((box) => edges(box.x, box.width).map((at) => ({ at, box }))), reach);
  const y = best(edges(wanted.y, wanted.height), others.flatMap((box) => edges(box.y, box.height).map((at) => ({ at, box }))), reach);
  const lines: Snapped["lines"] = [];
  if (x) lines.push([x.at, Math.min(wanted.y, x.box.y), x.at, Math.max(wanted.y + wanted.height, x.box.y + x.box.height)]);
  if (y) lines.push([Math.min(wanted.x, y.box.x), y.at, Math.max(wanted.x + wanted.width, y.box.x + y.box.width), y.at]);
  return { dx: x?.by ?? 0, dy: y?.by ?? 0, lines };
}

function edges(from: number, size: number): number[] {
  return [from, from + size / 2, from + size];
}

function best(mine: readonly number[], theirs: readonly { at: number; box: Box }[], reach: number) {
  let [found, least]: [{ at: number; by: number; box: Box } | null, number] = [null, reach];
  for (const { at, box } of theirs) {
    for (const edge of mine) {
      const away = Math.abs(at - edge);
      if (away < least) [found, least] = [{ at, by: at - edge, box }, away];
    }
  }
  return found;
}
