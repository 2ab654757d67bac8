// Types of the API that the editor speaks, from the OpenAPI document on standard input to src/api/schema.ts.
// With --check: 1 when the file is not what it would write.
import { readFileSync, writeFileSync } from "node:fs";
import openapi, { astToString } from "openapi-typescript";

const OPERATIONS = ["designs_part_retrieve", "designs_change_set_create", "designs_findings_retrieve"];
const FILE = new URL("../src/api/schema.ts", import.meta.url);

let text = "";
for await (const piece of process.stdin) text += piece;
const whole = JSON.parse(text);
const paths = {};
for (const [path, item] of Object.entries(whole.paths)) {
  for (const [method, operation] of Object.entries(item)) {
    if (OPERATIONS.includes(operation.operationId)) (paths[path] ??= {})[method] = operation;
  }
}
const schemas = {};
const waiting = [JSON.stringify(paths), '"#/components/schemas/DesignTopology"', '"#/components/schemas/DrawingOperations"'];
while (waiting.length) {
  for (const [, name] of waiting.pop().matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    if (name in schemas) continue;
    schemas[name] = whole.components.schemas[name];
    waiting.push(JSON.stringify(schemas[name]));
  }
}
// The other parts of a design are read elsewhere.
for (const name of Object.keys(schemas)) {
  if (/^Design(Workload|Policies|Hardware|Clouds|Assumptions|Cost|Deployment|Profile)$/.test(name)) schemas[name] = {};
}
const { responses, parameters, securitySchemes } = whole.components;
const small = { ...whole, paths, components: { schemas, responses, parameters, securitySchemes } };
text = "// Generated from the OpenAPI document: `npm run types`.\n" + astToString(await openapi(small, { immutable: true }));
if (process.argv.includes("--check")) process.exitCode = readFileSync(FILE, "utf8") === text ? 0 : 1;
else writeFileSync(FILE, text);
if (process.exitCode) console.error("designer/editor/src/api/schema.ts is not current: run `npm run types`.");
