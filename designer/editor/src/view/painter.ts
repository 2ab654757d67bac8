/**
 * Draws a scene on a canvas. What is equal is drawn together, what is out of sight or too small to read not at all, so
 * the cost of a frame follows what is visible. While a gesture moves something, the rest is kept as a picture.
 */
import { HEAD, RAIL, UNIT } from "../scene/racks.ts";
import { overlaps, type Box, type Line, type Look, type Rectangle, type Scene } from "../scene/scene.ts";
import type { Camera } from "./camera.ts";
import type { Palette } from "./palette.ts";

/** What is shown beside the scene itself. */
export interface Marks {
  readonly selected: ReadonlySet<string>;
  readonly hovered: string | null;
  /** Severity of what validation found, by element. */
  readonly findings: ReadonlyMap<string, "error" | "warning" | "info">;
  /** What failed, is cut off, or weakened, by element. */
  readonly failed: ReadonlyMap<string, "dead" | "cut" | "weak">;
  /** Only links of this network are shown in colour; null: all. */
  readonly network: string | null;
  /** Links that are selected. */
  readonly links: ReadonlySet<string>;
  readonly ghosts: readonly Ghost[];
  readonly snaps: readonly (readonly [number, number, number, number])[];
  readonly rubber: Rectangle | null;
  /** The way of a line that a gesture draws. */
  readonly rubberLine: readonly number[] | null;
  /** Handles to start a link from. */
  readonly handles: readonly { readonly x: number; readonly y: number }[];
  readonly compared: ReadonlyMap<string, "added" | "removed" | "changed">;
  /** Boxes of what the other state has, and this one not. */
  readonly gone: readonly Box[];
}

export interface Ghost extends Rectangle {
  readonly isRefused: boolean;
  readonly label: string;
}

const LEAST_LABEL = 6;
/** Height in px below which smaller words are not drawn. */
const READABLE = 8;
/** Height in px that names keep when the drawing is small, as long as their box has room for it. */
const LEAST_SLOT = 5;

export class Painter {
  readonly #context: CanvasRenderingContext2D;
  readonly #labels = new Map<string, string>();

  constructor(readonly canvas: HTMLCanvasElement) {
    const context = canvas.getContext("2d", { alpha: false });
    if (!context) throw new Error("This browser draws on no canvas.");
    this.#context = context;
  }

  resize(width: number, height: number, ratio: number): void {
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
  }

  /** Draw `scene` but for `without`, then nothing else. */
  paintScene(scene: Scene, camera: Camera, palette: Palette, marks: Marks, without: ReadonlySet<string> | null, ratio: number): void {
    const context = this.#context;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = palette.background;
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    this.#look(camera, ratio);
    const seen = without ? scene.boxes.filter((box) => !without.has(box.id)) : scene.boxes;
    const lines = without ? scene.lines.filter((line) => !without.has(line.a) && !without.has(line.b)) : scene.lines;
    this.#paint(seen, lines, camera, palette, marks);
  }

  /**
   * Shift the picture by whole pixels after a pan, and draw only what came into sight. False when too much did, or
   * when there is nothing to shift.
   */
  scroll(
    scene: Scene, camera: Camera, palette: Palette, marks: Marks, ratio: number, dx: number, dy: number,
    without: ReadonlySet<string> | null,
  ): boolean {
    const { width, height } = this.canvas;
    if (Math.abs(dx) > width / 2 || Math.abs(dy) > height / 2) return false;
    const context = this.#context;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(this.canvas, dx, dy);
    const strips = [
      dx > 0 ? [0, 0, dx, height] : dx < 0 ? [width + dx, 0, -dx, height] : null,
      dy > 0 ? [0, 0, width, dy] : dy < 0 ? [0, height + dy, width, -dy] : null,
    ];
    const scale = camera.scale * ratio;
    const boxes = without ? scene.boxes.filter((box) => !without.has(box.id)) : scene.boxes;
    const lines = without ? scene.lines.filter((line) => !without.has(line.a) && !without.has(line.b)) : scene.lines;
    for (const strip of strips) {
      if (!strip) continue;
      const [x, y, w, h] = strip as [number, number, number, number];
      context.save();
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.beginPath();
      context.rect(x, y, w, h);
      context.clip();
      context.fillStyle = palette.background;
      context.fillRect(x, y, w, h);
      this.#look(camera, ratio);
      const view = { x: camera.x + x / scale, y: camera.y + y / scale, width: w / scale, height: h / scale };
      this.#paint(boxes, lines, camera, palette, marks, view);
      context.restore();
    }
    return true;
  }

