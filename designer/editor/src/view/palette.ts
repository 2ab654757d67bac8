/** The colours of the drawing, read from the tokens of the page, so that light, dark and forced colours are one place. */
import type { Line, Look } from "../scene/scene.ts";

export interface Paint {
  readonly fill: string;
  readonly stroke: string;
}

export interface Palette {
  readonly looks: ReadonlyMap<Look, Paint>;
  readonly lines: Readonly<Record<Line["look"], string>>;
  readonly planes: ReadonlyMap<string, string>;
  readonly background: string;
  readonly surface: string;
  readonly text: string;
  readonly soft: string;
  readonly faint: string;
  readonly slot: string;
  readonly accent: string;
  readonly bad: string;
  readonly warning: string;
  readonly good: string;
  readonly font: string;
}

const LOOKS: readonly Look[] = [
  "control", "compute", "storage", "network", "bare-metal", "hyper-converged", "leaf", "spine", "oob", "router",
  "frame", "pdu-a", "pdu-b",
];
const PLANES = ["management", "tenant", "provider", "storage-public", "storage-cluster", "oob", "provisioning", "octavia"];

export function readPalette(host: Element): Palette {
  const style = getComputedStyle(host);
  const token = (name: string) => style.getPropertyValue(`--sw-${name}`).trim() || "CanvasText";
  const isForced = matchMedia("(forced-colors: active)").matches;
  const paint = (name: string): Paint =>
    isForced ? { fill: "Canvas", stroke: "CanvasText" } : { fill: token(`drawing-${name}-fill`), stroke: token(`drawing-${name}-stroke`) };
  const looks = new Map<Look, Paint>(LOOKS.map((look) => [look, paint(look)]));
  looks.set("zone", { fill: "transparent", stroke: isForced ? "CanvasText" : token("text-faint") });
  looks.set("note", { fill: isForced ? "Canvas" : token("warning-soft"), stroke: isForced ? "CanvasText" : token("warning") });
  const plain = (name: string, forced = "CanvasText") => (isForced ? forced : token(name));
  return {
    looks,
    lines: {
      uplink: plain("drawing-uplink-stroke"),
      access: plain("drawing-access-stroke"),
      oob: plain("drawing-plane-oob-stroke"),
    },
    planes: new Map(PLANES.map((plane) => [plane, plain(`drawing-plane-${plane}-stroke`)])),
    background: plain("background", "Canvas"),
    surface: plain("surface", "Canvas"),
    text: plain("text"),
    soft: plain("text-soft"),
    faint: plain("text-faint"),
    slot: plain("drawing-slot-stroke", "GrayText"),
    accent: plain("accent", "Highlight"),
    bad: plain("bad"),
    warning: plain("warning"),
    good: plain("good"),
    font: style.getPropertyValue("--sw-font").trim() || "sans-serif",
  };
}
