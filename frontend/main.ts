/** The script of every page: the kit's parts, and the switch between light and dark. */
import "@tabler/core/dist/css/tabler.min.css";
import "../static/css/app.css";
import "../static/css/drawing.css";
import "@tabler/core/dist/js/tabler.min.js";

const STORAGE_KEY = "sw-theme";

function showTheme(theme: string): void {
  document.documentElement.dataset["bsTheme"] = theme;
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-theme-switch]")) {
    button.setAttribute("aria-pressed", String(theme === "dark"));
  }
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target.closest("[data-theme-switch]") : null;
  if (!target) return;
  const theme = document.documentElement.dataset["bsTheme"] === "dark" ? "light" : "dark";
  localStorage.setItem(STORAGE_KEY, theme);
  showTheme(theme);
});

showTheme(document.documentElement.dataset["bsTheme"] ?? "light");
