/** Every command by keyboard. The table below is also what the help panel shows. */
import { clip, paste, readClip, type Clip } from "../commands/copy.ts";
import { moveTo, placeInRack, takeOut } from "../commands/place.ts";
import { remove } from "../commands/remove.ts";
import { deviceOf, find, linkable, NAMES, nameOf, type Key, type Position } from "../model/topology.ts";
import { keyOf, type Box } from "../scene/scene.ts";
import type { Workspace } from "../workspace.ts";
import { routeLinks } from "./bend.ts";
import { joinDevices } from "./link.ts";

export interface Shortcut {
  readonly keys: string;
  readonly does: string;
}

export const SHORTCUTS: readonly (readonly [string, readonly Shortcut[]])[] = [
  ["Find and choose", [
    { keys: "Ctrl + arrow", does: "Select the next element in that direction" },
    { keys: "Ctrl + A", does: "Select all" },
    { keys: "Escape", does: "Give up the gesture, then select nothing" },
    { keys: "/", does: "Find an element by name" },
  ]],
  ["Change", [
    { keys: "Arrow", does: "Move what is selected: a unit up or down, a rack left or right; over the plane by 10" },
    { keys: "Shift + arrow", does: "Move by 1 over the plane" },
    { keys: "Enter", does: "Edit in the inspector" },
    { keys: "Delete", does: "Remove what is selected, and links that would hang" },
    { keys: "L", does: "Start a link here; once more on another device: end it there" },
    { keys: "T", does: "Take out of the rack" },
    { keys: "G", does: "Lead links around boxes in the network: those of what is selected, or all" },
    { keys: "A", does: "Add: go to the palette" },
    { keys: "Ctrl + C, X, V, D", does: "Copy, cut, paste, duplicate" },
    { keys: "Ctrl + Z, Ctrl + Shift + Z", does: "Undo, redo" },
  ]],
  ["Look", [
    { keys: "0", does: "Show all" },
    { keys: "1", does: "Show what is selected" },
    { keys: "+ and -", does: "Zoom" },
    { keys: "Space, drag", does: "Move the window; so does the middle button" },
    { keys: "X", does: "Let what is selected fail, or repair it" },
    { keys: "R, N, S, O", does: "Racks, network, services, outline" },
    { keys: "?", does: "These keys" },
  ]],
];

/** What the page does on a key, where it is not the drawing's own. */
export interface PageActions {
  readonly help: () => void;
  readonly find: () => void;
  readonly inspect: () => void;
  readonly palette: () => void;
  /** Let what is selected fail, or repair it. */
  readonly fail: () => void;
  readonly cancel: () => boolean;
}

export class Keyboard {
  #clip: Clip | null = null;

  constructor(
    readonly workspace: Workspace,
    readonly page: PageActions,
  ) {}

  /** Do what a key asks for on the canvas; false when it is none of ours. */
  press(event: KeyboardEvent): boolean {
    const { key } = event;
    const control = event.ctrlKey || event.metaKey;
    if (control && key.startsWith("Arrow")) return this.#walk(key);
    if (control) return this.#control(key.toLowerCase(), event.shiftKey);
    if (key.startsWith("Arrow")) return this.#nudge(key, event.shiftKey ? 1 : 10);
    switch (key) {
      case "Escape": return this.#escape();
      case "Delete":
      case "Backspace": return this.remove();
      case "Enter": return this.page.inspect(), true;
      case "/": return this.page.find(), true;
      case "?": return this.page.help(), true;
      case "0": return this.workspace.fit(), true;
      case "1": return this.workspace.fitSelection(), true;
      case "+":
      case "=": return this.#zoom(1.25);
      case "-": return this.#zoom(0.8);
      case "a": return this.page.palette(), true;
      case "l": return this.#link();
      case "x": return this.page.fail(), true;
      case "t": return this.#takeOut();
      case "g": return this.#route();
      case "r": return this.workspace.show("racks"), true;
      case "n": return this.workspace.show("network"), true;
      case "s": return this.workspace.show("services"), true;
      case "o": return this.workspace.show("outline"), true;
      default: return false;
    }
  }

