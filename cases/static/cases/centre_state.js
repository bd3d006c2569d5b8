// @ts-check
/** What the centre shows, as its address says it: a link shows a colleague the same. */

/**
 * @typedef {Object} State
 * @property {string} window a named window, or "" for `datetime`
 * @property {string} datetime days "2026-05-01/2026-05-31" of a window of one's own
 * @property {string} brush part of the window that filters everything, as an interval of instants
 * @property {string} region code; "" is the whole jurisdiction
 * @property {number[]} categories ids; none is all
 * @property {string} stage
 * @property {"heat" | "points"} shown
 * @property {number | null} picked id of the case whose card is open
 * @property {{center: [number, number], zoom: number} | null} at
 */

/** @param {string} address @param {string} usual name of the window to begin with @returns {State} */
export function read(address, usual) {
  const query = new URLSearchParams(address);
  const numbers = (/** @type {string} */ name) => (query.get(name) ?? "").split(",").filter(Boolean).map(Number).filter(Number.isFinite);
  const [lon, lat, zoom] = numbers("at");
  const datetime = query.get("datetime") ?? "";
  return {
    window: datetime ? "" : query.get("window") ?? usual,
    datetime,
    brush: query.get("brush") ?? "",
    region: query.get("region") ?? "",
    categories: numbers("category"),
    stage: query.get("stage") ?? "",
    shown: query.get("shown") === "points" ? "points" : "heat",
    picked: numbers("case")[0] ?? null,
    at: zoom === undefined ? null : { center: [lon, lat], zoom },
  };
}

/** @param {State} state @param {string} usual */
export function write(state, usual) {
  const query = new URLSearchParams();
  if (state.datetime) query.set("datetime", state.datetime);
  else if (state.window !== usual) query.set("window", state.window);
  if (state.brush) query.set("brush", state.brush);
  if (state.region) query.set("region", state.region);
  if (state.categories.length) query.set("category", state.categories.join(","));
  if (state.stage) query.set("stage", state.stage);
  if (state.shown !== "heat") query.set("shown", state.shown);
  if (state.picked !== null) query.set("case", String(state.picked));
  if (state.at) query.set("at", [...state.at.center.map((degrees) => degrees.toFixed(5)), state.at.zoom.toFixed(2)].join(","));
  const text = query.toString();
  return text ? `?${text}` : "";
}

/** The filter of tiles, heat and figures, without its time. @param {State} state */
export function filterOf({ region, categories, stage }) {
  return {
    ...(region && { region_code: region }),
    ...(categories.length && { category_id: categories.join(",") }),
    ...(stage && { stage }),
  };
}

/** The time of the whole window. @param {State} state */
export const wholeTime = ({ window, datetime }) => (datetime ? { datetime } : { window });

/** Whether a case as the stream tells it belongs to what is shown. @param {State} state @param {any} properties @param {{start: string | null, end: string | null}} period */
export function holds({ region, categories, stage }, properties, { start, end }) {
  const reported = Date.parse(properties.reported_at);
  return properties.region_code.startsWith(region)
    && (!categories.length || categories.includes(properties.category_id))
    && (!stage || properties.stage === stage)
    && (!start || reported >= Date.parse(start))
    && (!end || reported < Date.parse(end));
}
