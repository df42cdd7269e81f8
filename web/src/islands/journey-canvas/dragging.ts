/** Steps, phases and lanes dragged with the pointer to where they should be. */

import type { Board } from "./board";
import type { Drawing } from "./drawing";

interface Target {
  drawing(): Drawing;
  place(step: string, phase: string, after: string | null): void;
  move(of: "phase" | "lane", key: string, after: string | null): void;
  connect(source: string, target: string): void;
}

type Dragged = { of: "step" | "phase" | "lane" | "way"; key: string };

export function dragging(board: Board, target: Target): void {
  const view = board.view;
  let dragged: Dragged | null = null;

  view.addEventListener("dragstart", (event) => {
    dragged = grabbed(event.target as HTMLElement);
    if (!dragged || !event.dataTransfer) return;
    event.dataTransfer.effectAllowed = dragged.of === "way" ? "link" : "move";
    event.dataTransfer.setData("text/plain", dragged.key);
    view.classList.add("is-dragging");
  });

  view.addEventListener("dragover", (event) => {
    if (!dragged) return;
    event.preventDefault();
    const under = board.under(event.clientX);
    if (dragged.of === "way") board.aim(under && board.columns[under.column]?.step?.key !== dragged.key ? under.column : null);
    else if (under && dragged.of !== "lane") board.showDrop(under.left ? under.column : under.column + 1);
    scrollNear(view, event.clientX);
  });

  view.addEventListener("drop", (event) => {
    if (!dragged) return;
    event.preventDefault();
    const { of, key } = dragged;
    if (of === "way") dropWay(event, key, board, target);
    else if (of === "lane") dropLane(event, key, target);
    else dropAcross(event, { of, key }, board, target);
    over();
  });

  view.addEventListener("dragend", over);

  function over(): void {
    dragged = null;
    board.showDrop(null);
    board.aim(null);
    view.classList.remove("is-dragging");
  }
}

function grabbed(element: HTMLElement): Dragged | null {
  const of = element.closest<HTMLElement>("[draggable=true]");
  if (!of) return null;
  if (of.dataset["way"]) return { of: "way", key: of.dataset["way"] };
  if (of.dataset["step"]) return { of: "step", key: of.dataset["step"] };
  if (of.dataset["phase"]) return { of: "phase", key: of.dataset["phase"] };
  return of.dataset["row"] ? { of: "lane", key: of.dataset["row"] } : null;
}

function dropAcross(event: DragEvent, dragged: { of: "step" | "phase"; key: string }, board: Board, target: Target): void {
  const under = board.under(event.clientX);
  const column = under && board.columns[under.column];
  if (!under || !column) return;
  const { steps, phases } = target.drawing();
  if (dragged.of === "phase") {
    if (column.phase.key === dragged.key) return;
    const others = phases.filter((one) => one.key !== dragged.key);
    const there = others.findIndex((one) => one.key === column.phase.key);
    const before = phases.findIndex((one) => one.key === dragged.key) > phases.findIndex((one) => one.key === column.phase.key);
    target.move("phase", dragged.key, (before ? others[there - 1]?.key : others[there]?.key) ?? null);
    return;
  }
  if (column.step?.key === dragged.key) return;
  const row = steps.filter((one) => one.phase === column.phase.key && one.key !== dragged.key);
  const there = row.findIndex((one) => one.key === column.step?.key);
  const after = there < 0 ? undefined : under.left ? row[there - 1]?.key : row[there]?.key;
  target.place(dragged.key, column.phase.key, after ?? null);
}

function dropWay(event: DragEvent, source: string, board: Board, target: Target): void {
  const under = board.under(event.clientX);
  const step = under && board.columns[under.column]?.step;
  if (step && step.key !== source) target.connect(source, step.key);
}

function dropLane(event: DragEvent, key: string, target: Target): void {
  const row = (event.target as HTMLElement).closest<HTMLElement>(".viv-map-row");
  const over = row?.dataset["row"];
  if (!row || !over || over === key) return;
  const lanes = target.drawing().lanes;
  const others = lanes.filter((one) => one.key !== key);
  const there = others.findIndex((one) => one.key === over);
  const box = row.getBoundingClientRect();
  const above = event.clientY < box.top + box.height / 2;
  target.move("lane", key, there < 0 ? null : ((above ? others[there - 1]?.key : others[there]?.key) ?? null));
}

/** At the edge the board scrolls on. */
function scrollNear(view: HTMLElement, clientX: number): void {
  const box = view.getBoundingClientRect();
  if (clientX > box.right - 60) view.scrollLeft += 16;
  else if (clientX < box.left + 190) view.scrollLeft -= 16;
}
