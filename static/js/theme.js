/* Runs before the page is painted, so that a dark page never flashes white. */
(function () {
  var chosen = null;
  try {
    chosen = localStorage.getItem("sw-theme");
  } catch (error) {
    /* storage is forbidden: follow the system */
  }
  document.documentElement.dataset.bsTheme =
    chosen || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
})();