  remove(): boolean {
    const { workspace } = this;
    if (workspace.isReadOnly || !workspace.selection.length) return false;
    const keys = workspace.selection.flatMap((key) => this.#members(key));
    const label = keys.length === 1 && keys[0] ? `Remove ${NAMES[keys[0].collection]} ${keys[0].id}` : `Remove ${keys.length} elements`;
    workspace.editor.run(label, remove(keys));
    workspace.say(`${label.replace("Remove", "Removed")}.`);
    return true;
  }

  copy(): Clip | null {
    const keys = this.workspace.selection.flatMap((key) => this.#members(key));
    if (!keys.length) return null;
    this.#clip = clip(this.workspace.topology, keys);
    // Text of the system's clipboard, so that it reaches another design; where that is forbidden, this page keeps it.
    void navigator.clipboard?.writeText(JSON.stringify(this.#clip)).catch(() => undefined);
    this.workspace.say(`${keys.length} copied.`);
    return this.#clip;
  }

  paste(text: string | null): boolean {
    const copied = (text && readClip(text)) || this.#clip;
    if (!copied || this.workspace.isReadOnly) return false;
    const { command, added } = paste(copied, { x: 40, y: 40 });
    const keys = added(this.workspace.topology);
    this.workspace.editor.run(`Paste ${keys.length} elements`, command);
    this.workspace.select(keys);
    this.workspace.say(`${keys.length} pasted.`);
    return true;
  }

  #control(key: string, shift: boolean): boolean {
    const { workspace } = this;
    switch (key) {
      case "z": return this.#travel(shift);
      case "y": return this.#travel(true);
      case "a": {
        const keys = workspace.scene.boxes.flatMap((box) => keyOf(box) ?? []).filter((one) => one.collection !== "pdus");
        workspace.select(keys);
        workspace.say(`${keys.length} selected.`);
        return true;
      }
      case "c": return this.copy() !== null;
      case "x": return this.copy() !== null && this.remove();
      case "d": return this.copy() !== null && this.paste(null);
      default: return false;
    }
  }

  #travel(isForward: boolean): boolean {
    const { editor } = this.workspace;
    if (this.workspace.isReadOnly) return false;
    const label = isForward ? editor.redo() : editor.undo();
    this.workspace.say(label ? `${isForward ? "Done again" : "Undone"}: ${label}.` : `Nothing to ${isForward ? "redo" : "undo"}.`);
    return true;
  }

  #escape(): boolean {
    if (this.page.cancel()) return true;
    if (this.workspace.linkStart) {
      this.workspace.linkStart = null;
      this.workspace.say("No link.");
    } else this.workspace.select([]);
    return true;
  }

  #zoom(factor: number): boolean {
    this.workspace.camera.zoom(factor);
    this.workspace.changed();
    return true;
  }

