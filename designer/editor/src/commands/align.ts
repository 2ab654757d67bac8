import type { Command } from "../editor.ts";
import type { Position } from "../model/topology.ts";
import { moveTo } from "./place.ts";

export interface Box {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Edge = "left" | "centre" | "right" | "top" | "middle" | "bottom";

/** Bring one edge of boxes into line, that of the outermost. */
export function align(boxes: readonly Box[], edge: Edge): Command {
  const left = Math.min(...boxes.map((box) => box.x));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const top = Math.min(...boxes.map((box) => box.y));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  const to = (box: Box): Position => {
    switch (edge) {
      case "left": return { x: left, y: box.y };
      case "centre": return { x: (left + right - box.width) / 2, y: box.y };
      case "right": return { x: right - box.width, y: box.y };
      case "top": return { x: box.x, y: top };
      case "middle": return { x: box.x, y: (top + bottom - box.height) / 2 };
      case "bottom": return { x: box.x, y: bottom - box.height };
    }
  };
  return moveTo(new Map(boxes.map((box) => [box.id, to(box)])));
}

/** Make the gaps between boxes equal; the outermost two stay. */
export function distribute(boxes: readonly Box[], axis: "x" | "y"): Command {
  const size = axis === "x" ? "width" : "height";
  const ordered = [...boxes].sort((a, b) => a[axis] - b[axis]);
  const [first, last] = [ordered[0], ordered[ordered.length - 1]];
  if (!first || !last || ordered.length < 3) return (topology) => topology;
  const filled = ordered.reduce((sum, box) => sum + box[size], 0);
  const gap = (last[axis] + last[size] - first[axis] - filled) / (ordered.length - 1);
  let at = first[axis];
  const positions = new Map<string, Position>();
  for (const box of ordered) {
    positions.set(box.id, axis === "x" ? { x: at, y: box.y } : { x: box.x, y: at });
    at += box[size] + gap;
  }
  return moveTo(positions);
}
