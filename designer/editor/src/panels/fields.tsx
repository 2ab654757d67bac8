/** The fields of each kind of element: one description for the inspector and for the outline. */
import { useState } from "preact/hooks";
import { set } from "../commands/set.ts";
import { filledUnits, nearestFree } from "../model/racks.ts";
import { find, NAMES, type AnyElement, type Collection, type Topology } from "../model/topology.ts";
import type { Catalog } from "../model/catalog.ts";
import type { Workspace } from "../workspace.ts";

type Choice = readonly [value: string, label: string];

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly kind: "text" | "long" | "whole" | "decimal" | "choice" | "many";
  readonly unit?: string;
  readonly choices?: (topology: Topology, catalog: Catalog) => readonly Choice[];
  /** Why a value is not possible, in words. */
  readonly refuse?: (value: unknown, element: AnyElement, topology: Topology, catalog: Catalog) => string | null;
}

const ROLES = ["control", "compute", "storage", "network", "bare-metal"];
const PLANES = ["management", "tenant", "provider", "storage-public", "storage-cluster", "oob", "provisioning", "octavia"];

const NAME: Field = { name: "name", label: "Name", kind: "text", refuse: (value) => (String(value).trim() ? null : "A name is needed.") };
const plain = (values: readonly string[]) => (): readonly Choice[] => values.map((value) => [value, value]);
const specs = (kind: "node" | "switch" | "rack" | "pdu"): Field => ({
  name: "spec", label: "Model", kind: "choice", choices: (_, catalog) => catalog.ofKind(kind).map((spec) => [spec.id, spec.name]),
});
const RACK: Field = {
  name: "rack", label: "Rack", kind: "choice",
  choices: (topology) => [["", "None"], ...topology.racks.map((rack): Choice => [rack.id, rack.name])],
};
const UNIT: Field = {
  name: "unit", label: "Unit", kind: "whole", unit: "U",
  refuse: (value, element, topology, catalog) => {
    if (value === null || !("rack" in element) || !("spec" in element)) return null;
    const rack = find(topology, "racks", element.rack);
    if (!rack) return "It stands in no rack.";
    const height = catalog.heightOf(element.spec);
    const filled = filledUnits(topology, catalog, rack.id, new Set([element.id]));
    if (nearestFree(filled, height, catalog.unitsOf(rack.spec), Number(value)) === Number(value)) return null;
    return `${height} U are not free there.`;
  },
};

export const FIELDS: Readonly<Record<Collection, readonly Field[]>> = {
  racks: [NAME, specs("rack"), { name: "zone", label: "Zone", kind: "text" }],
  node_groups: [NAME],
  nodes: [
    NAME, specs("node"), { name: "roles", label: "Roles", kind: "many", choices: plain(ROLES) }, RACK, UNIT,
    { name: "group", label: "Group", kind: "choice", choices: (t) => [["", "None"], ...t.node_groups.map((group): Choice => [group.id, group.name])] },
  ],
  switches: [NAME, specs("switch"), { name: "role", label: "Role", kind: "choice", choices: plain(["leaf", "spine", "super-spine", "oob"]) }, RACK, UNIT],
  pdus: [NAME, specs("pdu"), { name: "feed", label: "Feed", kind: "choice", choices: plain(["feed-a", "feed-b"]) }],
  external_routers: [NAME],
  networks: [
    NAME, { name: "plane", label: "Plane", kind: "choice", choices: plain(PLANES) }, { name: "vlan", label: "VLAN", kind: "text" },
    { name: "cidr", label: "Subnet", kind: "text" }, { name: "mtu", label: "MTU", kind: "whole", unit: "bytes" },
  ],
  links: [
    { name: "gbps", label: "Speed", kind: "decimal", unit: "Gbit/s" }, { name: "bond", label: "Bond", kind: "text" },
    { name: "networks", label: "Networks", kind: "many", choices: (t) => t.networks.map((network): Choice => [network.id, network.name]) },
  ],
  pools: [
    NAME, { name: "kind", label: "Kind", kind: "choice", choices: plain(["replicated", "erasure"]) },
    { name: "size", label: "Size", kind: "whole", unit: "copies or shards" }, { name: "min_size", label: "Least size", kind: "whole" },
    { name: "coding_chunks", label: "Coding shards", kind: "whole" },
    { name: "share_of_raw", label: "Share of raw", kind: "decimal" }, { name: "pg_num", label: "Placement groups", kind: "whole" },
    { name: "failure_domain", label: "Failure domain", kind: "choice", choices: plain(["host", "rack", "zone"]) },
    { name: "media", label: "Device class", kind: "choice", choices: plain(["", "nvme", "ssd", "hdd"]) },
  ],
  notes: [{ name: "text", label: "Text", kind: "long", refuse: (value) => (String(value).trim() ? null : "Write something, or remove the note.") }],
};

