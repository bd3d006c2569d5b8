// @ts-check
/** The command centre: one state, told by the address; every change of it asks the server and draws anew. */
import { _, interpolate } from "../gis/i18n.js";
import { getJSON, Problem } from "../gis/http.js";
import { element, failed, skeleton } from "../gis/elements.js";
import { createCentreMap } from "./centre_map.js";
import { createHistogram } from "./centre_histogram.js";
import { card, chip, classTree, figures, legend, newCases, tick } from "./centre_panels.js";
import { filterOf, holds, read, wholeTime, write } from "./centre_state.js";
import { watchCases } from "./live.js";
import { pick } from "../tiles/map.js";

/** @typedef {import("./centre_state.js").State} State */

const TICKS = 60;
const SOON_MS = 200; // news that come together are counted once
const REST_MS = 1_000; // between two countings
const DAY_MS = 60_000; // how often the clock looks for a new day

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const config = JSON.parse(byId("config").textContent ?? "{}");
const stages = Object.fromEntries(config.stages);
const NAMES = /** @type {Record<string, string>} */ ({ today: _("Today"), "7d": _("7 days"), "30d": _("30 days"), "1y": _("One year") });

let state = read(location.search, config.usual);
/** @type {any} */
let told = null;
/** @type {Set<number>} */
const known = new Set();
let unseen = 0;

const centre = createCentreMap(byId("map"), { bounds: config.bounds, at: state.at, ramps: config.heat });
const { map } = centre;
const histogram = createHistogram(byId("histogram"), (brush) => set({ brush }));

// --- the state and its address ------------------------------------------------------------------------

/** @param {Partial<State>} change */
function set(change) {
  state = { ...state, ...change };
  history.replaceState(null, "", location.pathname + write(state, config.usual));
  drawControls();
  load();
}

map.on("moveend", () => {
  const { lng, lat } = map.getCenter();
  state = { ...state, at: { center: [lng, lat], zoom: map.getZoom() } };
  history.replaceState(null, "", location.pathname + write(state, config.usual));
  loadHeat();
});

// --- what is counted ----------------------------------------------------------------------------------

let asking = new AbortController();
const timeNow = () => (state.brush ? { datetime: state.brush } : wholeTime(state));
/** @param {Record<string, string>} params */
const query = (params) => new URLSearchParams(params).toString();

async function load() {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  byId("figures").ariaBusy = "true";
  try {
    const whole = getJSON(`/api/cases/figures?${query({ ...wholeTime(state), ...filterOf(state) })}`, { signal });
    const part = state.brush ? getJSON(`/api/cases/figures?${query({ ...timeNow(), ...filterOf(state) })}`, { signal }) : whole;
    const latest = getJSON(`/api/cases/latest?${query({ ...timeNow(), ...filterOf(state) })}`, { signal });
    const [all, now, newest] = await Promise.all([whole, part, latest]);
    told = now;
    histogram.set(all.histogram, state.brush);
    drawFigures();
    drawTicker(newest.features);
    centre.setPoints({ datetime: now.period.datetime, ...filterOf(state) });
    await loadHeat();
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof Problem)) throw error;
    byId("figures").replaceChildren(failed(error, load));
  } finally {
    if (!signal.aborted) byId("figures").ariaBusy = "false";
  }
}

let heatAsking = new AbortController();

async function loadHeat() {
  byId("legend").hidden = state.shown !== "heat";
  if (!told || state.shown !== "heat") return;
  heatAsking.abort();
  heatAsking = new AbortController();
  const { signal } = heatAsking;
  try {
    const answer = await getJSON(`/api/cases/heat?${query({ ...centre.view(), datetime: told.period.datetime, ...filterOf(state) })}`, { signal });
    centre.setHeat(answer);
    byId("map").dataset.total = String(answer.total);
    byId("legend").replaceChildren(...legend(answer.legend, centre.ramp()));
  } catch (error) {
    if (!signal.aborted && !(error instanceof Problem)) throw error;
  }
}

let counting = 0;
let counted = 0;

