// The hub of all tabs where there is no SharedWorker: one tab leads, and is replaced when it dies.
//
// Who holds the lock leads. A tab that closes or crashes loses it by itself; one that is frozen
// answers nobody, so that another steals it.

import { Hub } from "./hub.js";

/** @import { Asked, Said, Site } from "./reader.js" */
/** @import { World } from "./world.js" */

/**
 * @typedef {object} Post what goes over the channel
 * @property {string} [from] a reader, to the leader
 * @property {string} [to] a reader, from the leader
 * @property {string} by the leader
 * @property {Asked | Said | { say: "leader" }} word
 */

export class Leader {
  /** @type {Hub | null} while this tab leads */ #hub = null;
  /** @type {() => void} */ #release = () => {};
  /** @type {AbortController | null} */ #waiting = null;
  #following = "";
  #isClosed = false;

  /**
   * @param {string} name
   * @param {Site} site
   * @param {World & { shared: { channel: (name: string) => BroadcastChannel, locks: LockManager } }} world
   * @param {{ onSaid: (said: Said) => void, onLeader: () => void }} tab hears when there is a new leader, and joins it
   */
  constructor(name, site, world, tab) {
    this.name = name;
    this.site = site;
    this.world = world;
    this.tab = tab;
    this.id = `${world.now().toString(36)}-${world.random().toString(36).slice(2)}`;
    this.channel = world.shared.channel(name);
    this.channel.onmessage = ({ data }) => this.#onPost(data);
    this.#stand(false);
  }

  /** @param {Asked} asked */
  post(asked) {
    if (this.#hub) this.#hub.hear(this.id, asked, (said) => this.tab.onSaid(said));
    else this.#send({ from: this.id, word: asked });
  }

  /** Takes the lead from one that doesn't answer. */
  replace() {
    if (!this.#hub) this.#stand(true);
  }

  close() {
    this.post({ do: "leave" });
    this.#isClosed = true;
    this.#waiting?.abort();
    this.#resign();
    this.channel.close();
  }

  /** Asks for the lead and keeps it until it is given back, or stolen. @param {boolean} steal */
  async #stand(steal) {
    this.#waiting?.abort();
    const waiting = new AbortController();
    this.#waiting = waiting;
    const options = steal ? { steal } : { signal: waiting.signal };
    const led = this.world.shared.locks.request(this.name, options, () => this.#lead());
    await led.catch(() => {}); // stolen, as we were taken for dead; or we asked anew
    if (waiting !== this.#waiting || this.#isClosed) return;
    this.#resign();
    this.#stand(false);
  }

  #lead() {
    if (this.#isClosed || this.#hub) return;
    this.#hub = new Hub(this.site, this.world);
    this.#following = this.id;
    this.#send({ word: { say: "leader" } });
    this.tab.onLeader();
    return new Promise((resolve) => (this.#release = () => resolve(null)));
  }

  #resign() {
    this.#hub?.close();
    this.#hub = null;
    this.#release();
  }

  /** @param {Omit<Post, "by">} post */
  #send(post) {
    if (!this.#isClosed) this.channel.postMessage({ ...post, by: this.id });
  }

  /** @param {Post} post */
  #onPost({ from, to, by, word }) {
    if ("do" in word) {
      if (from) this.#hub?.hear(from, word, (said) => this.#send({ to: from, word: said }));
    } else if (word.say === "leader" || (to === this.id && word.say === "pong" && by !== this.#following)) {
      this.#following = by;
      if (!this.#hub) this.tab.onLeader();
    } else if (to === this.id && by === this.#following) {
      this.tab.onSaid(word);
    }
  }
}
