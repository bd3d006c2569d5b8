// @ts-check
/** Small pieces that the report page is drawn from. */
import { element, icon } from "../gis/elements.js";

export { icon };

/**
 * @param {string} tag @param {Record<string, any>} [attributes] `text` is the content
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export const el = (tag, { text, ...attributes } = {}, ...children) =>
  element(tag, attributes, ...(text === undefined ? children : [text, ...children]));

/**
 * @param {string} words @param {() => void} press @param {{className?: string, iconName?: string}} [options]
 */
export const button = (words, press, { className = "button", iconName } = {}) =>
  element("button", { type: "button", class: className, onclick: press }, iconName ? icon(iconName) : null, el("span", { text: words }));

/** @param {"warn" | "bad" | "good" | ""} tone @param {string} words @param {string} iconName @param {string} [id] */
export const strip = (tone, words, iconName, id) =>
  el("div", { class: `callout ${tone}`, "data-strip": id }, icon(iconName), el("div", { text: words }));
