/**
 * What the server has, and what was done here since: edits are shown at once, sent in order, and sent again where the
 * connection fails. Others' edits come in every few seconds.
 */

import { apply, freshKey, type Drawing, type Operation, type Single } from "./drawing";

export interface News {
  by: string;
  what: string;
}

interface Done {
  applied: boolean;
  why: string;
  overwrote: News | null;
}

/** Somebody else at the map; `step` is the key of the step they are on. */
export interface Person {
  id: number;
  name: string;
  step: string;
}

interface Told {
  seq: number;
  drawing?: Drawing;
  can: { undo: boolean; redo: boolean };
  done?: Done[];
  news?: News[];
}

export interface Addresses {
  state: string;
  edit: string;
  undo: string;
  here: string;
}

interface Pending {
  token: string;
  operation: Operation;
}

export type Saving = "saved" | "saving" | "not saved";

export interface Listener {
  drawn(): void;
  saving(state: Saving): void;
  others(news: News[]): void;
  lost(why: string): void;
  overwrote(news: News): void;
  refused(why: string): void;
  people(people: Person[]): void;
  /** The key of the step somebody is on, "" where on none. */
  at(): string;
}

const POLL_MS = 4_000;
const POLL_HIDDEN_MS = 30_000;
const FIRST_MS = 300;
const MOVED_MS = 700;
const AGAIN_MS = 3_000;
const TOGETHER = 100; // edits in one request

export class Store {
  drawing: Drawing;
  can: { undo: boolean; redo: boolean };
  #truth: Drawing;
  #seq: number;
  #pending: Pending[] = [];
  #busy: Promise<void> | null = null;
  #timer = 0;
  #together = TOGETHER;
  #addresses: Addresses;
  #listener: Listener;

  constructor(first: { seq: number; drawing: Drawing; can: { undo: boolean; redo: boolean } }, addresses: Addresses, listener: Listener) {
    this.drawing = this.#truth = first.drawing;
    this.#seq = first.seq;
    this.can = first.can;
    this.#addresses = addresses;
    this.#listener = listener;
    document.addEventListener("visibilitychange", this.#seen);
    window.addEventListener("pagehide", this.#leave);
    this.#later(FIRST_MS);
  }

  get idle(): boolean {
    return this.#pending.length === 0 && !this.#busy;
  }

  stop(): void {
    clearTimeout(this.#timer);
    document.removeEventListener("visibilitychange", this.#seen);
    window.removeEventListener("pagehide", this.#leave);
    this.#leave();
  }

  /** Show it now, send it soon. Several at once are one gesture. */
  do(...operations: Single[]): void {
    const [first, ...more] = operations;
    if (!first) return;
    const operation: Operation = more.length === 0 ? first : { do: "together", operations };
    this.#pending.push({ token: freshKey("t"), operation });
    this.drawing = apply(this.drawing, operation);
    this.can = { undo: true, redo: false };
    this.#listener.drawn();
    void this.#send();
  }

  /** Take back, or do again, what this person did last. What others have worked on since is `left`, and told as lost. */
  async travel(again: boolean): Promise<"done" | "left" | "nothing"> {
    await this.flush();
    this.#listener.saving("saving");
    const told = await this.#post(this.#addresses.undo, { token: freshKey("t"), again });
    if (!told) return "nothing";
    this.#take(told);
    const done = told.done?.[0];
    if (done && !done.applied) this.#listener.lost(done.why);
    this.#listener.saving("saved");
    return !done ? "nothing" : done.applied ? "done" : "left";
  }

  async flush(): Promise<void> {
    while (this.#pending.length > 0) await this.#send();
    if (this.#busy) await this.#busy;
  }

  #send(): Promise<void> {
    this.#busy ??= this.#sendAll().finally(() => {
      this.#busy = null;
    });
    return this.#busy;
  }

  async #sendAll(): Promise<void> {
    await Promise.resolve(); // what belongs together goes together
    while (this.#pending.length > 0) {
      this.#listener.saving("saving");
      const sent = this.#pending.slice(0, this.#together);
      const base = this.#seq;
      const told = await this.#post(this.#addresses.edit, sent.map((one) => ({ ...one, base })), sent);
      if (!told) continue;
      this.#pending = this.#pending.slice(sent.length);
      if (!told.drawing) this.#truth = sent.reduce((drawing, one) => apply(drawing, one.operation), this.#truth);
      this.#take(told);
      for (const done of told.done ?? []) {
        if (!done.applied) this.#listener.lost(done.why);
        if (done.overwrote) this.#listener.overwrote(done.overwrote);
      }
    }
    this.#together = TOGETHER;
    this.#listener.saving("saved");
  }

  /** The answer; null where it is to be tried again or the server refused what was sent. */
  async #post(address: string, body: unknown, sent: Pending[] = []): Promise<Told | null> {
    try {
      const answer = await fetch(address, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() },
        body: JSON.stringify(body),
      });
      if (answer.ok) return (await answer.json()) as Told;
      if (answer.status === 422 || answer.status === 403 || answer.status === 404) {
        await this.#refused(answer, sent);
        return null;
      }
    } catch {
      /* no connection: try again below */
    }
    this.#listener.saving("not saved");
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    return null;
  }

