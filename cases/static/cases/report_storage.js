// @ts-check
/** What this phone keeps of reports (IndexedDB): those on their way, and the one that is being written. */

const DATABASE = "wangge-reports";
export const OUTBOX = "outbox"; // by the key of the report
export const DRAFTS = "drafts"; // by user and part

/** All parts of a user's draft. @param {number} user */
export const partsOf = (user) => IDBKeyRange.bound([user], [user, []]);

/** @returns {Promise<IDBDatabase>} */
function database() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(DATABASE, 2);
    asked.onupgradeneeded = ({ oldVersion }) => {
      if (oldVersion < 1) asked.result.createObjectStore(OUTBOX, { keyPath: "key" });
      asked.result.createObjectStore(DRAFTS);
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

/**
 * One transaction; resolves when it is on the disk.
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {string[]} names of the stores
 * @param {(...stores: IDBObjectStore[]) => IDBRequest<T>} work
 * @returns {Promise<T>}
 */
export async function stored(mode, names, work) {
  const db = await database();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = db.transaction(names, mode, { durability: "strict" });
      const asked = work(...names.map((name) => transaction.objectStore(name)));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error ?? asked.error);
    });
  } finally {
    db.close();
  }
}