  #link(): boolean {
    const { workspace } = this;
    const key = workspace.selection[0];
    if (workspace.isReadOnly || !key || !linkable.has(key.collection)) return false;
    const start = workspace.linkStart;
    if (!start) {
      workspace.linkStart = key.id;
      workspace.say(`Link from ${key.id}: select the other device and press L.`);
      return true;
    }
    workspace.linkStart = null;
    joinDevices(workspace, start, key.id);
    return true;
  }

  #takeOut(): boolean {
    const ids = this.workspace.selection.filter((key) => key.collection === "nodes" || key.collection === "switches").map((key) => key.id);
    if (!ids.length || this.workspace.isReadOnly) return false;
    this.workspace.editor.run(`Take ${ids.length === 1 ? ids[0] : `${ids.length} devices`} out of the rack`, takeOut(ids));
    this.workspace.say("Taken out of the rack.");
    return true;
  }

  #route(): boolean {
    if (this.workspace.isReadOnly || this.workspace.view !== "network") return false;
    routeLinks(this.workspace);
    return true;
  }

  /** Move what is selected: by units and racks where it stands in one, else over the plane. */
  #nudge(arrow: string, by: number): boolean {
    const { workspace } = this;
    const [dx, dy] = direction(arrow);
    if (workspace.isReadOnly || !workspace.selection.length) return false;
    const { topology, catalog } = workspace;
    const first = workspace.selection[0] as Key;
    const device = first.collection === "nodes" || first.collection === "switches" ? find(topology, first.collection, first.id) : undefined;
    if (workspace.view === "racks" && device?.rack) {
      const ids = workspace.selection.map((key) => key.id);
      const racks = topology.racks.map((rack) => rack.id);
      const rack = racks[(racks.indexOf(device.rack) + dx + racks.length) % racks.length] ?? device.rack;
      const unit = Math.max(1, (device.unit ?? 1) - dy * (dy < 0 ? 1 : 1));
      workspace.editor.run(`Move ${ids.length === 1 ? device.name : `${ids.length} devices`}`, placeInRack(catalog, ids, rack, unit));
      const now = find(workspace.topology, "nodes", device.id) ?? find(workspace.topology, "switches", device.id);
      workspace.say(`${device.name}: ${now?.rack}, unit ${now?.unit ?? "none"}.`);
      workspace.reveal(device.id);
      return true;
    }
    const positions = new Map<string, Position>();
    for (const key of workspace.selection) {
      const box = workspace.scene.byId.get(key.id);
      if (box && box.collection !== "links") positions.set(key.id, { x: box.x + dx * by, y: box.y + dy * by });
    }
    workspace.editor.run(`Move ${positions.size === 1 ? first.id : `${positions.size} elements`}`, moveTo(positions));
    return true;
  }

  /** Select the nearest element that way; the first one when nothing is selected. */
  #walk(arrow: string): boolean {
    const { workspace } = this;
    const [dx, dy] = direction(arrow);
    const boxes = workspace.scene.boxes.filter((box) => keyOf(box) && box.collection !== "pdus");
    const from = workspace.selection[0] ? workspace.scene.byId.get(workspace.selection[0].id) : undefined;
    const next = from ? nearest(boxes, from, dx, dy) : boxes[0];
    if (next) {
      const key = keyOf(next) as Key;
      workspace.select([key]);
      workspace.reveal(next.id);
      workspace.say(this.describe(key));
    }
    return true;
  }

  /** An element in a sentence. */
  describe(key: Key): string {
    const { topology } = this.workspace;
    const element = find(topology, key.collection, key.id);
    if (!element) return key.id;
    const words = [`${NAMES[key.collection]} ${nameOf(element)}`];
    if ("rack" in element && element.rack) words.push(`in ${element.rack}${"unit" in element && element.unit ? `, unit ${element.unit}` : ""}`);
    if ("roles" in element && element.roles.length) words.push(element.roles.join(" and "));
    const severity = this.workspace.findings.get(key.id);
    if (severity) words.push(`has a finding: ${severity}`);
    if (deviceOf(topology, key.id)) words.push(`${topology.links.filter((link) => link.a.element === key.id || link.b.element === key.id).length} links`);
    return `${words.join(", ")}.`;
  }

  /** A collapsed group stands for its nodes. */
  #members(key: Key): Key[] {
    const box = this.workspace.scene.byId.get(key.id);
    return box?.members ? box.members.map((id): Key => ({ collection: "nodes", id })) : [key];
  }
}

function direction(arrow: string): [number, number] {
  switch (arrow) {
    case "ArrowLeft": return [-1, 0];
    case "ArrowRight": return [1, 0];
    case "ArrowUp": return [0, -1];
    default: return [0, 1];
  }
}

function nearest(boxes: readonly Box[], from: Box, dx: number, dy: number): Box | undefined {
  const middle = (box: Box): [number, number] => [box.x + box.width / 2, box.y + box.height / 2];
  const [fx, fy] = middle(from);
  let [found, least]: [Box | undefined, number] = [undefined, Infinity];
  for (const box of boxes) {
    const [x, y] = middle(box);
    const along = (x - fx) * dx + (y - fy) * dy;
    if (box.id === from.id || along <= 0.5) continue;
    const across = Math.abs((x - fx) * dy) + Math.abs((y - fy) * dx);
    const away = along + 2 * across;
    if (away < least) [found, least] = [box, away];
  }
  return found;
}
