// @ts-check
/** The map workbench: what is on the map, what is picked, what a range holds, and how far it is. */
import { _, interpolate } from "../../gis/i18n.js";
import { toast } from "../../gis/toast.js";
import { element } from "../../gis/elements.js";
import { areaM2, areaText, circle, distanceM, lengthM, lengthText } from "../ground.js";
import { addOverlay, calm, createMap, fadeLayer, fitJurisdiction, padFor, pick, setOverlayData, showLayer } from "../map.js";
import { hideCard, showCard } from "./card.js";
import { createDrawing, rangeOf } from "./drawing.js";
import { showTree } from "./layers.js";
import { loadRegions, regionAt, showRegions } from "./regions.js";
import { createResults } from "./results.js";
import { wireSearch } from "./search.js";
import { read, write } from "./state.js";

/** @typedef {import("./state.js").Range} Range */
/** @typedef {import("./layers.js").LayerInfo} LayerInfo */

const LAST_CLICK_MS = 300;
const NOTHING = { type: "FeatureCollection", features: [] };
const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const bounds = JSON.parse(byId("jurisdiction").textContent ?? "null");
const narrow = matchMedia("(max-width: 800px)");

let view = read(location.search);
/** @type {LayerInfo[]} */
let layers = [];
/** @type {{layer: string, id: number}[]} */
let stack = [];
/** @type {any[]} */
let regions = [];

const map = createMap("map", { bounds, ...(view.at ?? {}) });

// --- the address -------------------------------------------------------------------------------------

/** @param {Partial<typeof view>} change @param {{push?: boolean}} [options] a step that the back button takes back */
function set(change, { push = false } = {}) {
  view = { ...view, ...change };
  const address = location.pathname + write(view);
  if (push) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}

map.on("moveend", () => {
  const { lng, lat } = map.getCenter();
  set({ at: { center: [lng, lat], zoom: map.getZoom() } });
});

addEventListener("popstate", () => {
  view = read(location.search);
  if (view.at) map.jumpTo(view.at);
  for (const layer of layers) { showLayer(map, layer.name, isShown(layer)); fadeLayer(map, layer.name, view.fades[layer.name] ?? 1); }
  drawTree();
  showPicked();
  showRange();
});

// --- what the workbench draws on the map --------------------------------------------------------------

const pointsOnly = ["==", ["geometry-type"], "Point"];

/** @param {string} name @param {string} token @param {number} width @param {number} fill opacity */
function highlight(name, token, width, fill) {
  addOverlay(map, name, {
    source: { type: "geojson", data: NOTHING },
    layers: (color) => [
      { id: "fill", type: "fill", paint: { "fill-color": color(token), "fill-opacity": fill } },
      { id: "line", type: "line", paint: { "line-color": color(token), "line-width": width } },
      { id: "point", type: "circle", filter: pointsOnly, paint: { "circle-radius": 9, "circle-opacity": 0, "circle-stroke-color": color(token), "circle-stroke-width": width } },
    ],
  });
}

