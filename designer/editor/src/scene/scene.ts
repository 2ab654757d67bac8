/** What there is to see of a drawing, as boxes and lines on a plane: geometry without a canvas or a document. */
import type { Collection, Key } from "../model/topology.ts";

/** What a box is drawn as; each has its colours in static/css/tokens.css. */
export type Look =
  | "control" | "compute" | "storage" | "network" | "bare-metal" | "hyper-converged"
  | "leaf" | "spine" | "oob" | "router" | "frame" | "zone" | "note" | "pdu-a" | "pdu-b";

export interface Box {
  readonly id: string;
  readonly collection: Collection | "zones";
  readonly look: Look;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly label: string;
  /** Smaller words behind the label. */
  readonly detail: string;
  /** Ids of the elements that this box stands for, when it is not one of its own. */
  readonly members: readonly string[] | null;
}

export interface Line {
  /** Ids of the links that it stands for; the first is the line's own. */
  readonly links: readonly string[];
  readonly a: string;
  readonly b: string;
  /** x, y, x, y, ... */
  readonly points: readonly number[];
  readonly look: "uplink" | "access" | "oob";
  /** Planes of the networks that its links carry. */
  readonly planes: ReadonlySet<string>;
  readonly networks: ReadonlySet<string>;
  readonly gbps: number;
}

export interface Scene {
  /** Containers first, so that what stands in them is drawn over them. */
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
  readonly byId: ReadonlyMap<string, Box>;
  /** The box that stands for an element: its own, or that of its collapsed group. */
  readonly standIn: ReadonlyMap<string, string>;
}

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function boundsOf(boxes: Iterable<Rectangle>): Rectangle | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const box of boxes) {
    left = Math.min(left, box.x);
    top = Math.min(top, box.y);
    right = Math.max(right, box.x + box.width);
    bottom = Math.max(bottom, box.y + box.height);
  }
  return left <= right ? { x: left, y: top, width: right - left, height: bottom - top } : null;
}

export function overlaps(a: Rectangle, b: Rectangle): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

export function contains(outer: Rectangle, inner: Rectangle): boolean {
  return (
    inner.x >= outer.x && inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width && inner.y + inner.height <= outer.y + outer.height
  );
}

/** The element that a box is of, for what can be selected. */
export function keyOf(box: Box): Key | null {
  return box.collection === "zones" ? null : { collection: box.collection, id: box.id };
}

/** Reuse the boxes of `before` that did not change, so that what is drawn can be told apart by identity. */
export function settled(before: Scene | null, boxes: Box[], lines: Line[], standIn: ReadonlyMap<string, string>): Scene {
  const byId = new Map<string, Box>();
  for (let index = 0; index < boxes.length; index++) {
    const box = boxes[index] as Box;
    const old = before?.byId.get(box.id);
    const kept = old && equal(old, box) ? old : box;
    boxes[index] = kept;
    byId.set(kept.id, kept);
  }
  return { boxes, lines, byId, standIn };
}

function equal(a: Box, b: Box): boolean {
  return (
    a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height && a.look === b.look &&
    a.label === b.label && a.detail === b.detail
  );
}
