/**
 * The failure page: a press on the drawing is answered in place. The page stays where it is, in the drawing too, the
 * focus stays on what was pressed, and what stops is told. Without this script every press is an ordinary link.
 */

interface Htmx {
  ajax(verb: "GET", address: string, how: { target: Element; swap: string }): Promise<void>;
}

declare global {
  interface Window {
    htmx?: Htmx;
  }
}

const EFFECT = "#failure-effect";

export function watchFailures(): void {
  document.addEventListener("click", (event) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest(`${EFFECT} a[href]`) : null;
    const form = link?.closest(EFFECT)?.querySelector<HTMLFormElement>("form[hx-get]");
    if (!link || !form || !window.htmx) return;
    const address = new URL(link.getAttribute("href") ?? "", location.href);
    if (address.pathname !== new URL(form.action).pathname || link.getAttribute("href")?.startsWith("#")) return;
    event.preventDefault();
    void show(`${form.getAttribute("hx-get") ?? ""}${address.search}`, link, address);
  });
}

async function show(effect: string, pressed: Element, page: URL): Promise<void> {
  const before = document.querySelector(EFFECT);
  if (!before || !window.htmx) return;
  const places = [...before.querySelectorAll(".sheet")].map((sheet) => [sheet.scrollLeft, sheet.scrollTop] as const);
  const again = selectorOf(pressed);
  const top = window.scrollY;
  try {
    await window.htmx.ajax("GET", effect, { target: before, swap: "outerHTML" });
  } catch {
    location.assign(page);
    return;
  }
  const after = document.querySelector<HTMLElement>(EFFECT);
  if (!after) return;
  for (const [index, sheet] of [...after.querySelectorAll(".sheet")].reverse().entries()) {
    const [left, down] = places[places.length - 1 - index] ?? [0, 0];
    sheet.scrollTo(left, down);
  }
  window.scrollTo(window.scrollX, top);
  const focused = (again && after.querySelector<HTMLElement | SVGElement>(again)) || after.querySelector<HTMLElement>("h2");
  focused?.focus({ preventScroll: true });
  const told = document.querySelector("#failure-told");
  if (told) told.textContent = after.querySelector("[data-sentence]")?.textContent ?? "";
}

/** How to find the same thing again after the answer: an element of the drawing, or a named link. */
function selectorOf(link: Element): string {
  const element = link.getAttribute("data-element");
  if (element) {
    const place = link.closest("[data-parts]") ? "[data-parts]" : "[data-cloud]";
    return `${place} a[data-element="${CSS.escape(element)}"]`;
  }
  const name = link.getAttribute("data-key");
  return name ? `[data-key="${CSS.escape(name)}"]` : "";
}