/** Count anew, soon, but not for each single piece of news. */
function countSoon() {
  if (counting) return;
  const wait = Math.max(SOON_MS, REST_MS - (performance.now() - counted));
  counting = window.setTimeout(() => { counting = 0; counted = performance.now(); load(); }, wait);
}

// --- drawing ------------------------------------------------------------------------------------------

function drawFigures() {
  byId("figures").replaceChildren(...figures(told, state, {
    stage: (stage) => set({ stage: state.stage === stage ? "" : stage }),
    region: (region) => set({ region: state.region === region ? "" : region }),
    major: (ids) => set({ categories: ids.join() === state.categories.join() ? [] : ids }),
  }));
}

/** @param {any[]} features */
function drawTicker(features) {
  const list = byId("ticker-list");
  const fresh = new Set([...list.querySelectorAll(".is-new")].map((row) => Number(/** @type {HTMLElement} */ (row).dataset.case)));
  for (const { id } of features) known.add(id);
  list.replaceChildren(...features.map((feature) => tick(feature, stages, show, fresh.has(feature.id))));
  if (!features.length) list.append(element("li", { class: "empty" }, _("No cases yet in this time. New ones appear here at once.")));
  list.ariaBusy = "false";
}

function drawControls() {
  const windows = config.windows.map((/** @type {string} */ name) => element("button",
    { type: "button", "aria-pressed": String(state.window === name), onclick: () => set({ window: name, datetime: "", brush: "" }) }, NAMES[name]));
  windows.push(element("button", { type: "button", "aria-pressed": String(!state.window), onclick: ownWindow }, _("Custom")));
  byId("windows").replaceChildren(...windows);
  byId("custom").hidden = Boolean(state.window);
  const [from, to] = state.datetime.split("/");
  /** @type {HTMLInputElement} */ (byId("from")).value = from ?? "";
  /** @type {HTMLInputElement} */ (byId("to")).value = to ?? "";
  /** @type {HTMLSelectElement} */ (byId("region")).value = state.region;
  for (const radio of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('input[name="shown"]'))) radio.checked = radio.value === state.shown;
  byId("brush-clear").hidden = !state.brush;
  byId("time-hint").textContent = state.brush ? "" : _("Brush a stretch to filter everything");
  byId("classes-name").textContent = state.categories.length
    ? interpolate(_("%(count)s classes"), { count: state.categories.length }) : _("All classes");
  byId("chips").replaceChildren(...(state.stage ? [chip(stages[state.stage], () => set({ stage: "" }))] : []));
  drawClasses();
}

function drawClasses() {
  const body = byId("classes-body");
  const open = new Set([...body.querySelectorAll("details[open]")].map((branch) => /** @type {HTMLElement} */ (branch).dataset.branch));
  const tree = classTree(config.categories, state.categories, (categories) => set({ categories }));
  for (const branch of tree.flatMap((kind) => [kind, ...kind.querySelectorAll("details")])) {
    if (open.has(branch.dataset.branch)) branch.open = true;
  }
  body.replaceChildren(...tree);
}

function ownWindow() {
  const day = (/** @type {string | null} */ iso) => (iso ?? new Date().toISOString()).slice(0, 10);
  const { start, end } = told?.period ?? {};
  const last = end && Date.parse(end) < Date.now() ? end : new Date().toISOString();
  set({ window: "", datetime: state.datetime || `${day(start)}/${day(last)}`, brush: "" });
}

for (const id of ["from", "to"]) {
  byId(id).addEventListener("change", () => {
    const [from, to] = ["from", "to"].map((name) => /** @type {HTMLInputElement} */ (byId(name)).value);
    if (from && to) set({ window: "", datetime: from <= to ? `${from}/${to}` : `${to}/${from}`, brush: "" });
  });
}
byId("region").append(element("option", { value: "" }, _("Whole jurisdiction")), ...config.regions
  .filter((/** @type {any} */ { code }) => code !== config.jurisdiction)
  .map((/** @type {any} */ { code, name }) => element("option", { value: code }, `${"　".repeat(code.length > 9 ? 1 : 0)}${name}`)));
