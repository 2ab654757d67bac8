/** Bringing something from the palette to the drawing. */
import { add, fresh } from "../commands/add.ts";
import { placeInRack } from "../commands/place.ts";
import { fitAt } from "../model/racks.ts";
import { NAMES, type Position } from "../model/topology.ts";
import { INNER, RACK_WIDTH, RAIL, UNIT, HEAD, rackPlaces, topOf, unitAt } from "../scene/racks.ts";
import { HEIGHT, WIDTH } from "../scene/network.ts";
import type { Workspace } from "../workspace.ts";
import type { Gesture } from "./gesture.ts";

export class Place implements Gesture {
  #target: { rack: string; unit: number } | null = null;
  #isRefused = false;

  constructor(
    readonly workspace: Workspace,
    readonly spec: string,
  ) {}

  move(at: Position): void {
    const { catalog, hints, topology, view } = this.workspace;
    const spec = catalog.specs.get(this.spec);
    hints.ghosts.length = 0;
    this.#target = null;
    this.#isRefused = false;
    if (!spec) return;
    const height = spec.rack_units;
    const places = view === "racks" && spec.kind !== "rack" ? rackPlaces(topology, catalog) : [];
    const target = unitAt(places, { x: at.x, y: at.y - (height * UNIT) / 2 }, height);
    const place = places.find((one) => one.rack.id === target?.rack);
    const fit = target && fitAt(topology, catalog, target, this.spec);
    if (fit && place) {
      this.#isRefused = fit.collides.length > 0 || fit.isTooDeep;
      this.#target = { rack: fit.rack, unit: fit.unit };
      const words = fit.isTooDeep ? ": deeper than the rack" : fit.collides.length ? `: no ${height} U free` : "";
      hints.ghosts.push({
        x: place.x + RAIL, y: topOf(place, fit.unit, height), width: INNER, height: height * UNIT - 2,
        isRefused: this.#isRefused, label: `${place.rack.name}, U ${fit.unit}${words}`,
      });
    } else {
      const [width, tall] = this.#size(height);
      hints.ghosts.push({ x: at.x - width / 2, y: at.y - tall / 2, width, height: tall, isRefused: false, label: spec.name });
    }
    this.workspace.changed();
  }

  commit(at: Position): void {
    this.move(at);
    const target = this.#target;
    this.cancel();
    if (this.#isRefused) this.workspace.say("There is no room for it here.");
    else addFromCatalog(this.workspace, this.spec, target, target ? null : this.#corner(at));
  }

  cancel(): void {
    this.workspace.hints.ghosts.length = 0;
    this.workspace.changed();
  }

  #corner(at: Position): Position {
    const [width, height] = this.#size(this.workspace.catalog.heightOf(this.spec));
    return { x: Math.round(at.x - width / 2), y: Math.round(at.y - height / 2) };
  }

  #size(units: number): [number, number] {
    const { catalog, view } = this.workspace;
    if (catalog.specs.get(this.spec)?.kind === "rack") return [RACK_WIDTH, HEAD + units * UNIT + 10];
    return view === "network" ? [WIDTH, HEIGHT] : [INNER, units * UNIT - 2];
  }
}

/** Add a thing of the catalog, in a rack or at a position, select it, and say where it went. */
export function addFromCatalog(
  workspace: Workspace,
  spec: string,
  target: { rack: string; unit: number } | null,
  position: Position | null,
): void {
  const made = fresh(workspace.topology, workspace.catalog, spec, position);
  if (!made) return;
  const { collection, element } = made;
  const put = target ? placeInRack(workspace.catalog, [element.id], target.rack, target.unit) : null;
  workspace.editor.run(`Add ${NAMES[collection]} ${element.name}`, (topology) => {
    const added = add(collection, element as never)(topology);
    return put ? put(added) : added;
  });
  workspace.select([{ collection, id: element.id }]);
  workspace.reveal(element.id);
  workspace.say(`Added ${NAMES[collection]} ${element.name}${target ? ` in ${target.rack}` : ""}.`);
}
