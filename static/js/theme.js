/* Runs before the page is painted, so that a dark page never flashes white. */
document.documentElement.dataset.bsTheme =
  localStorage.getItem("sw-theme") || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
