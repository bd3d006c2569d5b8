// @ts-check
/** The drawing table: responsibility grids in a list and on the map; the administrator draws new ones. */
import { _, interpolate } from "../gis/i18n.js";
import { getJSON, Problem, sendJSON } from "../gis/http.js";
import { button, element, empty, failed, skeleton } from "../gis/elements.js";
import { toast } from "../gis/toast.js";
import { areaText } from "../tiles/ground.js";
import { addOverlay, calm, createMap, setOverlayData } from "../tiles/map.js";
import { createOfficers } from "./officers.js";
import { wireRedrawing } from "./redraw.js";
import { createSketch, isSound } from "./sketch.js";

const GRIDS = "/api/responsibility-grids";
const NOTHING = { type: "FeatureCollection", features: [] };
const COUNTED = ["unit-grids", "buildings", "cases"];
const PAUSE_MS = 300;
const LAYERS = ["water", "green", "roads", "buildings", "regions", "responsibility-grids", "unit-grids"];

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const field = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (byId(id));
const settings = JSON.parse(byId("settings").textContent ?? "{}");
const map = createMap("map", { bounds: settings.bounds, layers: LAYERS });

// --- the list -----------------------------------------------------------------------------------------

let opened = 0;
let asking = new AbortController();

async function load() {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  byId("list").ariaBusy = "true";
  try {
    const query = new URLSearchParams({ q: field("search").value, page_size: "200" });
    const answer = await getJSON(`${GRIDS}?${query}`, { signal });
    byId("list").replaceChildren(...answer.results.flatMap(row));
    if (!answer.count) {
      byId("list").replaceChildren(field("search").value ? empty("search", _("No grid and no officer is called so."))
        : empty("grid-3x3", settings.draws ? _("No responsibility grid yet. Draw the first one.") : _("No responsibility grid has been drawn yet.")));
    }
    byId("list").ariaBusy = "false";
  } catch (error) {
    if (!signal.aborted) byId("list").replaceChildren(failed(error, load));
  }
}

/** @param {any} grid */
function row(grid) {
  const main = grid.postings.find((/** @type {any} */ posting) => posting.is_main) ?? grid.postings[0];
  const who = main ? main.officer.name : _("No officer");
  const isOpen = opened === grid.id;
  const head = element("button", { type: "button", class: "dt-grid", "aria-expanded": String(isOpen), "data-grid": grid.code, onclick: () => {
    opened = isOpen ? 0 : grid.id;
    if (!isOpen) map.fitBounds(grid.bbox, { padding: 60, animate: !calm(), maxZoom: 17 });
    load();
  } },
  element("strong", { class: "cut" }, grid.name), element("span", { class: main ? "chip" : "chip warn" }, who),
  element("span", { class: "meta" }, grid.code), element("span", { class: "meta" }, interpolate(_("%(count)s unit grids"), { count: grid.unit_grids })));
  return isOpen ? [head, details(grid)] : [head];
}

/** @param {any} grid */
function details(grid) {
  if (!settings.draws) {
    return element("div", { class: "dt-more" }, element("ul", { class: "dt-officers" }, ...grid.postings.map((/** @type {any} */ { officer, is_main }) =>
      element("li", {}, officer.name, element("span", { class: "meta" }, is_main ? _("Main officer") : "", " ", officer.phone)))));
  }
  const input = element("input", { class: "input", type: "search", maxlength: "50", "aria-label": _("Add an officer"), placeholder: _("Name or card number"), autocomplete: "off" });
  const hits = element("div", { class: "dt-hits", role: "listbox", hidden: true });
  const list = element("ul", { class: "dt-officers", id: `officers-${grid.id}` });
  const save = button(_("Save officers"), { class: "button main", disabled: true });
  const officers = createOfficers({ input, hits, list, region: grid.region_code, onChange: () => { save.disabled = false; } });
  officers.set(grid.postings.map((/** @type {any} */ posting) => posting.officer), grid.postings.find((/** @type {any} */ posting) => posting.is_main)?.officer.id ?? null);
  save.addEventListener("click", async () => {
    save.disabled = true;
    try {
      await sendJSON("PUT", `${GRIDS}/${grid.id}/officers`, officers.chosen());
      toast(_("The officers are posted."));
      load();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      save.disabled = false;
      toast(error.detail, { tone: "bad" });
    }
  });
  return element("div", { class: "dt-more" }, list, input, hits, save);
}

