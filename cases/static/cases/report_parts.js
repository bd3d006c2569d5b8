// @ts-check
/** Small pieces that the report page is drawn from. */

/**
 * @param {string} tag @param {Record<string, any>} [attributes] `text` is the content
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function el(tag, { text, ...attributes } = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, String(value));
  }
  if (text !== undefined) element.textContent = text;
  element.append(...children);
  return element;
}

/** @param {string} name */
export const icon = (name) => el("wa-icon", { library: "wangge", name });

/**
 * @param {string} words @param {() => void} press @param {{className?: string, iconName?: string}} [options]
 */
export function button(words, press, { className = "button", iconName } = {}) {
  const element = el("button", { type: "button", class: className }, ...(iconName ? [icon(iconName)] : []), el("span", { text: words }));
  element.addEventListener("click", press);
  return element;
}

/** @param {"warn" | "bad" | "good" | ""} tone @param {string} words @param {string} iconName @param {string} [id] */
export const strip = (tone, words, iconName, id) =>
  el("div", { class: `callout ${tone}`, "data-strip": id }, icon(iconName), el("div", { text: words }));
