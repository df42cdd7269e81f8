/** One step back is one step: a search sent twice (on typing, then on Enter) stands once among the pages gone by. */

type Update = { history: { type: "push" | "replace"; path: string } };

document.addEventListener("htmx:before:history:update", (event) => {
  const { history } = (event as CustomEvent<Update>).detail;
  if (history.type === "push" && history.path === location.pathname + location.search) history.type = "replace";
});
