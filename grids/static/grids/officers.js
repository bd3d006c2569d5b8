// @ts-check
/** Choosing the officers of a grid: found by name or card number, one of them is the main one. */
import { _, interpolate } from "../gis/i18n.js";
import { getJSON, Problem } from "../gis/http.js";
import { element, iconButton } from "../gis/elements.js";

const PAUSE_MS = 250;

/** @typedef {{id: number, name: string, card_number: string, organisation: string}} Officer */

/**
 * @param {{input: HTMLInputElement, hits: HTMLElement, list: HTMLElement, region?: string, onChange: () => void}} options
 */
export function createOfficers({ input, hits, list, region = "", onChange }) {
  /** @type {Officer[]} */
  let chosen = [];
  /** @type {number | null} */
  let main = null;
  let waiting = 0;
  const group = `main-${list.id}`;

  function draw() {
    list.replaceChildren(...chosen.map((officer) => {
      const radio = element("input", { type: "radio", name: group, onchange: () => { main = officer.id; onChange(); } });
      radio.checked = officer.id === main;
      return element("li", { "data-officer": officer.id }, element("span", {}, officer.name), element("span", { class: "meta cut" }, officer.organisation),
        element("label", { class: "tick" }, radio, _("Main officer")),
        iconButton("x", interpolate(_("Remove %(name)s"), officer), { onclick: () => {
          chosen = chosen.filter(({ id }) => id !== officer.id);
          if (main === officer.id) main = chosen[0]?.id ?? null;
          draw();
          onChange();
        } }));
    }));
  }

  /** @param {Officer} officer */
  function add(officer) {
    if (!chosen.some(({ id }) => id === officer.id)) chosen.push(officer);
    main ??= officer.id;
    input.value = "";
    close();
    draw();
    onChange();
    input.focus();
  }

  function close() {
    hits.hidden = true;
    input.ariaExpanded = "false";
  }

  async function find() {
    try {
      const query = new URLSearchParams({ q: input.value, ...(region && { region_code: region }) });
      const found = await getJSON(`/api/officers?${query}`);
      hits.replaceChildren(...found.map((/** @type {Officer} */ officer) => element("button", { type: "button", role: "option", onclick: () => add(officer) },
        element("span", {}, officer.name), element("span", { class: "meta" }, `${officer.card_number} · ${officer.organisation}`))));
      if (!found.length) hits.replaceChildren(element("p", { class: "empty" }, _("No officer of this region has this name.")));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      hits.replaceChildren(element("p", { class: "failed" }, error.detail));
    }
    hits.hidden = false;
    input.ariaExpanded = "true";
  }

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    if (!input.value.trim()) { close(); return; }
    waiting = window.setTimeout(find, PAUSE_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.stopPropagation(); close(); }
    if (event.key === "Enter") { event.preventDefault(); /** @type {HTMLElement | null} */ (hits.querySelector("button"))?.click(); }
    if (event.key === "ArrowDown") { event.preventDefault(); /** @type {HTMLElement | null} */ (hits.querySelector("button"))?.focus(); }
  });

  return {
    chosen: () => ({ officers: chosen.map(({ id }) => id), main }),
    kept: () => ({ chosen, main }),
    /** @param {Officer[]} officers @param {number | null} mainOne */
    set(officers, mainOne) { chosen = [...officers]; main = mainOne; draw(); },
  };
}
