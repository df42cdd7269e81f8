/** `<details class="viv-menu">`: closes on Escape, on a click elsewhere and when the focus leaves. Also the phone's menu button. */
function openMenus(): HTMLDetailsElement[] {
  return [...document.querySelectorAll<HTMLDetailsElement>("details.viv-menu[open]")];
}

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target as Node)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    const inside = menu.contains(document.activeElement);
    menu.open = false;
    if (inside) menu.querySelector("summary")?.focus();
  }
});

document.addEventListener("focusin", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target as Node)) menu.open = false;
  }
});

document.addEventListener("click", (event) => {
  const toggle = (event.target as Element).closest<HTMLButtonElement>(".viv-nav-toggle");
  const side = toggle?.closest<HTMLElement>(".viv-side");
  if (!toggle || !side) return;
  const open = side.toggleAttribute("data-open");
  toggle.setAttribute("aria-expanded", String(open));
});
