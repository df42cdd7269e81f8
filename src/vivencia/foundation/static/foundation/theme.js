// Loaded before the first paint, so that a dark page never flashes white: "auto" follows the system, live.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const wish = root.dataset.theme;
    root.dataset.bsTheme = wish === "dark" || (wish !== "light" && dark.matches) ? "dark" : "light";
    root.dispatchEvent(new CustomEvent("viv:themed"));
  };
  root.classList.remove("viv-no-js");
  root.addEventListener("viv:theme", apply);
  dark.addEventListener("change", apply);
  apply();
})();
