/** Who visits: a number that lasts as long as this page, and longer only with consent. */
import { random } from "./line";

const KEPT = "vivencia";

export class Visitor {
  anonymousId: string;
  #userId: string | undefined;
  #consents: boolean;

  constructor(consents: boolean) {
    const kept = this.#read();
    this.#consents = consents || kept !== undefined;
    this.anonymousId = kept?.anonymousId ?? random();
    this.#userId = kept?.userId;
    if (consents) this.#write();
  }

  get userId(): string | undefined {
    return this.#userId;
  }

  set userId(id: string | undefined) {
    this.#userId = id;
    this.#write();
  }

  ids() {
    return { anonymousId: this.anonymousId, ...(this.#userId ? { userId: this.#userId } : {}) };
  }

  /** From now on the visitor is known again on the next page, or, taken back, on none. */
  consent(given: boolean) {
    this.#consents = given;
    if (given) this.#write();
    else this.#storage()?.removeItem(KEPT);
  }

  /** Somebody else sits here now. */
  forget() {
    this.anonymousId = random();
    this.userId = undefined;
  }

  #write() {
    if (this.#consents) this.#storage()?.setItem(KEPT, JSON.stringify(this.ids()));
  }

  #read(): { anonymousId: string; userId?: string } | undefined {
    try {
      const kept = JSON.parse(this.#storage()?.getItem(KEPT) ?? "null");
      return kept?.anonymousId ? kept : undefined;
    } catch {
      return undefined;
    }
  }

  /** Browsers that allow no storage throw. */
  #storage(): Storage | undefined {
    try {
      return localStorage;
    } catch {
      return undefined;
    }
  }
}
