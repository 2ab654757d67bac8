/** Pointer, wheel and touch on the canvas: which gesture begins, and where it goes. */
import { linkable, type Key } from "../model/topology.ts";
import { BoxGrid, lineAt } from "../scene/grid.ts";
import { keyOf, type Line, type Scene } from "../scene/scene.ts";
import type { Drawing } from "../view/drawing.ts";
import type { Workspace } from "../workspace.ts";
import { Bend, bendable, bendPoints, removeBend } from "./bend.ts";
import type { Gesture, Held } from "./gesture.ts";
import { DrawLink } from "./link.ts";
import { Move } from "./move.ts";
import { Pan } from "./pan.ts";
import { Place } from "./place.ts";
import { RubberBand } from "./select.ts";

/** Pixels that a pointer must move before a press becomes a drag. */
const SLACK = 4;
const LINE_REACH = 6;
const BEND_REACH = 9;

type Active = { kind: "gesture"; gesture: Gesture } | { kind: "pan"; pan: Pan } | { kind: "pressed"; begin: () => Gesture };

export class PointerTool {
  #active: Active | null = null;
  #pressed: { x: number; y: number } | null = null;
  #grid: { scene: Scene; grid: BoxGrid } | null = null;
  readonly #touches = new Map<number, { x: number; y: number }>();
  isPanning = false;
  /** What a click on a device does in failure mode, instead of selecting it. */
  onPick: ((key: Key) => void) | null = null;
  onOpen: ((key: Key) => void) | null = null;

