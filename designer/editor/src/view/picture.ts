/** The whole drawing of a view as a PNG, in the colours of the screen. */
import { boundsOf, type Scene } from "../scene/scene.ts";
import { Camera } from "./camera.ts";
import { Painter, type Marks } from "./painter.ts";
import type { Palette } from "./palette.ts";

const MARGIN = 40;
const SHARPNESS = 2;
/** Pixels of the picture for one of the drawing, where it may be that large. */
const MOST_PIXELS = 40_000_000;
const LONGEST_SIDE = 16_000;
/** What browsers draw on one canvas. */

const NO_MARKS: Omit<Marks, "network"> = {
  selected: new Set(), hovered: null, findings: new Map(), failed: new Map(), links: new Set(), ghosts: [], snaps: [], rubber: null,
  rubberLine: null, handles: [], compared: new Map(), gone: [],
};

export async function pictureOf(scene: Scene, palette: Palette, network: string | null): Promise<Blob | null> {
  const bounds = boundsOf(scene.boxes);
  if (!bounds) return null;
  const camera = new Camera();
  const [width, height] = [bounds.width + 2 * MARGIN, bounds.height + 2 * MARGIN];
  camera.scale = Math.min(SHARPNESS, LONGEST_SIDE / Math.max(width, height), Math.sqrt(MOST_PIXELS / (width * height)));
  Object.assign(camera, { x: bounds.x - MARGIN, y: bounds.y - MARGIN, width: width * camera.scale, height: height * camera.scale });
  const canvas = document.createElement("canvas");
  const painter = new Painter(canvas);
  painter.resize(camera.width, camera.height, 1);
  painter.paintScene(scene, camera, palette, { ...NO_MARKS, network }, null, 1);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}
