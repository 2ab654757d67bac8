/** Where the window looks at the plane: `x`, `y` of its upper left corner, and how large a unit is on screen. */
import type { Rectangle } from "../scene/scene.ts";

export const MINIMUM_SCALE = 0.02;
export const MAXIMUM_SCALE = 4;

export class Camera {
  x = 0;
  y = 0;
  scale = 1;
  width = 1;
  height = 1;

  toPlane(x: number, y: number): { x: number; y: number } {
    return { x: this.x + x / this.scale, y: this.y + y / this.scale };
  }

  toScreen(x: number, y: number): { x: number; y: number } {
    return { x: (x - this.x) * this.scale, y: (y - this.y) * this.scale };
  }

  get view(): Rectangle {
    return { x: this.x, y: this.y, width: this.width / this.scale, height: this.height / this.scale };
  }

  pan(dx: number, dy: number): void {
    this.x -= dx / this.scale;
    this.y -= dy / this.scale;
  }

  /** Zoom by `factor` so that what is under a point of the screen stays there. */
  zoom(factor: number, x = this.width / 2, y = this.height / 2): void {
    const held = this.toPlane(x, y);
    this.scale = Math.max(MINIMUM_SCALE, Math.min(MAXIMUM_SCALE, this.scale * factor));
    this.x = held.x - x / this.scale;
    this.y = held.y - y / this.scale;
  }

  /** Show all of `area`, not larger than life. */
  fit(area: Rectangle, margin = 40): void {
    const room = { width: Math.max(50, this.width - 2 * margin), height: Math.max(50, this.height - 2 * margin) };
    this.scale = Math.max(MINIMUM_SCALE, Math.min(1, room.width / Math.max(1, area.width), room.height / Math.max(1, area.height)));
    this.x = area.x + area.width / 2 - this.width / this.scale / 2;
    this.y = area.y + area.height / 2 - this.height / this.scale / 2;
  }

  /** Move as little as needed so that `area` is in sight. */
  reveal(area: Rectangle, margin = 30): void {
    const m = margin / this.scale;
    const view = this.view;
    if (area.x - m < view.x) this.x = area.x - m;
    else if (area.x + area.width + m > view.x + view.width) this.x = Math.min(area.x - m, area.x + area.width + m - view.width);
    if (area.y - m < view.y) this.y = area.y - m;
    else if (area.y + area.height + m > view.y + view.height) this.y = Math.min(area.y - m, area.y + area.height + m - view.height);
  }
}
