/** The script of every page: style, the switch between light and dark, and the menu of narrow screens. */
import "./main.css";
import { watchCharts } from "./charts.ts";
import { watchFailures } from "./failures.ts";

const STORAGE_KEY = "sw-theme";
const root = document.documentElement;

function showTheme(theme: string): void {
  root.dataset["bsTheme"] = theme;
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-theme-switch]")) {
    button.setAttribute("aria-pressed", String(theme === "dark"));
  }
}

function remember(theme: string): void {
  try {
    localStorage.setItem(STORAGE_KEY, theme);
  } catch {
    // A browser that forbids storage still switches; it only forgets.
  }
}

document.addEventListener("click", (event) => {
  const at = event.target instanceof Element ? event.target : null;
  if (at?.closest("[data-theme-switch]")) {
    const theme = root.dataset["bsTheme"] === "dark" ? "light" : "dark";
    remember(theme);
    showTheme(theme);
  }
  const opener = at?.closest<HTMLElement>("[data-menu-switch]");
  if (opener) {
    const isOpen = opener.getAttribute("aria-expanded") === "true";
    opener.setAttribute("aria-expanded", String(!isOpen));
  }
  // A drop-down closes when somebody clicks elsewhere, as people expect of a menu.
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.drop[open]")) {
    if (!at || !menu.contains(at)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.drop[open]")) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  }
});

showTheme(root.dataset["bsTheme"] ?? "light");
watchCharts();
watchFailures();
