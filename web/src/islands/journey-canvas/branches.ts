/** Where a map branches, as `plan/journeys/branches.py` says: which steps lie on which branch, and how far below. */

import type { Drawing, Link } from "./drawing";

export interface Branch {
  link: Link;
  steps: string[];
}

export interface Fork {
  step: string;
  then: string;
  branches: Branch[];
  join: string | null;
}

const MOST_LEVELS = 4;

export function forks(drawing: Drawing): Fork[] {
  const place = new Map(drawing.steps.map((step, at) => [step.key, at]));
  const ways = new Map<number, Map<number, Link>>();
  for (const link of drawing.links) {
    const [here, there] = [place.get(link.source), place.get(link.target)];
    if (link.kind === "loop" || here === undefined || there === undefined || here >= there) continue;
    ways.set(here, (ways.get(here) ?? new Map<number, Link>()).set(there, link));
  }
  const found: Fork[] = [];
  for (const [here, links] of [...ways].sort(([a], [b]) => a - b)) {
    const { parts, meet } = parted(ways, [...links.keys()]);
    const step = drawing.steps[here]!;
    const branches = parts.map(([begin, on]) => ({ link: links.get(begin)!, steps: [...on].sort((a, b) => a - b).map((at) => drawing.steps[at]!.key) }));
    if (branches.length > 0) found.push({ step: step.key, then: step.then, branches, join: meet === null ? null : drawing.steps[meet]!.key });
  }
  return found;
}

function parted(ways: Map<number, Map<number, Link>>, begins: number[]): { parts: [number, Set<number>][]; meet: number | null } {
  if (begins.length < 2) return { parts: [], meet: null };
  const reach = new Map([...begins].sort((a, b) => a - b).map((begin) => [begin, reached(ways, begin)]));
  const apart = [...reach.keys()].filter((one) => ![...reach].some(([other, on]) => other !== one && on.has(one)));
  if (apart.length < 2) return { parts: [], meet: null };
  const alone = (one: number): Set<number> => new Set([...reach.get(one)!].filter((at) => !apart.some((other) => other !== one && reach.get(other)!.has(at))));
  const parts = apart.map((one): [number, Set<number>] => [one, alone(one)]);
  const inside = new Set(parts.flatMap(([, on]) => [...on]));
  const common = [...reach.values()].flatMap((on) => [...on]).filter((at) => !inside.has(at));
  return { parts, meet: common.length > 0 ? Math.min(...common) : null };
}

function reached(ways: Map<number, Map<number, Link>>, begin: number): Set<number> {
  const seen = new Set([begin]);
  const stack = [begin];
  for (let here = stack.pop(); here !== undefined; here = stack.pop()) {
    for (const next of ways.get(here)?.keys() ?? []) {
      if (!seen.has(next)) {
        seen.add(next);
        stack.push(next);
      }
    }
  }
  return seen;
}

/** How far below the first line each step stands. */
export function levels(drawing: Drawing, found: Fork[]): Map<string, number> {
  const high = new Map<string, number>();
  const highOf = (branch: Branch): number => Math.max(1, ...branch.steps.map((step) => high.get(step) ?? 1));
  for (const fork of [...found].reverse()) high.set(fork.step, fork.branches.reduce((sum, one) => sum + highOf(one), 0));
  const level = new Map(drawing.steps.map((step) => [step.key, 0]));
  for (const fork of found) {
    let below = 0;
    for (const branch of fork.branches) {
      for (const step of branch.steps) level.set(step, (level.get(step) ?? 0) + below);
      below += highOf(branch);
    }
  }
  const row = new Map([...new Set([0, ...level.values()])].sort((a, b) => a - b).map((at, place) => [at, place])); // none stays empty
  return new Map([...level].map(([key, at]) => [key, Math.min(row.get(at) ?? 0, MOST_LEVELS - 1)]));
}
