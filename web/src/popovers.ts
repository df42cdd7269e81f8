/** Puts a `popover` beside the button that opened it, inside the window. The browser does the rest (Escape, focus). */
document.addEventListener(
  "toggle",
  (event) => {
    const pop = event.target as HTMLElement;
    if (!pop.matches?.(".viv-pop") || (event as ToggleEvent).newState !== "open") return;
    const opener = document.querySelector(`[popovertarget="${CSS.escape(pop.id)}"]`);
    if (!opener) return;
    const at = opener.getBoundingClientRect();
    const size = pop.getBoundingClientRect();
    const edge = 8;
    const left = Math.min(Math.max(edge, at.left - 12), window.innerWidth - size.width - edge);
    const below = at.bottom + 4;
    const top = below + size.height > window.innerHeight - edge ? Math.max(edge, at.top - size.height - 4) : below;
    pop.style.left = `${left}px`;
    pop.style.top = `${top}px`;
  },
  true,
);
