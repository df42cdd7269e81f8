/** Searches on the site, as its addresses tell them, and whether a result was opened. */
import type { Words } from "./line";

const QUERIES = ["q", "query", "search", "s", "buscar", "busqueda", "keyword", "k"];

/** The search this page answers: by its address, or by an element that says `data-search` and `data-results`. */
export function searchOf(place: Location): { query: string; results?: number } | undefined {
  const said = document.querySelector<HTMLElement>("[data-search]");
  const parameters = new URLSearchParams(place.search);
  const name = QUERIES.find((one) => parameters.get(one)?.trim());
  const query = said?.dataset["search"] || (name ? parameters.get(name) : "");
  if (!query) return undefined;
  const told = document.querySelector<HTMLElement>("[data-results]")?.dataset["results"];
  return told === undefined || told === "" || Number.isNaN(Number(told)) ? { query } : { query, results: Number(told) };
}

/** What looks like an address or a number of somebody is not part of a search. */
export function masked(query: string): string {
  return query
    .slice(0, 100)
    .replace(/\S+@\S+/g, "•••")
    .replace(/\d[\d .-]{5,}\d/g, "•••");
}

/** On a page of results, a link that is not part of the frame is a result. */
export function watchResults(track: (event: string, properties: Words) => void) {
  document.addEventListener(
    "click",
    (event) => {
      const link = (event.target as Element | null)?.closest?.<HTMLAnchorElement>("a[href]");
      if (!link || link.closest("nav, header, footer") || !searchOf(location)) return;
      const target = new URL(link.href, location.href);
      if (target.pathname !== location.pathname) track("search result opened", { path: target.pathname });
    },
    true,
  );
}
