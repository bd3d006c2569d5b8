// @ts-check
/** Texts in the user's language: the catalogue of Django's translations, English being the message itself. */

const address = document.querySelector('meta[name="messages"]')?.getAttribute("content");

/** @returns {Promise<Record<string, string | string[]>>} */
async function load() {
  if (!address) return {}; // an English page has none
  try {
    return (await (await fetch(address, { credentials: "same-origin" })).json()).catalog;
  } catch {
    return {}; // a page in English is better than none
  }
}

const catalogue = await load();

/**
 * @param {string} message
 * @returns {string}
 */
export function _(message) {
  const found = catalogue[message];
  return found === undefined ? message : Array.isArray(found) ? found[0] : found;
}

/**
 * @param {string} one
 * @param {string} many
 * @param {number} count
 * @returns {string}
 */
export function ngettext(one, many, count) {
  const found = catalogue[one];
  if (found === undefined) return count === 1 ? one : many;
  return Array.isArray(found) ? found[count === 1 ? 0 : found.length - 1] : found;
}

/**
 * Fill `%(name)s` with `values.name`.
 * @param {string} text
 * @param {Record<string, any>} values
 * @returns {string}
 */
export function interpolate(text, values) {
  return text.replace(/%\((\w+)\)s/g, (_match, name) => String(values[name]));
}
