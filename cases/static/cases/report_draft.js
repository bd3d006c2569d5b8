// @ts-check
/** The report that is being written. It is kept on this phone, so that a page that dies (a call, an empty battery)
 * takes nothing with it, until it is sent or discarded. */
import { _, interpolate } from "../gis/i18n.js";
import { button, strip } from "./report_parts.js";
import { DRAFTS, partsOf, stored } from "./report_storage.js";

const SHIFT_MS = 12 * 3600_000; // what is older was left behind on another day, at another place

/**
 * @typedef {Object} Words
 * @property {number} at milliseconds
 * @property {number | null} category its id
 * @property {string} description
 * @property {string} level
 * @property {string} urgency
 * @property {number[]} others similar cases that are another thing
 * @property {{lon: number, lat: number}} spot
 */

/** The writing under way: one after the other, so that the last word is the last one kept. */
let writing = Promise.resolve();

/** A phone without usable storage keeps nothing: then the page is all there is. @param {(drafts: IDBObjectStore) => IDBRequest} work */
function write(work) {
  writing = writing.then(() => stored("readwrite", [DRAFTS], work)).then(() => undefined, () => undefined);
}

/** @param {number} user @param {Words} words */
export const keepWords = (user, words) => write((drafts) => drafts.put(words, [user, "words"]));
/** Apart from the words, which change with each letter. @param {number} user @param {Blob[]} photos */
export const keepPhotos = (user, photos) => write((drafts) => drafts.put(photos, [user, "photos"]));
/** @param {number} user */
export const discard = (user) => write((drafts) => drafts.delete(partsOf(user)));
/** All is kept that was to be kept. */
export const settled = () => writing;

/** @param {number} user @returns {Promise<{words: Words, photos: Blob[]} | null>} */
export async function findDraft(user) {
  /** @param {string} part */
  const part = (part) => stored("readonly", [DRAFTS], (drafts) => drafts.get([user, part])).catch(() => undefined);
  const [words, photos] = [await part("words"), await part("photos")];
  if (words && Date.now() - words.at < SHIFT_MS) return { words, photos: photos ?? [] };
  if (words || photos) discard(user);
  return null;
}

/** @param {Words} words @param {() => void} leave */
export function restoredStrip({ at }, leave) {
  const time = new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  const line = strip("", interpolate(_("Your unsent report of %(time)s, with its place."), { time }), "history", "draft");
  line.append(button(_("Discard"), leave, { className: "button small" }));
  return line;
}
