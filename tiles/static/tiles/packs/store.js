// @ts-check
/** Packs on this phone (IndexedDB, which needs no secure context). A pack comes in parts, each kept as it comes,
 * so that a download goes on where it stopped; it is somebody's when it is whole. */
import { _ } from "../../gis/i18n.js";
import { Problem } from "../../gis/http.js";

/**
 * @typedef {Object} Pack as `/api/tiles/packs` tells it
 * @property {number} id
 * @property {string} name of its region
 * @property {string} url
 * @property {string[]} layers
 * @property {string} data_at
 * @property {number} bytes
 * @property {string} digest
 *
 * @typedef {Object} Kept
 * @property {string} carrier who carries it: phones are shared, and nobody sees more offline than online
 * @property {Pack} pack
 */

const DATABASE = "wangge-packs";
const PART_BYTES = 256 * 1024;
const PART_TIMEOUT_MS = 60_000;

/** @returns {Promise<IDBDatabase>} */
function database() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("kept", { keyPath: "carrier" });
      asked.result.createObjectStore("parts"); // by [digest, first byte]
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

/**
 * One transaction over both stores; resolves with what `work` gives when it is on the disk.
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(kept: IDBObjectStore, parts: IDBObjectStore) => T} work
 * @returns {Promise<T>}
 */
async function stored(mode, work) {
  const db = await database();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = db.transaction(["kept", "parts"], mode);
      const made = work(transaction.objectStore("kept"), transaction.objectStore("parts"));
      transaction.oncomplete = () => resolve(made);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    db.close();
  }
}

const partsOf = (/** @type {string} */ digest) => IDBKeyRange.bound([digest, 0], [digest, Infinity]);

/**
 * What `carrier` carries; null where there is nothing whole, or no usable storage.
 * @param {string} carrier @returns {Promise<Pack | null>}
 */
export async function carried(carrier) {
  const asked = await stored("readonly", (kept) => kept.get(carrier)).catch(() => null);
  const pack = asked?.result?.pack;
  return pack && await isWhole(pack) ? pack : null;
}

/** The bytes of a pack; they stay on the disk until they are read. @param {Pack} pack @returns {Promise<File>} */
export async function file({ digest }) {
  const asked = await stored("readonly", (_kept, parts) => parts.getAll(partsOf(digest)));
  return new File(asked.result, digest);
}

/** @param {Pack} pack */
const isWhole = async (pack) => (await file(pack)).size === pack.bytes;

/**
 * Bring a pack to this phone; the older one is used until the new one is whole.
 * @param {string} carrier
 * @param {Pack} pack
 * @param {{signal: AbortSignal, onProgress: (bytes: number) => void}} options
 */
export async function bring(carrier, pack, { signal, onProgress }) {
  await navigator.storage?.persist?.().catch(() => false); // else the browser may clear it when room is short
  try {
    const begun = await stored("readonly", (_kept, parts) => parts.getAllKeys(partsOf(pack.digest)));
    const have = new Set(begun.result.map((key) => /** @type {any} */ (key)[1]));
    for (let first = 0; first < pack.bytes; first += PART_BYTES) {
      if (!have.has(first)) {
        const part = await fetchPart(pack, first, signal);
        await stored("readwrite", (_kept, parts) => parts.put(part, [pack.digest, first]));
      }
      onProgress(Math.min(first + PART_BYTES, pack.bytes));
    }
    const whole = await isWhole(pack);
    if (whole) await stored("readwrite", (kept) => kept.put({ carrier, pack }));
    await tidy();
    if (!whole) throw changed();
  } catch (error) {
    if (!(error instanceof DOMException) || signal.aborted) throw error;
    throw new Problem({ code: "not-stored", detail: _("This phone has no room for the offline map, or may not keep it.") });
  }
}

/** Forget what `carrier` carries, and what was begun. @param {string} carrier */
export async function drop(carrier) {
  await stored("readwrite", (kept) => kept.delete(carrier));
  await tidy();
}

/** Remove parts that are in nobody's pack. */
async function tidy() {
  const asked = await stored("readonly", (kept, parts) => ({ kept: kept.getAll(), parts: parts.getAllKeys() }));
  const needed = new Set(asked.kept.result.map(({ pack }) => pack.digest));
  const unneeded = asked.parts.result.filter((key) => !needed.has(/** @type {any} */ (key)[0]));
  await stored("readwrite", (_kept, parts) => unneeded.forEach((key) => parts.delete(key)));
}

/** @param {Pack} pack @param {number} first byte @param {AbortSignal} signal @returns {Promise<Blob>} */
async function fetchPart({ url, digest, bytes }, first, signal) {
  const last = Math.min(first + PART_BYTES, bytes) - 1;
  const headers = { Range: `bytes=${first}-${last}`, "If-Range": `"${digest}"` };
  let answer, part;
  try {
    answer = await fetch(url, { headers, cache: "no-store", signal: AbortSignal.any([signal, AbortSignal.timeout(PART_TIMEOUT_MS)]) });
    part = answer.status === 206 ? await answer.blob() : null;
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Problem({ code: "offline", detail: _("The network is gone. What was downloaded is kept; go on later.") });
  }
  if (part?.size === last - first + 1) return part;
  answer.body?.cancel();
  throw changed();
}

const changed = () => new Problem({ code: "pack-changed", detail: _("The offline map has changed meanwhile. Try again.") });
