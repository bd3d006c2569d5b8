// @ts-check
/** The search box: hits by layer, arrows and Enter, the map previews what is pointed at. */
import { getJSON, Problem } from "../../gis/http.js";
import { _, interpolate } from "../../gis/i18n.js";
import { element, failed } from "../../gis/elements.js";

const PAUSE_MS = 180; // a fast typist's letters are one question

/**
 * @typedef {{layer: string, id: number, title: string, subtitle: string, bbox: number[]}} Hit
 * @param {{onPreview: (hit: Hit | null) => void, onChoose: (hit: Hit) => void}} wiring
 */
export function wireSearch({ onPreview, onChoose }) {
  const input = /** @type {HTMLInputElement} */ (document.getElementById("finder"));
  const list = /** @type {HTMLElement} */ (document.getElementById("finder-hits"));
  let asking = new AbortController();
  let pause = 0;
  /** @type {Hit[]} */
  let hits = [];
  let current = -1;

  const close = () => {
    list.hidden = true;
    input.ariaExpanded = "false";
    input.removeAttribute("aria-activedescendant");
    current = -1;
    onPreview(null);
  };
  const open = () => { list.hidden = false; input.ariaExpanded = "true"; };
  const choose = (/** @type {Hit} */ hit) => { close(); input.blur(); onChoose(hit); };
  const point = (/** @type {number} */ at) => {
    list.querySelector('[aria-selected="true"]')?.setAttribute("aria-selected", "false");
    current = at;
    const option = list.querySelector(`#finder-hit-${at}`);
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    onPreview(hits[at] ?? null);
  };
  const draw = (/** @type {any[]} */ groups) => {
    hits = [];
    current = -1;
    list.replaceChildren(...groups.map((group) => groupElement(group)));
    if (!groups.length) list.append(element("p", { class: "finder-none meta" }, interpolate(_("Nothing is called “%(text)s”."), { text: input.value.trim() })));
    open();
  };
  /** @param {any} group */
  function groupElement({ layer, title, hits: some, more }) {
    const options = some.map((/** @type {Hit} */ hit) => {
      const at = hits.push({ ...hit, layer }) - 1;
      return element("div", { role: "option", id: `finder-hit-${at}`, class: "finder-hit", "aria-selected": "false",
        onpointerenter: () => point(at), onclick: () => choose(hits[at]) },
      element("span", { class: "cut" }, hit.title), element("span", { class: "meta cut" }, hit.subtitle));
    });
    return element("div", { role: "group", "aria-label": title },
      element("div", { class: "finder-group meta" }, title, more ? element("span", {}, _("and more")) : null), ...options);
  }
  const ask = async () => {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const text = input.value.trim();
    if (!text) { close(); return; }
    try {
      draw((await getJSON(`/api/search?q=${encodeURIComponent(text)}`, { signal })).groups);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Problem)) throw error;
      list.replaceChildren(failed(error, ask));
      open();
    }
  };

  input.addEventListener("input", () => { clearTimeout(pause); pause = window.setTimeout(ask, PAUSE_MS); });
  input.addEventListener("focus", () => { if (input.value.trim() && list.childElementCount) open(); });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // Enter and arrows belong to the input method
    if (event.key === "ArrowDown" && hits.length) point((current + 1) % hits.length);
    else if (event.key === "ArrowUp" && hits.length) point((current - 1 + hits.length) % hits.length);
    else if (event.key === "Enter" && hits.length && !list.hidden) choose(hits[Math.max(current, 0)]);
    else if (event.key === "Escape") { if (list.hidden) input.blur(); close(); }
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  list.addEventListener("pointerleave", () => onPreview(null));
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
  input.addEventListener("blur", close);
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.matches("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      input.focus();
      input.select();
    }
  });
}
