// The IndexedDB store of the outbox.

/**
 * @typedef {object} OutboxEntry a command as it was recorded on this device
 * @property {number} number its place in the order; assigned by the store
 * @property {string} scope its match and scorer
 * @property {string} client_id also its idempotency key
 * @property {string} occurred_at by this device's clock
 * @property {string} method
 * @property {string} action
 * @property {any} body
 * @property {"waiting" | "refused"} state
 * @property {any} [problem] why the server refused it (RFC 9457)
 *
 * @typedef {object} EntryStorage
 * @property {(entry: Omit<OutboxEntry, "number">) => Promise<number>} add
 * @property {(scope: string) => Promise<OutboxEntry[]>} oldestFirst
 * @property {(entry: OutboxEntry) => Promise<void>} replace
 * @property {(number: number) => Promise<void>} remove
 */

const DATABASE_NAME = "touchline-outbox";
const STORE_NAME = "entries";

/** @implements {EntryStorage} */
export class IndexedDbStorage {
  /** @type {Promise<IDBDatabase> | null} */ #database = null;

  /** @param {IDBFactory} factory */
  constructor(factory) {
    this.factory = factory;
  }

  /** @param {Omit<OutboxEntry, "number">} entry */
  async add(entry) {
    return Number(await this.#runTransaction("readwrite", (store) => store.add(entry)));
  }

  /** @param {string} scope */
  oldestFirst(scope) {
    // Ordered by the index, then by the primary key: the order of recording.
    return this.#runTransaction("readonly", (store) => store.index("scope").getAll(scope));
  }

  /** @param {OutboxEntry} entry */
  async replace(entry) {
    await this.#runTransaction("readwrite", (store) => store.put(entry));
  }

  /** @param {number} number */
  async remove(number) {
    await this.#runTransaction("readwrite", (store) => store.delete(number));
  }

  /**
   * Resolves once the data is on disk: a phone's battery may run out at any time.
   * @template T
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => IDBRequest<T>} operation
   * @returns {Promise<T>}
   */
  async #runTransaction(mode, operation) {
    this.#database ??= this.#openDatabase();
    const database = await this.#database.catch((error) => {
      this.#database = null;
      throw error;
    });
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE_NAME, mode, { durability: "strict" });
      const request = operation(transaction.objectStore(STORE_NAME));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error("the store is full"));
    });
  }

  /** @returns {Promise<IDBDatabase>} */
  #openDatabase() {
    return new Promise((resolve, reject) => {
      const request = this.factory.open(DATABASE_NAME, 1);
      request.onupgradeneeded = () => {
        const store = request.result.createObjectStore(STORE_NAME, { keyPath: "number", autoIncrement: true });
        store.createIndex("scope", "scope");
      };
      request.onsuccess = () => {
        const database = request.result;
        // Browsers close it to free space, and a newer build to change the schema.
        database.onclose = () => (this.#database = null);
        database.onversionchange = () => {
          database.close();
          this.#database = null;
        };
        resolve(database);
      };
      request.onerror = () => reject(request.error);
    });
  }
}
