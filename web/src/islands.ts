/**
 * Loads an island's code when its element first comes into the page, on load or by an htmx swap.
 *
 * An island is one file `src/islands/<name>.ts` that defines the custom element `viv-<name>`.
 */
const CODE = import.meta.glob<unknown>("./islands/*.ts");

const asked = new Set<string>();

function load(root: ParentNode): void {
  for (const [file, start] of Object.entries(CODE)) {
    const tag = `viv-${file.slice("./islands/".length, -".ts".length)}`;
    if (asked.has(tag) || !root.querySelector(tag)) continue;
    asked.add(tag);
    void start();
  }
}

/** Look now, and whenever elements are added. */
export function watchIslands(): void {
  load(document);
  new MutationObserver((changes) => {
    if (changes.some((change) => change.addedNodes.length > 0)) load(document);
  }).observe(document.body, { childList: true, subtree: true });
}
