/** What can be placed: the part of the catalog that the page sends along. */

export interface PortGroup {
  readonly name: string;
  readonly count: number;
  readonly gbps: number;
  readonly media: string;
}

interface Spec {
  readonly id: string;
  readonly name: string;
  readonly model: string;
  readonly rack_units: number;
  readonly depth_mm: number | null;
  readonly weight_kg: number;
  /** List price each, in the currency beside it; null where the catalog has none. */
  readonly price: { readonly typical: number; readonly currency: string } | null;
}

export interface NodeSpec extends Spec {
  readonly kind: "node";
  readonly roles: readonly string[];
  readonly ports: readonly PortGroup[];
  readonly max_watts: number;
  readonly threads: number;
  readonly ram_gib: number;
  readonly osds: number;
  readonly osd_tb: number;
  readonly osd_media: string | null;
}

export interface SwitchSpec extends Spec {
  readonly kind: "switch";
  readonly role: "leaf" | "spine" | "super-spine" | "oob";
  readonly ports: readonly PortGroup[];
  readonly max_watts: number;
}

export interface RackSpec extends Spec {
  readonly kind: "rack";
  readonly max_load_kg: number;
}

export interface PduSpec extends Spec {
  readonly kind: "pdu";
  readonly volts: number;
  readonly amps: number;
  readonly phases: number;
}

export type AnySpec = NodeSpec | SwitchSpec | RackSpec | PduSpec;

export class Catalog {
  readonly specs: ReadonlyMap<string, AnySpec>;

  constructor(specs: readonly AnySpec[]) {
    this.specs = new Map(specs.map((spec) => [spec.id, spec]));
  }

  ofKind<K extends AnySpec["kind"]>(kind: K): Extract<AnySpec, { kind: K }>[] {
    return [...this.specs.values()].filter((spec): spec is Extract<AnySpec, { kind: K }> => spec.kind === kind);
  }

  /** Height in U of what stands in a rack; 1 for what the catalog does not know. */
  heightOf(spec: string): number {
    return this.specs.get(spec)?.rack_units ?? 1;
  }

  /** Units of a rack; 42 for one that the catalog does not know. */
  unitsOf(spec: string): number {
    const found = this.specs.get(spec);
    return found?.kind === "rack" ? found.rack_units : 42;
  }

  /** Port groups of a node or switch; each has one port for management even where its spec lists none. */
  portsOf(spec: string): readonly PortGroup[] {
    const found = this.specs.get(spec);
    if (found?.kind !== "node" && found?.kind !== "switch") return [];
    const management = found.kind === "node" ? "bmc" : "mgmt";
    if (found.ports.some((group) => group.name === management)) return found.ports;
    return [...found.ports, { name: management, count: 1, gbps: 1, media: "RJ45" }];
  }
}
