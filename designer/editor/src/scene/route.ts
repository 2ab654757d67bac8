/**
 * Leading lines around boxes: right angles only, the shortest way with the fewest corners (A* on the lines that the edges
 * of the boxes near by span). Computed on request, never while something moves.
 */
import type { Position } from "../model/topology.ts";
import { BoxGrid } from "./grid.ts";
import { endsOf } from "./lines.ts";
import type { Box, Line, Rectangle, Scene } from "./scene.ts";

/** Room that a line keeps from a box, at best; half of the gap between two rows of nodes. */
const CLEARANCES = [6, 2];
/** What a corner costs, in units of length. */
const CORNER = 60;
/** How far beyond its two ends a line may go around. */
const DETOURS = [160, 900];
const LANES = 7;
const LANE = 10;

/** The corners of a way from one box of `line` to the other around all that stands between; null when there is none. */
export function route(scene: Scene, grid: BoxGrid, line: Line): Position[] | null {
  const [a, b] = [scene.byId.get(line.a), scene.byId.get(line.b)];
  if (!a || !b) return null;
  const ends = endsOf(a, b);
  for (const clearance of CLEARANCES) {
    for (const detour of DETOURS) {
      const [from, to] = [stub(a, ends[0], clearance), stub(b, ends[1], clearance)];
      const area = grown(around(from, to), detour);
      const obstacles = grid.in(area).filter(isObstacle);
      const way = shortest(from, to, ends, obstacles.map((box) => grown(box, clearance)), laneOf(scene, a, b));
      if (way) return corners([ends[0], ...way, ends[1]]);
    }
  }
  return null;
}

function isObstacle(box: Box): boolean {
  return box.look !== "zone" && box.look !== "frame" && box.collection !== "pdus";
}

/** The point off the edge of a box where a line is free to turn. */
function stub(box: Rectangle, end: Position, clearance: number): Position {
  if (end.y === box.y) return { x: end.x, y: end.y - clearance };
  if (end.y === box.y + box.height) return { x: end.x, y: end.y + clearance };
  return { x: end.x + (end.x === box.x ? -clearance : clearance), y: end.y };
}

/** Lines of different switches run across at different heights, so that they can be told apart. */
function laneOf(scene: Scene, a: Box, b: Box): number | null {
  const upper = a.y + a.height <= b.y ? a : b.y + b.height <= a.y ? b : null;
  if (!upper) return null;
  let before = 0;
  for (const box of scene.boxes) if (box.collection === upper.collection && box.y === upper.y && box.x < upper.x) before++;
  return upper.y + upper.height + LANE * (1 + (before % LANES));
}

function around(a: Position, b: Position): Rectangle {
  return { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) };
}

function grown(box: Rectangle, by: number): Rectangle {
  return { x: box.x - by, y: box.y - by, width: box.width + 2 * by, height: box.height + 2 * by };
}

