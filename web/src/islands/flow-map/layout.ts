/** Places steps and bends moves: dagre's layered layout, left to right, or top to bottom where it is narrow. */
import { Graph, layout } from "@dagrejs/dagre";
import type { Move, Shown, Step } from "./data";

export interface Point {
  x: number;
  y: number;
}

export interface PlacedStep extends Point {
  step: Step;
}

export interface PlacedMove {
  move: Move;
  points: Point[];
}

export interface Placed {
  steps: PlacedStep[];
  moves: PlacedMove[];
  width: number;
  height: number;
}

export const WIDTH = 208;
export const HEIGHT = 80;
const MARGIN = 24;
const ASIDE = 20; // room for the share written on a move, which stands around its middle

export function place(part: Shown, down: boolean): Placed {
  const ahead = usual(part);
  const graph = new Graph({ multigraph: false });
  graph.setGraph({ rankdir: down ? "TB" : "LR", nodesep: 34, ranksep: down ? 58 : 64, marginx: 28, marginy: 36 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const step of part.steps) graph.setNode(step.id, { width: WIDTH, height: HEIGHT });
  for (const move of part.moves) {
    if (move.source === move.target) continue;
    const [from, to] = ahead(move) ? [move.source, move.target] : [move.target, move.source];
    const known = (graph.edge(from, to) as { weight?: number } | undefined)?.weight ?? 1;
    graph.setEdge(from, to, { weight: known + Math.round(move.share * 20) });
  }
  layout(graph);
  const steps = part.steps.map((step) => {
    const at = graph.node(step.id) as Point;
    return { step, x: at.x, y: at.y };
  });
  const moves = part.moves
    .filter((move) => move.source !== move.target)
    .map((move) => ({ move, points: line(graph, move, ahead, part, down) }));
  return framed(steps, moves);
}

/** Everything moved to where the frame begins: arrows bend and stand aside further out than the layout itself knows. */
function framed(steps: PlacedStep[], moves: PlacedMove[]): Placed {
  const corners = steps.flatMap(({ x, y }) => [
    { x: x - WIDTH / 2, y: y - HEIGHT / 2 },
    { x: x + WIDTH / 2, y: y + HEIGHT / 2 },
  ]);
  const bends = moves.flatMap(({ points }) => points).flatMap(({ x, y }) => [{ x: x - ASIDE, y }, { x: x + ASIDE, y }]);
  const all = [...corners, ...bends];
  const [left, top] = [Math.min(...all.map(({ x }) => x)), Math.min(...all.map(({ y }) => y))];
  const [right, bottom] = [Math.max(...all.map(({ x }) => x)), Math.max(...all.map(({ y }) => y))];
  const shifted = <P extends Point>(point: P): P => ({ ...point, x: point.x - left + MARGIN, y: point.y - top + MARGIN });
  return {
    steps: steps.map(shifted),
    moves: moves.map(({ move, points }) => ({ move, points: points.map(shifted) })),
    width: Math.max(right - left, WIDTH) + 2 * MARGIN,
    height: Math.max(bottom - top, HEIGHT) + 2 * MARGIN,
  };
}

/**
 * Which moves go the usual way: on through the phases, and inside a phase in the commoner direction. The others are laid
 * out turned round, so that the story runs in one direction.
 */
function usual(part: Shown): (move: Move) => boolean {
  const phase = new Map(part.steps.map((step) => [step.id, step.phase]));
  const shares = new Map(part.moves.map((move) => [`${move.source}\n${move.target}`, move.share]));
  return (move) => {
    const on = (phase.get(move.target) ?? 0) - (phase.get(move.source) ?? 0);
    if (on !== 0) return on > 0;
    const back = shares.get(`${move.target}\n${move.source}`) ?? 0;
    return move.share > back || (move.share === back && move.source < move.target);
  };
}

/** The points of a move; where the opposite one is drawn too, it stands a little aside. */
function line(graph: Graph, move: Move, ahead: (move: Move) => boolean, part: Shown, down: boolean): Point[] {
  if (ahead(move)) return (graph.edge(move.source, move.target) as { points: Point[] }).points;
  const points = [...(graph.edge(move.target, move.source) as { points: Point[] }).points].reverse();
  const both = part.moves.some((other) => other.source === move.target && other.target === move.source);
  if (!both) return points;
  return points.map((point) => (down ? { x: point.x + 26, y: point.y } : { x: point.x, y: point.y + 22 }));
}

/** A smooth line through the points. */
export function curve(points: Point[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let path = `M${first.x},${first.y}`;
  for (let i = 0; i < rest.length - 1; i += 1) {
    const here = rest[i] as Point;
    const next = rest[i + 1] as Point;
    path += ` Q${here.x},${here.y} ${(here.x + next.x) / 2},${(here.y + next.y) / 2}`;
  }
  const last = rest[rest.length - 1];
  return last ? `${path} L${last.x},${last.y}` : path;
}
