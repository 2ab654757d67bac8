import type { Workspace } from "../workspace.ts";

/** Moving the window over the plane. Coordinates are those of the screen, since the plane moves with it. */
export class Pan {
  constructor(
    readonly workspace: Workspace,
    private last: { x: number; y: number },
  ) {}

  moveOnScreen(at: { x: number; y: number }): void {
    this.workspace.camera.pan(at.x - this.last.x, at.y - this.last.y);
    this.last = at;
    this.workspace.changed();
  }
}
