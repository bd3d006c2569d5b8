// @ts-check
/** Choosing a class: the six that one uses most, a search over all, and the tree of the standard. */
import "webawesome/drawer/drawer.js";
import "webawesome/tree-item/tree-item.js";
import "webawesome/tree/tree.js";
import { _, interpolate, ngettext } from "../gis/i18n.js";
import { getJSON } from "../gis/http.js";

const REMEMBERED = "wangge-categories";
const SHOWN = 60;
const inEnglish = document.documentElement.lang.startsWith("en");

/**
 * @typedef {{id: number, code: string, name: string, name_en: string, initials: string}} Class
 */

/** @param {{name: string, name_en: string}} thing */
export const nameOf = (thing) => (inEnglish ? thing.name_en : thing.name);

/** From the server; without network what it said the last time. @returns {Promise<any>} */
export async function loadCategories() {
  try {
    const found = await getJSON("/api/categories");
    try { localStorage.setItem(REMEMBERED, JSON.stringify(found)); } catch { /* a full phone only loses the memory */ }
    return found;
  } catch (problem) {
    const kept = localStorage.getItem(REMEMBERED);
    if (kept) return JSON.parse(kept);
    throw problem;
  }
}

/** @param {any} found @returns {(Class & {kind: any, major: any})[]} */
export function classesOf(found) {
  return found.kinds.flatMap((/** @type {any} */ kind) =>
    kind.majors.flatMap((/** @type {any} */ major) =>
      major.classes.map((/** @type {Class} */ one) => ({ ...one, kind, major }))));
}

/**
 * Those whose name, code or pinyin initials hold the words; the ones that begin with them first.
 * @param {ReturnType<typeof classesOf>} classes @param {string} words
 */
export function matching(classes, words) {
  const wanted = words.trim().toLowerCase();
  if (!wanted) return [];
  const texts = (/** @type {Class} */ one) => [one.name, one.code, one.initials, one.name_en.toLowerCase()];
  const found = classes.filter((one) => texts(one).some((text) => text.includes(wanted)));
  const rank = (/** @type {Class} */ one) => (texts(one).some((text) => text.startsWith(wanted)) ? 0 : 1);
  return found.sort((a, b) => rank(a) - rank(b));
}

/**
 * The drawer with search and tree.
 * @param {ReturnType<typeof classesOf>} classes @param {any} found
 * @param {(chosen: Class) => void} choose
 * @returns {() => void} opens it
 */
export function makePicker(classes, found, choose) {
  const drawer = /** @type {any} */ (document.getElementById("picker"));
  const search = /** @type {HTMLInputElement} */ (document.getElementById("class-search"));
  const results = /** @type {HTMLUListElement} */ (document.getElementById("class-results"));
  const count = /** @type {HTMLElement} */ (document.getElementById("class-count"));
  const tree = /** @type {any} */ (document.getElementById("class-tree"));
  const take = (/** @type {Class} */ one) => { drawer.open = false; choose(one); };

  tree.append(...found.kinds.map(kindItem));
  tree.addEventListener("wa-selection-change", (/** @type {any} */ event) => {
    const [item] = event.detail.selection;
    const chosen = classes.find(({ id }) => String(id) === item?.dataset.id);
    if (chosen) take(chosen);
  });
  const draw = () => {
    const hits = matching(classes, search.value);
    const asked = search.value.trim() !== "";
    tree.hidden = asked;
    results.hidden = !asked;
    results.replaceChildren(...hits.slice(0, SHOWN).map((one) => resultItem(one, take)));
    count.textContent = !asked ? "" : hits.length
      ? interpolate(ngettext("%(count)s class", "%(count)s classes", hits.length), { count: hits.length })
      : _("No class is called so. Try another word, or choose from the tree.");
  };
  search.addEventListener("input", draw);
  search.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { event.preventDefault(); results.querySelector("button")?.focus(); }
    if (event.key === "Enter") results.querySelector("button")?.click();
  });
  results.addEventListener("keydown", walk);
  return () => {
    search.value = "";
    draw();
    for (const item of tree.querySelectorAll("wa-tree-item[selected]")) item.selected = false;
    drawer.open = true;
    // a touch keyboard would cover the tree
    if (matchMedia("(pointer: fine)").matches) drawer.addEventListener("wa-after-show", () => search.focus(), { once: true });
  };

  /** Arrow keys walk through the hits. @param {KeyboardEvent} event */
  function walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...results.querySelectorAll("button")];
    const next = buttons.indexOf(/** @type {any} */ (document.activeElement)) + step;
    if (next < 0) search.focus();
    else buttons[Math.min(next, buttons.length - 1)].focus();
  }
}

/** @param {any} kind */
function kindItem(kind) {
  const item = treeItem(nameOf(kind));
  item.append(...kind.majors.map((/** @type {any} */ major) => {
    const branch = treeItem(`${major.code} ${nameOf(major)}`);
    branch.append(...major.classes.map((/** @type {Class} */ one) => {
      const leaf = treeItem(`${one.code} ${nameOf(one)}`);
      leaf.dataset.id = String(one.id);
      return leaf;
    }));
    return branch;
  }));
  item.toggleAttribute("expanded", kind.kind === "incident");
  return item;
}

/** @param {string} words */
function treeItem(words) {
  const item = document.createElement("wa-tree-item");
  item.append(words);
  return item;
}

/** @param {ReturnType<typeof classesOf>[number]} one @param {(chosen: Class) => void} take */
function resultItem(one, take) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "report-result";
  const name = document.createElement("span");
  name.textContent = nameOf(one);
  const where = document.createElement("span");
  where.className = "meta";
  where.textContent = `${one.code} · ${nameOf(one.kind)} · ${nameOf(one.major)}`;
  button.append(name, where);
  button.addEventListener("click", () => take(one));
  item.append(button);
  return item;
}
