/** Drawing a link from a device to another: ports are chosen, and what does not fit is said before it is dropped. */
import { connect, whyNot } from "../commands/link.ts";
import { deviceOf, type Position } from "../model/topology.ts";
import { choosePorts, speedOf } from "../model/ports.ts";
import { BoxGrid } from "../scene/grid.ts";
import type { Workspace } from "../workspace.ts";
import type { Gesture, Held } from "./gesture.ts";

export class DrawLink implements Gesture {
  readonly #grid: BoxGrid;
  #target: string | null = null;

  constructor(
    readonly workspace: Workspace,
    readonly start: string,
  ) {
    this.#grid = new BoxGrid(workspace.scene);
  }

  move(at: Position): void {
    const { workspace } = this;
    const from = workspace.boxOf(this.start);
    const box = this.#grid.at(at.x, at.y);
    this.#target = box && box.id !== this.start && deviceOf(workspace.topology, box.id) ? box.id : null;
    workspace.hints.ghosts.length = 0;
    if (from) workspace.hints.rubberLine = [from.x + from.width, from.y + from.height / 2, at.x, at.y];
    if (box && this.#target) {
      const problem = whyNot(workspace.catalog, workspace.topology, this.start, this.#target);
      const ports = problem ? null : choosePorts(workspace.topology, workspace.catalog, this.start, this.#target);
      const label = ports ? `${ports[0].port} to ${ports[1].port}, ${speedOf(...ports)} Gbit/s${ports[0].media ? ` ${ports[0].media}` : ""}` : (problem ?? "");
      workspace.hints.ghosts.push({ x: box.x, y: box.y, width: box.width, height: box.height, isRefused: !ports, label });
    }
    workspace.changed();
  }

  commit(at: Position, held: Held): void {
    this.move(at);
    const target = this.#target;
    this.cancel();
    if (target) joinDevices(this.workspace, this.start, target, held.shift ? 2 : 1);
  }

  cancel(): void {
    this.workspace.hints.rubberLine = null;
    this.workspace.hints.ghosts.length = 0;
    this.workspace.changed();
  }
}

/** Join two devices and say by what; where nothing fits, say why. */
export function joinDevices(workspace: Workspace, a: string, b: string, count = 1): void {
  const problem = whyNot(workspace.catalog, workspace.topology, a, b);
  if (problem) {
    workspace.say(`Not linked: ${problem}`);
    return;
  }
  const before = new Set(workspace.topology.links.map((link) => link.id));
  workspace.editor.run(`Link ${a} and ${b}`, connect(workspace.catalog, a, b, count));
  const fresh = workspace.topology.links.filter((link) => !before.has(link.id));
  workspace.select(fresh.map((link) => ({ collection: "links", id: link.id })));
  const words = fresh.map((link) => `${link.a.port} to ${link.b.port} at ${link.gbps} Gbit/s`);
  workspace.say(`Linked ${a} and ${b}: ${words.join(", ")}.`);
}
