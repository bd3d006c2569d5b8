// @ts-check
/** Changing grids that stand: pick, look at what would change, save. What the server refuses is shown in red. */
import { element } from "../gis/elements.js";
import { getJSON, Problem, sendJSON } from "../gis/http.js";
import { _, interpolate } from "../gis/i18n.js";
import { toast } from "../gis/toast.js";
import { areaText } from "../tiles/ground.js";
import { addOverlay, pick, setOverlayData } from "../tiles/map.js";
import { handles, shifted } from "./corners.js";
import { caught } from "./sketch.js";

/**
 * What has been asked so far; each step makes a new one, so that steps can be undone.
 * @typedef {{tool: string, level: string, picked: any[], around: any[], line: [number, number][], roads: any[],
 *   shifts: import("./corners.js").Shift[]}} Asked
 */

const UNITS = "unit-grids";
const DUTIES = "responsibility-grids";
const NOTHING = { type: "FeatureCollection", features: [] };
const PAUSE_MS = 250;
const HINTS = {
  reshape: _("Click a grid. Drag its corners, or the small points to make a new corner; click a corner and press Delete to remove it. Neighbours follow."),
  split: _("Click a grid, then draw a line over it from border to border; or choose “Along roads” and click the roads that divide it."),
  merge: _("Click the grids that become one. They must be neighbours."),
  transfer: _("Click the responsibility grid that takes the ground, then the unit grids that it takes."),
  retire: _("Click the grid that ends, then the neighbour that takes its ground, cases, buildings and officers."),
  draft: _("Click a community. Its ground is divided along roads into unit grids near 100 m × 100 m."),
};

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const field = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (byId(id));
const collection = (/** @type {any[]} */ features) => ({ type: "FeatureCollection", features });
const newAsked = (/** @type {string} */ tool, /** @type {string} */ level) => /** @type {Asked} */ ({ tool, level, picked: [], around: [], line: [], roads: [], shifts: [] });

/** The server's question for a verb, null while something is missing. @param {Asked} asked */
function question({ tool, picked, line, roads, shifts }) {
  const ids = picked.map(({ properties }) => properties.id);
  if (tool === "reshape") return shifts.length ? { grids: ids, shifts } : null;
  if (tool === "merge") return ids.length > 1 ? { grids: ids } : null;
  if (tool === "retire") return ids.length === 2 ? { grid: ids[0], ground_to: ids[1] } : null;
  if (tool === "split" && ids.length) {
    if (roads.length) return { grid: ids[0], roads: roads.map(({ id }) => id) };
    return line.length > 1 ? { grid: ids[0], line: { type: "LineString", coordinates: line } } : null;
  }
  if (tool === "transfer" && ids.length > 1) {
    const owners = new Set(picked.slice(1).map(({ properties }) => properties.owner).filter((owner) => owner && owner !== ids[0]));
    return { to: ids[0], unit_grids: ids.slice(1), owners: [...owners] };
  }
  if (tool === "draft" && picked.length) return { community: picked[0].properties.code, grids: picked[0].properties.grids };
  return null;
}

/**
 * @param {import("maplibre-gl").Map} map
 * @param {{user: number, onTurn: (changing: boolean) => void, onSaved: () => void, newKey: () => string}} screen
 */
