import { align, distribute, type Edge } from "../commands/align.ts";
import { forgetPositions } from "../commands/layout.ts";
import { routeLinks } from "../tools/bend.ts";
import type { ViewName } from "../workspace.ts";
import type { App } from "./context.ts";
import { FileMenu } from "./FileMenu.tsx";
import { Icon } from "./Icon.tsx";
import { useChanges } from "./hooks.ts";

const VIEWS: readonly (readonly [ViewName, string, string])[] = [
  ["racks", "Racks", "server-2"], ["network", "Network", "sitemap"], ["services", "Services", "apps"], ["outline", "Outline", "list-details"],
];
const EDGES: readonly Edge[] = ["left", "centre", "right", "top", "middle", "bottom"];

export function Toolbar({ app, onHelp }: { app: App; onHelp: () => void }) {
  const { workspace, save } = app;
  useChanges(workspace, save);
  const { editor } = workspace;
  const isCanvas = workspace.view === "racks" || workspace.view === "network";
  const undo = editor.past.at(-1)?.label;
  const redo = editor.future.at(-1)?.label;
  const boxes = workspace.selection.flatMap((key) => workspace.scene.byId.get(key.id) ?? []);
  const groups = [...new Set(workspace.topology.nodes.map((node) => node.group).filter(Boolean))];
  const allFolded = groups.length > 0 && groups.every((group) => workspace.collapsed.has(group));
  return (
    <div class="editor__bar" role="toolbar" aria-label="Drawing">
      <div class="segments" role="radiogroup" aria-label="View">
        {VIEWS.map(([view, label, icon]) => (
          <button key={view} type="button" role="radio" aria-checked={workspace.view === view} onClick={() => workspace.show(view)}>
            <Icon name={icon} />
            <span>{label}</span>
          </button>
        ))}
      </div>
      <button type="button" class="tool" disabled={!undo || workspace.isReadOnly} aria-label={undo ? `Undo: ${undo}` : "Undo"} title={undo ? `Undo: ${undo} (Ctrl+Z)` : "Nothing to undo"} onClick={() => editor.undo()}>
        <Icon name="arrow-back-up" />
      </button>
      <button type="button" class="tool" disabled={!redo || workspace.isReadOnly} aria-label={redo ? `Redo: ${redo}` : "Redo"} title={redo ? `Redo: ${redo} (Ctrl+Shift+Z)` : "Nothing to redo"} onClick={() => editor.redo()}>
        <Icon name="arrow-forward-up" />
      </button>
      {isCanvas && (
        <>
          <label class="editor__choice">
            <span class="visually-hidden">Network shown</span>
            <select value={workspace.network ?? ""} onChange={(event) => workspace.showNetwork(event.currentTarget.value || null)}>
              <option value="">All networks</option>
              {workspace.topology.networks.map((network) => (
                <option key={network.id} value={network.id}>{network.name}</option>
              ))}
            </select>
          </label>
          {workspace.view === "racks" && (
            <button type="button" class="tool" aria-pressed={workspace.showLinks} aria-label="Show links" title="Show links" onClick={() => {
              workspace.showLinks = !workspace.showLinks;
              workspace.changed();
            }}>
              <Icon name="route" />
            </button>
          )}
          {workspace.view === "network" && groups.length > 0 && (
            <button type="button" class="tool" aria-pressed={allFolded} aria-label="Show groups of nodes as one" title="Show groups of nodes as one" onClick={() => groups.forEach((group) => workspace.fold(group, !allFolded))}>
              <Icon name="stack-2" />
            </button>
          )}
          <details class="drop">
            <summary class="tool" aria-label="Arrange"><Icon name="layout-align-left" /></summary>
            <div class="drop__sheet">
              {EDGES.map((edge) => (
                <button key={edge} type="button" disabled={boxes.length < 2 || workspace.isReadOnly} onClick={() => editor.run(`Align ${edge}`, align(boxes, edge))}>Align {edge}</button>
              ))}
              <button type="button" disabled={boxes.length < 3 || workspace.isReadOnly} onClick={() => editor.run("Distribute across", distribute(boxes, "x"))}>Distribute across</button>
              <button type="button" disabled={boxes.length < 3 || workspace.isReadOnly} onClick={() => editor.run("Distribute down", distribute(boxes, "y"))}>Distribute down</button>
              <button type="button" disabled={workspace.isReadOnly} onClick={() => {
                const ids = workspace.selection.map((key) => key.id);
                editor.run(ids.length ? "Lay out what is selected" : "Lay out all", forgetPositions(workspace.view === "racks" ? "racks" : "network", ids));
              }}>Lay out automatically</button>
              {workspace.view === "network" && <button type="button" disabled={workspace.isReadOnly} onClick={() => routeLinks(workspace)}>Route links around boxes</button>}
            </div>
          </details>
          <button type="button" class="tool" aria-label="Zoom out" title="Zoom out (-)" onClick={() => (workspace.camera.zoom(0.8), workspace.changed())}><Icon name="zoom-out" /></button>
          <button type="button" class="tool" aria-label="Show all" title="Show all (0)" onClick={() => workspace.fit()}><Icon name="zoom-scan" /></button>
          <button type="button" class="tool" aria-label="Zoom in" title="Zoom in (+)" onClick={() => (workspace.camera.zoom(1.25), workspace.changed())}><Icon name="zoom-in" /></button>
        </>
      )}
      <span class="editor__space" />
      <Others app={app} />
      <SaveState app={app} />
      <FileMenu app={app} />
      <button type="button" class="tool" aria-label="Keys" title="Keys (?)" onClick={onHelp}><Icon name="keyboard" /></button>
    </div>
  );
}

/** Who else has the design open. */
function Others({ app }: { app: App }) {
  const { others } = app.together;
  useChanges(app.together);
  return (
    <span class="editor__others" role="status" aria-label="Also here">
      {others.length > 0 && <><Icon name="users" /> {others.slice(0, 3).join(", ")}{others.length > 3 ? ` and ${others.length - 3} more` : ""}</>}
    </span>
  );
}

function SaveState({ app }: { app: App }) {
  const { state } = app.save;
  const words = {
    saved: "Saved",
    saving: "Saving …",
    offline: state.kind === "offline" ? `Not connected: ${state.changes} ${state.changes === 1 ? "change" : "changes"} kept here` : "",
    refused: "Not saved",
  }[state.kind];
  return <span class={`editor__save editor__save--${state.kind}`} role="status" data-save={state.kind}>{app.workspace.isReadOnly ? "Read only" : words}</span>;
}