  constructor(
    readonly drawing: Drawing,
    readonly workspace: Workspace,
  ) {
    const { canvas } = drawing;
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    canvas.addEventListener("pointerup", (event) => this.#up(event));
    canvas.addEventListener("pointercancel", (event) => this.#cancel(event));
    canvas.addEventListener("lostpointercapture", (event) => this.#cancel(event));
    canvas.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    canvas.addEventListener("dblclick", (event) => this.#open(event));
    canvas.addEventListener("pointerleave", () => this.#hover(null));
  }

  /** Give up the gesture under way, as Escape does. */
  cancel(): boolean {
    const active = this.#active;
    this.#active = null;
    if (active?.kind === "gesture") active.gesture.cancel();
    return active !== null && active.kind !== "pan";
  }

  /** Drag a thing of the palette: pointer events come from anywhere on the page. */
  dragFromPalette(spec: string, event: PointerEvent): void {
    const gesture = new Place(this.workspace, spec);
    const { canvas } = this.drawing;
    const isOver = (at: PointerEvent) => {
      const box = canvas.getBoundingClientRect();
      return at.clientX >= box.left && at.clientX <= box.right && at.clientY >= box.top && at.clientY <= box.bottom;
    };
    const stop = new AbortController();
    const { signal } = stop;
    window.addEventListener("pointermove", (at) => (isOver(at) ? gesture.move(this.#plane(at)) : gesture.cancel()), { signal });
    window.addEventListener("pointerup", (at) => {
      stop.abort();
      if (isOver(at)) gesture.commit(this.#plane(at));
      else gesture.cancel();
    }, { signal });
    window.addEventListener("pointercancel", () => (stop.abort(), gesture.cancel()), { signal });
    window.addEventListener("keydown", (key) => key.key === "Escape" && (stop.abort(), gesture.cancel()), { signal });
    event.preventDefault();
  }

  keyAt(x: number, y: number): Key | null {
    const box = this.#boxes().at(x, y);
    const key = box && keyOf(box);
    if (key && key.collection !== "racks") return key;
    const line = lineAt(this.workspace.scene.lines, x, y, LINE_REACH / this.workspace.camera.scale);
    return line ? { collection: "links", id: line.links[0] as string } : key;
  }

  #down(event: PointerEvent): void {
    const { canvas } = this.drawing;
    canvas.focus({ preventScroll: true });
    const screen = this.#screen(event);
    if (event.pointerType === "touch") {
      this.#touches.set(event.pointerId, screen);
      if (this.#touches.size > 1) {
        this.cancel();
        return;
      }
    }
    canvas.setPointerCapture(event.pointerId);
    this.#pressed = screen;
    if (event.button === 1 || (event.button === 0 && this.isPanning)) {
      this.#active = { kind: "pan", pan: new Pan(this.workspace, screen) };
      event.preventDefault();
      return;
    }
    if (event.button !== 0) return;
    const at = this.#plane(event);
    const handle = this.drawing.handleAt(at.x, at.y);
    if (handle) {
      this.#active = { kind: "gesture", gesture: new DrawLink(this.workspace, handle) };
      return;
    }
    const point = this.#bendAt(at);
    if (point) {
      this.#active = { kind: "pressed", begin: () => new Bend(this.workspace, point.line, at, point.index) };
      return;
    }
    const key = this.keyAt(at.x, at.y);
    if (key && this.onPick) {
      this.onPick(key);
      return;
    }
    if (!key) {
      if (event.pointerType === "touch") this.#active = { kind: "pan", pan: new Pan(this.workspace, screen) };
      else {
        if (!event.shiftKey) this.workspace.select([]);
        this.#active = { kind: "pressed", begin: () => new RubberBand(this.workspace, at) };
      }
      return;
    }
    this.#choose(key, event.shiftKey || event.ctrlKey || event.metaKey);
    if (this.workspace.isReadOnly) return;
    if (key.collection === "links") {
      const line = bendable(this.workspace);
      if (line) this.#active = { kind: "pressed", begin: () => new Bend(this.workspace, line, at, null) };
      return;
    }
    this.#active = { kind: "pressed", begin: () => new Move(this.workspace, at) };
  }

  /** The bend of the selected line that lies under a point. */
  #bendAt(at: { x: number; y: number }): { line: Line; index: number } | null {
    const line = bendable(this.workspace);
    const reach = BEND_REACH / this.workspace.camera.scale;
    const index = line ? bendPoints(line).findIndex((bend) => Math.hypot(bend.x - at.x, bend.y - at.y) <= reach) : -1;
    return line && index >= 0 ? { line, index } : null;
  }

  #choose(key: Key, isMore: boolean): void {
    const line = key.collection === "links" ? this.workspace.scene.lines.find((one) => one.links.includes(key.id)) : null;
    const keys = line ? line.links.map((id): Key => ({ collection: "links", id })) : [key];
    if (isMore) this.workspace.toggle(key);
    else if (!this.workspace.isSelected(key.id)) this.workspace.select(keys);
  }

  #move(event: PointerEvent): void {
    if (event.pointerType === "touch" && this.#touches.size > 1) {
      this.#pinch(event);
      return;
    }
    const screen = this.#screen(event);
    const active = this.#active;
    if (!active) {
      const at = this.#plane(event);
      this.#hover(this.drawing.handleAt(at.x, at.y) ? null : this.#boxes().at(at.x, at.y)?.id ?? null);
      return;
    }
    if (active.kind === "pan") {
      active.pan.moveOnScreen(screen);
      return;
    }
    if (active.kind === "pressed") {
      const from = this.#pressed ?? screen;
      if (Math.hypot(screen.x - from.x, screen.y - from.y) < SLACK) return;
      this.#active = { kind: "gesture", gesture: active.begin() };
      this.#hover(null);
    }
    if (this.#active?.kind === "gesture") this.#active.gesture.move(this.#plane(event), held(event));
  }

  #up(event: PointerEvent): void {
    this.#touches.delete(event.pointerId);
    const active = this.#active;
    this.#active = null;
    if (active?.kind === "gesture") active.gesture.commit(this.#plane(event), held(event));
  }

  #cancel(event: PointerEvent): void {
    this.#touches.delete(event.pointerId);
    this.cancel();
  }

  #pinch(event: PointerEvent): void {
    const before = [...this.#touches.values()];
    this.#touches.set(event.pointerId, this.#screen(event));
    const now = [...this.#touches.values()];
    const [a, b] = [before[0], before[1]];
    const [c, d] = [now[0], now[1]];
    if (!a || !b || !c || !d) return;
    const middle = { x: (c.x + d.x) / 2, y: (c.y + d.y) / 2 };
    this.workspace.camera.pan(middle.x - (a.x + b.x) / 2, middle.y - (a.y + b.y) / 2);
    const [was, is] = [Math.hypot(a.x - b.x, a.y - b.y), Math.hypot(c.x - d.x, c.y - d.y)];
    if (was > 0) this.workspace.camera.zoom(is / was, middle.x, middle.y);
    this.workspace.changed();
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    const { camera } = this.workspace;
    const screen = this.#screen(event);
    if (event.ctrlKey || event.metaKey) camera.zoom(Math.exp(-event.deltaY * 0.0022), screen.x, screen.y);
    else if (event.shiftKey) camera.pan(-event.deltaY, -event.deltaX);
    else camera.pan(-event.deltaX, -event.deltaY);
    this.workspace.changed();
  }

  #open(event: MouseEvent): void {
    const at = this.#plane(event);
    const point = this.#bendAt(at);
    if (point) {
      removeBend(this.workspace, point.line, point.index);
      return;
    }
    const key = this.keyAt(at.x, at.y);
    if (!key) return;
    const box = this.workspace.scene.byId.get(key.id);
    if (box?.members) this.workspace.fold(groupOf(box.id), false);
    else this.onOpen?.(key);
  }

  #hover(id: string | null): void {
    if (this.workspace.hovered === id) return;
    this.workspace.hovered = id;
    const key = id ? this.workspace.scene.byId.get(id) : null;
    this.drawing.canvas.classList.toggle("is-over-device", key !== null && key !== undefined && linkable.has(key.collection as never));
    this.drawing.request();
  }

  #boxes(): BoxGrid {
    const { scene } = this.workspace;
    if (this.#grid?.scene !== scene) this.#grid = { scene, grid: new BoxGrid(scene) };
    return this.#grid.grid;
  }

  #screen(event: MouseEvent): { x: number; y: number } {
    const box = this.drawing.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  #plane(event: MouseEvent): { x: number; y: number } {
    const { x, y } = this.#screen(event);
    return this.workspace.camera.toPlane(x, y);
  }
}

function held(event: PointerEvent): Held {
  return { shift: event.shiftKey, alt: event.altKey };
}

function groupOf(boxId: string): string {
  return boxId.slice("group:".length, boxId.lastIndexOf("@"));
}