  /** Copy what another painter drew, then draw `boxes` and `lines` over it, and the marks. */
  paintOver(
    below: HTMLCanvasElement, boxes: readonly Box[], lines: readonly Line[], scene: Scene, camera: Camera,
    palette: Palette, marks: Marks, ratio: number,
  ): void {
    const context = this.#context;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(below, 0, 0);
    this.#look(camera, ratio);
    this.#paint(boxes, lines, camera, palette, marks);
    this.#paintMarks(scene, camera, palette, marks);
  }

  #look(camera: Camera, ratio: number): void {
    const scale = camera.scale * ratio;
    this.#context.setTransform(scale, 0, 0, scale, -camera.x * scale, -camera.y * scale);
  }

  #paint(
    boxes: readonly Box[], lines: readonly Line[], camera: Camera, palette: Palette, marks: Marks,
    view: Rectangle = camera.view,
  ): void {
    const groups = new Map<Look, Box[]>();
    for (const box of boxes) {
      if (!overlaps(box, view)) continue;
      const known = groups.get(box.look);
      if (known) known.push(box);
      else groups.set(box.look, [box]);
    }
    const containers = ["zone", "frame"] as const;
    for (const look of containers) this.#paintBoxes(look, groups.get(look) ?? [], camera, palette);
    this.#paintLines(lines, view, camera, palette, marks);
    for (const [look, group] of groups) if (!isContainer(look)) this.#paintBoxes(look, group, camera, palette);
  }

  #paintBoxes(look: Look, boxes: readonly Box[], camera: Camera, palette: Palette): void {
    const paint = palette.looks.get(look);
    if (!boxes.length || !paint) return;
    const context = this.#context;
    context.beginPath();
    for (const box of boxes) context.rect(box.x, box.y, box.width, box.height);
    if (look !== "zone") {
      context.fillStyle = paint.fill;
      context.fill();
    }
    context.lineWidth = (look === "frame" ? 1.5 : 1) / Math.min(1, camera.scale * 1.4);
    context.strokeStyle = paint.stroke;
    if (look === "zone") context.setLineDash([6 / camera.scale, 5 / camera.scale]);
    context.stroke();
    context.setLineDash([]);
    if (look === "frame" && UNIT * camera.scale >= LEAST_SLOT) this.#paintSlots(boxes, camera, palette);
    this.#paintLabels(look, boxes, camera, palette);
  }

  #paintSlots(racks: readonly Box[], camera: Camera, palette: Palette): void {
    const context = this.#context;
    context.beginPath();
    for (const rack of racks) {
      const units = Math.round((rack.height - HEAD - 10) / UNIT);
      for (let unit = 0; unit <= units; unit++) {
        const y = rack.y + HEAD + unit * UNIT;
        context.moveTo(rack.x + RAIL, y);
        context.lineTo(rack.x + rack.width - RAIL, y);
      }
    }
    context.lineWidth = 0.7;
    context.strokeStyle = palette.slot;
    context.stroke();
    if (UNIT * camera.scale < 13) return;
    context.font = `9px ${palette.font}`;
    context.fillStyle = palette.faint;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const rack of racks) {
      const units = Math.round((rack.height - HEAD - 10) / UNIT);
      for (let unit = 1; unit <= units; unit++) {
        context.fillText(String(unit), rack.x + RAIL - 3, rack.y + HEAD + (units - unit + 0.5) * UNIT);
      }
    }
    context.textAlign = "left";
  }

  #paintLabels(look: Look, boxes: readonly Box[], camera: Camera, palette: Palette): void {
    const plain = look === "frame" ? 13 : look === "zone" ? 14 : 11;
    const size = look === "note" ? plain : Math.max(plain, READABLE / camera.scale);
    if (size * camera.scale < LEAST_LABEL) return;
    const isSmall = size > plain;
    const context = this.#context;
    context.font = `600 ${size}px ${palette.font}`;
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.fillStyle = palette.text;
    if (look === "note") {
      for (const box of boxes) box.label.split("\n").forEach((line, index) => context.fillText(line, box.x + 10, box.y + 14 + index * 16));
      return;
    }
    for (const box of boxes) {
      const room = look === "frame" ? HEAD : look === "zone" ? 40 : box.height;
      if (!box.label || (isSmall && 1.1 * size > room)) continue;
      const hasDetail = box.height > 30 && box.detail !== "" && !isSmall;
      const y = look === "frame" ? box.y + HEAD / 2 : look === "zone" ? box.y + (isSmall ? 22 : 14) : box.y + box.height / 2 - (hasDetail ? 6 : 0);
      const margin = Math.min(8, box.width * 0.06);
      context.fillText(this.#fitted(box.label, box.width - 2 * margin, size), box.x + margin, y);
    }
    if (isSmall || 9 * camera.scale < LEAST_LABEL || isContainer(look)) return;
    context.font = `400 9.5px ${palette.font}`;
    context.fillStyle = palette.soft;
    for (const box of boxes) {
      if (!box.detail || !box.label) continue;
      if (box.height > 30) context.fillText(this.#fitted(box.detail, box.width - 16, 9.5), box.x + 8, box.y + box.height / 2 + 8);
      else if (box.width > 180) {
        context.textAlign = "right";
        context.fillText(this.#fitted(box.detail, box.width / 2 - 12, 9.5), box.x + box.width - 8, box.y + box.height / 2);
        context.textAlign = "left";
      }
    }
  }

  /** As much of `text` as fits; widths are estimated, since measuring each costs more than drawing it. */
  #fitted(text: string, width: number, size: number): string {
    const most = Math.max(1, Math.floor(width / (size * 0.56)));
    if (text.length <= most) return text;
    const key = `${most}:${text}`;
    let short = this.#labels.get(key);
    if (short === undefined) {
      short = `${text.slice(0, most - 1)}…`;
      if (this.#labels.size > 20_000) this.#labels.clear();
      this.#labels.set(key, short);
    }
    return short;
  }

  #paintLines(lines: readonly Line[], view: Rectangle, camera: Camera, palette: Palette, marks: Marks): void {
    const batches = new Map<string, Line[]>();
    const dimmed: Line[] = [];
    for (const line of lines) {
      if (!inSight(line, view)) continue;
      if (marks.network !== null && !line.networks.has(marks.network)) {
        dimmed.push(line);
        continue;
      }
      const plane = marks.network === null ? null : [...line.planes].find((one) => palette.planes.has(one));
      const colour = plane ? (palette.planes.get(plane) ?? palette.lines[line.look]) : palette.lines[line.look];
      const known = batches.get(colour);
      if (known) known.push(line);
      else batches.set(colour, [line]);
    }
    const context = this.#context;
    context.lineWidth = 1.2 / Math.min(1, Math.max(0.25, camera.scale));
    if (dimmed.length) {
      context.globalAlpha = 0.12;
      this.#stroke(dimmed, palette.lines.access);
      context.globalAlpha = 1;
    }
    for (const [colour, batch] of batches) this.#stroke(batch, colour);
  }

  #stroke(lines: readonly Line[], colour: string): void {
    const context = this.#context;
    context.strokeStyle = colour;
    context.beginPath();
    for (const { points } of lines) trace(context, points);
    context.stroke();
  }

  /** Selection, findings, failures, and what a gesture shows. */
  #paintMarks(scene: Scene, camera: Camera, palette: Palette, marks: Marks): void {
    const context = this.#context;
    const thin = 1 / camera.scale;
    const outline = (id: string, colour: string, width: number, dash: readonly number[] = [], grow = 0): Box | null => {
      const box = scene.byId.get(id) ?? scene.byId.get(scene.standIn.get(id) ?? "");
      if (!box) return null;
      context.strokeStyle = colour;
      context.lineWidth = width * thin;
      context.setLineDash(dash.map((length) => length * thin));
      context.strokeRect(box.x - grow * thin, box.y - grow * thin, box.width + 2 * grow * thin, box.height + 2 * grow * thin);
      context.setLineDash([]);
      return box;
    };
    for (const [id, severity] of marks.findings) {
      if (severity === "info") continue;
      const box = scene.byId.get(id) ?? scene.byId.get(scene.standIn.get(id) ?? "");
      if (!box || box.width * camera.scale < 20) continue;
      const [x, y, r] = [box.x + box.width - 2 * thin, box.y + 2 * thin, 5 * thin];
      context.fillStyle = severity === "error" ? palette.bad : palette.warning;
      context.beginPath();
      // A triangle warns, a disc is an error: shape says what colour says.
      if (severity === "error") context.arc(x, y, r, 0, 2 * Math.PI);
      else {
        context.moveTo(x, y - r);
        context.lineTo(x + r, y + r);
        context.lineTo(x - r, y + r);
      }
      context.fill();
    }
    for (const [id, state] of marks.failed) {
      const box = outline(id, state === "dead" ? palette.bad : state === "cut" ? palette.warning : palette.accent, 3, state === "dead" ? [3, 3] : state === "cut" ? [9, 4] : []);
      if (!box || state !== "dead") continue;
      context.beginPath();
      context.moveTo(box.x, box.y);
      context.lineTo(box.x + box.width, box.y + box.height);
      context.moveTo(box.x, box.y + box.height);
      context.lineTo(box.x + box.width, box.y);
      context.stroke();
    }
    for (const [id, state] of marks.compared) {
      outline(id, state === "added" ? palette.good : state === "removed" ? palette.bad : palette.warning, 3, state === "changed" ? [9, 4] : []);
    }
    for (const box of marks.gone) {
      context.strokeStyle = context.fillStyle = palette.bad;
      context.lineWidth = 2 * thin;
      context.setLineDash([3 * thin, 3 * thin]);
      context.strokeRect(box.x, box.y, box.width, box.height);
      context.setLineDash([]);
      const [size, room] = [Math.max(11, READABLE / camera.scale), Math.min(box.height, 34)];
      if (size > room) continue;
      context.font = `600 ${size}px ${palette.font}`;
      context.textBaseline = "middle";
      context.fillText(this.#fitted(`− ${box.label}`, box.width - 16, size), box.x + 8, box.y + room / 2);
    }
    for (const state of marks.compared.size ? (["added", "changed"] as const) : []) {
      context.strokeStyle = state === "added" ? palette.good : palette.warning;
      context.lineWidth = 3 * thin;
      context.setLineDash(state === "changed" ? [9 * thin, 4 * thin] : []);
      context.beginPath();
      for (const line of scene.lines) if (line.links.some((id) => marks.compared.get(id) === state)) trace(context, line.points);
      context.stroke();
      context.setLineDash([]);
    }
    if (marks.links.size && !marks.rubberLine) {
      context.strokeStyle = palette.accent;
      context.lineWidth = 3 * thin;
      context.beginPath();
      for (const line of scene.lines) if (line.links.some((id) => marks.links.has(id))) trace(context, line.points);
      context.stroke();
    }
    if (marks.hovered) outline(marks.hovered, palette.accent, 1.5, [], 1);
    for (const id of marks.selected) outline(id, palette.accent, 2.5, [], 2);
    for (const ghost of marks.ghosts) {
      context.strokeStyle = ghost.isRefused ? palette.bad : palette.good;
      context.fillStyle = ghost.isRefused ? palette.bad : palette.good;
      context.lineWidth = 2 * thin;
      context.globalAlpha = 0.18;
      context.fillRect(ghost.x, ghost.y, ghost.width, ghost.height);
      context.globalAlpha = 1;
      if (ghost.isRefused) context.setLineDash([4 * thin, 3 * thin]);
      context.strokeRect(ghost.x, ghost.y, ghost.width, ghost.height);
      context.setLineDash([]);
      if (ghost.label) {
        context.font = `600 ${12 * thin}px ${palette.font}`;
        context.textBaseline = "bottom";
        context.fillText(ghost.label, ghost.x, ghost.y - 3 * thin);
      }
    }
    context.strokeStyle = palette.accent;
    context.lineWidth = thin;
    for (const [ax, ay, bx, by] of marks.snaps) {
      context.beginPath();
      context.moveTo(ax, ay);
      context.lineTo(bx, by);
      context.stroke();
    }
    if (marks.rubber) {
      const { x, y, width, height } = marks.rubber;
      context.globalAlpha = 0.1;
      context.fillStyle = palette.accent;
      context.fillRect(x, y, width, height);
      context.globalAlpha = 1;
      context.strokeRect(x, y, width, height);
    }
    if (marks.rubberLine) {
      context.lineWidth = 2 * thin;
      context.beginPath();
      trace(context, marks.rubberLine);
      context.stroke();
    }
    for (const handle of marks.handles) {
      context.beginPath();
      context.arc(handle.x, handle.y, 6 * thin, 0, 2 * Math.PI);
      context.fillStyle = palette.surface;
      context.fill();
      context.lineWidth = 2 * thin;
      context.strokeStyle = palette.accent;
      context.stroke();
    }
  }
}

function isContainer(look: Look): boolean {
  return look === "zone" || look === "frame";
}

function trace(context: CanvasRenderingContext2D, points: readonly number[]): void {
  context.moveTo(points[0] as number, points[1] as number);
  for (let i = 2; i + 1 < points.length; i += 2) context.lineTo(points[i] as number, points[i + 1] as number);
}

function inSight({ points }: Line, view: Rectangle): boolean {
  if (points.length > 4) return true;
  const [ax, ay, bx, by] = points as readonly [number, number, number, number];
  return (
    Math.max(ax, bx) >= view.x && Math.min(ax, bx) <= view.x + view.width &&
    Math.max(ay, by) >= view.y && Math.min(ay, by) <= view.y + view.height
  );
}
