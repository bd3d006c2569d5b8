// @ts-check
/** The card of what is picked; where several things overlap, one after the other. */
import { getJSON } from "../../gis/http.js";
import { _, interpolate } from "../../gis/i18n.js";
import { button, element, failed, iconButton, skeleton } from "../../gis/elements.js";

const panel = /** @type {HTMLElement} */ (document.getElementById("card"));
const name = /** @type {HTMLElement} */ (document.getElementById("card-name"));
const pager = /** @type {HTMLElement} */ (document.getElementById("card-pager"));
const body = /** @type {HTMLElement} */ (document.getElementById("card-body"));
let asking = new AbortController();

export const hideCard = () => { asking.abort(); panel.hidden = true; };

/**
 * @param {{layer: string, id: number}[]} stack what overlaps; `at` is the one shown
 * @param {number} at
 * @param {{onLoad: (card: any) => void, onTurn: (at: number) => void, onZoom: (card: any) => void}} wiring
 */
export async function showCard(stack, at, wiring) {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  const { layer, id } = stack[at];
  panel.hidden = false;
  name.textContent = _("Loading");
  body.replaceChildren(skeleton(6));
  pager.replaceChildren(...(stack.length > 1 ? turning(stack.length, at, wiring.onTurn) : []));
  try {
    const card = await getJSON(`/api/layers/${layer}/${id}`, { signal });
    draw(card, wiring);
    wiring.onLoad(card);
  } catch (error) {
    if (signal.aborted) return;
    name.textContent = "";
    body.replaceChildren(failed(error, () => showCard(stack, at, wiring)));
  }
}

/** @param {number} count @param {number} at @param {(at: number) => void} onTurn */
function turning(count, at, onTurn) {
  return [
    iconButton("chevron-left", _("Previous of those that overlap here"), { onclick: () => onTurn((at - 1 + count) % count) }),
    element("span", { class: "meta figures" }, `${at + 1}/${count}`),
    iconButton("chevron-right", _("Next of those that overlap here"), { onclick: () => onTurn((at + 1) % count) }),
  ];
}

/** @param {any} card @param {{onZoom: (card: any) => void}} wiring */
function draw(card, { onZoom }) {
  name.textContent = card.title;
  const facts = card.attributes.filter((/** @type {any} */ { display }) => display !== "");
  const place = card.region ? interpolate(_("%(layer)s in %(region)s"), { layer: card.layer_title, region: card.region }) : card.layer_title;
  body.replaceChildren(
    element("p", { class: "meta" }, place),
    element("dl", { class: "facts" }, ...facts.flatMap((/** @type {any} */ { title, display }) => [element("dt", {}, title), element("dd", {}, display)])),
    element("div", { class: "toolbar" }, button(_("Zoom to"), { class: "button small", onclick: () => onZoom(card) })),
  );
}
