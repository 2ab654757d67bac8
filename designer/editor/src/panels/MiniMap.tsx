import { useEffect, useRef } from "preact/hooks";
import { boundsOf, contains } from "../scene/scene.ts";
import { readPalette } from "../view/palette.ts";
import type { App } from "./context.ts";
import { useChanges } from "./hooks.ts";

const WIDTH = 180;
const HEIGHT = 120;
const MOST = 1_000;
/** Elements beyond which it is left out: its frame costs more than it helps. */

/** All of the drawing in small, with what is in sight; a click goes there. */
export function MiniMap({ app }: { app: App }) {
  const { workspace } = app;
  useChanges(workspace);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { scene, camera } = workspace;
  const isShown = scene.boxes.length > 0 && scene.boxes.length <= MOST && !workspace.editor.isPreviewing;
  const whole = isShown ? boundsOf(scene.boxes) : null;
  const bounds = whole && contains(camera.view, whole) ? null : whole; // all is in sight
  const scale = bounds ? Math.min(WIDTH / Math.max(1, bounds.width), HEIGHT / Math.max(1, bounds.height)) : 1;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context || !bounds || !canvas.current) return;
    const palette = readPalette(canvas.current);
    context.clearRect(0, 0, WIDTH, HEIGHT);
    for (const box of scene.boxes) {
      const paint = palette.looks.get(box.look);
      if (!paint || box.look === "zone") continue;
      context.fillStyle = box.look === "frame" ? paint.fill : paint.stroke;
      context.fillRect((box.x - bounds.x) * scale, (box.y - bounds.y) * scale, Math.max(1, box.width * scale), Math.max(1, box.height * scale));
    }
    const view = camera.view;
    context.strokeStyle = palette.accent;
    context.lineWidth = 2;
    context.strokeRect((view.x - bounds.x) * scale, (view.y - bounds.y) * scale, view.width * scale, view.height * scale);
  });
  if (!bounds) return null;
  const go = (event: PointerEvent & { currentTarget: HTMLCanvasElement }) => {
    if (event.buttons !== 1) return;
    const box = event.currentTarget.getBoundingClientRect();
    camera.x = bounds.x + (event.clientX - box.left) / scale - camera.view.width / 2;
    camera.y = bounds.y + (event.clientY - box.top) / scale - camera.view.height / 2;
    workspace.changed();
  };
  return <canvas ref={canvas} class="editor__map" width={WIDTH} height={HEIGHT} aria-hidden="true" onPointerDown={go} onPointerMove={go} />;
}
