// @ts-check
/** Reports on their way. Each is first kept on this phone (IndexedDB) under the key that the server knows it by,
 * then sent, and only forgotten when the server has it. Sending twice is harmless: the key is the same. */
import { _ } from "../gis/i18n.js";
import { Problem, sendForm, sendJSON } from "../gis/http.js";

/**
 * @typedef {Object} Entry
 * @property {string} key UUID; the server's idempotency key
 * @property {number} user whose report it is: phones are shared
 * @property {"report" | "confirm"} kind
 * @property {string} url where it is sent
 * @property {Record<string, any>} body
 * @property {Blob[]} photos still to be sent, after the report
 * @property {number} at milliseconds; older ones go first
 * @property {any} [answer] what the server said to the report itself
 * @property {string} [refused] the server's sentence: it waits for a person
 *
 * @typedef {Object} Delivered
 * @property {any} answer
 * @property {string[]} lost sentences of photographs that the server refused
 */

const DATABASE = "wangge-reports";
const STORE = "outbox";
const RETRY_MS = 30_000;

/** What a phone without usable storage keeps: as long as the page is open. @type {Map<string, Entry>} */
const unstored = new Map();

/** @returns {Promise<IDBDatabase>} */
function database() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "key" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

/**
 * One transaction; resolves when it is on the disk.
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} work
 * @returns {Promise<T>}
 */
async function stored(mode, work) {
  const db = await database();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = db.transaction(STORE, mode, { durability: "strict" });
      const asked = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error ?? asked.error);
    });
  } finally {
    db.close();
  }
}

/** Keep it; false if this phone cannot, then it lives as long as the page. @param {Entry} entry */
async function keep(entry) {
  try {
    await stored("readwrite", (store) => store.put(entry));
    unstored.delete(entry.key);
    return true;
  } catch {
    unstored.set(entry.key, entry);
    return false;
  }
}

/** @param {string} key @returns {Promise<Entry | undefined>} */
async function find(key) {
  return unstored.get(key) ?? stored("readonly", (store) => store.get(key)).catch(() => undefined);
}

/** @param {string} key */
export async function forget(key) {
  unstored.delete(key);
  await stored("readwrite", (store) => store.delete(key)).catch(() => undefined);
  tell();
}

/** What waits on this phone for a user, the oldest first. @param {number} user @returns {Promise<Entry[]>} */
export async function waiting(user) {
  const kept = await stored("readonly", (store) => store.getAll()).catch(() => []);
  const all = [...kept, ...unstored.values()].filter((entry) => entry.user === user);
  return all.sort((a, b) => a.at - b.at);
}

/** What the server said in this tab, for who asks after a faster sender. @type {Map<string, any>} */
const answers = new Map();

const listeners = new Set();
const tell = () => listeners.forEach((listener) => listener());

/** Called whenever something comes, goes or is refused. @param {() => void} listener */
export function onChange(listener) {
  listeners.add(listener);
}

/** A random UUID, also where the page has no secure context (plain http in a city's own network). */
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The server will say the same again: only a person can help. @param {unknown} error */
const isFinal = (error) =>
  error instanceof Problem && error.status >= 400 && error.status < 500 && ![401, 403, 408, 429].includes(error.status);

/**
 * One sender per report, over all tabs.
 * @template T @param {string} key @param {() => Promise<T>} work @returns {Promise<T>}
 */
function alone(key, work) {
  return navigator.locks ? navigator.locks.request(`wangge-report-${key}`, work) : work();
}

/**
 * Keep a new report, then send it. Rejects with the Problem when the server refuses it for good (it is then no
 * longer kept: the person has it before him), or could not be reached (then it is kept).
 * @param {Entry} entry
 * @param {(answer: any) => void} [arrived] the report itself is in; its photographs follow
 * @returns {Promise<Delivered>}
 */
export async function submit(entry, arrived) {
  const isSafe = await keep(entry);
  tell();
  try {
    return await deliver(entry.key, arrived);
  } catch (error) {
    if (isFinal(error)) await forget(entry.key);
    else if (!isSafe) throw new Problem({ code: "unsafe", detail: _("No network, and this phone cannot keep the report. Leave this page open.") });
    throw error;
  }
}

/**
 * @param {string} key @param {(answer: any) => void} [arrived]
 * @returns {Promise<Delivered>}
 */
function deliver(key, arrived) {
  return alone(key, async () => {
    const entry = await find(key);
    if (!entry) { // another sender was faster
      const answer = answers.get(key) ?? null;
      arrived?.(answer);
      return { answer, lost: [] };
    }
    if (!entry.answer) {
      entry.answer = await sendJSON("POST", entry.url, entry.body);
      answers.set(key, entry.answer);
      await keep(entry);
    }
    arrived?.(entry.answer);
    const lost = await deliverPhotos(entry);
    await forget(key);
    return { answer: entry.answer, lost };
  });
}

/** One by one, so that a slow network gets each through. @param {Entry} entry */
async function deliverPhotos(entry) {
  const lost = [];
  while (entry.photos.length) {
    const form = new FormData();
    form.append("photo", entry.photos[0], "photo.jpg");
    try {
      await sendForm(`/api/cases/${entry.answer.id}/photos`, form);
    } catch (error) {
      if (!isFinal(error)) throw error;
      lost.push(error.errors[0]?.detail ?? error.detail);
    }
    entry.photos = entry.photos.slice(1);
    await keep(entry);
  }
  return lost;
}

/**
 * Send all that waits for a user. What the server refuses for good stays, marked with its sentence.
 * @param {number} user
 * @returns {Promise<{sent: number, error: unknown}>} `error` is what stopped it, if anything did
 */
export async function flush(user) {
  let sent = 0;
  for (const { key, refused } of await waiting(user)) {
    if (refused) continue;
    try {
      const { answer } = await deliver(key);
      if (answer) sent += 1;
    } catch (error) {
      if (!isFinal(error)) return { sent, error };
      await mark(key, /** @type {Problem} */ (error));
    }
  }
  return { sent, error: null };
}

/** @param {string} key @param {Problem} problem */
async function mark(key, problem) {
  const entry = await find(key);
  if (!entry) return;
  await keep({ ...entry, refused: problem.errors.map(({ detail }) => detail).join(" ") || problem.detail });
  tell();
}

/**
 * Send what waits: now, whenever the network comes back, and every half minute as long as something waits.
 * @param {number} user @param {(sent: number) => void} arrived
 */
export function keepSending(user, arrived) {
  let busy = false;
  const attempt = async () => {
    if (busy || !navigator.onLine) return;
    busy = true;
    const { sent } = await flush(user).finally(() => { busy = false; });
    if (sent) arrived(sent);
  };
  addEventListener("online", attempt);
  setInterval(attempt, RETRY_MS);
  attempt();
  return attempt;
}
