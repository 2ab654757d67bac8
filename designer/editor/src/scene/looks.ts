import type { Node, Switch } from "../model/topology.ts";
import type { Look } from "./scene.ts";

export function lookOfNode(node: Node): Look {
  return node.roles.length > 1 ? "hyper-converged" : (node.roles[0] ?? "compute");
}

export function lookOfSwitch(one: Switch): Look {
  return one.role === "super-spine" ? "spine" : one.role;
}
