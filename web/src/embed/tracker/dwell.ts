/** How long a page was looked at: time in which it was visible. Each stretch is told; the view's number joins them. */
import { random } from "./line";

export class Dwell {
  readonly view = random();
  #since: number | undefined = document.visibilityState === "hidden" ? undefined : performance.now();
  #furthest = 0;

  /** Seconds since the last time this was asked or the page came to light; nothing where it was never to be seen. */
  stretch() {
    if (this.#since === undefined) return undefined;
    const seconds = Math.round((performance.now() - this.#since) / 100) / 10;
    this.#since = undefined;
    this.#furthest = Math.max(this.#furthest, seen());
    return { dwell_seconds: seconds, seen_share: this.#furthest, view: this.view };
  }

  resume() {
    this.#since ??= performance.now();
  }
}

/** How far down the page somebody got, from 0 to 1. */
function seen(): number {
  const whole = document.documentElement.scrollHeight;
  return whole ? Math.min(1, Math.round(((scrollY + innerHeight) / whole) * 100) / 100) : 1;
}
