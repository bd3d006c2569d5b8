// @ts-check
/** The panels of the centre: figures, classes, regions, ticker, legend and the card of a case. */
import { _, interpolate, ngettext } from "../gis/i18n.js";
import { element, empty, icon } from "../gis/elements.js";

/** The shapes of the stages; the word always stands beside. */
export const LAMPS = /** @type {Record<string, string>} */ ({
  reported: "○", accepted: "◔", registered: "◑", disposal: "◕", checking: "◉", closed: "●", voided: "✕",
});
const language = document.documentElement.lang;
const number = new Intl.NumberFormat(language);
const clock = new Intl.DateTimeFormat(language, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
export const time = (/** @type {string} */ iso) => clock.format(new Date(iso));

/** The difference to the period before, in words. @param {number} count @param {number | null} previous */
function change(count, previous) {
  if (previous === null) return "";
  const difference = count - previous;
  if (!difference) return _("as before");
  const percent = previous ? ` · ${number.format(Math.abs(Math.round((difference / previous) * 100)))}%` : "";
  return `${difference > 0 ? "▲" : "▼"} ${number.format(Math.abs(difference))}${percent}`;
}

/**
 * @param {any} told the figures
 * @param {{stage: string, region: string, categories: number[]}} state
 * @param {{stage: (s: string) => void, major: (ids: number[]) => void, region: (code: string) => void}} choose
 */
export function figures(told, state, choose) {
  const most = (/** @type {any[]} */ rows) => Math.max(1, ...rows.map(({ count }) => count));
  const bar = (/** @type {any} */ row, /** @type {number} */ top, /** @type {any} */ attributes) =>
    element("li", {}, element("button", { type: "button", ...attributes },
      element("span", { class: "cut" }, row.name), element("span", { class: "number" }, number.format(row.count)),
      element("span", { class: "meta" }, change(row.count, row.previous)),
      element("meter", { min: 0, max: top, value: row.count, "aria-hidden": "true" })));
  const majors = told.majors.slice(0, 8);
  const same = (/** @type {number[]} */ ids) => ids.length === state.categories.length && ids.every((id) => state.categories.includes(id));
  return [
    element("div", { class: "figure centre-total" }, element("span", { class: "figure-name" }, _("Reports")),
      element("span", { class: "figure-value", id: "total" }, number.format(told.total)),
      element("span", { class: "figure-change" }, told.previous === null ? "" : interpolate(_("%(change)s against the period before (%(previous)s)"),
        { change: change(told.total, told.previous), previous: number.format(told.previous) }))),
    told.total ? null : empty("inbox", _("No cases with these filters. Choose a longer time or fewer filters.")),
    element("h3", {}, _("Stages")),
    element("div", { class: "centre-stages" }, ...told.stages.map((/** @type {any} */ row) => element("button",
      { type: "button", "aria-pressed": String(state.stage === row.stage), "data-stage": row.stage, onclick: () => choose.stage(row.stage) },
      element("span", { class: "figure-name" }, `${LAMPS[row.stage]} ${row.title}`),
      element("span", { class: "figure-value" }, number.format(row.count)),
      element("span", { class: "figure-change" }, change(row.count, row.previous))))),
    element("h3", {}, _("Regions")),
    element("ul", { class: "centre-bars", id: "by-region" }, ...told.regions.map((/** @type {any} */ row) => bar(row, most(told.regions),
      { "aria-pressed": String(state.region === row.code), onclick: () => choose.region(row.code) }))),
    element("h3", {}, _("Major classes")),
    element("ul", { class: "centre-bars", id: "by-class" }, ...majors.map((/** @type {any} */ row) => bar(row, most(majors),
      { "aria-pressed": String(same(row.categories)), onclick: () => choose.major(row.categories) }))),
  ].filter((part) => part !== null);
}

/** @param {any} feature @param {Record<string, string>} stages @param {(id: number) => void} pick @param {boolean} isNew */
export function tick({ id, properties: told }, stages, pick, isNew) {
  return element("li", { "data-case": id, class: isNew ? "is-new" : null }, element("button", { type: "button", onclick: () => pick(id) },
    element("strong", { class: "cut" }, told.category), element("time", { datetime: told.reported_at }, time(told.reported_at)),
    element("span", { class: "place cut" }, told.place || told.number),
    element("span", { class: "meta" }, told.number), element("span", { class: "meta centre-stage" }, `${LAMPS[told.stage]} ${stages[told.stage]}`)));
}

/** @param {any} legend of the heat @param {string[]} ramp */
export function legend({ unit, period, breaks }, ramp) {
  const day = (/** @type {string | null} */ iso, back = 0) => (iso ? new Date(Date.parse(iso) - back).toLocaleDateString(language) : "…");
  const range = (/** @type {number} */ n) => {
    const next = breaks[n + 1];
    if (next === undefined) return `≥ ${number.format(breaks[n])}`;
    return next - 1 === breaks[n] ? number.format(breaks[n]) : `${number.format(breaks[n])}–${number.format(next - 1)}`;
  };
  return [
    element("strong", {}, unit),
    element("span", { class: "meta" }, `${day(period.start)} – ${day(period.end, 1)}`),
    element("div", { class: "legend" }, ...ramp.map((colour, n) => element("span", { class: "legend-row" },
      element("i", { class: "swatch", style: `background:${colour}` }), range(n))).reverse()),
  ];
}

/** @param {any} told the case @param {Record<string, string>} stages */
export function card(told, stages) {
  const fact = (/** @type {string} */ name, /** @type {string} */ value) => (value ? [element("dt", {}, name), element("dd", {}, value)] : []);
  return [
    told.photos.length ? element("div", { class: "centre-photos" }, ...told.photos.map((/** @type {any} */ photo) =>
      element("a", { href: photo.url, target: "_blank" }, element("img", { src: photo.thumb, alt: _("Photograph of the case"), loading: "lazy" })))) : null,
    element("dl", { class: "facts" },
      ...fact(_("Number"), told.number), ...fact(_("Stage"), `${LAMPS[told.stage]} ${stages[told.stage]}`),
      ...fact(_("Reported"), time(told.reported_at)), ...fact(_("Place"), told.place), ...fact(_("Description"), told.description),
      ...fact(_("Unit grid"), told.unit_grid_code), ...fact(_("Responsibility grid"), told.responsibility_grid_code),
      ...fact(_("Reporter"), told.reporter ?? "")),
    element("h3", {}, _("History")),
    told.events.length ? element("ol", { class: "centre-history" }, ...told.events.map((/** @type {any} */ event) => element("li", {},
      element("strong", {}, event.label), element("div", { class: "meta" }, [time(event.at), event.officer].filter(Boolean).join(" · ")),
      event.note ? element("p", {}, event.note) : null))) : element("p", { class: "meta" }, _("Nothing has been done yet.")),
  ].filter((part) => part !== null);
}

/**
 * The tree of classes: ticks on kinds and major classes tick all below.
 * @param {{id: number, kind: string, major: string, name: string}[]} categories @param {number[]} chosen
 * @param {(ids: number[]) => void} choose
 */
export function classTree(categories, chosen, choose) {
  const by = (/** @type {any[]} */ rows, /** @type {"kind" | "major"} */ key) => [...new Set(rows.map((row) => row[key]))].map((name) => ({ name, rows: rows.filter((row) => row[key] === name) }));
  const picked = new Set(chosen);
  const box = (/** @type {string} */ name, /** @type {any[]} */ rows) => {
    const input = element("input", { type: "checkbox", "aria-label": name, onchange: (/** @type {any} */ event) => {
      for (const { id } of rows) event.target.checked ? picked.add(id) : picked.delete(id);
      choose(picked.size === categories.length ? [] : [...picked]);
    } });
    const some = rows.filter(({ id }) => picked.has(id)).length;
    input.checked = some === rows.length;
    input.indeterminate = some > 0 && some < rows.length;
    return input;
  };
  return by(categories, "kind").map((kind) => element("details", { class: "tree-group", open: true, "data-branch": kind.name },
    element("summary", {}, box(kind.name, kind.rows), kind.name),
    ...by(kind.rows, "major").map((major) => element("details", { class: "tree-group", "data-branch": `${kind.name}/${major.name}` },
      element("summary", {}, box(major.name, major.rows), major.name),
      ...major.rows.map((row) => element("label", { class: "tick" }, box(row.name, [row]), row.name))))));
}

/** @param {number} count */
export const newCases = (count) => interpolate(ngettext("%(count)s new case", "%(count)s new cases", count), { count: number.format(count) });
/** @param {string} name @param {() => void} remove */
export const chip = (name, remove) => element("button", { type: "button", class: "chip accent", onclick: remove, title: _("Take this filter away") }, name, icon("x"));