highlight("range", "--accent", 2, 0.08);
addOverlay(map, "found", {
  source: { type: "geojson", data: NOTHING },
  layers: (color) => [{ id: "point", type: "circle", paint: { "circle-radius": 4, "circle-color": color("--accent"), "circle-stroke-color": color("--surface-1"), "circle-stroke-width": 1.5 } }],
});
highlight("picked", "--bad", 3, 0.06);
highlight("pointed", "--warn", 2, 0);
addOverlay(map, "measure", {
  source: { type: "geojson", data: NOTHING },
  layers: (color) => [
    { id: "fill", type: "fill", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": color("--accent"), "fill-opacity": 0.12 } },
    { id: "line", type: "line", paint: { "line-color": color("--accent"), "line-width": 3 } },
    { id: "label", type: "symbol", filter: pointsOnly, layout: { "text-field": ["get", "text"], "text-size": 13, "text-offset": [0, -1], "text-font": ["Noto Sans CJK SC"], "text-allow-overlap": true }, paint: { "text-color": color("--ink-1"), "text-halo-color": color("--surface-1"), "text-halo-width": 2 } },
  ],
});

/** @param {any} geometry @param {any} [properties] */
const feature = (geometry, properties = {}) => ({ type: "Feature", geometry, properties });
/** @param {any[]} features */
const collection = (features) => ({ type: "FeatureCollection", features });
/** @param {number[]} bbox */
const middle = ([west, south, east, north]) => [(west + east) / 2, (south + north) / 2];

/** A bbox as something to draw: its outline, or a point where it has no size. @param {number[]} bbox */
function outline([west, south, east, north]) {
  if (west === east && south === north) return { type: "Point", coordinates: [west, south] };
  return { type: "Polygon", coordinates: [[[west, south], [east, south], [east, north], [west, north], [west, south]]] };
}

/** @param {{bbox: number[]} | null} hit */
const pointAt = (hit) => setOverlayData(map, "pointed", hit ? collection([feature(outline(hit.bbox))]) : NOTHING);

/** @param {number[]} bbox */
function lookAt([west, south, east, north]) {
  map.fitBounds([west, south, east, north], { padding: 60, maxZoom: Math.max(18, Math.min(map.getZoom(), 20)), animate: !calm() });
}

// --- layers ------------------------------------------------------------------------------------------

/** @param {LayerInfo} layer */
const isShown = (layer) => (view.shown ? view.shown.includes(layer.name) : layer.shown);

const drawTree = () => showTree(byId("layers-body"), {
  isShown,
  opacityOf: (layer) => view.fades[layer.name] ?? 1,
  onShow(name, shown) {
    const names = layers.filter((layer) => (layer.name === name ? shown : isShown(layer))).map((layer) => layer.name);
    set({ shown: names });
    showLayer(map, name, shown);
  },
  onFade(name, opacity) {
    set({ fades: { ...view.fades, [name]: opacity } });
    fadeLayer(map, name, opacity);
  },
  onLoad(some) { layers = some; },
});

// --- picking -----------------------------------------------------------------------------------------

/** @param {{layer: string, id: number}[]} found */
function choose(found, at = 0) {
  stack = found;
  set({ picked: found[at] ?? null }, { push: true });
  showPicked();
}

function showPicked() {
  const { picked } = view;
  results.mark(picked);
  if (!picked) {
    hideCard();
    setOverlayData(map, "picked", NOTHING);
    makeRoom();
    return;
  }
  const at = stack.findIndex(({ layer, id }) => layer === picked.layer && id === picked.id);
  if (at < 0) stack = [picked];
  showCard(stack, Math.max(at, 0), {
    onLoad: (card) => setOverlayData(map, "picked", collection([feature(card.geometry)])),
    onTurn: (next) => choose(stack, next),
    onZoom: (card) => lookAt(card.bbox),
  });
  makeRoom();
}

map.on("click", async ({ point, lngLat }) => {
  if (tool === "region") {
    const region = regionAt(regions, [lngLat.lng, lngLat.lat]);
    if (region) chooseRegion(region);
    return;
  }
  if (tool || performance.now() - finishedAt < LAST_CLICK_MS) return;
  const found = pick(map, point);
  const cluster = found.find(({ count }) => count > 1);
  if (cluster && found[0] === cluster) {
    map.easeTo({ center: cluster.geometry.coordinates, zoom: map.getZoom() + 2, duration: calm() ? 0 : 300 });
    return;
  }
  choose(found.filter(({ id, count }) => id !== undefined && count === 1).map(({ layer, id }) => ({ layer, id })));
});
map.on("mousemove", ({ point }) => {
  if (!tool) map.getCanvas().style.cursor = pick(map, point).length ? "pointer" : "";
});

// --- range queries -----------------------------------------------------------------------------------

const results = createResults({
  onRows: (rows) => setOverlayData(map, "found", collection(rows.map(({ bbox }) => feature({ type: "Point", coordinates: middle(bbox) })))),
  onPoint: pointAt,
  onPick(row) { choose([row].map(({ layer, id }) => ({ layer, id }))); lookAt(row.bbox); },
  onZoom: () => { if (view.range) lookAtRange(view.range); },
  onAsk: (asked) => set({ asked }),
});

/** @param {Range} range */
async function shapeOf(range) {
  if (range.kind === "box") return outline(range.bbox);
  if (range.kind === "circle") return { type: "Polygon", coordinates: [circle(range.center, range.radius_m)] };
  if (range.kind === "polygon") return { type: "Polygon", coordinates: [range.ring] };
  return (await loadRegions()).find(({ properties }) => properties.code === range.code)?.geometry ?? null;
}

/** @param {Range} range */
async function lookAtRange(range) {
  const shape = await shapeOf(range);
  if (!shape) return;
  const places = shape.coordinates.flat(shape.type === "MultiPolygon" ? 2 : 1);
  const lons = places.map((/** @type {any} */ [lon]) => lon);
  const lats = places.map((/** @type {any} */ [, lat]) => lat);
  map.fitBounds([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)], { padding: 40, animate: !calm() });
}

