/** Goals: a form (or any element) that says `data-goal="newsletter"` is begun at its first touch and reached at submit. */
import type { Words } from "./line";

export function watchGoals(track: (event: string, properties: Words) => void) {
  const begun = new Set<string>();
  const goalOf = (event: Event) => (event.target as Element | null)?.closest?.<HTMLElement>("[data-goal]");
  document.addEventListener("focusin", (event) => {
    const goal = goalOf(event)?.dataset["goal"];
    if (!goal || begun.has(goal)) return;
    begun.add(goal);
    track("goal started", { goal });
  });
  document.addEventListener("submit", (event) => done(goalOf(event)));
  document.addEventListener("click", (event) => {
    const element = goalOf(event);
    if (element && !element.matches("form") && !element.querySelector("form")) done(element);
  });

  function done(element: HTMLElement | null | undefined) {
    const goal = element?.dataset["goal"];
    if (!goal) return;
    if (!begun.has(goal)) track("goal started", { goal });
    begun.delete(goal);
    track("goal completed", { goal });
  }
}
