/**
 * The browser script: pages, dwell time, searches, goals, rage clicks and dead ends, and whatever the site tells.
 *
 * No cookie and nothing else is stored before the site says that the visitor consents. Where the browser asks not to be
 * tracked (Do Not Track, Global Privacy Control) nothing is recorded at all. `data-key` is a browser's write key:
 *
 *     <script async src="https://cx.example.com/v.js" data-key="vk_…" data-consent="granted"></script>
 *
 * It also stands in for analytics.min.js where a page has Segment's snippet: calls that wait in `analytics` are made.
 */
import { watchClicks } from "./clicks";
import { Dwell } from "./dwell";
import { watchGoals } from "./goals";
import { Line, type Call, type Words } from "./line";
import { masked, searchOf, watchResults } from "./search";
import { Visitor } from "./visitor";

type Anything = any;
const own = document.currentScript as HTMLScriptElement | null;
const address = new URL(own?.src ?? location.href, location.href);
const ofSegment = /\/analytics\.js\/v1\/([^/]+)\//.exec(address.pathname);
const key = own?.dataset["key"] ?? (ofSegment ? decodeURIComponent(ofSegment[1] ?? "") : "");
const asked = navigator as Navigator & { globalPrivacyControl?: boolean };
const refused = asked.doNotTrack === "1" || asked.globalPrivacyControl === true;

function start() {
  const visitor = new Visitor(own?.dataset["consent"] === "granted");
  const line = new Line(own?.dataset["host"] ?? address.origin, key);
  let dwell: Dwell | undefined;
  let path = "";

  const send = (type: string, said: Words) => {
    if (refused || !key) return;
    const page = { path: location.pathname, title: document.title.slice(0, 200), referrer: bare(document.referrer) };
    const context = { library: { name: "vivencia.js", version: "1" }, page, locale: navigator.language, ...campaign() };
    line.put({ type, ...visitor.ids(), context, ...said } as Call);
  };
  const track = (event: string, properties: Words = {}) => send("track", { event, properties });
  const leave = () => {
    const properties = dwell?.stretch();
    if (properties) track("page left", { path, ...properties });
  };
  const page = (name?: string, properties: Words = {}) => {
    leave();
    path = location.pathname;
    dwell = new Dwell();
    send("page", { ...(name ? { name } : {}), properties: { path, title: document.title.slice(0, 200), ...properties } });
    const search = searchOf(location);
    if (search) found(search.query, search.results);
    else if (brokenPage()) track("dead end", { path, reason: "page not found" });
  };
  const found = (query: string, results?: number) => {
    track("search made", { query: masked(query), ...(results === undefined ? {} : { results }) });
    if (results === 0) track("dead end", { path: location.pathname, reason: "nothing found" });
  };

  const api: Record<string, (...said: Anything[]) => unknown> = {
    track: (event: string, properties?: Words) => track(String(event), properties),
    page: (...said: Anything[]) => {
      const names = said.filter((one) => typeof one === "string");
      page(names.at(-1), said.find((one) => one && typeof one === "object"));
    },
    identify: (id?: Anything, traits?: Words) => {
      const known = typeof id === "string" || typeof id === "number";
      if (known) visitor.userId = String(id);
      send("identify", { traits: (known ? traits : (id as Words)) ?? {} });
    },
    group: (groupId: string, traits?: Words) => send("group", { groupId, traits: traits ?? {} }),
    alias: (userId: string, previousId?: string) =>
      send("alias", { userId, previousId: previousId ?? visitor.userId ?? visitor.anonymousId }),
    goal: (goal: string, state = "completed") => track(`goal ${state === "started" ? "started" : "completed"}`, { goal }),
    search: (query: string, results?: number) => found(String(query), results),
    opened: (properties?: Words) => track("search result opened", properties),
    found: (yes = true) => track("found it", { found: yes ? "yes" : "no" }),
    consent: (given = true) => visitor.consent(given),
    reset: () => visitor.forget(),
    flush: () => line.flush(),
    ready: (then: () => void) => then(),
  };

  if (!refused && key) {
    watchClicks(track);
    watchGoals(track);
    watchResults(track);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") {
        leave();
        line.leave();
      } else dwell?.resume();
    });
    addEventListener("pagehide", () => {
      leave();
      line.leave();
    });
    if (!ofSegment) watchPages(() => location.pathname !== path && page());
  }
  return { api, first: () => !ofSegment && page() };
}

/** Calls that the page made before this script was there, and those it makes from now on. */
function takeOver(name: "vivencia" | "analytics", api: Record<string, (...said: Anything[]) => unknown>) {
  const before = (window as Anything)[name];
  const waiting: Anything[] = Array.isArray(before) ? [...before] : [];
  const now: Anything = Array.isArray(before) ? before : (before ?? {});
  const push = (call: Anything[]) => api[String(call[0])]?.(...call.slice(1));
  Object.assign(now, api, { initialize: true, push });
  (window as Anything)[name] = now;
  for (const call of waiting) push(Array.isArray(call) ? call : Object.values(call));
}

/** Pages of a site that changes its address without loading: each is a page. */
function watchPages(changed: () => unknown) {
  for (const name of ["pushState", "replaceState"] as const) {
    const real = history[name];
    history[name] = function (this: History, ...said: Parameters<typeof real>) {
      real.apply(this, said);
      setTimeout(changed);
    };
  }
  addEventListener("popstate", () => setTimeout(changed));
}

function brokenPage(): boolean {
  const entry = performance.getEntriesByType("navigation")[0] as (PerformanceEntry & { responseStatus?: number }) | undefined;
  return (entry?.responseStatus ?? 200) >= 400 || document.querySelector('meta[name="vivencia-dead-end"]') !== null;
}

/** An address without what may name somebody. */
function bare(address: string): string {
  return address.split(/[?#]/)[0] ?? "";
}

function campaign(): Words {
  const name = new URLSearchParams(location.search).get("utm_campaign");
  return name ? { campaign: { name: name.slice(0, 100) } } : {};
}

const { api, first } = start();
first();
takeOver("vivencia", api);
if (ofSegment) takeOver("analytics", api);
