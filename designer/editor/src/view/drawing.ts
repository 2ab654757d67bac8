/** The canvas: draws the workspace when something changed, at most once a frame, and only what changed where it can. */
import { linkable } from "../model/topology.ts";
import type { Box, Line, Scene } from "../scene/scene.ts";
import type { Workspace } from "../workspace.ts";
import { Camera } from "./camera.ts";
import { Painter, type Marks } from "./painter.ts";
import { readPalette, type Palette } from "./palette.ts";

const HANDLE_REACH = 9;

export class Drawing {
  readonly #top: Painter;
  readonly #below: Painter;
  #palette: Palette;
  #ratio = 1;
  #frame = 0;
  /** What the lower canvas shows. */
  #shown: { scene: Scene; without: string; camera: readonly number[]; network: string | null; palette: Palette } | null = null;
  #settled: Scene | null = null;
  readonly #stops: (() => void)[] = [];

  constructor(
    readonly canvas: HTMLCanvasElement,
    readonly workspace: Workspace,
  ) {
    this.#top = new Painter(canvas);
    this.#below = new Painter(document.createElement("canvas"));
    this.#palette = readPalette(canvas);
    const theme = new MutationObserver(() => this.#newPalette());
    theme.observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
    const forced = matchMedia("(forced-colors: active)");
    const onForced = () => this.#newPalette();
    forced.addEventListener("change", onForced);
    const size = new ResizeObserver(() => this.#resize());
    size.observe(canvas);
    this.#stops.push(() => theme.disconnect(), () => size.disconnect(), workspace.subscribe(() => this.request()));
    this.#stops.push(() => forced.removeEventListener("change", onForced));
    this.#resize();
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    cancelAnimationFrame(this.#frame);
  }

  request(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.paint();
    });
  }

  /** Draw at once what the workspace shows now. */
  paint(): void {
    const { editor, scene } = this.workspace;
    if (!editor.isPreviewing) this.#settled = scene;
    const moving = editor.isPreviewing ? moved(this.#settled, scene) : null;
    const camera = this.#onPixels();
    const marks = this.#marks();
    this.#paintBelow(scene, camera, marks, moving);
    const boxes: Box[] = moving ? scene.boxes.filter((box) => moving.has(box.id)) : [];
    const lines: Line[] = moving ? scene.lines.filter((line) => moving.has(line.a) || moving.has(line.b)) : [];
    this.#top.paintOver(this.#below.canvas, boxes, lines, scene, camera, this.#palette, marks, this.#ratio);
  }

  /** Points beside selected devices where a link can be started. */
  handles(): { id: string; x: number; y: number }[] {
    const { selection, scene, isReadOnly } = this.workspace;
    if (isReadOnly || selection.length !== 1 || this.workspace.editor.isPreviewing) return [];
    const key = selection[0];
    if (!key || !linkable.has(key.collection)) return [];
    const box = scene.byId.get(key.id);
    return box ? [{ id: key.id, x: box.x + box.width + 10 / this.workspace.camera.scale, y: box.y + box.height / 2 }] : [];
  }

  /** The bends of the selected line, to be dragged. */
  #bends(): { x: number; y: number }[] {
    const { selection, scene, isReadOnly, view, hints } = this.workspace;
    const [first] = selection;
    if (isReadOnly || view !== "network" || first?.collection !== "links") return [];
    const points = hints.rubberLine ?? scene.lines.find((line) => line.links.includes(first.id))?.points ?? [];
    return Array.from({ length: Math.max(0, points.length / 2 - 2) }, (_, index) => ({ x: points[2 * index + 2] ?? 0, y: points[2 * index + 3] ?? 0 }));
  }

  handleAt(x: number, y: number): string | null {
    const reach = HANDLE_REACH / this.workspace.camera.scale;
    return this.handles().find((handle) => Math.hypot(handle.x - x, handle.y - y) <= reach)?.id ?? null;
  }

  #marks(): Marks {
    const { workspace } = this;
    return {
      selected: new Set(workspace.selection.filter((key) => key.collection !== "links").map((key) => key.id)),
      links: new Set(workspace.selection.filter((key) => key.collection === "links").map((key) => key.id)),
      hovered: workspace.hovered,
      findings: workspace.findings,
      failed: workspace.failed,
      compared: workspace.comparison.marks,
      gone: workspace.comparison.gone,
      network: workspace.network,
      handles: [...this.handles(), ...this.#bends()],
      ...workspace.hints,
    };
  }

  /** Bring the picture below up to date: not at all, by its new edges after a pan, or as a whole. */
  #paintBelow(scene: Scene, camera: Camera, marks: Marks, moving: ReadonlySet<string> | null): void {
    const without = moving ? [...moving].join("\n") : "";
    const still = this.#shown;
    const basis = moving ? this.#settled : scene;
    const at = [camera.x, camera.y, camera.scale, camera.width, camera.height];
    const isSame = still && still.scene === basis && still.without === without && still.network === marks.network && still.palette === this.#palette;
    if (isSame && at.every((value, index) => value === still.camera[index])) return;
    const isPan = isSame && at.slice(2).every((value, index) => value === still.camera[index + 2]);
    this.#shown = { scene: basis ?? scene, without, camera: at, network: marks.network, palette: this.#palette };
    const scale = camera.scale * this.#ratio;
    if (isPan) {
      const dx = Math.round(((still.camera[0] ?? 0) - camera.x) * scale);
      const dy = Math.round(((still.camera[1] ?? 0) - camera.y) * scale);
      if (this.#below.scroll(scene, camera, this.#palette, marks, this.#ratio, dx, dy, moving)) return;
    }
    this.#below.paintScene(scene, camera, this.#palette, marks, moving, this.#ratio);
  }

  /** The camera, moved to whole pixels, so that a picture can be shifted without blur. */
  #onPixels(): Camera {
    const { camera } = this.workspace;
    const exact = new Camera();
    const scale = camera.scale * this.#ratio;
    Object.assign(exact, { scale: camera.scale, width: camera.width, height: camera.height });
    exact.x = Math.round(camera.x * scale) / scale;
    exact.y = Math.round(camera.y * scale) / scale;
    return exact;
  }

  #newPalette(): void {
    this.#palette = readPalette(this.canvas);
    this.workspace.changed(); // the map beside reads the colours anew too
  }

  #resize(): void {
    const { clientWidth, clientHeight } = this.canvas;
    if (!clientWidth || !clientHeight) return;
    const isFirst = this.workspace.camera.width === 1;
    this.#ratio = Math.min(2, window.devicePixelRatio || 1);
    Object.assign(this.workspace.camera, { width: clientWidth, height: clientHeight });
    this.#top.resize(clientWidth, clientHeight, this.#ratio);
    this.#below.resize(clientWidth, clientHeight, this.#ratio);
    this.#shown = null;
    if (isFirst) this.workspace.fit();
    this.paint();
  }
}

/** The boxes that are not where they were, or new. */
function moved(before: Scene | null, now: Scene): Set<string> {
  const found = new Set<string>();
  for (const box of now.boxes) if (before?.byId.get(box.id) !== box) found.add(box.id);
  if (before && before.boxes.length > now.boxes.length) for (const box of before.boxes) if (!now.byId.has(box.id)) found.add(box.id);
  return found;
}
