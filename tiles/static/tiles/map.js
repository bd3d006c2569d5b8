// @ts-check
/** The map of every screen: our own base map and layers, in the theme that is shown, with controls in the
 * user's language. What a screen draws itself is an overlay, and stays when the theme changes. */
import { AttributionControl, GeolocateControl, Map as MapLibre, NavigationControl, ScaleControl } from "maplibre-gl";
import { _ } from "../gis/i18n.js";
import { color, theme } from "../gis/theme.js";
import { toast } from "../gis/toast.js";

/**
 * @typedef {[number, number, number, number]} Bounds west, south, east, north in EPSG:4326
 * @typedef {Object} MapOptions
 * @property {string[]} [layers] names of the layers to load; all that the user may see if left out
 * @property {Bounds | null} [bounds] the jurisdiction, where the map opens and `fitJurisdiction` returns to
 * @property {[number, number]} [center] lon, lat; together with `zoom` it wins over `bounds`
 * @property {number} [zoom]
 * @property {"paper" | "night"} [theme] fixed; otherwise the page's
 * @property {boolean} [zoomButtons] true unless told
 * @property {boolean} [locate] true unless told: a button "where am I"
 * @property {boolean} [scale] true unless told
 * @property {Record<string, any>} [maplibre] further options of MapLibre's Map
 *
 * @typedef {Object} Overlay
 * @property {any} source a MapLibre source; for GeoJSON `data` may come later through `setOverlayData`
 * @property {any[] | ((color: (token: string) => string) => any[])} layers MapLibre layers without `source`; as
 *   a function they are made anew for each theme with its colours
 * @property {string} [before] id of the layer that it lies under
 *
 * @typedef {Object} State
 * @property {Map<string, Overlay>} overlays
 * @property {Map<string, boolean>} visible what was switched by `showLayer`
 * @property {Map<string, number>} opacity what was set by `fadeLayer`, 0 to 1
 * @property {Bounds | null} bounds
 * @property {MapOptions} options
 * @property {Map<string, any>} drawn our style's layers as the server wrote them, by id
 * @property {any} style the style as the server wrote it; null until it came
 * @property {((sources: Record<string, any>) => Record<string, any>) | null} reroute see `useSources`
 * @property {() => boolean} takeOver see `onUnreachable`
 * @property {boolean} ready a style is on the map
 */

/** @type {WeakMap<MapLibre, State>} */
const states = new WeakMap();
/** @type {WeakMap<HTMLElement, MapLibre>} */
const maps = new WeakMap();
const stateOf = (/** @type {MapLibre} */ map) => /** @type {State} */ (states.get(map));

const CHINA = /** @type {Bounds} */ ([73, 18, 135, 54]);
const FADES = /** @type {Record<string, string[]>} */ ({
  fill: ["fill-opacity"], line: ["line-opacity"], circle: ["circle-opacity", "circle-stroke-opacity"],
  symbol: ["text-opacity", "icon-opacity"], heatmap: ["heatmap-opacity"], "fill-extrusion": ["fill-extrusion-opacity"],
});

/** No animation where the system asks for less motion. */
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * @param {string | HTMLElement} container
 * @param {MapOptions} [options]
 * @returns {MapLibre}
 */
