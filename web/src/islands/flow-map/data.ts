/** What the server hands to the map (`understand/journey_pages.py` writes it). Shares are of journeys, 0 to 1. */
export interface Step {
  id: string;
  label: string;
  /** Which phase it belongs to: 0 before, 1 during, 2 after a purchase; all the same without one. */
  phase: number;
  journeys: number;
  share: number;
  shareText: string;
  score: string;
  tone: "gain" | "pain" | "neutral";
  starts: number;
  ends: number;
  startsText: string;
  endsText: string;
}

export interface Move {
  source: string;
  target: string;
  share: number;
  shareText: string;
  wait: string;
}

export interface Flow {
  nodes: Step[];
  edges: Move[];
  detail: string;
  /** What the panel beside the map tells already. */
  chosen?: { step?: string; source?: string; target?: string };
  texts: Record<string, string>;
}

/** The part of a flow that is drawn. */
export interface Shown {
  steps: Step[];
  moves: Move[];
}

export const LEVELS = [0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5];

/** Moves made by at least `least` of the journeys, and for every step that is shown its strongest way in and out. */
export function shown(flow: Flow, least: number): Shown {
  const steps = flow.nodes.filter((step) => step.share >= least);
  const names = new Set(steps.map((step) => step.id));
  const inside = flow.edges.filter((move) => names.has(move.source) && names.has(move.target));
  const moves = new Set(inside.filter((move) => move.share >= least));
  const strongest = new Map<string, Move>();
  for (const move of inside) {
    if (move.source === move.target) continue;
    for (const end of [`out ${move.source}`, `in ${move.target}`]) {
      const known = strongest.get(end);
      if (!known || move.share > known.share) strongest.set(end, move);
    }
  }
  for (const move of strongest.values()) moves.add(move);
  return { steps, moves: inside.filter((move) => moves.has(move)) };
}

/** The lowest level at which the map can be read at a glance; never the rarest moves at first. */
export function readable(flow: Flow, narrow: boolean): number {
  const [most, moves] = narrow ? [7, 12] : [12, 26];
  const fits = LEVELS.findIndex((least) => {
    const part = shown(flow, least);
    return part.steps.length <= most && part.moves.length <= moves;
  });
  return fits < 0 ? LEVELS.length - 1 : Math.max(fits, LEVELS.indexOf(0.02));
}
