/** Boxes by place, to find what lies under a point or in a rectangle without looking at all of them. */
import { overlaps, type Box, type Line, type Rectangle, type Scene } from "./scene.ts";

const CELL = 320;

export class BoxGrid {
  readonly #cells = new Map<number, number[]>();
  readonly #boxes: readonly Box[];

  constructor(scene: Scene) {
    this.#boxes = scene.boxes;
    scene.boxes.forEach((box, index) => {
      this.#each(box, (cell) => {
        const known = this.#cells.get(cell);
        if (known) known.push(index);
        else this.#cells.set(cell, [index]);
      });
    });
  }

  /** What touches `area`, containers first, as it is drawn. */
  in(area: Rectangle): Box[] {
    const found = new Set<number>();
    this.#each(area, (cell) => this.#cells.get(cell)?.forEach((index) => found.add(index)));
    return [...found].sort((a, b) => a - b).map((index) => this.#boxes[index] as Box).filter((box) => overlaps(box, area));
  }

  /** The topmost box under a point. */
  at(x: number, y: number): Box | null {
    return this.in({ x, y, width: 0.01, height: 0.01 }).at(-1) ?? null;
  }

  #each(area: Rectangle, visit: (cell: number) => void): void {
    for (let column = Math.floor(area.x / CELL); column <= Math.floor((area.x + area.width) / CELL); column++) {
      for (let row = Math.floor(area.y / CELL); row <= Math.floor((area.y + area.height) / CELL); row++) {
        visit(column * 100_003 + row);
      }
    }
  }
}

/** The line nearest to a point, within `reach`. */
export function lineAt(lines: readonly Line[], x: number, y: number, reach: number): Line | null {
  let [best, least]: [Line | null, number] = [null, reach];
  for (const line of lines) {
    for (let i = 0; i + 3 < line.points.length; i += 2) {
      const away = distance(x, y, line.points[i] as number, line.points[i + 1] as number, line.points[i + 2] as number, line.points[i + 3] as number);
      if (away < least) [best, least] = [line, away];
    }
  }
  return best;
}

function distance(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const t = length ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}