/** A* over the grid that the edges of `obstacles` span. A state is a crossing and the way it was entered. */
function shortest(
  from: Position, to: Position, ends: readonly Position[], obstacles: readonly Rectangle[], lane: number | null,
): Position[] | null {
  const xs = sorted([from.x, to.x, ...obstacles.flatMap((box) => [box.x, box.x + box.width])]);
  const ys = sorted([from.y, to.y, ...(lane === null ? [] : [lane]), ...obstacles.flatMap((box) => [box.y, box.y + box.height])]);
  const [across, down] = blocked(xs, ys, obstacles);
  const [width, start, goal] = [xs.length, at(from), at(to)];
  function at(point: Position): number {
    return ys.indexOf(point.y) * xs.length + xs.indexOf(point.x);
  }
  const heap = new Heap();
  const cost = new Map<number, number>();
  const came = new Map<number, number>();
  const wayOut = ends[0]?.x === from.x ? 1 : 0;
  const wayIn = ends[1]?.x === to.x ? 1 : 0;
  const estimate = (place: number) => Math.abs((xs[place % width] ?? 0) - to.x) + Math.abs((ys[Math.floor(place / width)] ?? 0) - to.y);
  const first = start * 2 + wayOut;
  cost.set(first, 0);
  heap.push(first, estimate(start));
  for (let state = heap.pop(); state !== undefined; state = heap.pop()) {
    const [place, axis] = [state >> 1, state & 1];
    if (place === goal && axis === wayIn) return traced(state, came).map((one) => ({ x: xs[(one >> 1) % width] ?? 0, y: ys[Math.floor((one >> 1) / width)] ?? 0 }));
    const spent = cost.get(state) ?? 0;
    const visit = (next: number, nextAxis: number, length: number) => {
      const key = next * 2 + nextAxis;
      const total = spent + length;
      if (total >= (cost.get(key) ?? Infinity)) return;
      cost.set(key, total);
      came.set(key, state);
      heap.push(key, total + estimate(next));
    };
    visit(place, 1 - axis, CORNER);
    const [column, row] = [place % width, Math.floor(place / width)];
    // To run across elsewhere than in its own lane costs a little, so that it does so only where it must.
    const offLane = lane === null || ys[row] === lane ? 1 : 1.05;
    if (axis === 0) {
      if (column + 1 < width && !across[place]) visit(place + 1, 0, ((xs[column + 1] ?? 0) - (xs[column] ?? 0)) * offLane);
      if (column > 0 && !across[place - 1]) visit(place - 1, 0, ((xs[column] ?? 0) - (xs[column - 1] ?? 0)) * offLane);
    } else {
      if (row + 1 < ys.length && !down[place]) visit(place + width, 1, (ys[row + 1] ?? 0) - (ys[row] ?? 0));
      if (row > 0 && !down[place - width]) visit(place - width, 1, (ys[row] ?? 0) - (ys[row - 1] ?? 0));
    }
  }
  return null;
}

/** Which steps to the right, and which downward, from each crossing lead through a box. */
function blocked(xs: readonly number[], ys: readonly number[], obstacles: readonly Rectangle[]): readonly [Uint8Array, Uint8Array] {
  const [across, down] = [new Uint8Array(xs.length * ys.length), new Uint8Array(xs.length * ys.length)];
  for (const box of obstacles) {
    const [left, right] = [xs.indexOf(box.x), xs.indexOf(box.x + box.width)];
    const [top, bottom] = [ys.indexOf(box.y), ys.indexOf(box.y + box.height)];
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        const place = row * xs.length + column;
        if (row > top && row < bottom && column < right) across[place] = 1;
        if (column > left && column < right && row < bottom) down[place] = 1;
      }
    }
  }
  return [across, down];
}

function sorted(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

function traced(state: number, came: ReadonlyMap<number, number>): number[] {
  const found = [state];
  for (let before = came.get(state); before !== undefined; before = came.get(before)) found.push(before);
  return found.reverse();
}

/** The inner points of a path where it turns. */
function corners(path: readonly Position[]): Position[] {
  const distinct = path.filter((point, index) => index === 0 || point.x !== path[index - 1]?.x || point.y !== path[index - 1]?.y);
  return distinct.slice(1, -1).filter((point, index) => {
    const [before, after] = [distinct[index], distinct[index + 2]];
    return before && after && !(before.x === point.x && point.x === after.x) && !(before.y === point.y && point.y === after.y);
  });
}

/** States by what they cost, the cheapest first. */
class Heap {
  readonly #items: { state: number; cost: number }[] = [];

  push(state: number, cost: number): void {
    const items = this.#items;
    let index = items.push({ state, cost }) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if ((items[parent]?.cost ?? 0) <= cost) break;
      [items[index], items[parent]] = [items[parent] as never, items[index] as never];
      index = parent;
    }
  }

  pop(): number | undefined {
    const items = this.#items;
    const [first, last] = [items[0], items.pop()];
    if (!first || !last) return undefined;
    if (items.length) {
      items[0] = last;
      for (let index = 0; ; ) {
        const left = 2 * index + 1;
        const least = left + 1 < items.length && (items[left + 1]?.cost ?? 0) < (items[left]?.cost ?? 0) ? left + 1 : left;
        if (least >= items.length || (items[least]?.cost ?? 0) >= last.cost) break;
        [items[index], items[least]] = [items[least] as never, items[index] as never];
        index = least;
      }
    }
    return first.state;
  }
}
