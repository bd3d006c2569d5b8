// @ts-check
/** The layer tree: what is on the map, how many, with its legend and opacity in place. */
import { getJSON } from "../../gis/http.js";
import { _, interpolate } from "../../gis/i18n.js";
import { element, failed, skeleton } from "../../gis/elements.js";
import { theme } from "../../gis/theme.js";

/**
 * @typedef {Object} LayerInfo
 * @property {string} name
 * @property {string} title
 * @property {string} group
 * @property {boolean} shown
 * @property {boolean} base
 * @property {boolean} searchable
 * @property {[number, number]} zooms
 * @property {number} count
 * @property {{type: string, colour: string, label: string}[]} legend
 */

/** @returns {Promise<LayerInfo[]>} */
export async function loadLayers() {
  return (await getJSON(`/api/layers?theme=${theme()}`)).layers;
}

/**
 * @param {HTMLElement} place
 * @param {{isShown: (layer: LayerInfo) => boolean, opacityOf: (layer: LayerInfo) => number,
 *   onShow: (name: string, shown: boolean) => void, onFade: (name: string, opacity: number) => void,
 *   onLoad: (layers: LayerInfo[]) => void}} wiring
 */
export async function showTree(place, wiring) {
  place.ariaBusy = "true";
  if (!place.childElementCount) place.append(skeleton(10));
  try {
    const layers = await loadLayers();
    wiring.onLoad(layers);
    place.replaceChildren(...groupsOf(layers).map(([group, some]) => groupElement(group, some, wiring)));
  } catch (error) {
    place.replaceChildren(failed(error, () => showTree(place, wiring)));
  }
  place.ariaBusy = "false";
}

/** Our data first, the ground under it last. @param {LayerInfo[]} layers @returns {[string, LayerInfo[]][]} */
function groupsOf(layers) {
  /** @type {Map<string, LayerInfo[]>} */
  const groups = new Map();
  for (const layer of [...layers].sort((a, b) => Number(a.base) - Number(b.base))) {
    groups.set(layer.group, [...(groups.get(layer.group) ?? []), layer]);
  }
  return [...groups];
}

/** @param {string} group @param {LayerInfo[]} layers @param {any} wiring */
function groupElement(group, layers, wiring) {
  return element("details", { class: "tree-group", open: true },
    element("summary", {}, group || _("Other")),
    element("ul", { class: "tree" }, ...layers.map((layer) => layerElement(layer, wiring))));
}

/** @param {LayerInfo} layer @param {any} wiring */
function layerElement(layer, { isShown, opacityOf, onShow, onFade }) {
  const box = element("input", { type: "checkbox", id: `layer-${layer.name}`, checked: isShown(layer),
    onchange: () => onShow(layer.name, box.checked) });
  const count = layer.count.toLocaleString(document.documentElement.lang);
  const opacity = element("input", { type: "range", min: "10", max: "100", step: "5", value: Math.round(opacityOf(layer) * 100),
    "aria-label": interpolate(_("Opacity of %(title)s"), layer), oninput: () => onFade(layer.name, Number(opacity.value) / 100) });
  return element("li", { class: "wb-layer" },
    element("div", { class: "wb-layer-head" },
      element("label", { class: "tick", for: box.id }, box, element("span", {}, layer.title)),
      legendElement(layer, true), element("span", { class: "meta figures" }, count)),
    element("details", {},
      element("summary", { "aria-label": interpolate(_("Legend and opacity of %(title)s"), layer) }),
      legendElement(layer, false),
      element("label", { class: "wb-opacity meta" }, element("span", {}, _("Opacity")), opacity),
      layer.zooms[0] > 0 ? element("p", { class: "meta" }, interpolate(_("Drawn from zoom level %(zoom)s on."), { zoom: layer.zooms[0] })) : null));
}

/** @param {LayerInfo} layer @param {boolean} short only the first few swatches, without words */
function legendElement(layer, short) {
  const rows = layer.legend.map(({ type, colour, label }) => {
    const swatch = element("i", { class: `swatch ${type === "line" ? "line" : type === "fill" ? "" : "point"}` });
    if (type === "line") swatch.style.borderTopColor = colour;
    else swatch.style.background = colour;
    return short ? swatch : element("span", { class: "legend-row" }, swatch, element("span", {}, label));
  });
  return element("span", { class: short ? "wb-swatches" : "legend" }, ...(short ? rows.slice(0, 4) : rows));
}