const MIXED = "\u0000mixed";

interface Props {
  readonly workspace: Workspace;
  readonly collection: Collection;
  readonly elements: readonly AnyElement[];
  readonly field: Field;
  /** In a table the column says what it is. */
  readonly isBare?: boolean;
}

/** One field of one element, or of several at once. What is typed counts when it is left or Enter is pressed. */
export function FieldInput({ workspace, collection, elements, field, isBare }: Props) {
  const [problem, setProblem] = useState<string | null>(null);
  /** What was typed and refused: it stays, to be mended. */
  const [draft, setDraft] = useState<string | null>(null);
  const { topology, catalog, editor, isReadOnly } = workspace;
  const values = elements.map((element) => (element as unknown as Record<string, unknown>)[field.name]);
  const isMixed = values.some((value) => JSON.stringify(value) !== JSON.stringify(values[0]));
  const value = isMixed ? MIXED : values[0];
  const first = elements[0];
  const id = `field-${collection}-${field.name}-${isBare ? (first?.id ?? "") : ""}`;
  const label = isBare ? `${field.label} of ${first?.id ?? ""}` : undefined;
  const change = (next: unknown) => {
    const refusal = elements.map((element) => field.refuse?.(next, element, topology, catalog) ?? null).find((one) => one !== null) ?? null;
    setProblem(refusal);
    if (refusal !== null) return;
    setDraft(null);
    const ids = elements.map((element) => element.id);
    const what = ids.length === 1 ? `${NAMES[collection]} ${ids[0]}` : `${ids.length} ${NAMES[collection]}s`;
    // A new rack makes an old unit meaningless.
    const more = field.name === "rack" ? { unit: null } : {};
    editor.run(`Change ${field.label.toLowerCase()} of ${what}`, set(collection, ids, { [field.name]: next, ...more }));
  };
  const describedBy = problem ? `${id}-problem` : undefined;
  const common = { id, disabled: isReadOnly, "aria-label": label, "aria-invalid": problem ? true : undefined, "aria-describedby": describedBy };
  return (
    <div class={isBare ? "editor__cell" : "editor__field"}>
      {!isBare && field.kind !== "many" && <label for={id}>{field.label}{field.unit ? <small> {field.unit}</small> : null}</label>}
      {input()}
      {problem && <p id={`${id}-problem`} class="editor__problem" role="alert">{problem}</p>}
    </div>
  );

  function input() {
    switch (field.kind) {
      case "choice": {
        const choices = field.choices?.(topology, catalog) ?? [];
        const isKnown = isMixed || choices.some(([one]) => one === value);
        return (
          <select class="form-select" {...common} value={String(value)} onChange={(event) => change(event.currentTarget.value)}>
            {isMixed && <option value={MIXED}>Several</option>}
            {!isKnown && <option value={String(value)}>{String(value)}</option>}
            {choices.map(([one, words]) => <option key={one} value={one}>{words || "Any"}</option>)}
          </select>
        );
      }
      case "many": {
        const has = (one: string) => !isMixed && (value as readonly string[]).includes(one);
        return (
          <fieldset class="editor__many" aria-label={label}>
            {!isBare && <legend>{field.label}{isMixed ? " (several)" : ""}</legend>}
            {(field.choices?.(topology, catalog) ?? []).map(([one, words]) => (
              <label key={one}>
                <input type="checkbox" disabled={isReadOnly} checked={has(one)} onChange={(event) => {
                  const now = isMixed ? [] : (value as readonly string[]);
                  change(event.currentTarget.checked ? [...now, one] : now.filter((each) => each !== one));
                }} /> {words}
              </label>
            ))}
          </fieldset>
        );
      }
      case "long":
        return <textarea class="form-control" rows={4} {...common} value={isMixed ? "" : String(value)} onChange={(event) => change(event.currentTarget.value)} />;
      default: {
        const isNumber = field.kind !== "text";
        const read = (text: string): unknown => (!isNumber ? text : text.trim() === "" ? null : field.kind === "whole" ? Math.round(Number(text)) : Number(text));
        const take = (text: string) => {
          setDraft(text);
          const next = read(text);
          if (isNumber && next !== null && !Number.isFinite(next)) setProblem("Write a number.");
          else if (isNumber && next === null && field.name !== "unit") setProblem("A number is needed.");
          else change(next);
        };
        const shown = { placeholder: isMixed ? "Several" : "", value: draft !== null ? draft : typeof value === "string" && !isMixed ? value : typeof value === "number" ? String(value) : "" };
        return isNumber ? (
          <input class="form-control" {...common} {...shown} type="number" step={field.kind === "decimal" ? "any" : 1} onChange={(event) => take(event.currentTarget.value)} />
        ) : (
          <input class="form-control" {...common} {...shown} onChange={(event) => take(event.currentTarget.value)} />
        );
      }
    }
  }
}
