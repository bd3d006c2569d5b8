// @ts-check
/** What a range query found: counts by layer and a table, tied to the map both ways. */
import { sendJSON } from "../../gis/http.js";
import { _, interpolate, ngettext } from "../../gis/i18n.js";
import { button, element, empty, failed, iconButton, skeleton } from "../../gis/elements.js";
import { areaText } from "../ground.js";

/** @typedef {import("./state.js").Range} Range */
/** @typedef {import("./layers.js").LayerInfo} LayerInfo */
/** @typedef {{layer: string, layerTitle: string, id: number, title: string, subtitle: string, bbox: number[]}} Row */

const PAGE = 100; // rows of a layer in one answer

const panel = /** @type {HTMLElement} */ (document.getElementById("results"));
const name = /** @type {HTMLElement} */ (document.getElementById("results-name"));
const tools = /** @type {HTMLElement} */ (document.getElementById("results-tools"));
const chips = /** @type {HTMLElement} */ (document.getElementById("results-layers"));
const body = /** @type {HTMLElement} */ (document.getElementById("results-body"));

/** @param {Range} range */
function asSent(range) {
  if (range.kind === "region") return { region: range.code };
  if (range.kind === "box") return { box: range.bbox };
  if (range.kind === "circle") return { circle: { centre: range.center, radius_m: range.radius_m } };
  return { polygon: { type: "Polygon", coordinates: [range.ring] } };
}

/**
 * @param {{onRows: (rows: Row[]) => void, onPoint: (row: Row | null) => void, onPick: (row: Row) => void,
 *   onZoom: () => void, onAsk: (asked: string[]) => void}} wiring
 */
export function createResults({ onRows, onPoint, onPick, onZoom, onAsk }) {
  let asking = new AbortController();
  /** @type {{range: Range, layers: LayerInfo[], asked: string[]} | null} */
  let question = null;
  /** @type {any[]} */
  let found = [];
  /** @type {Row[]} */
  let rows = [];
  let sort = { by: "", down: false };

  const hide = () => { asking.abort(); panel.hidden = true; question = null; found = []; rows = []; onRows([]); };

  /** Ask what of the layers `asked` lies in `range`. @param {Range} range @param {LayerInfo[]} layers @param {string[]} asked */
  async function ask(range, layers, asked) {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    question = { range, layers, asked };
    panel.hidden = false;
    name.textContent = _("Looking");
    body.replaceChildren(skeleton(5));
    drawChips();
    if (!asked.length) { found = []; draw({ area_m2: null }); return; }
    try {
      const answer = await sendJSON("POST", "/api/range", { ...asSent(range), layers: asked, limit: PAGE }, { signal });
      found = answer.layers;
      draw(answer.measures);
    } catch (error) {
      if (signal.aborted) return;
      name.textContent = _("The query failed");
      body.replaceChildren(failed(error, () => ask(range, layers, asked)));
    }
  }

  /** The next page of each layer that has one. */
  async function more() {
    if (!question) return;
    const { signal } = asking;
    for (const layer of found.filter(({ next }) => next !== null)) {
      const asked = { ...asSent(question.range), layers: [layer.layer], limit: PAGE, offset: layer.next };
      const [page] = (await sendJSON("POST", "/api/range", asked, { signal })).layers;
      layer.features.push(...page.features);
      layer.next = page.next;
    }
    drawRows();
  }

  /** @param {{area_m2: number | null}} measures */
  function draw({ area_m2 }) {
    const count = found.reduce((sum, layer) => sum + layer.count, 0);
    name.textContent = [
      interpolate(ngettext("%(count)s result", "%(count)s results", count), { count: count.toLocaleString(document.documentElement.lang) }),
      area_m2 === null ? "" : areaText(area_m2),
    ].filter(Boolean).join(" · ");
    tools.replaceChildren(button(_("Zoom to"), { class: "button small", onclick: onZoom }));
    drawChips();
    drawRows();
  }

  function drawChips() {
    if (!question) return;
    const { range, layers, asked } = question;
    chips.replaceChildren(...layers.map((layer) => {
      const inside = asked.includes(layer.name);
      const count = found.find((one) => one.layer === layer.name)?.count;
      const text = inside && count !== undefined ? `${layer.title} ${count.toLocaleString(document.documentElement.lang)}` : layer.title;
      return button(text, { class: "chip figures", "aria-pressed": String(inside), onclick: () => {
        const next = inside ? asked.filter((one) => one !== layer.name) : [...asked, layer.name];
        onAsk(next);
        ask(range, layers, next);
      } });
    }));
  }

  function drawRows() {
    rows = found.flatMap(({ layer, title, features }) => features.map((/** @type {any} */ feature) => ({ ...feature, layer, layerTitle: title })));
    if (sort.by) {
      const order = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;
      rows.sort((a, b) => order(/** @type {any} */ (a)[sort.by], /** @type {any} */ (b)[sort.by]) * (sort.down ? -1 : 1));
    }
    onRows(rows);
    if (!rows.length) {
      body.replaceChildren(empty("inbox", question?.asked.length ? _("Nothing of these layers lies here. Draw a larger range or choose more layers.") : _("Choose the layers to look in.")));
      return;
    }
    const heads = [["layerTitle", _("Layer")], ["title", _("Name")], ["subtitle", _("Place")]];
    const table = element("table", { class: "table dense" },
      element("thead", {}, element("tr", {}, ...heads.map(([by, title]) => headElement(by, title)), element("th", { scope: "col" }, element("span", { class: "only-read" }, _("Zoom to"))))),
      element("tbody", {}, ...rows.map(rowElement)));
    const rest = found.some(({ next }) => next !== null);
    body.replaceChildren(table, ...(rest ? [element("div", { class: "wb-more" }, button(_("Load more"), { class: "button small", onclick: more }))] : []));
  }

  /** @param {string} by @param {string} title */
  function headElement(by, title) {
    const sorted = sort.by === by ? (sort.down ? "descending" : "ascending") : "none";
    const mark = sorted === "none" ? "" : sort.down ? " ↓" : " ↑";
    return element("th", { scope: "col", "aria-sort": sorted }, button(title + mark, { class: "", onclick: () => {
      sort = { by, down: sort.by === by && !sort.down };
      drawRows();
    } }));
  }

  /** @param {Row} row */
  function rowElement(row) {
    return element("tr", { "data-feature": `${row.layer}/${row.id}`, onpointerenter: () => onPoint(row), onpointerleave: () => onPoint(null) },
      element("td", { class: "meta" }, row.layerTitle),
      element("th", { scope: "row" }, button(row.title, { class: "wb-link", onclick: () => onPick(row), onfocus: () => onPoint(row) })),
      element("td", {}, row.subtitle),
      element("td", { class: "number" }, iconButton("crosshair", interpolate(_("Zoom to %(title)s"), row), { onclick: () => onPick(row) })));
  }

  /** Mark the row of what was picked on the map. @param {{layer: string, id: number} | null} picked */
  function mark(picked) {
    for (const row of body.querySelectorAll("tr[data-feature]")) {
      const same = picked !== null && row.getAttribute("data-feature") === `${picked.layer}/${picked.id}`;
      row.ariaSelected = String(same);
      if (same) row.scrollIntoView({ block: "nearest" });
    }
  }

  return { ask, hide, mark };
}