export function wireRedrawing(map, { user, onTurn, onSaved, newKey }) {
  const KEPT = `wangge-changing-${user}`;
  /** @type {Asked | null} */
  let asked = null;
  /** @type {Asked[]} */
  let past = [];
  /** @type {Asked[]} */
  let future = [];
  let key = newKey();
  let waiting = 0;
  let asking = new AbortController();
  /** @type {any} the handle that is dragged, or was clicked */
  let held = null;
  let dragging = false;

  const painted = (/** @type {string} */ token, /** @type {number} */ opacity, /** @type {number} */ width) => ({
    source: { type: "geojson", data: NOTHING },
    layers: (/** @type {(token: string) => string} */ color) => [
      { id: "fill", type: "fill", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": color(token), "fill-opacity": opacity } },
      { id: "line", type: "line", paint: { "line-color": color(token), "line-width": width } },
      { id: "name", type: "symbol", filter: ["has", "code"], layout: { "text-field": ["get", "code"], "text-size": 12 }, paint: { "text-color": color(token), "text-halo-color": color("--surface-1"), "text-halo-width": 2 } },
    ],
  });
  addOverlay(map, "picked", painted("--accent", 0.18, 3));
  addOverlay(map, "planned", painted("--good", 0.2, 3));
  addOverlay(map, "cut", painted("--accent", 0, 3));
  addOverlay(map, "handles", {
    source: { type: "geojson", data: NOTHING },
    layers: (/** @type {(token: string) => string} */ color) => [{
      id: "point", type: "circle",
      paint: {
        "circle-radius": ["match", ["get", "kind"], "corner", 7, 4],
        "circle-color": color("--surface-1"), "circle-stroke-color": color("--accent"), "circle-stroke-width": 2,
      },
    }],
  });

  // --- steps ------------------------------------------------------------------------------------------

  /** @param {Partial<Asked>} step */
  function step(step) {
    if (!asked) return;
    past.push(asked);
    future = [];
    show({ ...asked, ...step });
  }

  /** @param {Asked} next */
  function show(next) {
    asked = next;
    key = newKey(); // another change, another key
    held = null;
    localStorage.setItem(KEPT, JSON.stringify({ asked, why: field("rd-why").value }));
    draw();
    clearAnswer();
    clearTimeout(waiting);
    asking.abort();
    if (question(asked)) waiting = window.setTimeout(preview, PAUSE_MS);
  }

  function draw() {
    if (!asked) return;
    const { tool, picked, around, line, roads, shifts } = asked;
    const now = (/** @type {any} */ feature) => ({ ...feature, geometry: shifted(feature.geometry, shifts) });
    setOverlayData(map, "picked", collection(picked.map(now)));
    setOverlayData(map, "planned", shifts.length ? collection(around.filter(({ properties }) => !picked.some((one) => one.properties.id === properties.id)).map((one) => ({ ...now(one), properties: {} }))) : NOTHING);
    setOverlayData(map, "cut", collection([...roads.map(({ geometry }) => geometry), ...(line.length > 1 ? [{ type: "LineString", coordinates: line }] : [])].map((geometry) => ({ type: "Feature", geometry, properties: {} }))));
    const points = tool === "reshape" && picked.length ? handles(now(picked[0]).geometry) : collection(line.map((at) => ({ type: "Feature", geometry: { type: "Point", coordinates: at }, properties: { kind: "corner" } })));
    setOverlayData(map, "handles", points);
    byId("rd-picked").textContent = picked.map(({ properties }) => properties.name || properties.code).join(_(", "));
    byId("rd-undo").toggleAttribute("disabled", !past.length);
    byId("rd-redo").toggleAttribute("disabled", !future.length);
  }

  function undo() {
    const before = past.pop();
    if (!before || !asked) return;
    future.push(asked);
    show(before);
  }
  function redo() {
    const after = future.pop();
    if (!after || !asked) return;
    past.push(asked);
    show(after);
  }

  // --- what it would do -------------------------------------------------------------------------------

  const address = () => `/api/${asked?.tool === "transfer" ? DUTIES : asked?.tool === "draft" ? UNITS : asked?.level}/${asked?.tool}`;

  async function preview() {
    if (!asked) return;
    asking = new AbortController();
    const { signal } = asking;
    byId("rd-facts").ariaBusy = "true";
    try {
      const told = await sendJSON("POST", `${address()}/preview`, question(asked), { signal });
      setOverlayData(map, "planned", collection([...told.unit_grids.made.features, ...told.responsibility_grids.made.features.map((/** @type {any} */ feature) => ({ ...feature, properties: told.unit_grids.made.features.length ? {} : feature.properties }))]));
      byId("rd-facts").replaceChildren(...facts(told));
      byId("rd-save").toggleAttribute("disabled", false);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Problem)) throw error;
      refused(error);
    } finally {
      if (!signal.aborted) byId("rd-facts").ariaBusy = "false";
    }
  }

  /** @param {any} told */
  function facts(told) {
    const figure = (/** @type {string} */ name, /** @type {string} */ value) => element("div", { class: "figure" }, element("span", { class: "figure-name" }, name), element("span", { class: "figure-value" }, value));
    const { statistics, unit_grids, responsibility_grids } = told;
    const changed = (/** @type {any} */ grids) => `${grids.ended.length} → ${grids.made.features.length}`;
    return [
      ...(unit_grids.made.features.length ? [figure(_("Unit grids"), changed(unit_grids))] : []),
      ...(responsibility_grids.made.features.length ? [figure(_("Responsibility grids"), changed(responsibility_grids)), figure(_("Officers"), String(told.officers))] : []),
      ...(statistics ? [figure(_("Mean area"), areaText(statistics.mean_m2)), figure(_("Near the norm"), `${Math.round(statistics.share_near_norm * 100)}%`), figure(_("Too small"), String(statistics.slivers))] : []),
      ...told.moves.filter((/** @type {any} */ move) => move.count).map((/** @type {any} */ move) => figure(move.title, String(move.count))),
    ];
  }

  /** @param {Problem} problem */
  function refused(problem) {
    byId("rd-wrong").hidden = false;
    byId("rd-wrong-text").textContent = problem.errors.map(({ detail }) => detail).join(" ") || problem.detail;
    setOverlayData(map, "wrong", problem.where ?? NOTHING);
    if (asked && !asked.shifts.length) setOverlayData(map, "planned", NOTHING);
    byId("rd-facts").replaceChildren();
    byId("rd-save").toggleAttribute("disabled", true);
  }

  function clearAnswer() {
    byId("rd-wrong").hidden = true;
    setOverlayData(map, "wrong", NOTHING);
    byId("rd-facts").replaceChildren();
    byId("rd-save").toggleAttribute("disabled", true);
  }

  async function save() {
    if (!asked) return;
    byId("rd-save").toggleAttribute("disabled", true);
    try {
      await sendJSON("POST", address(), { ...question(asked), key, why: field("rd-why").value.trim() });
      end();
      toast(_("The change is saved."));
      onSaved();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      refused(error); // what was asked stays, to be compared and done again
      if (error.code === "offline") byId("rd-save").toggleAttribute("disabled", false);
    }
  }

  // --- picking ----------------------------------------------------------------------------------------

  /** The grid at a place, exactly as it stands, and its neighbours. @param {string} level @param {any} event */
  async function gridAt(level, { lngLat: { lng, lat } }) {
    const { features } = await getJSON(`/api/${level}/at?lon=${lng}&lat=${lat}`);
    return { grid: features.find((/** @type {any} */ feature) => feature.properties.picked), around: features };
  }

  /** @param {any} event */
  async function clicked(event) {
    if (!asked || dragging || held) return;
    const { tool, level, picked, roads } = asked;
    try {
      if (tool === "draft") return await pickCommunity(event);
      if (tool === "split" && picked.length) {
        if (byId("rd-by-roads").ariaPressed !== "true") return step({ line: [...asked.line, spot(event)], roads: [] });
        const [road] = pick(map, event.point, { layers: ["roads"] });
        if (!road) return;
        const others = roads.filter(({ id }) => id !== road.id);
        return step({ line: [], roads: others.length < roads.length ? others : [...roads, { id: road.id, geometry: road.geometry }] });
      }
      if ((tool === "reshape" && picked.length) || (tool === "retire" && picked.length === 2)) return;
      const wanted = tool === "transfer" ? (picked.length ? UNITS : DUTIES) : level;
      const { grid, around } = await gridAt(wanted, event);
      const again = picked.findIndex((one, n) => one.properties.code === grid.properties.code && (tool !== "transfer" || n > 0));
      step({ picked: again < 0 ? [...picked, grid] : picked.toSpliced(again, 1), around });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      refused(error);
    }
  }

  /** @param {any} event */
  async function pickCommunity(event) {
    const { lng, lat } = event.lngLat;
    const { code, name, unit_grids } = await getJSON(`/api/communities/at?lon=${lng}&lat=${lat}`);
    step({ picked: [{ type: "Feature", geometry: { type: "Polygon", coordinates: [] }, properties: { code, name, grids: unit_grids } }] });
  }

  /** Where the pointer is, or the corner or side that it catches on. @param {any} event @returns {[number, number]} */
  function spot({ point, lngLat }) {
    return caught(map, { containerX: point.x, containerY: point.y }) ?? lngLat.toArray();
  }

  // --- corners ----------------------------------------------------------------------------------------

  /** @param {any} event */
  function grasp(event) {
    if (asked?.tool !== "reshape" || !asked.picked.length) return;
    event.preventDefault(); // the map stays where it is
    held = event.features[0].properties;
    dragging = false;
  }

  /** @param {any} event */
  function drag(event) {
    if (!held || !asked || !(event.originalEvent.buttons || event.originalEvent.touches)) return;
    dragging = true;
    const now = [...asked.shifts, { at: JSON.parse(held.at), to: event.lngLat.toArray() }];
    setOverlayData(map, "picked", collection(asked.picked.map((one) => ({ ...one, geometry: shifted(one.geometry, now) }))));
  }

  /** @param {any} event */
  function letGo(event) {
    if (!held || !dragging || !asked) return;
    const shift = { at: JSON.parse(held.at), to: spot(event) };
    step({ shifts: [...asked.shifts, shift] });
    setTimeout(() => { dragging = false; }); // the click that ends a drag picks nothing
  }

  function removeCorner() {
    if (held?.kind === "corner" && asked) step({ shifts: [...asked.shifts, { at: JSON.parse(held.at), to: null }] });
  }

  for (const start of ["mousedown", "touchstart"]) {
    map.on(/** @type {any} */ (start), () => { held = null; });
    map.on(/** @type {any} */ (start), "handles/point", grasp);
  }
  for (const move of ["mousemove", "touchmove"]) map.on(/** @type {any} */ (move), drag);
  for (const stop of ["mouseup", "touchend"]) map.on(/** @type {any} */ (stop), letGo);
  map.on("click", clicked);

  // --- the form ---------------------------------------------------------------------------------------

  /** @param {string} tool @param {any} [kept] */
  function begin(tool, kept) {
    past = [];
    future = [];
    onTurn(true);
    byId("rd").hidden = false;
    byId("rd-foot").hidden = false;
    byId("panel-name").textContent = document.querySelector(`[data-tool="${tool}"]`)?.textContent ?? "";
    byId("rd-hint").textContent = HINTS[/** @type {keyof typeof HINTS} */ (tool)];
    field("rd-why").value = kept?.why ?? "";
    map.getCanvas().style.cursor = "crosshair";
    map.doubleClickZoom.disable();
    byId("rd-by-roads").hidden = tool !== "split";
    byId("rd-by-roads").ariaPressed = String(Boolean(kept?.asked.roads.length));
    show(kept?.asked ?? newAsked(tool, field("rd-level").value));
  }

  function end() {
    clearTimeout(waiting);
    asking.abort();
    clearAnswer();
    asked = null;
    held = null;
    for (const name of ["picked", "planned", "cut", "handles"]) setOverlayData(map, name, NOTHING);
    localStorage.removeItem(KEPT);
    map.getCanvas().style.cursor = "";
    map.doubleClickZoom.enable();
    byId("rd").hidden = true;
    byId("rd-foot").hidden = true;
    onTurn(false);
  }

  for (const tool of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-tool]"))) {
    tool.addEventListener("click", () => begin(tool.dataset.tool ?? ""));
  }
  byId("rd-cancel").addEventListener("click", end);
  byId("rd-by-roads").addEventListener("click", () => {
    const button = byId("rd-by-roads");
    button.ariaPressed = String(button.ariaPressed !== "true");
  });
  byId("rd-undo").addEventListener("click", undo);
  byId("rd-redo").addEventListener("click", redo);
  byId("rd").addEventListener("submit", (event) => { event.preventDefault(); save(); });
  document.addEventListener("keydown", (event) => {
    if (!asked || event.target instanceof HTMLInputElement) return;
    if (event.key === "Delete" || event.key === "Backspace") removeCorner();
    if (event.key === "Escape") end();
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") (event.shiftKey ? redo : undo)();
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "y") redo();
  });

  const kept = JSON.parse(localStorage.getItem(KEPT) ?? "null");
  if (kept?.asked?.picked.length) {
    map.once("load", () => {
      begin(kept.asked.tool, kept);
      toast(interpolate(_("Your unfinished change of %(name)s is back."), { name: byId("rd-picked").textContent }));
    });
  }
}
