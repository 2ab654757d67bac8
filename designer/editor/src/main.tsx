/** Finds the editor's place on the page, reads what the page sent, and starts. The only file that knows the page. */
import "./editor.css";
import { render } from "preact";
import { Autosave, LocalShelf } from "./api/autosave.ts";
import { HttpClient } from "./api/client.ts";
import { Failing } from "./api/failing.ts";
import { Live } from "./api/live.ts";
import { Revisions } from "./api/revisions.ts";
import { Together } from "./api/together.ts";
import { Editor } from "./editor.ts";
import { Catalog } from "./model/catalog.ts";
import { TopologyEditor } from "./panels/App.tsx";
import type { App } from "./panels/context.ts";
import { readPage } from "./panels/page.ts";
import { Keyboard } from "./tools/keyboard.ts";
import { Workspace, type Severity } from "./workspace.ts";

const host = document.querySelector<HTMLElement>("[data-topology-editor]");
if (host) start(host);

function start(host: HTMLElement): void {
  const page = readPage();
  const editor = new Editor(page.topology);
  const workspace = new Workspace(editor, new Catalog(page.specs), !page.mayEdit);
  const client = new HttpClient(page.api, page.csrfToken);
  const save = new Autosave(editor, client, new LocalShelf(storage(), `sw-unsaved:${page.design}`), page.version);
  const live = new Live(client, `${page.api}live/`);
  const failing = new Failing(client, `${page.api}failures/`, workspace);
  const revisions = new Revisions(client, page.api, page.api.replace(/designs\/[^/]+\/$/, "revisions/"), workspace);
  const together = new Together(client, page.api, save);
  const nothing = () => undefined;
  const keyboard = new Keyboard(workspace, { help: nothing, find: nothing, inspect: nothing, palette: nothing, fail: nothing, cancel: () => false });
  const app: App = { page, workspace, save, live, failing, client, revisions, together, keyboard, pointer: null };

  let asked = 0;
  save.subscribe(() => {
    if (save.state.kind === "saved" && save.version !== asked) {
      asked = save.version;
      void live.ask();
      if (failing.failed.length) void failing.set(failing.failed);
    }
    workspace.changed();
  });
  live.subscribe(() => {
    const worst = new Map<string, Severity>();
    for (const finding of live.answer?.findings ?? []) {
      if (finding.is_suppressed) continue;
      for (const id of finding.elements) if (rank(finding.severity) > rank(worst.get(id))) worst.set(id, finding.severity);
    }
    workspace.findings = worst;
    workspace.changed();
  });
  save.onMerged = (missed) => {
    const who = [...new Set(missed.map((edit) => edit.author))].join(", ");
    workspace.say(`Taken in: ${missed.map((edit) => edit.name || edit.part).join(", ")}${who ? ` by ${who}` : ""}.`);
  };
  window.addEventListener("online", () => void save.flush());
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save.isDirty && void save.flush());
  window.addEventListener("beforeunload", (event) => {
    if (!save.isDirty) return;
    void save.flush();
    event.preventDefault();
  });
  // The door for tests and benchmarks, which must know where on the screen a thing is drawn.
  Object.assign(host, { topologyEditor: app });
  void live.ask();
  together.start();
  host.replaceChildren();
  render(<TopologyEditor app={app} />, host);
}

function rank(severity: Severity | undefined): number {
  return severity === "error" ? 3 : severity === "warning" ? 2 : severity === "info" ? 1 : 0;
}

function storage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
