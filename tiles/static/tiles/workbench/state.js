// @ts-check
/** All that the workbench shows, in its address: a link shows a colleague the same thing. */

/**
 * @typedef {[number, number]} LonLat
 * @typedef {{kind: "region", code: string}} RegionRange
 * @typedef {{kind: "box", bbox: [number, number, number, number]}} BoxRange west, south, east, north
 * @typedef {{kind: "circle", center: LonLat, radius_m: number}} CircleRange
 * @typedef {{kind: "polygon", ring: LonLat[]}} PolygonRange closed
 * @typedef {RegionRange | BoxRange | CircleRange | PolygonRange} Range
 * @typedef {{layer: string, id: number}} Feature
 * @typedef {Object} View
 * @property {{center: LonLat, zoom: number} | null} at
 * @property {string[] | null} shown names of layers; null as the layers say themselves
 * @property {Record<string, number>} fades layer to opacity
 * @property {Feature | null} picked
 * @property {Range | null} range
 * @property {string[] | null} asked names of the layers that the range query looks in; null for those shown
 */

const PLACES = 6; // decimals of a degree in the address: a decimetre
const round = (/** @type {number} */ value) => Number(value.toFixed(PLACES));

/** @param {string | null} text @param {number} [count] @returns {number[] | null} */
function numbers(text, count) {
  if (!text) return null;
  const found = text.split(",").map(Number);
  return found.every(Number.isFinite) && (count === undefined || found.length === count) ? found : null;
}

/** @param {string | null} text */
const names = (text) => (text === null ? null : text.split(",").filter(Boolean));

/** @param {string | null} text @returns {Range | null} */
function readRange(text) {
  const [kind, rest = ""] = (text ?? "").split(":");
  if (kind === "region" && /^\d+$/.test(rest)) return { kind, code: rest };
  const found = numbers(rest);
  if (!found) return null;
  if (kind === "box" && found.length === 4) return { kind, bbox: /** @type {any} */ (found) };
  if (kind === "circle" && found.length === 3) return { kind, center: [found[0], found[1]], radius_m: found[2] };
  if (kind === "polygon" && found.length >= 6 && found.length % 2 === 0) {
    const ring = Array.from({ length: found.length / 2 }, (_none, n) => /** @type {LonLat} */ ([found[2 * n], found[2 * n + 1]]));
    return { kind, ring: [...ring, ring[0]] };
  }
  return null;
}

/** @param {Range} range */
function rangeText(range) {
  if (range.kind === "region") return `region:${range.code}`;
  if (range.kind === "box") return `box:${range.bbox.map(round)}`;
  if (range.kind === "circle") return `circle:${range.center.map(round)},${Math.round(range.radius_m * 10) / 10}`;
  return `polygon:${range.ring.slice(0, -1).flat().map(round)}`;
}

/** @param {string} search of the address @returns {View} */
export function read(search) {
  const query = new URLSearchParams(search);
  const at = numbers(query.get("at"), 3);
  const [, layer, id] = /^([a-z-]+)\/(\d+)$/.exec(query.get("pick") ?? "") ?? [];
  const fades = Object.fromEntries((names(query.get("fade")) ?? []).map((part) => part.split("~")).map(([name, opacity]) => [name, Number(opacity) / 100]));
  return {
    at: at && { center: [at[0], at[1]], zoom: at[2] },
    shown: names(query.get("layers")),
    fades,
    picked: layer ? { layer, id: Number(id) } : null,
    range: readRange(query.get("range")),
    asked: names(query.get("in")),
  };
}

/** @param {View} view @returns {string} the query of the address */
export function write({ at, shown, fades, picked, range, asked }) {
  const query = new URLSearchParams();
  if (at) query.set("at", [...at.center.map(round), Math.round(at.zoom * 100) / 100].join(","));
  if (shown) query.set("layers", shown.join(","));
  const faded = Object.entries(fades).filter(([, opacity]) => opacity < 1);
  if (faded.length) query.set("fade", faded.map(([name, opacity]) => `${name}~${Math.round(opacity * 100)}`).join(","));
  if (picked) query.set("pick", `${picked.layer}/${picked.id}`);
  if (range) query.set("range", rangeText(range));
  if (range && asked) query.set("in", asked.join(","));
  return `?${query.toString().replace(/%2C/g, ",").replace(/%3A/g, ":").replace(/%2F/g, "/")}`;
}
