/**
 * Charts that answer to the mouse and the keyboard. The server's picture stands first and stays when anything fails;
 * the same specification is drawn over it when somebody points at it or reaches it by keyboard.
 */

const MARK = "chartState";

export function watchCharts(): void {
  for (const event of ["pointerover", "focusin"]) {
    document.addEventListener(event, (happened) => {
      const at = happened.target instanceof Element ? happened.target.closest<HTMLElement>("figure[data-chart]") : null;
      if (at && !at.dataset[MARK]) void draw(at);
    });
  }
  // Colours belong to the drawing: after a switch of theme, those drawn here are drawn anew.
  new MutationObserver(() => {
    for (const figure of document.querySelectorAll<HTMLElement>(`figure[data-chart-state="drawn"]`)) void draw(figure);
  }).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
}

async function draw(figure: HTMLElement): Promise<void> {
  figure.dataset[MARK] = "loading";
  try {
    const [{ render }, spec] = await Promise.all([import("./vega.ts"), specification(figure.dataset["chart"] ?? "")]);
    const still = figure.querySelector<SVGElement>(":scope > svg");
    const place = figure.querySelector<HTMLElement>(":scope > .chart__live") ?? document.createElement("div");
    place.className = "chart__live";
    await render(place, spec, (still ?? figure).getBoundingClientRect().width);
    if (still) still.replaceWith(place);
    figure.dataset[MARK] = "drawn";
  } catch (problem) {
    figure.dataset[MARK] = "still";
    console.warn("The chart stays as the server drew it:", problem);
  }
}

async function specification(address: string): Promise<object> {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  return (await answer.json()) as object;
}
