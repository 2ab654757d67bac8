import { useState } from "preact/hooks";
import type { AnySpec } from "../model/catalog.ts";
import { filledUnits, nearestFree } from "../model/racks.ts";
import { find } from "../model/topology.ts";
import { addFromCatalog } from "../tools/place.ts";
import { freshNote, freshRouter } from "../commands/extras.ts";
import type { App } from "./context.ts";
import { useRemembered } from "./hooks.ts";
import { Icon } from "./Icon.tsx";

const KINDS = { node: "Nodes", switch: "Switches", rack: "Racks", pdu: "PDUs" } as const;
const FAVOURITES = "sw-editor-favourites";

/** What can be placed: dragged to the drawing, or added by a click or Enter. */
export function Palette({ app }: { app: App }) {
  const [query, setQuery] = useState("");
  const [favourites, setFavourites] = useRemembered<string[]>(FAVOURITES, []);
  const { catalog } = app.workspace;
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (spec: AnySpec) => words.every((word) => `${spec.name} ${spec.model} ${spec.id}`.toLowerCase().includes(word));
  const all = [...catalog.specs.values()].filter(fits);
  const chosen = new Set(app.page.chosen);
  const sections: (readonly [string, readonly AnySpec[]])[] = [
    ["Favourites", all.filter((spec) => favourites.includes(spec.id))],
    ["In this design", all.filter((spec) => chosen.has(spec.id))],
    ...(["node", "switch", "rack"] as const).map((kind) => [KINDS[kind], all.filter((spec) => spec.kind === kind && !chosen.has(spec.id))] as const),
  ];
  const star = (id: string) => setFavourites(favourites.includes(id) ? favourites.filter((one) => one !== id) : [...favourites, id]);
  return (
    <section class="editor__palette" aria-label="Palette">
      <input id="palette-search" type="search" class="form-control" placeholder="Search the catalog" aria-label="Search the catalog" value={query} onInput={(event) => setQuery(event.currentTarget.value)} />
      {sections.map(([title, specs]) => specs.length > 0 && (
        <div key={title} class="palette__section">
          <h2>{title}</h2>
          <ul>
            {specs.filter((spec) => spec.kind !== "pdu").map((spec) => (
              <li key={spec.id}>
                <button type="button" class={`palette__item palette__item--${lookOf(spec)}`} onPointerDown={(event) => app.pointer?.dragFromPalette(spec.id, event)} onClick={(event) => event.detail === 0 && addHere(app, spec)} onDblClick={() => addHere(app, spec)} title={`${spec.model}. Drag it to the drawing, or press Enter.`}>
                  <strong>{spec.name}</strong>
                  <small>{spec.rack_units} U{"max_watts" in spec ? ` · ${spec.max_watts} W` : ""}{spec.price ? ` · ${spec.price.typical.toLocaleString("en")} ${spec.price.currency}` : ""}</small>
                </button>
                <button type="button" class="palette__star" aria-pressed={favourites.includes(spec.id)} aria-label={`Favourite: ${spec.name}`} onClick={() => star(spec.id)}><Icon name="star" /></button>
              </li>
            ))}
          </ul>
        </div>
      ))}
      {all.length === 0 && <p class="about">Nothing in the catalog is called that.</p>}
      <div class="palette__section">
        <h2>More</h2>
        <ul>
          <li><button type="button" class="palette__item" onClick={() => addExtra(app, "router")}><strong>External router</strong><small>Where the cloud meets the customer's network</small></button></li>
          <li><button type="button" class="palette__item" onClick={() => addExtra(app, "note")}><strong>Note</strong><small>Words on the drawing</small></button></li>
        </ul>
      </div>
    </section>
  );
}

function lookOf(spec: AnySpec): string {
  if (spec.kind === "node") return spec.roles.length > 1 ? "hyper-converged" : (spec.roles[0] ?? "compute");
  return spec.kind === "switch" ? spec.role : spec.kind;
}

/** Without a pointer: into the selected rack at its highest free unit, else into the middle of what is in sight. */
function addHere(app: App, spec: AnySpec): void {
  const { workspace } = app;
  if (workspace.isReadOnly) return;
  const key = workspace.selection[0];
  const device = key && (find(workspace.topology, "nodes", key.id) ?? find(workspace.topology, "switches", key.id));
  const rack = find(workspace.topology, "racks", key?.collection === "racks" ? key.id : (device?.rack ?? ""));
  const view = workspace.camera.view;
  const middle = { x: Math.round(view.x + view.width / 2 - 110), y: Math.round(view.y + view.height / 2) };
  if (!rack || spec.kind === "rack") return addFromCatalog(workspace, spec.id, null, spec.kind === "rack" ? null : middle);
  const filled = filledUnits(workspace.topology, workspace.catalog, rack.id);
  const units = workspace.catalog.unitsOf(rack.spec);
  const unit = nearestFree(filled, spec.rack_units, units, spec.kind === "switch" ? units : 1);
  if (unit === null) workspace.say(`No ${spec.rack_units} U free in ${rack.name}.`);
  else addFromCatalog(workspace, spec.id, { rack: rack.id, unit }, null);
}

function addExtra(app: App, kind: "router" | "note"): void {
  const { workspace } = app;
  if (workspace.isReadOnly) return;
  const view = workspace.camera.view;
  const at = { x: Math.round(view.x + view.width / 2), y: Math.round(view.y + view.height / 3) };
  const { label, command, key } = kind === "note" ? freshNote(workspace.topology, at) : freshRouter(workspace.topology, at);
  workspace.editor.run(label, command);
  workspace.select([key]);
  workspace.say(`${label}.`);
}