let waiting = 0;
field("search").addEventListener("input", () => { clearTimeout(waiting); waiting = window.setTimeout(load, PAUSE_MS); });
byId("list").replaceChildren(skeleton(6));
load();
if (settings.draws) wireDrawing();

// --- drawing ------------------------------------------------------------------------------------------

function wireDrawing() {
  const KEPT = `wangge-drawing-${settings.user}`;
  /** @type {ReturnType<typeof createSketch> | null} */
  let sketch = null;
  /** @type {{drawn: any, fitted: any, key: string}} */
  let draft = { drawn: null, fitted: null, key: newKey() };
  let counting = 0;
  let asked = new AbortController();

  const area = (/** @type {string} */ token, /** @type {number} */ opacity) => ({
    source: { type: "geojson", data: NOTHING },
    layers: (/** @type {(token: string) => string} */ color) => [
      { id: "fill", type: "fill", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": color(token), "fill-opacity": opacity } },
      { id: "line", type: "line", paint: { "line-color": color(token), "line-width": 3 } },
      { id: "point", type: "circle", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 9, "circle-color": color(token), "circle-stroke-color": color("--surface-1"), "circle-stroke-width": 2 } },
      { id: "name", type: "symbol", filter: ["!=", ["coalesce", ["get", "name"], ""], ""], layout: { "text-field": ["get", "name"], "text-size": 13 }, paint: { "text-color": color(token), "text-halo-color": color("--surface-1"), "text-halo-width": 2 } },
    ],
  });
  addOverlay(map, "fitted", area("--good", 0.2));
  addOverlay(map, "wrong", area("--bad", 0.45));

  const officers = createOfficers({ input: field("officer"), hits: byId("officer-hits"), list: byId("officers"), onChange: keep });
  const boundary = () => draft.fitted ?? draft.drawn;

  function keep() {
    localStorage.setItem(KEPT, JSON.stringify({ ...draft, name: field("name").value, ...officers.kept() }));
  }

  /** @param {any} [kept] a draft of before */
  function begin(kept) {
    draft = { drawn: null, fitted: null, key: kept?.key ?? newKey() };
    field("name").value = kept?.name ?? "";
    officers.set(kept?.chosen ?? [], kept?.main ?? null);
    turn(true);
    sketch = createSketch(map, changed);
    if (kept?.drawn) {
      sketch.restore(kept.drawn);
      if (kept.fitted) showFitted(kept.fitted);
      toast(_("Your unfinished drawing is back."));
    }
    keep();
  }

  /** @param {boolean} drawing */
  function turn(drawing) {
    for (const id of ["form", "form-foot", "tools"]) byId(id).hidden = !drawing;
    for (const id of ["list", "draw", "changes"]) byId(id).hidden = drawing;
    /** @type {HTMLElement} */ (document.querySelector(".dt-search")).hidden = drawing;
    byId("panel-name").textContent = drawing ? _("New responsibility grid") : _("Responsibility grids");
    byId("facts").replaceChildren();
  }

  function end() {
    sketch?.stop();
    sketch = null;
    localStorage.removeItem(KEPT);
    clearWrong();
    setOverlayData(map, "fitted", NOTHING);
    turn(false);
  }

  /** @param {any} geometry @param {boolean} finished */
  function changed(geometry, finished) {
    draft.drawn = finished ? geometry : null;
    draft.key = newKey(); // another drawing, another key
    clearWrong();
    hideFitted();
    byId("fit").toggleAttribute("disabled", !finished);
    byId("hint").hidden = finished;
    keep();
    count();
  }

  function count() {
    clearTimeout(counting);
    const shape = boundary();
    if (!shape || (!draft.fitted && !isSound(shape))) { byId("facts").replaceChildren(); return; }
    counting = window.setTimeout(async () => {
      asked.abort();
      asked = new AbortController();
      const { signal } = asked;
      try {
        const told = await sendJSON("POST", "/api/range", { layers: COUNTED, polygon: shape, limit: 1 }, { signal });
        const figure = (/** @type {string} */ name, /** @type {string} */ value) => element("div", { class: "figure" }, element("span", { class: "figure-name" }, name), element("span", { class: "figure-value" }, value));
        byId("facts").replaceChildren(figure(_("Area"), areaText(told.measures.area_m2)), ...told.layers.map((/** @type {any} */ layer) => figure(layer.title, String(layer.count))));
      } catch (error) {
        if (!signal.aborted && !(error instanceof Problem)) throw error;
        if (!signal.aborted) byId("facts").replaceChildren();
      }
    }, PAUSE_MS);
  }

  /** @param {any} fitted */
  function showFitted(fitted) {
    draft.fitted = fitted;
    setOverlayData(map, "fitted", { type: "Feature", geometry: fitted, properties: {} });
    byId("unfit").hidden = false;
    keep();
    count();
  }
  function hideFitted() {
    draft.fitted = null;
    setOverlayData(map, "fitted", NOTHING);
    byId("unfit").hidden = true;
  }

  /** @param {Problem} problem */
  function showWrong(problem) {
    byId("wrong").hidden = false;
    byId("wrong-text").textContent = problem.errors.map(({ detail }) => detail).join(" ") || problem.detail;
    const { where } = problem;
    setOverlayData(map, "wrong", !where ? NOTHING : where.type === "FeatureCollection" ? where : { type: "Feature", geometry: where, properties: {} });
  }
  function clearWrong() {
    byId("wrong").hidden = true;
    setOverlayData(map, "wrong", NOTHING);
  }

  /** Ask the server; its refusal is shown where it is wrong. @param {() => Promise<void>} ask @param {string} id of the button */
  async function tried(ask, id) {
    clearWrong();
    byId(id).toggleAttribute("disabled", true);
    try {
      await ask();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      showWrong(error);
    } finally {
      byId(id).toggleAttribute("disabled", false);
    }
  }

  byId("draw").addEventListener("click", () => begin());
  byId("cancel").addEventListener("click", end);
  byId("undo").addEventListener("click", () => sketch?.undo());
  byId("redo").addEventListener("click", () => sketch?.redo());
  byId("again").addEventListener("click", () => sketch?.again());
  byId("unfit").addEventListener("click", () => { hideFitted(); keep(); count(); });
  field("name").addEventListener("input", keep);
  byId("fit").addEventListener("click", () => tried(async () => {
    const fitted = await sendJSON("POST", `${GRIDS}/fit`, { boundary: draft.drawn });
    showFitted(fitted.boundary);
    const { taken, elsewhere } = fitted;
    toast(interpolate(_("%(count)s unit grids fit; %(taken)s belong to others, %(elsewhere)s lie in another street."), { count: fitted.unit_grids.length, taken, elsewhere }), { tone: taken + elsewhere ? "warn" : "good" });
  }, "fit"));
  byId("form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!boundary()) { showWrong(new Problem({ detail: _("Draw the boundary on the map first and close it.") })); return; }
    if (!field("name").value.trim()) { showWrong(new Problem({ detail: _("Give the grid a name.") })); field("name").focus(); return; }
    tried(async () => {
      const made = await sendJSON("POST", GRIDS, { key: draft.key, name: field("name").value.trim(), boundary: boundary(), ...officers.chosen() });
      end();
      drawTilesAnew();
      toast(interpolate(_("Grid %(code)s is saved."), made));
      opened = made.id;
      load();
    }, "save");
  });

  function drawTilesAnew() {
    for (const name of ["responsibility-grids", "unit-grids"]) {
      const source = /** @type {any} */ (map.getSource(name));
      source?.setTiles(source.tiles);
    }
  }

  wireRedrawing(map, {
    user: settings.user,
    newKey,
    onTurn(changing) {
      if (!changing) byId("panel-name").textContent = _("Responsibility grids");
      for (const id of ["list", "draw", "changes"]) byId(id).hidden = changing;
      /** @type {HTMLElement} */ (document.querySelector(".dt-search")).hidden = changing;
    },
    onSaved() { drawTilesAnew(); load(); },
  });

  const kept = JSON.parse(localStorage.getItem(KEPT) ?? "null");
  if (kept?.drawn || kept?.name) map.once("load", () => begin(kept));
}

/** A random key (UUID), also where the page is not from a secure origin. */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
}
