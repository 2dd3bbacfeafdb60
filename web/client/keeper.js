// Keeps the outbox's entries on the disk, or in memory where the browser gives no disk.
//
// A private window may have none, a full one takes no more. What is only in memory is lost with the
// tab, so the page is told and can say so.

import { attempt } from "./world.js";

/** @import { Entries, Entry } from "./entries.js" */
/** @import { Net } from "./world.js" */

const DISK_TIMEOUT_MS = 2_000; // some browsers never answer where storage is forbidden

export class Keeper {
  /** @type {Entry[]} */ #memory = [];
  /** @type {"disk" | "memory"} where new entries are kept */ place = "disk";
  /** @type {string | null} why not on the disk */ why = null;

  /**
   * @param {Entries | null} disk
   * @param {Net} world
   */
  constructor(disk, world) {
    this.disk = disk;
    this.world = world;
  }

  /**
   * @param {Omit<Entry, "number">} entry
   * @returns {Promise<Entry>}
   */
  async add(entry) {
    // What follows an entry in memory stays in memory too, or it would overtake it.
    const number = this.#memory.length > 0 ? null : await this.#try((disk) => disk.add(entry));
    if (number !== null) {
      this.place = "disk";
      this.why = null;
      return { ...entry, number };
    }
    const last = this.#memory.at(-1)?.number ?? 0;
    const kept = { ...entry, number: Math.min(last, 0) - 1 }; // never a number of the disk's
    this.place = "memory";
    this.#memory.push(kept);
    return kept;
  }

  /** @param {string} scope */
  async oldestFirst(scope) {
    const onDisk = (await this.#try((disk) => disk.oldestFirst(scope))) ?? [];
    return [...onDisk, ...this.#memory.filter((entry) => entry.scope === scope)];
  }

  /** @param {Entry} entry */
  async replace(entry) {
    if (entry.number > 0) await this.#try((disk) => disk.replace(entry));
    else this.#memory = this.#memory.map((known) => (known.number === entry.number ? entry : known));
  }

  /** @param {number} number */
  async remove(number) {
    if (number > 0) await this.#try((disk) => disk.remove(number));
    else this.#memory = this.#memory.filter((known) => known.number !== number);
  }

  /**
   * @template T
   * @param {(disk: Entries) => Promise<T>} act
   * @returns {Promise<T | null>} nothing where the disk fails
   */
  async #try(act) {
    if (!this.disk) {
      this.why ??= "this browser gives no storage";
      return null;
    }
    /** @type {any} */ let timer;
    const late = new Promise((_, reject) => {
      timer = this.world.setTimeout(() => reject(new Error("the storage doesn't answer")), DISK_TIMEOUT_MS);
    });
    try {
      return /** @type {T} */ (await Promise.race([act(this.disk), late]));
    } catch (error) {
      this.why = attempt(() => /** @type {Error} */ (error).message) ?? "the storage fails";
      return null;
    } finally {
      this.world.clearTimeout(timer);
    }
  }
}