  /** Of several edits the one that cannot be: send them one by one, and leave that one out. */
  async #refused(answer: Response, sent: Pending[]): Promise<void> {
    if (sent.length > 1) {
      this.#together = 1;
      return;
    }
    const why = await answer.json().then((told: { error?: string }) => told.error ?? "", () => "");
    this.#pending = this.#pending.slice(sent.length);
    this.#listener.refused(why || String(answer.status));
    await this.#fetch(true);
  }

  #take(told: Told): void {
    if (told.drawing) this.#truth = told.drawing;
    this.#seq = told.seq;
    this.can = this.#pending.length > 0 ? { undo: true, redo: false } : told.can;
    this.drawing = this.#pending.reduce((drawing, one) => apply(drawing, one.operation), this.#truth);
    this.#listener.drawn();
    if (told.news?.length) this.#listener.others(told.news);
  }

  #later(ms = POLL_MS): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#poll(), document.hidden ? POLL_HIDDEN_MS : ms);
  }

  async #poll(): Promise<void> {
    const seq = document.hidden ? null : await this.#meet();
    if (this.idle && (seq === null || seq > this.#seq)) await this.#fetch(false);
    this.#later();
  }

  /** Say where we are, soon after we have moved. */
  moved(): void {
    if (!document.hidden) this.#later(MOVED_MS);
  }

  /** Say where we are and hear who else is here; the number of the map's newest edit, null where nobody answered. */
  async #meet(): Promise<number | null> {
    try {
      const answer = await fetch(this.#addresses.here, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() },
        body: JSON.stringify({ step: this.#listener.at() }),
      });
      if (!answer.ok) return null;
      const told = (await answer.json()) as { seq: number; people: Person[] };
      this.#listener.people(told.people);
      return told.seq;
    } catch {
      return null;
    }
  }

  /** Who looks elsewhere is not here; who comes back is at once. */
  #seen = (): void => {
    if (document.hidden) this.#leave();
    else void this.#poll();
  };

  #leave = (): void => {
    void fetch(this.#addresses.here, {
      method: "POST",
      keepalive: true,
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() },
      body: JSON.stringify({ leaves: true }),
    }).catch(() => undefined);
  };

  async #fetch(anew: boolean): Promise<void> {
    try {
      const headers: Record<string, string> = anew ? {} : { "If-None-Match": `"${this.#seq}"` };
      const answer = await fetch(`${this.#addresses.state}?since=${this.#seq}`, { headers, cache: "no-store" });
      if (!answer.ok) return;
      const told = (await answer.json()) as Told;
      if (anew || (this.idle && told.seq > this.#seq)) this.#take(told);
    } catch {
      /* the next poll tries again */
    }
  }
}

function csrf(): string {
  const told = document.body.getAttribute("hx-headers:inherited") ?? "{}";
  return (JSON.parse(told) as Record<string, string>)["X-CSRFToken"] ?? "";
}
