/** The line to the server: calls wait here, go in batches, and come again when the server is busy or away. */

export type Words = Record<string, unknown>;
export type Call = Words & { type: string };

const A_BATCH = 100;
const MOST_WAITING = 20_000;
const WAIT_MS = 400;
const LONGEST_WAIT_MS = 30_000;

export class Line {
  #waiting: Call[] = [];
  #busy = false;
  #failures = 0;
  #timer = 0;

  constructor(
    readonly host: string,
    readonly key: string,
  ) {}

  put(call: Call) {
    const now = new Date();
    if (this.#waiting.length >= MOST_WAITING) this.#waiting.shift();
    this.#waiting.push({ ...call, messageId: `v-${now.getTime()}-${random()}`, originalTimestamp: now.toISOString() });
    this.#later(this.#waiting.length >= A_BATCH ? 0 : WAIT_MS);
  }

  /** Send what waits, in order; a batch stays until the server says that it has it. */
  async flush(): Promise<void> {
    if (this.#busy || !this.#waiting.length) return;
    this.#busy = true;
    const batch = this.#waiting.slice(0, A_BATCH);
    let wait = 0;
    try {
      const answer = await fetch(this.#address, { method: "POST", body: this.#body(batch), ...asText });
      await answer.arrayBuffer(); // an answer that nobody reads keeps its connection busy
      if (answer.ok || (answer.status < 500 && ![408, 410, 429].includes(answer.status))) this.#settled(batch);
      else wait = Number(answer.headers.get("Retry-After")) * 1000 || this.#patience();
    } catch {
      wait = this.#patience();
    }
    this.#busy = false;
    if (this.#waiting.length) this.#later(wait);
  }

  /** The page is going: what waits goes with the browser's own last post. The server counts twice-sent calls once. */
  leave() {
    for (let from = 0; from < this.#waiting.length; from += A_BATCH) {
      const batch = this.#waiting.slice(from, from + A_BATCH);
      if (!navigator.sendBeacon?.(this.#address, new Blob([this.#body(batch)], { type: "text/plain" }))) return;
    }
    if (!this.#busy) this.#waiting = [];
  }

  get #address() {
    return `${this.host}/v1/b`;
  }

  #body(batch: Call[]) {
    return JSON.stringify({ batch, sentAt: new Date().toISOString(), writeKey: this.key });
  }

  #settled(batch: Call[]) {
    const gone = new Set(batch);
    this.#waiting = this.#waiting.filter((call) => !gone.has(call));
    this.#failures = 0;
  }

  #patience() {
    return Math.min(LONGEST_WAIT_MS, 500 * 2 ** this.#failures++);
  }

  #later(milliseconds: number) {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.flush(), Math.max(milliseconds, this.#failures ? 500 : 0));
  }
}

/** Text, so that a page of another site need not ask first whether it may. */
const asText = { headers: { "Content-Type": "text/plain" }, credentials: "omit", mode: "cors" } as const;

/** A number unlike any other, also where the page is not served by HTTPS. */
export function random(): string {
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
