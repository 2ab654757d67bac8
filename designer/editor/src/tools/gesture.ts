/** A gesture of the pointer: previews while it lasts, then commits or cancels. Coordinates are those of the plane. */
import type { Position } from "../model/topology.ts";

export interface Held {
  readonly shift: boolean;
  readonly alt: boolean;
}

export interface Gesture {
  move(at: Position, held: Held): void;
  commit(at: Position, held: Held): void;
  cancel(): void;
}
