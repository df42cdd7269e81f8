/**
 * A drawing and what is done to it, as `plan/journeys/drawing.py` and `operations.py` say. The server's drawing is the
 * truth; this one only shows an edit before the answer comes.
 */

export interface Phase {
  key: string;
  name: string;
  when: string;
}

export interface Lane {
  key: string;
  name: string;
  kind: string;
}

export type Expected = Partial<Record<string, string | number | boolean>>;

export interface Step {
  key: string;
  phase: string;
  name: string;
  touchpoint: string | null;
  channels: string[];
  optional: boolean;
  then: string; // "one" of several ways is taken, or "all"
  expectations: Expected;
  responsible: string;
  team: string;
  systems: string[];
  policies: string[];
  goal: string;
  questions: string;
  ideas: string;
}

export interface Link {
  source: string;
  target: string;
  kind: string;
  share: number | null;
}

export interface Cell {
  step: string;
  lane: string;
  text: string;
  feeling: number | null;
  source: string;
}

export interface Comment {
  key: string;
  text: string;
  by: string;
  at: string;
  step: string | null;
  resolved: boolean;
}

export interface Drawing {
  title: string;
  language: string;
  kind: string;
  persona: string;
  phases: Phase[];
  lanes: Lane[];
  steps: Step[];
  links: Link[];
  notes: Cell[];
  comments: Comment[];
}

export type Sort = "map" | "phase" | "lane" | "step" | "link" | "comment";
export type Part = Phase | Lane | Step | Link | Comment;

export type Single =
  | { do: "set"; of: Sort; key: string; field: string; value: unknown }
  | { do: "note"; cell: Cell }
  | { do: "add"; of: Sort; part: Part; after: string | null; belongings?: { links: Link[] } }
  | { do: "remove"; of: Sort; key: string }
  | { do: "move"; of: Sort; key: string; after: string | null; phase: string };

/** Several at once are one gesture: one undo takes them back. */
export type Operation = Single | { do: "together"; operations: Single[] };

const HELD = { phase: "phases", lane: "lanes", step: "steps", link: "links", comment: "comments" } as const;

export function keyOf(part: Part): string {
  return "source" in part ? `${part.source} ${part.target}` : part.key;
}

/** Keys no two browsers make alike. */
export function freshKey(sort: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return sort + Array.from(bytes, (one) => one.toString(36).padStart(2, "0")).join("");
}

export function newStep(phase: string, name: string): Step {
  return {
    key: freshKey("s"), phase, name, touchpoint: null, channels: [], optional: false, then: "one", expectations: {},
    responsible: "", team: "", systems: [], policies: [], goal: "", questions: "", ideas: "",
  };
}

/** The drawing with this done; the same drawing where it finds nothing to work on. */
export function apply(drawing: Drawing, operation: Operation): Drawing {
  switch (operation.do) {
    case "set":
      return set(drawing, operation);
    case "note":
      return note(drawing, operation.cell);
    case "add":
      return add(drawing, operation);
    case "remove":
      return remove(drawing, operation.of, operation.key);
    case "move":
      return move(drawing, operation);
    case "together":
      return operation.operations.reduce(apply, drawing);
  }
}

function held(drawing: Drawing, of: Sort): Part[] {
  return of === "map" ? [] : drawing[HELD[of]];
}

function withHeld(drawing: Drawing, of: Sort, parts: Part[]): Drawing {
  return of === "map" ? drawing : arranged({ ...drawing, [HELD[of]]: parts });
}

function arranged(drawing: Drawing): Drawing {
  const rank = new Map(drawing.phases.map((phase, place) => [phase.key, place]));
  const steps = [...drawing.steps].sort((a, b) => (rank.get(a.phase) ?? 1e9) - (rank.get(b.phase) ?? 1e9));
  return { ...drawing, steps };
}

function set(drawing: Drawing, { of, key, field, value }: Extract<Single, { do: "set" }>): Drawing {
  if (of === "map") return { ...drawing, [field]: value };
  return withHeld(drawing, of, held(drawing, of).map((part) => {
    if (keyOf(part) !== key) return part;
    if (!field.startsWith("expectations.")) return { ...part, [field]: value } as Part;
    const expectations: Expected = { ...(part as Step).expectations };
    const name = field.slice("expectations.".length);
    if (value === null || value === "") delete expectations[name];
    else expectations[name] = value as string | number | boolean;
    return { ...(part as Step), expectations };
  }));
}

function note(drawing: Drawing, cell: Cell): Drawing {
  const others = drawing.notes.filter((one) => one.step !== cell.step || one.lane !== cell.lane);
  return { ...drawing, notes: cell.text || cell.feeling !== null ? [...others, cell] : others };
}

function add(drawing: Drawing, { of, part, after, belongings }: Extract<Single, { do: "add" }>): Drawing {
  if (held(drawing, of).some((one) => keyOf(one) === keyOf(part))) return drawing;
  const added = withHeld(drawing, of, placed(held(drawing, of), of, part, after));
  return belongings ? { ...added, links: [...added.links, ...belongings.links] } : added;
}

function remove(drawing: Drawing, of: Sort, key: string): Drawing {
  const rest = withHeld(drawing, of, held(drawing, of).filter((one) => keyOf(one) !== key));
  if (of === "lane") return { ...rest, notes: rest.notes.filter((one) => one.lane !== key) };
  if (of !== "phase" && of !== "step") return rest;
  const gone = new Set(of === "step" ? [key] : drawing.steps.filter((one) => one.phase === key).map((one) => one.key));
  return {
    ...rest,
    steps: rest.steps.filter((one) => !gone.has(one.key)),
    links: rest.links.filter((one) => !gone.has(one.source) && !gone.has(one.target)),
    notes: rest.notes.filter((one) => !gone.has(one.step)),
    comments: rest.comments.filter((one) => one.step === null || !gone.has(one.step)),
  };
}

function move(drawing: Drawing, { of, key, after, phase }: Extract<Single, { do: "move" }>): Drawing {
  const part = held(drawing, of).find((one) => keyOf(one) === key);
  if (!part) return drawing;
  const moved = of === "step" && phase ? ({ ...part, phase } as Step) : part;
  return withHeld(drawing, of, placed(held(drawing, of).filter((one) => one !== part), of, moved, after));
}

/** After the part named; first where null, last where that one is gone. A step counts within its phase. */
function placed(parts: Part[], of: Sort, part: Part, after: string | null): Part[] {
  if (of === "link" || of === "comment") return [...parts, part];
  if (after === null) return [part, ...parts];
  const phase = of === "step" ? (part as Step).phase : null;
  const place = parts.findIndex((one) => keyOf(one) === after && (phase === null || (one as Step).phase === phase));
  return place < 0 ? [...parts, part] : [...parts.slice(0, place + 1), part, ...parts.slice(place + 1)];
}