async function showRange() {
  const { range } = view;
  if (!range) {
    results.hide();
    setOverlayData(map, "range", NOTHING);
    makeRoom();
    return;
  }
  results.ask(range, layers, view.asked ?? layers.filter((layer) => isShown(layer) && !layer.base).map(({ name }) => name));
  makeRoom();
  const shape = await shapeOf(range).catch(() => null); // the query itself tells why
  setOverlayData(map, "range", shape ? collection([feature(shape)]) : NOTHING);
}

/** @param {any} region */
function chooseRegion(region) {
  use(null);
  set({ range: { kind: "region", code: region.properties.code } }, { push: true });
  showRange();
  lookAtRange(/** @type {Range} */ (view.range));
}

// --- tools -------------------------------------------------------------------------------------------

/** @typedef {import("./drawing.js").Shape} Shape */
/** @type {Shape | "region" | null} */
let tool = null;

/** When a shape was finished: the click that did it picks nothing. */
let finishedAt = -Infinity;

const HINTS = {
  region: () => _("Click into a region or choose it from the list. Esc ends."),
  box: () => _("Draw a box: drag, or click two corners. Esc ends."),
  circle: () => _("Draw a circle: drag from its middle, or click middle and edge. Esc ends."),
  polygon: () => _("Click the corners; a click on the first one closes. Esc ends."),
  distance: () => _("Click along the way; a click on the last point ends."),
  area: () => _("Click the corners; a click on the first one closes. Esc ends."),
};

const drawing = createDrawing(map, { onChange: say, onFinish: finish });

/** Measures of the shape while it grows. @param {Shape} shape @param {any} geometry */
function say(shape, geometry) {
  const text = measured(shape, geometry);
  if (text) hint(text);
}

/** @param {Shape} shape @param {any} geometry */
function measured(shape, geometry) {
  if (shape === "distance") return lengthText(lengthM(geometry.coordinates));
  const [ring] = geometry.coordinates;
  if (ring.length < 4) return "";
  if (shape !== "circle") return areaText(areaM2(ring));
  const range = /** @type {import("./state.js").CircleRange} */ (rangeOf(shape, geometry));
  return interpolate(_("Radius %(radius)s"), { radius: lengthText(range.radius_m) });
}

/** @param {Shape} shape @param {any} geometry */
function finish(shape, geometry) {
  finishedAt = performance.now();
  use(null);
  if (shape === "distance" || shape === "area") {
    const text = measured(shape, geometry);
    setOverlayData(map, "measure", collection([feature(geometry), ...labels(shape, geometry, text)]));
    hint(text, { stays: true });
    return;
  }
  set({ range: rangeOf(shape, geometry) }, { push: true });
  showRange();
}

/** Lengths of the parts and the whole. @param {Shape} shape @param {any} geometry @param {string} text */
function labels(shape, geometry, text) {
  const line = shape === "distance" ? geometry.coordinates : geometry.coordinates[0];
  const parts = line.slice(1).map((/** @type {any} */ place, /** @type {number} */ n) => ({
    at: [(line[n][0] + place[0]) / 2, (line[n][1] + place[1]) / 2], text: lengthText(distanceM(line[n], place)),
  }));
  const corners = line.slice(0, -1);
  const whole = shape === "distance" ? { at: line.at(-1), text } : {
    at: [0, 1].map((axis) => corners.reduce((/** @type {number} */ sum, /** @type {any} */ place) => sum + place[axis], 0) / corners.length), text,
  };
  const shown = shape === "distance" && parts.length === 1 ? [whole] : [...parts, whole];
  return shown.map(({ at, text: words }) => feature({ type: "Point", coordinates: at }, { text: words }));
}