byId("region").addEventListener("change", (event) => set({ region: /** @type {any} */ (event.target).value }));
byId("classes-all").addEventListener("click", () => set({ categories: [] }));
byId("brush-clear").addEventListener("click", () => { histogram.clear(); set({ brush: "" }); });
for (const radio of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('input[name="shown"]'))) {
  radio.addEventListener("change", () => { set({ shown: /** @type {any} */ (radio.value) }); centre.show(state.shown); });
}
for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-drawer]"))) {
  button.addEventListener("click", () => {
    const open = byId(button.dataset.drawer ?? "").classList.toggle("is-open");
    button.ariaExpanded = String(open);
  });
}
document.addEventListener("themechange", () => { centre.recolour(); loadHeat(); });

// --- one case -----------------------------------------------------------------------------------------

/** @param {number} id */
async function show(id) {
  state = { ...state, picked: id };
  history.replaceState(null, "", location.pathname + write(state, config.usual));
  byId("card").hidden = false;
  byId("card-name").textContent = "";
  byId("card-body").replaceChildren(skeleton());
  try {
    const found = await getJSON(`/api/cases/${id}`);
    if (state.picked !== id) return;
    byId("card-name").textContent = document.documentElement.lang === "en" ? found.category.name_en : found.category.name;
    byId("card-body").replaceChildren(...card(found, stages));
    if (!map.getBounds().contains(found.location)) map.easeTo({ center: found.location });
    centre.flash({ geometry: { coordinates: found.location }, properties: { category: found.category.name } });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    byId("card-body").replaceChildren(failed(error, () => show(id)));
  }
}

function hide() {
  byId("card").hidden = true;
  state = { ...state, picked: null };
  history.replaceState(null, "", location.pathname + write(state, config.usual));
}

byId("card-close").addEventListener("click", hide);
addEventListener("keydown", (event) => { if (event.key === "Escape" && !byId("card").hidden) hide(); });
map.on("click", ({ point }) => {
  const [found] = pick(map, point, { layers: ["cases"] });
  if (found?.count > 1) map.easeTo({ center: found.geometry.coordinates, zoom: map.getZoom() + 2 });
  else if (found?.id) show(Number(found.id));
});

// --- news ---------------------------------------------------------------------------------------------

/** @param {any} feature */
function arrive(feature) {
  if (known.has(feature.id)) return;
  known.add(feature.id);
  if (!told || !holds(state, feature.properties, told.period)) return;
  const list = byId("ticker-list");
  list.querySelector(".empty")?.remove();
  list.prepend(tick(feature, stages, show, true));
  while (list.children.length > TICKS) list.lastElementChild?.remove();
  centre.flash(feature);
  unseen += 1;
  drawUnseen();
}

function drawUnseen() {
  byId("ticker-count").textContent = unseen ? newCases(unseen) : "";
  byId("more").textContent = newCases(unseen);
  byId("more").hidden = !unseen;
}

byId("more").addEventListener("click", () => {
  unseen = 0;
  drawUnseen();
  for (const row of byId("ticker-list").querySelectorAll(".is-new")) row.classList.remove("is-new");
  const newest = /** @type {HTMLElement | null} */ (byId("ticker-list").querySelector("[data-case]"));
  if (newest) show(Number(newest.dataset.case));
});

/** @param {"live" | "lost"} now */
function drawLink(now) {
  byId("link").dataset.state = now;
  byId("link").textContent = now === "live" ? `● ${_("Live")}` : `▲ ${_("Reconnecting")}`;
}

drawControls();
centre.show(state.shown);
load();
if (state.picked !== null) show(state.picked);
watchCases({
  address: `${config.live.startsWith(":") ? `${location.protocol}//${location.hostname}${config.live}` : config.live}/live/cases`,
  user: config.user,
  onState: (now) => { drawLink(now); if (now === "live") countSoon(); },
  onNews: ({ event, data }) => { if (event === "case") arrive(data); countSoon(); },
});

const face = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "full", timeStyle: "short" });
let today = new Date().toDateString();
function turn() {
  byId("clock").textContent = face.format(new Date());
  if (new Date().toDateString() !== today) { today = new Date().toDateString(); countSoon(); }
}
turn();
setInterval(turn, DAY_MS / 4);
