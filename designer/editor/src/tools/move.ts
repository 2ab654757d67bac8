/** Dragging what is selected: racks and free things over the plane, devices into racks. */
import { moveTo, placeInRack, takeOut } from "../commands/place.ts";
import type { Command } from "../editor.ts";
import { fitAt } from "../model/racks.ts";
import { find, NAMES, nameOf, type Key, type Position } from "../model/topology.ts";
import { rackPlaces, topOf, unitAt, RAIL, INNER, UNIT } from "../scene/racks.ts";
import { boundsOf, type Box } from "../scene/scene.ts";
import type { Workspace } from "../workspace.ts";
import type { Gesture, Held } from "./gesture.ts";
import { snap } from "./snap.ts";

export class Move implements Gesture {
  readonly #keys: readonly Key[];
  readonly #boxes: readonly Box[];
  readonly #devices: readonly string[];
  #command: Command | null = null;

  constructor(
    readonly workspace: Workspace,
    readonly from: Position,
  ) {
    this.#keys = workspace.selection.filter((key) => key.collection !== "links" && key.collection !== "pdus");
    this.#boxes = this.#keys.flatMap((key) => workspace.scene.byId.get(key.id) ?? []);
    const isDevice = (key: Key) => key.collection === "nodes" || key.collection === "switches";
    this.#devices = this.#keys.every(isDevice) ? this.#byUnit(this.#keys.map((key) => key.id)) : [];
  }

  move(at: Position, held: Held): void {
    const { hints } = this.workspace;
    hints.ghosts.length = hints.snaps.length = 0;
    this.#command = this.#commandAt(at, held);
    if (this.#command) this.workspace.editor.preview(this.#command);
    else this.workspace.editor.cancel();
  }

  commit(at: Position, held: Held): void {
    this.move(at, held);
    this.#forgetHints();
    if (this.#command) this.workspace.editor.commit(this.label);
    else this.cancel();
  }

  cancel(): void {
    this.#forgetHints();
    this.workspace.editor.cancel();
    this.workspace.changed();
  }

  get label(): string {
    const [first] = this.#keys;
    if (this.#keys.length !== 1 || !first) return `Move ${this.#keys.length} elements`;
    const element = find(this.workspace.topology, first.collection, first.id);
    return `Move ${NAMES[first.collection]} ${element ? nameOf(element) : first.id}`;
  }

  #commandAt(at: Position, held: Held): Command | null {
    if (this.workspace.view === "racks" && this.#devices.length) return this.#intoRack(at);
    return this.#over(at, held);
  }

  /** Everything by the same way, the edges of its bounds drawn to those of its neighbours unless Alt is held. */
  #over(at: Position, held: Held): Command | null {
    const bounds = boundsOf(this.#boxes);
    if (!bounds) return null;
    let [dx, dy] = [at.x - this.from.x, at.y - this.from.y];
    if (held.shift) [dx, dy] = Math.abs(dx) > Math.abs(dy) ? [dx, 0] : [0, dy];
    const moving = new Set(this.#boxes.map((box) => box.id));
    if (!held.alt) {
      const wanted = { ...bounds, x: bounds.x + dx, y: bounds.y + dy };
      const snapped = snap(wanted, this.workspace, moving);
      [dx, dy] = [dx + snapped.dx, dy + snapped.dy];
      this.workspace.hints.snaps.push(...snapped.lines);
    }
    const movable = this.#boxes.filter((box) => box.collection !== "node_groups");
    return moveTo(new Map(movable.map((box) => [box.id, { x: box.x + dx, y: box.y + dy }])));
  }

  #intoRack(at: Position): Command | null {
    const { topology, catalog, hints } = this.workspace;
    const committed = this.workspace.editor.committed;
    const places = rackPlaces(topology, catalog);
    const first = this.#devices[0] as string;
    const device = find(committed, "nodes", first) ?? find(committed, "switches", first);
    const grabbed = this.workspace.scene.byId.get(first);
    if (!device || !grabbed) return null;
    const height = catalog.heightOf(device.spec);
    const lead = this.#boxes.find((box) => box.id === first) ?? grabbed;
    const top = { x: at.x, y: at.y - (this.from.y - lead.y) };
    const target = unitAt(places, top, height);
    if (!target) {
      const shift = { x: at.x - this.from.x, y: at.y - this.from.y };
      const positions = new Map(this.#boxes.map((box) => [box.id, { x: box.x + shift.x, y: box.y + shift.y }]));
      const [out, move] = [takeOut(this.#devices), moveTo(positions)];
      return (before) => move(out(before));
    }
    const place = places.find((one) => one.rack.id === target.rack);
    const fit = fitAt(committed, catalog, target, device.spec, new Set(this.#devices));
    if (!place || !fit) return null;
    const isRefused = fit.collides.length > 0 || fit.isTooDeep;
    const words = fit.isTooDeep ? "deeper than the rack" : fit.collides.length ? `no ${height} U free` : "";
    hints.ghosts.push({
      x: place.x + RAIL, y: topOf(place, fit.unit, height), width: INNER, height: height * UNIT - 2, isRefused,
      label: `${place.rack.name}, U ${fit.unit}${words ? `: ${words}` : ""}`,
    });
    return isRefused ? null : placeInRack(catalog, this.#devices, fit.rack, fit.unit);
  }

  /** From the floor up, so that they keep their order. */
  #byUnit(ids: string[]): string[] {
    const unit = (id: string) => {
      const { topology } = this.workspace;
      return (find(topology, "nodes", id) ?? find(topology, "switches", id))?.unit ?? 0;
    };
    return ids.sort((a, b) => unit(a) - unit(b));
  }

  #forgetHints(): void {
    const { hints } = this.workspace;
    hints.ghosts.length = hints.snaps.length = 0;
  }
}