/** @param {string} text @param {{stays?: boolean}} [options] */
function hint(text, { stays = false } = {}) {
  const place = byId("hint");
  place.hidden = !text;
  place.replaceChildren(element("span", { class: "figures" }, text));
  if (stays) {
    place.append(element("button", { type: "button", class: "button small", onclick: clearMeasure }, _("Clear")));
  }
}

function clearMeasure() {
  setOverlayData(map, "measure", NOTHING);
  hint("");
}

/** Take up a tool, or put it down. @param {typeof tool} next */
function use(next) {
  drawing.stop();
  clearMeasure();
  tool = next;
  byId("regions").hidden = tool !== "region";
  map.getCanvas().style.cursor = tool ? "crosshair" : "";
  for (const button of document.querySelectorAll("[data-tool][aria-pressed]")) {
    button.setAttribute("aria-pressed", String(button.getAttribute("data-tool") === tool));
  }
  pointAt(null);
  if (!tool) return;
  hint(HINTS[tool]());
  if (tool !== "region") { drawing.start(tool); return; }
  showRegions(byId("regions-body"), {
    onPoint: (region) => setOverlayData(map, "pointed", region ? collection([feature(region.geometry)]) : NOTHING),
    onChoose: chooseRegion,
  });
  loadRegions().then((some) => { regions = some; }, () => {}); // the list shows the trouble
}

async function copyLink() {
  try {
    await navigator.clipboard.writeText(location.href);
    toast(_("The link is copied."));
  } catch {
    toast(_("The browser does not allow copying; take the link from the address bar."), { tone: "warn" });
  }
}

for (const button of document.querySelectorAll("[data-tool]")) {
  const name = /** @type {any} */ (button.getAttribute("data-tool"));
  button.addEventListener("click", () => {
    if (name === "layers") toggleLayers(byId("layers").hidden);
    else if (name === "whole") fitJurisdiction(map);
    else if (name === "link") copyLink();
    else use(tool === name ? null : name);
  });
}

const more = /** @type {HTMLElement} */ (document.querySelector(".wb-tools-more"));
more.addEventListener("click", () => {
  const open = /** @type {HTMLElement} */ (more.closest(".wb-tools")).classList.toggle("open");
  more.ariaExpanded = String(open);
});

// --- panels ------------------------------------------------------------------------------------------

/** @param {boolean} open */
function toggleLayers(open) {
  byId("layers").hidden = !open;
  document.querySelector('[data-tool="layers"]')?.setAttribute("aria-expanded", String(open));
  makeRoom();
}

/** The map's middle is the middle of what no panel covers. */
function makeRoom() {
  const size = (/** @type {string} */ id) => (byId(id).hidden ? { width: 0, height: 0 } : byId(id).getBoundingClientRect());
  if (narrow.matches) {
    padFor(map, { bottom: Math.max(size("card").height, size("results").height) });
    return;
  }
  padFor(map, { left: size("layers").width, right: size("card").width, bottom: size("results").height });
}

const CLOSES = /** @type {Record<string, () => void>} */ ({
  layers: () => toggleLayers(false),
  card: () => choose([]),
  results: () => { set({ range: null, asked: null }, { push: true }); showRange(); },
  regions: () => use(null),
});
for (const button of document.querySelectorAll("[data-close]")) {
  button.addEventListener("click", CLOSES[button.getAttribute("data-close") ?? ""]);
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector(":popover-open")) return;
  if (tool) use(null);
  else if (!byId("card").hidden) CLOSES.card();
  else if (!byId("results").hidden) CLOSES.results();
  else clearMeasure();
});
document.addEventListener("themechange", drawTree);

wireSearch({
  onPreview: pointAt,
  onChoose(hit) {
    lookAt(hit.bbox);
    choose([{ layer: hit.layer, id: hit.id }]);
  },
});

toggleLayers(!narrow.matches);
await drawTree();
for (const layer of layers) {
  if (view.shown) showLayer(map, layer.name, isShown(layer));
  if (layer.name in view.fades) fadeLayer(map, layer.name, view.fades[layer.name]);
}
showPicked();
showRange();
