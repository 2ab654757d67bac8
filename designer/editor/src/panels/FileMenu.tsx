import { useRef, useState } from "preact/hooks";
import type { Problem } from "../api/client.ts";
import { inOrderOf } from "../model/compare.ts";
import { COLLECTIONS, type Topology } from "../model/topology.ts";
import { drawioOf } from "../view/drawio.ts";
import { readPalette } from "../view/palette.ts";
import { pictureOf } from "../view/picture.ts";
import type { App } from "./context.ts";
import { Icon } from "./Icon.tsx";

/** The drawing as a file, and a file as the drawing. */
export function FileMenu({ app }: { app: App }) {
  const { workspace, page } = app;
  const file = useRef<HTMLInputElement>(null);
  const [refused, setRefused] = useState<{ message: string; problems: readonly Problem[] } | null>(null);
  const isCanvas = workspace.view === "racks" || workspace.view === "network";
  const name = `${page.name} ${workspace.view}`;
  const palette = () => readPalette(document.querySelector(".editor") ?? document.body);
  const png = async () => {
    const picture = await pictureOf(workspace.scene, palette(), workspace.network);
    if (picture) offer(picture, `${name}.png`);
    else workspace.say("There is nothing to draw a picture of.");
  };
  const drawio = () => {
    const text = drawioOf(workspace.scene, palette(), workspace.network, name, hexOf);
    offer(new Blob([text], { type: "application/vnd.jgraph.mxfile" }), `${name}.drawio`);
  };
  const takeIn = async (chosen: File | undefined) => {
    if (!chosen) return;
    const answer = await app.client.check<Topology>(`${page.api}topology/check/`, await chosen.text());
    if (file.current) file.current.value = "";
    if (!("value" in answer)) {
      setRefused(answer);
      return;
    }
    setRefused(null);
    workspace.editor.run(`Take in ${chosen.name}`.slice(0, 120), (topology) => inOrderOf(topology, answer.value));
    workspace.fit();
    workspace.say(`Taken in: ${COLLECTIONS.reduce((sum, one) => sum + answer.value[one].length, 0).toLocaleString("en")} elements of ${chosen.name}. Undo brings back what was there.`);
  };
  return (
    <>
      <details class="drop">
        <summary class="tool" aria-label="Files"><Icon name="download" /></summary>
        <div class="drop__sheet">
          <button type="button" disabled={!isCanvas} onClick={() => void png()}>Save as PNG</button>
          <button type="button" disabled={!isCanvas} onClick={drawio}>Save for draw.io</button>
          <a href={page.links.svg}>Save as SVG</a>
          <a href={page.links.json} download={`${page.name}.json`}>Save as JSON</a>
          {!workspace.isReadOnly && <button type="button" onClick={() => file.current?.click()}>Take in JSON …</button>}
        </div>
      </details>
      <input ref={file} type="file" hidden accept=".json,application/json" aria-label="Drawing as JSON" onChange={(event) => void takeIn(event.currentTarget.files?.[0])} />
      {refused && (
        <div class="note error editor__refused" role="alert">
          <p><strong>Not taken in.</strong> {refused.message}</p>
          <ul>{refused.problems.slice(0, 20).map((problem) => <li key={problem.field}>{problem.field}: {String(problem.value)} {problem.message}. {problem.remedy}</li>)}</ul>
          {refused.problems.length > 20 && <p>And {refused.problems.length - 20} more.</p>}
          <button type="button" class="btn" onClick={() => setRefused(null)}>Close</button>
        </div>
      )}
    </>
  );
}

function offer(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name.replace(/[\\/:*?"<>|]/g, "-");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A colour of the page as `#rrggbb`; `none` where nothing is to be seen of it. */
function hexOf(colour: string): string {
  const context = document.createElement("canvas").getContext("2d");
  if (!context || !colour || colour === "transparent") return "none";
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data;
  return alpha === 0 ? "none" : `#${[red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
