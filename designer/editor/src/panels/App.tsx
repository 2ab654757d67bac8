import { useEffect, useRef, useState } from "preact/hooks";
import { remove } from "../commands/remove.ts";
import { Keyboard } from "../tools/keyboard.ts";
import { PointerTool } from "../tools/pointer.ts";
import { Drawing } from "../view/drawing.ts";
import type { App } from "./context.ts";
import { Find, Help } from "./Dialogs.tsx";
import { useChanges } from "./hooks.ts";
import { FailurePanel } from "./FailurePanel.tsx";
import { Inspector } from "./Inspector.tsx";
import { Findings, LivePanel } from "./LivePanel.tsx";
import { MiniMap } from "./MiniMap.tsx";
import { Notices } from "./Notices.tsx";
import { Outline } from "./Outline.tsx";
import { Palette } from "./Palette.tsx";
import { RevisionsPanel } from "./Revisions.tsx";
import { ServicesView } from "./ServicesView.tsx";
import { Toolbar } from "./Toolbar.tsx";

type Tab = "inspector" | "findings" | "live" | "failures" | "revisions";

export function TopologyEditor({ app }: { app: App }) {
  const { workspace } = app;
  const [isHelpOpen, setHelp] = useState(false);
  const [isFindOpen, setFind] = useState(false);
  const [tab, setTab] = useState<Tab>("inspector");
  const canvas = useRef<HTMLCanvasElement>(null);
  useChanges(workspace, app.live);
  const isCanvas = workspace.view === "racks" || workspace.view === "network";

  useEffect(() => {
    if (!canvas.current) return;
    const drawing = new Drawing(canvas.current, workspace);
    const pointer = new PointerTool(drawing, workspace);
    app.pointer = pointer;
    pointer.onOpen = () => focusInspector();
    const page = {
      help: () => setHelp(true),
      find: () => setFind(true),
      inspect: () => (setTab("inspector"), focusInspector()),
      fail: () => {
        app.failing.turn(true);
        setTab("failures");
        for (const key of workspace.selection) app.failing.toggle(key);
      },
      palette: () => document.getElementById("palette-search")?.focus(),
      cancel: () => pointer.cancel(),
    };
    const keyboard = new Keyboard(workspace, page);
    Object.assign(app, { keyboard });
    const element = canvas.current;
    const onKey = (event: KeyboardEvent) => {
      if (event.key === " ") {
        pointer.isPanning = true;
        event.preventDefault();
      } else if (keyboard.press(event)) event.preventDefault();
    };
    const onKeyUp = (event: KeyboardEvent) => event.key === " " && (pointer.isPanning = false);
    const onPaste = (event: ClipboardEvent) => {
      if (document.activeElement === element && keyboard.paste(event.clipboardData?.getData("text") ?? null)) event.preventDefault();
    };
    element.addEventListener("keydown", onKey);
    element.addEventListener("keyup", onKeyUp);
    document.addEventListener("paste", onPaste);
    const stopFailing = app.failing.subscribe(() => {
      pointer.onPick = app.failing.isOn ? (key) => app.failing.toggle(key) : null;
    });
    pointer.onPick = app.failing.isOn ? (key) => app.failing.toggle(key) : null;
    return () => {
      stopFailing();
      drawing.stop();
      document.removeEventListener("paste", onPaste);
    };
  }, [isCanvas]);

  const errors = app.live.answer?.findings.filter((finding) => finding.severity === "error" && !finding.is_suppressed).length ?? 0;
  const warnings = app.live.answer?.findings.filter((finding) => finding.severity === "warning" && !finding.is_suppressed).length ?? 0;
  const selected = workspace.selection.length === 1 && workspace.selection[0] ? app.keyboard.describe(workspace.selection[0]) : workspace.selection.length ? `${workspace.selection.length} elements selected.` : "Nothing selected.";
  const tabs: readonly (readonly [Tab, string])[] = [
    ["inspector", "Inspector"], ["findings", `Findings ${errors ? `(${errors} ${errors === 1 ? "error" : "errors"})` : warnings ? `(${warnings})` : ""}`], ["live", "Figures"], ["failures", "Failures"], ["revisions", "Revisions"],
  ];
  return (
    <div class="editor">
      <Toolbar app={app} onHelp={() => setHelp(true)} />
      <Notices app={app} />
      <div class="editor__main">
        {!workspace.isReadOnly && <Palette app={app} />}
        <div class="editor__stage">
          {isCanvas && (
            <>
              <canvas
                ref={canvas} class="editor__canvas" tabIndex={0} role="application" aria-roledescription="drawing"
                aria-label={`${workspace.view === "racks" ? "Racks" : "Network"} of ${app.page.name}: ${workspace.topology.racks.length} racks, ${workspace.topology.nodes.length} nodes, ${workspace.topology.switches.length} switches. Press question mark for the keys.`}
                aria-describedby="editor-selected"
              />
              <p id="editor-selected" class="visually-hidden">{selected}</p>
              {workspace.topology.nodes.length + workspace.topology.racks.length === 0 && (
                <p class="editor__empty">An empty drawing. Drag a rack from the palette, or let “Size it” plan the cloud.</p>
              )}
              <MiniMap app={app} />
            </>
          )}
          {workspace.view === "services" && <ServicesView app={app} />}
          {workspace.view === "outline" && <Outline app={app} />}
          {!isCanvas && workspace.selection.length > 0 && !workspace.isReadOnly && (
            <p class="editor__foot"><button type="button" class="btn" onClick={() => workspace.editor.run(`Remove ${workspace.selection.length} elements`, remove(workspace.selection))}>Remove {workspace.selection.length} selected</button></p>
          )}
          <p class="editor__said" role="status" aria-live="polite">{workspace.said}</p>
        </div>
        <aside class="editor__side" aria-label="Details">
          <div class="segments" role="tablist">
            {tabs.map(([name, label]) => (
              <button key={name} id={`editor-tab-${name}`} type="button" role="tab" aria-selected={tab === name} aria-controls="editor-panel" onClick={() => {
                setTab(name);
                app.failing.turn(name === "failures");
                if (name !== "revisions") void app.revisions.compare(null);
              }}>{label}</button>
            ))}
          </div>
          <div id="editor-panel" role="tabpanel" aria-labelledby={`editor-tab-${tab}`} tabIndex={0}>
            {tab === "inspector" && <Inspector app={app} />}
            {tab === "findings" && <Findings app={app} />}
            {tab === "failures" && <FailurePanel app={app} />}
            {tab === "live" && <LivePanel app={app} />}
            {tab === "revisions" && <RevisionsPanel app={app} />}
          </div>
        </aside>
      </div>
      <Help isOpen={isHelpOpen} onClose={() => setHelp(false)} />
      <Find app={app} isOpen={isFindOpen} onClose={() => setFind(false)} />
    </div>
  );
}

function focusInspector(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>("#editor-panel input, #editor-panel select, #editor-panel button")?.focus());
}
