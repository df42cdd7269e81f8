/** Clicks that say that something is wrong: again and again on one spot, or on what looks as if it did something. */
import type { Words } from "./line";

const RAGE = { clicks: 3, milliseconds: 1_000, pixels: 24 };
const NOTHING_FOR_MS = 1_500;

export function watchClicks(track: (event: string, properties: Words) => void) {
  let recent: { at: number; x: number; y: number }[] = [];
  document.addEventListener(
    "click",
    (event) => {
      const element = event.target as Element | null;
      if (!element?.closest || !event.isTrusted) return;
      const here = { at: event.timeStamp, x: event.clientX, y: event.clientY };
      recent = [...recent.filter((one) => near(one, here)), here];
      if (recent.length === RAGE.clicks) track("rage click", { path: location.pathname, element: named(element) });
      else if (recent.length === 1) expectSomething(element, track);
    },
    true,
  );
}

function near(one: { at: number; x: number; y: number }, other: { at: number; x: number; y: number }) {
  const close = Math.hypot(one.x - other.x, one.y - other.y) <= RAGE.pixels;
  return close && other.at - one.at <= RAGE.milliseconds;
}

/** A dead end: what looks clickable was clicked, and neither the page, the address nor the place on it changed. */
function expectSomething(element: Element, track: (event: string, properties: Words) => void) {
  const clicked = element.closest<HTMLElement>("a, button, [role=button], [onclick]") ?? pointed(element);
  if (!clicked || element.closest("input, select, textarea, label, summary, video, audio, [download], [target=_blank]")) return;
  if (clicked.matches("a[href^='mailto:'], a[href^='tel:'], :disabled")) return;
  const before = `${location.href} ${scrollY} ${document.activeElement === clicked}`;
  let happened = false;
  const notice = () => (happened = true);
  const changes = new MutationObserver(notice);
  changes.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  const signs = ["pagehide", "beforeunload", "submit", "input", "focusin", "blur", "toggle"];
  for (const sign of signs) addEventListener(sign, notice, { capture: true, once: true });
  setTimeout(() => {
    changes.disconnect();
    for (const sign of signs) removeEventListener(sign, notice, { capture: true });
    const after = `${location.href} ${scrollY} ${document.activeElement === clicked}`;
    if (happened || before !== after || getSelection()?.toString()) return;
    track("dead end", { path: location.pathname, element: named(clicked), reason: "nothing happened" });
  }, NOTHING_FOR_MS);
}

function pointed(element: Element): HTMLElement | undefined {
  return element instanceof HTMLElement && getComputedStyle(element).cursor === "pointer" ? element : undefined;
}

/** What was clicked, by its place in the page and never by its words. */
function named(element: Element): string {
  const id = element.id ? `#${element.id}` : "";
  const classes = [...element.classList].slice(0, 2).map((one) => `.${one}`);
  return `${element.tagName.toLowerCase()}${id}${classes.join("")}`.slice(0, 80);
}
