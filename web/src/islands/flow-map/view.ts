/** Zoom and pan of an SVG: buttons, wheel with Ctrl, drag with the mouse, two fingers on a screen one touches. */
export class View {
  #x = 0;
  #y = 0;
  #scale = 1;
  #width = 1;
  #height = 1;
  readonly #fingers = new Map<number, { x: number; y: number }>();
  #moved = false;

  constructor(
    readonly svg: SVGSVGElement,
    readonly root: SVGGElement,
  ) {
    svg.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    svg.addEventListener("pointerdown", (event) => this.#down(event));
    svg.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel", "pointerleave"] as const) {
      svg.addEventListener(name, (event) => this.#fingers.delete(event.pointerId));
    }
    svg.addEventListener("click", (event) => this.#moved && event.stopPropagation(), { capture: true });
  }

  /** As wide as there is room, never larger than life; what is taller than the frame is reached by dragging. */
  fit(width: number, height: number): void {
    [this.#width, this.#height] = [width, height];
    const { clientWidth, clientHeight } = this.svg;
    this.#scale = Math.min(1, Math.max(0.4, clientWidth / width));
    this.#x = Math.max(0, (clientWidth - width * this.#scale) / 2);
    this.#y = Math.max(0, (clientHeight - height * this.#scale) / 2);
    this.#apply();
  }

  zoom(factor: number, at?: { x: number; y: number }): void {
    const centre = at ?? { x: this.svg.clientWidth / 2, y: this.svg.clientHeight / 2 };
    const scale = Math.min(3, Math.max(0.15, this.#scale * factor));
    this.#x = centre.x - ((centre.x - this.#x) * scale) / this.#scale;
    this.#y = centre.y - ((centre.y - this.#y) * scale) / this.#scale;
    this.#scale = scale;
    this.#apply();
  }

  /** Bring a drawn element into sight. */
  reveal(element: SVGGraphicsElement): void {
    const frame = this.svg.getBoundingClientRect();
    const box = element.getBoundingClientRect();
    if (box.left < frame.left) this.#x += frame.left - box.left + 16;
    if (box.right > frame.right) this.#x -= box.right - frame.right + 16;
    if (box.top < frame.top) this.#y += frame.top - box.top + 24;
    if (box.bottom > frame.bottom) this.#y -= box.bottom - frame.bottom + 24;
    this.#apply();
  }

  #apply(): void {
    const [width, height] = [this.#width * this.#scale, this.#height * this.#scale];
    this.#x = Math.min(this.svg.clientWidth - 60, Math.max(60 - width, this.#x));
    this.#y = Math.min(this.svg.clientHeight - 60, Math.max(60 - height, this.#y));
    this.root.setAttribute("transform", `translate(${this.#x},${this.#y}) scale(${this.#scale})`);
  }

  #wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const frame = this.svg.getBoundingClientRect();
    this.zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, { x: event.clientX - frame.left, y: event.clientY - frame.top });
  }

  #down(event: PointerEvent): void {
    this.#moved = false;
    this.#fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  }

  #move(event: PointerEvent): void {
    const before = this.#fingers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const other = [...this.#fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) this.#pinch(before, now, other);
    else if (!this.#moved && Math.hypot(now.x - before.x, now.y - before.y) < 4) return;
    this.#moved = true;
    const half = other ? 0.5 : 1;
    this.#x += (now.x - before.x) * half;
    this.#y += event.pointerType === "mouse" || other ? (now.y - before.y) * half : 0;
    this.#fingers.set(event.pointerId, now);
    this.#apply();
  }

  #pinch(before: { x: number; y: number }, now: { x: number; y: number }, other: { x: number; y: number }): void {
    const frame = this.svg.getBoundingClientRect();
    const apart = Math.hypot(before.x - other.x, before.y - other.y);
    const further = Math.hypot(now.x - other.x, now.y - other.y);
    if (apart > 0) this.zoom(further / apart, { x: other.x - frame.left, y: other.y - frame.top });
  }
}
