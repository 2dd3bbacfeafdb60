// The IndexedDB store behind the outbox, and nothing else.

/**
 * @typedef {object} Entry a command, as it was recorded on this device
 * @property {number} number its place in the order; given by the store
 * @property {string} scope the match and the scorer it belongs to
 * @property {string} client_id also its idempotency key
 * @property {string} occurred_at by this device's clock
 * @property {string} method
 * @property {string} action
 * @property {any} body
 * @property {"waiting" | "refused"} state
 * @property {any} [problem] why it was refused (RFC 9457)
 *
 * @typedef {object} Entries
 * @property {(entry: Omit<Entry, "number">) => Promise<number>} add
 * @property {(scope: string) => Promise<Entry[]>} oldestFirst
 * @property {(entry: Entry) => Promise<void>} replace
 * @property {(number: number) => Promise<void>} remove
 */

const DATABASE = "touchline-outbox";
const STORE = "entries";

/** @implements {Entries} */
export class DiskEntries {
  /** @type {Promise<IDBDatabase> | null} */ #opened = null;

  /** @param {IDBFactory} factory */
  constructor(factory) {
    this.factory = factory;
  }

  /** @param {Omit<Entry, "number">} entry */
  async add(entry) {
    return Number(await this.#within("readwrite", (store) => store.add(entry)));
  }

  /** @param {string} scope */
  oldestFirst(scope) {
    // By the index, then by the primary key: the order in which they were recorded.
    return this.#within("readonly", (store) => store.index("scope").getAll(scope));
  }

  /** @param {Entry} entry */
  async replace(entry) {
    await this.#within("readwrite", (store) => store.put(entry));
  }

  /** @param {number} number */
  async remove(number) {
    await this.#within("readwrite", (store) => store.delete(number));
  }

  /**
   * Resolves once it is on the disk, not just promised to be: a phone's battery may end any time.
   * @template T
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => IDBRequest<T>} act
   * @returns {Promise<T>}
   */
  async #within(mode, act) {
    this.#opened ??= this.#open();
    const database = await this.#opened.catch((error) => {
      this.#opened = null;
      throw error;
    });
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode, { durability: "strict" });
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error("the store is full"));
    });
  }

  /** @returns {Promise<IDBDatabase>} */
  #open() {
    return new Promise((resolve, reject) => {
      const request = this.factory.open(DATABASE, 1);
      request.onupgradeneeded = () => {
        const store = request.result.createObjectStore(STORE, { keyPath: "number", autoIncrement: true });
        store.createIndex("scope", "scope");
      };
      request.onsuccess = () => {
        const database = request.result;
        // Browsers close it when they clear space, and a newer build when it wants another shape.
        database.onclose = () => (this.#opened = null);
        database.onversionchange = () => {
          database.close();
          this.#opened = null;
        };
        resolve(database);
      };
      request.onerror = () => reject(request.error);
    });
  }
}
