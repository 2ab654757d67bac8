/** The chart library, in a chunk of its own: loaded by charts.ts when a chart is wanted. No eval: expressions are interpreted. */
import { parse, View, type Config } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile, type TopLevelSpec } from "vega-lite";

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function colours(): Config {
  const [text, soft, border] = [token("--sw-text"), token("--sw-text-soft"), token("--sw-border")];
  return {
    background: "transparent",
    font: "Inter",
    title: { color: text },
    axis: { labelColor: soft, titleColor: soft, gridColor: border, domainColor: border, tickColor: border },
    legend: { labelColor: text, titleColor: soft },
    style: { "guide-label": { font: "Inter" }, "guide-title": { font: "Inter" } },
    range: { category: ["private", "aws", "azure", "gcp"].map((name) => token(`--sw-chart-${name}`)) },
  } as Config;
}

/** Draw `spec` (Vega-Lite) into `place`, no wider than `width` px. Rejects when the specification cannot be drawn. */
export async function render(place: HTMLElement, spec: object, width: number): Promise<void> {
  const wide = "width" in spec && typeof spec.width === "number" ? spec : { ...spec, width: Math.max(200, width - 90) };
  const compiled = compile(wide as TopLevelSpec, { config: colours() as never }).spec;
  // A specification may name no address to load: what it shows, it carries.
  const loader = { load: () => Promise.reject(new Error("A chart loads nothing.")) };
  const view = new View(parse(compiled, undefined, { ast: true }), {
    expr: expressionInterpreter,
    loader: loader as never,
    renderer: "svg",
    hover: true,
  });
  place.replaceChildren();
  await view.initialize(place).runAsync();
}
