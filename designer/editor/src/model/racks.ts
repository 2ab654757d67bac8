/** Where things fit in racks. A unit is counted from the floor, from 1; a device fills its unit and those above. */
import type { Catalog } from "./catalog.ts";
import { contentsOf, find, type Node, type Switch, type Topology } from "./topology.ts";

/** Who fills each unit of a rack, for all but `except`. */
export function filledUnits(
  topology: Topology,
  catalog: Catalog,
  rack: string,
  except: ReadonlySet<string> = new Set(),
): Map<number, string> {
  const filled = new Map<number, string>();
  for (const device of contentsOf(topology).get(rack) ?? []) {
    if (device.unit === null || except.has(device.id)) continue;
    for (let unit = device.unit; unit < device.unit + catalog.heightOf(device.spec); unit++) filled.set(unit, device.id);
  }
  return filled;
}

export interface Fit {
  readonly rack: string;
  readonly unit: number;
  /** Ids of what stands there already. */
  readonly collides: readonly string[];
  /** Whether the device is longer than the rack is deep, where both are known. */
  readonly isTooDeep: boolean;
}

/** What would come of a device of `spec` at `unit`, or at the nearest free place when `unit` is filled. */
export function fitAt(
  topology: Topology,
  catalog: Catalog,
  place: { readonly rack: string; readonly unit: number },
  spec: string,
  except: ReadonlySet<string> = new Set(),
): Fit | null {
  const rack = find(topology, "racks", place.rack);
  if (!rack) return null;
  const filled = filledUnits(topology, catalog, rack.id, except);
  const [height, units] = [catalog.heightOf(spec), catalog.unitsOf(rack.spec)];
  const wanted = Math.max(1, Math.min(place.unit, units - height + 1));
  const unit = nearestFree(filled, height, units, wanted) ?? wanted;
  const collides = new Set<string>();
  for (let at = unit; at < unit + height; at++) {
    const other = filled.get(at);
    if (other !== undefined) collides.add(other);
  }
  const [room, depth] = [catalog.specs.get(rack.spec)?.depth_mm, catalog.specs.get(spec)?.depth_mm];
  return { rack: rack.id, unit, collides: [...collides], isTooDeep: room != null && depth != null && depth > room };
}

/** The free unit nearest to `wanted` for something `height` U high; null when the rack has none. */
export function nearestFree(
  filled: ReadonlyMap<number, string>,
  height: number,
  units: number,
  wanted: number,
): number | null {
  const isFree = (unit: number) => {
    if (unit < 1 || unit + height - 1 > units) return false;
    for (let at = unit; at < unit + height; at++) if (filled.has(at)) return false;
    return true;
  };
  for (let away = 0; away < units; away++) {
    if (isFree(wanted + away)) return wanted + away;
    if (isFree(wanted - away)) return wanted - away;
  }
  return null;
}

/** The highest power of what stands in a rack, W. */
export function wattsOf(topology: Topology, catalog: Catalog, rack: string): number {
  return (contentsOf(topology).get(rack) ?? []).reduce((sum, device) => sum + wattsOfDevice(catalog, device), 0);
}

function wattsOfDevice(catalog: Catalog, device: Node | Switch): number {
  const spec = catalog.specs.get(device.spec);
  return spec && "max_watts" in spec ? spec.max_watts : 0;
}
