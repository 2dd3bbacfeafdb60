// Keeps the outbox's entries on disk, or in memory if the browser offers no storage.
//
// Private windows may have no storage, and disks may be full. Entries in memory are lost with the
// tab, so the page can show a warning.

import { tryOrUndefined } from "./environment.js";

/** @import { EntryStorage, OutboxEntry } from "./indexed-db-storage.js" */
/** @import { NetworkEnvironment } from "./environment.js" */

const STORAGE_TIMEOUT_MS = 2_000; // some browsers never answer where storage is blocked

export class FallbackStorage {
  /** @type {OutboxEntry[]} */ #memoryEntries = [];
  /** @type {"disk" | "memory"} where new entries are stored */ activeStorage = "disk";
  /** @type {string | null} why the disk is not used */ failureReason = null;

  /**
   * @param {EntryStorage | null} diskStorage
   * @param {NetworkEnvironment} environment
   */
  constructor(diskStorage, environment) {
    this.diskStorage = diskStorage;
    this.environment = environment;
  }

  /**
   * @param {Omit<OutboxEntry, "number">} entry
   * @returns {Promise<OutboxEntry>}
   */
  async add(entry) {
    // Entries after one in memory stay in memory too, so that they don't overtake it.
    const number = this.#memoryEntries.length > 0 ? null : await this.#tryDisk((diskStorage) => diskStorage.add(entry));
    if (number !== null) {
      this.activeStorage = "disk";
      this.failureReason = null;
      return { ...entry, number };
    }
    const last = this.#memoryEntries.at(-1)?.number ?? 0;
    const memoryEntry = { ...entry, number: Math.min(last, 0) - 1 }; // negative, unlike the disk's numbers
    this.activeStorage = "memory";
    this.#memoryEntries.push(memoryEntry);
    return memoryEntry;
  }

  /** @param {string} scope */
  async oldestFirst(scope) {
    const onDisk = (await this.#tryDisk((diskStorage) => diskStorage.oldestFirst(scope))) ?? [];
    return [...onDisk, ...this.#memoryEntries.filter((entry) => entry.scope === scope)];
  }

  /** @param {OutboxEntry} entry */
  async replace(entry) {
    if (entry.number > 0) await this.#tryDisk((diskStorage) => diskStorage.replace(entry));
    else this.#memoryEntries = this.#memoryEntries.map((existing) => (existing.number === entry.number ? entry : existing));
  }

  /** @param {number} number */
  async remove(number) {
    if (number > 0) await this.#tryDisk((diskStorage) => diskStorage.remove(number));
    else this.#memoryEntries = this.#memoryEntries.filter((existing) => existing.number !== number);
  }

  /**
   * @template T
   * @param {(diskStorage: EntryStorage) => Promise<T>} operation
   * @returns {Promise<T | null>} null if the disk fails
   */
  async #tryDisk(operation) {
    if (!this.diskStorage) {
      this.failureReason ??= "this browser offers no storage";
      return null;
    }
    /** @type {any} */ let timer;
    const timeout = new Promise((_, reject) => {
      timer = this.environment.setTimeout(() => reject(new Error("the storage doesn't respond")), STORAGE_TIMEOUT_MS);
    });
    try {
      return /** @type {T} */ (await Promise.race([operation(this.diskStorage), timeout]));
    } catch (error) {
      this.failureReason = tryOrUndefined(() => /** @type {Error} */ (error).message) ?? "the storage fails";
      return null;
    } finally {
      this.environment.clearTimeout(timer);
    }
  }
}