export function createMap(container, options = {}) {
  const { bounds = null, center, zoom } = options;
  const map = new MapLibre({
    container,
    ...(center && zoom !== undefined ? { center, zoom } : { bounds: bounds ?? CHINA, fitBoundsOptions: { padding: 24 } }),
    maxZoom: 21,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    attributionControl: false,
    fadeDuration: calm() ? 0 : 200,
    locale: words(),
    localIdeographFontFamily: getComputedStyle(document.documentElement).getPropertyValue("--font"),
    ...options.maplibre,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  states.set(map, {
    overlays: new Map(), visible: new Map(), opacity: new Map(), drawn: new Map(), bounds, options, ready: false,
    style: null, reroute: null, takeOver: () => false,
  });
  maps.set(map.getContainer(), map);
  addControls(map, options);
  tellBusy(map);
  map.on("style.load", () => { stateOf(map).ready = true; });
  reportTrouble(map);
  dress(map);
  const change = () => dress(map);
  document.addEventListener("themechange", change);
  map.once("remove", () => document.removeEventListener("themechange", change));
  return map;
}

/** The map that was made in a container. @param {HTMLElement} container */
export const mapIn = (container) => maps.get(container);

const BEAT_MS = 200;

/** Something is yet to be drawn. @param {MapLibre} map */
function busy(map) {
  map.getContainer().ariaBusy = "true";
  map.triggerRepaint();
}

/**
 * The container is aria-busy until everything asked for is drawn. The map finds out that it is idle only in a
 * frame, and not all that ends its work asks for one (a tile given up, one that came back unchanged): while it
 * is busy, frames are asked for.
 * @param {MapLibre} map
 */
function tellBusy(map) {
  const container = map.getContainer();
  let beat = 0;
  busy(map);
  map.on("dataloading", () => busy(map));
  map.on("render", () => {
    container.ariaBusy = "true";
    clearTimeout(beat);
    beat = window.setTimeout(() => map.triggerRepaint(), BEAT_MS);
  });
  map.on("idle", () => { clearTimeout(beat); container.ariaBusy = "false"; });
  map.once("remove", () => clearTimeout(beat));
}

/** @param {MapLibre} map @param {MapOptions} options */
function addControls(map, { zoomButtons = true, locate = true, scale = true }) {
  map.addControl(new AttributionControl({ compact: true }), "bottom-right");
  if (scale) map.addControl(new ScaleControl({ maxWidth: 120, unit: "metric" }), "bottom-left");
  if (zoomButtons) map.addControl(new NavigationControl({ showCompass: false }), "bottom-right");
  if (locate) {
    map.addControl(new GeolocateControl({
      positionOptions: { enableHighAccuracy: true, timeout: 10_000 }, trackUserLocation: true,
    }), "bottom-right");
  }
}

/** MapLibre's own words, in the user's language. */
function words() {
  return {
    "AttributionControl.ToggleAttribution": _("Show or hide the sources"),
    "GeolocateControl.FindMyLocation": _("Where am I"),
    "GeolocateControl.LocationNotAvailable": _("The position is not available"),
    "Map.Title": _("Map"),
    "Marker.Title": _("Marker"),
    "NavigationControl.ZoomIn": _("Zoom in"),
    "NavigationControl.ZoomOut": _("Zoom out"),
    "Popup.Close": _("Close"),
    "ScaleControl.Meters": _("m"),
    "ScaleControl.Kilometers": _("km"),
  };
}

// --- the style ---------------------------------------------------------------------------------------

/** @param {MapLibre} map */
const themeOf = (map) => stateOf(map).options.theme ?? theme();

/**
 * Put the style of the theme on the map, with what was switched and drawn on it.
 * @param {MapLibre} map
 */
function dress(map) {
  const { layers } = stateOf(map).options;
  const query = layers ? `?layers=${layers.map(encodeURIComponent).join(",")}` : "";
  map.setStyle(`/styles/${themeOf(map)}.json${query}`, {
    transformStyle: (previous, next) => dressed(map, previous, next),
  });
}

/** @param {MapLibre} map @param {any} previous @param {any} next */
function dressed(map, previous, next) {
  const state = stateOf(map);
  const foreign = foreignTo(state, previous);
  state.style = next;
  state.drawn = new Map(next.layers.map((/** @type {any} */ layer) => [layer.id, layer]));
  const ours = next.layers.map((/** @type {any} */ layer) => switched(state, layer));
  const sources = { ...foreign.sources, ...(state.reroute?.(next.sources) ?? next.sources) };
  const layers = [...ours];
  for (const [name, overlay] of state.overlays) {
    sources[name] = overlay.source;
    for (const layer of overlayLayers(map, name, overlay)) place(layers, layer, overlay.before);
  }
  return { ...next, sources, layers: [...layers, ...foreign.layers] };
}

/**
 * Take the tiles from elsewhere, without asking the server for anything.
 * @param {MapLibre} map
 * @param {((sources: Record<string, any>) => Record<string, any>) | null} reroute gives the sources in place of the
 *   style's own; null: these again
 */
export function useSources(map, reroute) {
  const state = stateOf(map);
  state.reroute = reroute;
  if (!state.style) return; // when it comes
  busy(map);
  map.setStyle(state.style, { transformStyle: (previous, next) => dressed(map, previous, next) });
}

/**
 * What others (a drawing tool) put on the map by themselves: it stays.
 * @param {State} state @param {any} previous
 */
function foreignTo(state, previous) {
  const ours = (/** @type {any} */ layer) => state.drawn.has(layer.id) || state.overlays.has(layer.source);
  const layers = (previous?.layers ?? []).filter((/** @type {any} */ layer) => !ours(layer));
  const names = new Set(layers.map((/** @type {any} */ layer) => layer.source));
  const sources = Object.fromEntries(Object.entries(previous?.sources ?? {}).filter(([name]) => names.has(name)));
  return { layers, sources };
}

/** @param {any[]} layers @param {any} layer @param {string} [before] */
function place(layers, layer, before) {
  const at = before ? layers.findIndex(({ id }) => id === before) : -1;
  layers.splice(at < 0 ? layers.length : at, 0, layer);
}

/** A style layer as it was switched and faded. @param {State} state @param {any} layer */
function switched(state, layer) {
  const name = layer.metadata?.["wangge:layer"];
  const shown = state.visible.get(name);
  const opacity = state.opacity.get(name);
  const made = { ...layer };
  if (shown !== undefined) made.layout = { ...layer.layout, visibility: shown ? "visible" : "none" };
  if (opacity !== undefined) {
    made.paint = { ...layer.paint };
    for (const property of FADES[layer.type] ?? []) made.paint[property] = faded(layer.paint?.[property], opacity);
  }
  return made;
}

/**
 * An opacity, maybe an expression, times `by`. A zoom expression must stay outermost: its outputs are faded.
 * @param {any} value @param {number} by @returns {any}
 */
export function faded(value, by) {
  if (value === undefined) return by;
  if (typeof value === "number") return value * by;
  const [operator] = value;
  if (operator === "interpolate") {
    return value.map((/** @type {any} */ part, /** @type {number} */ n) => (n > 2 && n % 2 === 0 ? faded(part, by) : part));
  }
  if (operator === "step") {
    return value.map((/** @type {any} */ part, /** @type {number} */ n) => (n > 1 && n % 2 === 0 ? faded(part, by) : part));
  }
  return ["*", by, value];
}

/** @param {MapLibre} map @param {string} name */
function layersOf(map, name) {
  return [...stateOf(map).drawn.values()].filter((layer) => layer.metadata?.["wangge:layer"] === name);
}

/**
 * Switch a layer of the style on or off; it stays so in the other theme.
 * @param {MapLibre} map @param {string} name @param {boolean} shown
 */
export function showLayer(map, name, shown) {
  busy(map);
  stateOf(map).visible.set(name, shown);
  for (const { id } of layersOf(map, name)) {
    if (map.getLayer(id)) map.setLayoutProperty(id, "visibility", shown ? "visible" : "none");
  }
}

/**
 * @param {MapLibre} map @param {string} name @param {number} opacity 0 to 1
 */
export function fadeLayer(map, name, opacity) {
  busy(map);
  const state = stateOf(map);
  state.opacity.set(name, opacity);
  for (const layer of layersOf(map, name)) {
    const { paint } = switched(state, layer);
    for (const property of FADES[layer.type] ?? []) {
      if (map.getLayer(layer.id)) map.setPaintProperty(layer.id, property, paint[property]);
    }
  }
}

// --- overlays ----------------------------------------------------------------------------------------

/** @param {MapLibre} map @param {string} name @param {Overlay} overlay */
function overlayLayers(map, name, overlay) {
  const layers = typeof overlay.layers === "function" ? overlay.layers(color) : overlay.layers;
  return layers.map((layer) => ({ ...layer, id: `${name}/${layer.id}`, source: name }));
}

/**
 * Draw something of the screen's own; it stays when the theme changes. Layer ids become `<name>/<id>`.
 * @param {MapLibre} map @param {string} name @param {Overlay} overlay
 */
export function addOverlay(map, name, overlay) {
  busy(map);
  const state = stateOf(map);
  removeOverlay(map, name);
  state.overlays.set(name, { ...overlay, source: { ...overlay.source } });
  if (!state.ready) return; // the style, when it comes, brings it
  map.addSource(name, overlay.source);
  const before = overlay.before && map.getLayer(overlay.before) ? overlay.before : undefined;
  for (const layer of overlayLayers(map, name, overlay)) map.addLayer(layer, before);
}

/** @param {MapLibre} map @param {string} name @param {any} data GeoJSON */
export function setOverlayData(map, name, data) {
  busy(map);
  const overlay = stateOf(map).overlays.get(name);
  if (!overlay) throw new Error(`There is no overlay ${name}.`);
  overlay.source.data = data;
  /** @type {any} */ (map.getSource(name))?.setData(data);
}

/** @param {MapLibre} map @param {string} name */
export function removeOverlay(map, name) {
  const state = stateOf(map);
  if (!state.overlays.delete(name) || !state.ready) return;
  busy(map);
  for (const { id, source } of map.getStyle().layers.map((layer) => /** @type {any} */ (layer))) {
    if (source === name) map.removeLayer(id);
  }
  if (map.getSource(name)) map.removeSource(name);
}

// --- where to look -----------------------------------------------------------------------------------

/** Show the whole jurisdiction. @param {MapLibre} map */
export function fitJurisdiction(map) {
  const { bounds } = stateOf(map);
  map.fitBounds(bounds ?? CHINA, { padding: 24, animate: !calm() });
}

/**
 * Keep the view clear of panels that cover the map's edges: its middle is the middle of what is free.
 * @param {MapLibre} map @param {{left?: number, right?: number, top?: number, bottom?: number}} padding pixels
 */
export function padFor(map, padding) {
  const whole = { left: 0, right: 0, top: 0, bottom: 0, ...padding };
  map.easeTo({ padding: whole, duration: calm() ? 0 : 200 });
}

/**
 * The features of our layers at a point of the screen, the topmost first, each once.
 * @param {MapLibre} map
 * @param {{x: number, y: number}} point
 * @param {{radius_px?: number, layers?: string[]}} [options] `layers`: only these
 * @returns {{layer: string, id: any, properties: any, geometry: any, count: number}[]} `count` is how many
 *   a cluster stands for, else 1
 */
export function pick(map, { x, y }, { radius_px = matchMedia("(pointer: coarse)").matches ? 12 : 4, layers } = {}) {
  const found = new Map();
  const box = /** @type {any} */ ([[x - radius_px, y - radius_px], [x + radius_px, y + radius_px]]);
  for (const feature of map.queryRenderedFeatures(box)) {
    const layer = /** @type {any} */ (feature.layer.metadata)?.["wangge:layer"];
    if (!layer || (layers && !layers.includes(layer))) continue;
    const { id, properties } = feature;
    const key = `${layer} ${id ?? JSON.stringify(properties)}`;
    if (!found.has(key)) {
      found.set(key, { layer, id, properties, geometry: feature.geometry, count: properties.point_count ?? 1 });
    }
  }
  return [...found.values()];
}

// --- trouble -----------------------------------------------------------------------------------------

/**
 * @param {MapLibre} map
 * @param {() => boolean} takeOver called when tiles did not come; true if they will come from elsewhere
 */
export function onUnreachable(map, takeOver) {
  stateOf(map).takeOver = takeOver;
}

/** Say once, until it works again, that the map is not whole. @param {MapLibre} map */
function reportTrouble(map) {
  /** @type {(() => void) | null} */
  let close = null;
  map.on("error", ({ error }) => {
    const status = /** @type {any} */ (error)?.status;
    if (close || status === 404) return;
    if (status === 0 && stateOf(map).takeOver()) return;
    const signedOut = status === 401 || status === 403;
    close = toast(
      signedOut ? _("You are signed out. Sign in again.") : _("The map could not be loaded completely. Check the network."),
      { tone: "bad" },
    );
  });
  map.on("idle", () => { close?.(); close = null; });
}
