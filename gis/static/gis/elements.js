// @ts-check
/** Elements of the page, made from JavaScript: never from HTML text, so that what users wrote stays text. */
import { _ } from "./i18n.js";
import { Problem } from "./http.js";

/**
 * `element("td", {class: "number"}, "12")`. Attributes that are functions become listeners (`onclick`), those
 * that are `true` are set empty, `false`, `null` and `undefined` are left out.
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string | null)} children
 * @returns {any}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** @param {string} name of a lucide icon @param {string} [label] read out; decoration without */
export function icon(name, label) {
  return element("wa-icon", { library: "wangge", name, label });
}

/** @param {string} text @param {Record<string, any>} [attributes] */
export function button(text, attributes = {}) {
  return element("button", { type: "button", class: "button", ...attributes }, text);
}

/** A button that shows only an icon. @param {string} name @param {string} label @param {Record<string, any>} [attributes] */
export function iconButton(name, label, attributes = {}) {
  return element("button", { type: "button", class: "icon-button", "aria-label": label, title: label, ...attributes }, icon(name));
}

/** Stands for content that is on its way. @param {number} [lines] */
export function skeleton(lines = 3) {
  return element("div", { class: "skeleton panel-body", role: "status", "aria-label": _("Loading") },
    ...Array.from({ length: lines }, () => element("i")));
}

/** What could not be loaded, with the reason and another try. @param {any} error @param {() => void} retry */
export function failed(error, retry) {
  if (!(error instanceof Problem)) throw error;
  return element("div", { class: "failed", role: "alert" }, icon(error.code === "offline" ? "wifi-off" : "octagon-alert"),
    element("p", {}, error.detail), button(_("Try again"), { onclick: retry }));
}

/** Nothing there, and the next step. @param {string} name of an icon @param {string} text @param {...Node} steps */
export function empty(name, text, ...steps) {
  return element("div", { class: "empty" }, icon(name), element("p", {}, text), ...steps);
}
