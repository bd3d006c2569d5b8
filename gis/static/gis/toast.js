// @ts-check
/** Short messages over the page, read out by screen readers; bad ones stay until they are closed. */
import { _ } from "./i18n.js";

const SHOWN_MS = 5_000;
const ICONS = { good: "circle-check", warn: "triangle-alert", bad: "octagon-alert" };

/** @type {HTMLElement | undefined} */
let stack;

function stackElement() {
  if (!stack) {
    stack = document.createElement("div");
    stack.className = "toasts";
    stack.popover = "manual"; // the top layer, above dialogs
    stack.setAttribute("aria-live", "polite");
    document.body.append(stack);
  }
  if (stack.matches(":popover-open")) stack.hidePopover();
  stack.showPopover();
  return stack;
}

/**
 * @param {string} text one sentence
 * @param {{tone?: "good" | "warn" | "bad"}} [options]
 * @returns {() => void} closes it
 */
export function toast(text, { tone = "good" } = {}) {
  const note = document.createElement("div");
  note.className = `toast ${tone}`;
  if (tone === "bad") note.setAttribute("role", "alert");
  const icon = document.createElement("wa-icon");
  icon.setAttribute("library", "wangge");
  icon.setAttribute("name", ICONS[tone]);
  const words = document.createElement("span");
  words.textContent = text;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "icon-button";
  button.setAttribute("aria-label", _("Close"));
  button.innerHTML = '<wa-icon library="wangge" name="x"></wa-icon>';
  note.append(icon, words, button);
  const close = () => {
    note.remove();
    if (stack && !stack.childElementCount && stack.matches(":popover-open")) stack.hidePopover();
  };
  button.addEventListener("click", close);
  stackElement().append(note);
  if (tone !== "bad") setTimeout(close, SHOWN_MS);
  return close;
}
