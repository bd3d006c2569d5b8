// @ts-check
/** Reports on their way. Each is first kept on this phone (IndexedDB) under the key that the server knows it by,
 * then sent, and only forgotten when the server has it. Sending twice is harmless: the key is the same. */
import { _ } from "../gis/i18n.js";
import { Problem, sendForm, sendJSON } from "../gis/http.js";
import { DRAFTS, OUTBOX, partsOf, stored } from "./report_storage.js";

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

const RETRY_MS = 30_000;

/** What a phone without usable storage keeps: as long as the page is open. @type {Map<string, Entry>} */
const unstored = new Map();

/** @param {Entry} entry */
const keep = (entry) => kept(entry, () => stored("readwrite", [OUTBOX], (outbox) => outbox.put(entry)));

/** In the place of the draft that it was, at one stroke: never both, never neither. @param {Entry} entry */
const keepForDraft = (entry) => kept(entry, () => stored("readwrite", [OUTBOX, DRAFTS], (outbox, drafts) => {
  drafts.delete(partsOf(entry.user));
  return outbox.put(entry);
}));

/** False if this phone cannot keep it, then it lives as long as the page. @param {Entry} entry @param {() => Promise<any>} write */
async function kept(entry, write) {
  try {
    await write();
    unstored.delete(entry.key);
    return true;
  } catch {
    unstored.set(entry.key, entry);
    return false;
  }
}

/** @param {string} key @returns {Promise<Entry | undefined>} */
async function find(key) {
  return unstored.get(key) ?? stored("readonly", [OUTBOX], (outbox) => outbox.get(key)).catch(() => undefined);
}

/** @param {string} key */
export async function forget(key) {
  unstored.delete(key);
  await stored("readwrite", [OUTBOX], (outbox) => outbox.delete(key)).catch(() => undefined);
  tell();
}

/** What waits on this phone for a user, the oldest first. @param {number} user @returns {Promise<Entry[]>} */
export async function waiting(user) {
  const kept = await stored("readonly", [OUTBOX], (outbox) => outbox.getAll()).catch(() => []);
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
  const isSafe = await keepForDraft(entry);
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

/** The next one would fare no better: no network, signed out, too many. @param {unknown} error */
const isForAll = (error) => !(error instanceof Problem) || [0, 401, 429].includes(error.status);

/**
 * Send all that waits for a user. What the server refuses for good stays, marked with its sentence; what it
 * cannot take now stays for the next time, and the others go before it.
 * @param {number} user
 * @returns {Promise<number>} how many were sent
 */
export async function flush(user) {
  let sent = 0;
  for (const { key, refused } of await waiting(user)) {
    if (refused) continue;
    try {
      const { answer } = await deliver(key);
      if (answer) sent += 1;
    } catch (error) {
      if (isFinal(error)) await mark(key, /** @type {Problem} */ (error));
      else if (isForAll(error)) break;
    }
  }
  return sent;
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
    const sent = await flush(user).finally(() => { busy = false; });
    if (sent) arrived(sent);
  };
  addEventListener("online", attempt);
  setInterval(attempt, RETRY_MS);
  attempt();
  return attempt;
}
