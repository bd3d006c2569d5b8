// @ts-check
/** Choosing a region: from the list, or by a click into it. */
import { getJSON } from "../../gis/http.js";
import { _ } from "../../gis/i18n.js";
import { element, failed, skeleton } from "../../gis/elements.js";

const MOST = 1000;

/** @type {Promise<any[]> | null} */
let loading = null;

/** The regions that the user sees, as GeoJSON, by code. */
export function loadRegions() {
  loading ??= getJSON(`/ogc/collections/regions/items?limit=${MOST}`).then(
    ({ features }) => features.sort((/** @type {any} */ a, /** @type {any} */ b) => (a.properties.code < b.properties.code ? -1 : 1)),
    (error) => { loading = null; throw error; },
  );
  return /** @type {Promise<any[]>} */ (loading);
}

/** @param {[number, number][][]} rings @param {[number, number]} place */
function holds(rings, [x, y]) {
  let inside = false;
  for (const ring of rings) {
    for (let n = 1; n < ring.length; n += 1) {
      const [xa, ya] = ring[n - 1];
      const [xb, yb] = ring[n];
      if (ya > y !== yb > y && x < ((xb - xa) * (y - ya)) / (yb - ya) + xa) inside = !inside;
    }
  }
  return inside;
}

/** The smallest region around a place. @param {any[]} regions @param {[number, number]} place */
export function regionAt(regions, place) {
  const around = regions.filter(({ geometry }) => {
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    return polygons.some((/** @type {any} */ rings) => holds(rings, place));
  });
  return around.reduce((best, region) => (!best || region.properties.code.length > best.properties.code.length ? region : best), null);
}

/**
 * @param {HTMLElement} place
 * @param {{onPoint: (region: any | null) => void, onChoose: (region: any) => void}} wiring
 */
export async function showRegions(place, wiring) {
  place.replaceChildren(skeleton(6));
  try {
    const regions = await loadRegions();
    const least = Math.min(...regions.map(({ properties }) => properties.code.length));
    const filter = element("input", { class: "input", type: "search", "aria-label": _("Narrow the list of regions"), placeholder: _("Name or code"), oninput: () => draw() });
    const list = element("ul", { class: "tree wb-regions" });
    const draw = () => {
      const text = filter.value.trim();
      const some = regions.filter(({ properties: { name, code } }) => !text || name.includes(text) || code.startsWith(text));
      list.replaceChildren(...some.map((region) => element("li", {}, regionButton(region, least, wiring))));
    };
    draw();
    place.replaceChildren(filter, list);
    filter.focus();
  } catch (error) {
    place.replaceChildren(failed(error, () => showRegions(place, wiring)));
  }
}

/** @param {any} region @param {number} least @param {any} wiring */
function regionButton(region, least, { onPoint, onChoose }) {
  const { name, code } = region.properties;
  const made = element("button", { type: "button", class: "menu-item", onclick: () => onChoose(region), onpointerenter: () => onPoint(region),
    onpointerleave: () => onPoint(null), onfocus: () => onPoint(region), onblur: () => onPoint(null) },
  element("span", { class: "grow cut" }, name), element("span", { class: "meta figures" }, code));
  made.style.paddingInlineStart = `${8 + (code.length - least) * 4}px`;
  return made;
}
