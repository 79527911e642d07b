// Sets the chosen theme and row height before anything is painted, so that the page never flashes the other one.
// A classic script in the head on purpose: it runs before the style sheet applies. The choice itself is made in
// src/shell/preferences.ts, which writes the same two keys.
(() => {
  const root = document.documentElement;
  try {
    const theme = localStorage.getItem("mizu.theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    if (localStorage.getItem("mizu.density") === "comfortable") root.dataset.density = "comfortable";
  } catch {
    // No storage (a private window): the system's theme applies.
  }
})();
