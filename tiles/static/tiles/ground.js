// @ts-check
/** Lengths and areas on the ground (WGS 84 ellipsoid) of what is drawn on the map, and how they are said. */
import { _, interpolate } from "../gis/i18n.js";

/** @typedef {[number, number]} LonLat degrees, EPSG:4326 */

const A_M = 6_378_137; // equatorial radius
const E2 = 0.006_694_379_990_141_3; // first eccentricity, squared
const E = Math.sqrt(E2);
const rad = (/** @type {number} */ degrees) => (degrees * Math.PI) / 180;

/** Metres per degree of latitude and of longitude at a latitude. @param {number} lat */
function degreeM(lat) {
  const w2 = 1 - E2 * Math.sin(rad(lat)) ** 2;
  return {
    north: rad((A_M * (1 - E2)) / w2 ** 1.5),
    east: rad((A_M * Math.cos(rad(lat))) / Math.sqrt(w2)),
  };
}

/**
 * Metres between two places; within a city it is right to a few centimetres.
 * @param {LonLat} a @param {LonLat} b
 */
export function distanceM([lonA, latA], [lonB, latB]) {
  const { north, east } = degreeM((latA + latB) / 2);
  return Math.hypot((lonB - lonA) * east, (latB - latA) * north);
}

/** Metres along a line. @param {LonLat[]} line */
export function lengthM(line) {
  return line.slice(1).reduce((sum, place, n) => sum + distanceM(line[n], place), 0);
}

/** Sine of the authalic latitude times its q at the pole: areas of zones. @param {number} lat */
function zone(lat) {
  const s = Math.sin(rad(lat));
  return (1 - E2) * (s / (1 - E2 * s * s) - Math.log((1 - E * s) / (1 + E * s)) / (2 * E));
}

/**
 * Square metres inside a ring, its last place being its first again.
 * @param {LonLat[]} ring
 */
export function areaM2(ring) {
  let sum = 0;
  for (let n = 1; n < ring.length; n += 1) {
    const [lonA, latA] = ring[n - 1];
    const [lonB, latB] = ring[n];
    sum += rad(lonB - lonA) * (zone(latA) + zone(latB));
  }
  return Math.abs((sum * A_M ** 2) / 4);
}

/**
 * A circle on the ground as a ring of EPSG:4326.
 * @param {LonLat} center @param {number} radius_m
 * @returns {LonLat[]}
 */
export function circle([lon, lat], radius_m, steps = 72) {
  const { north, east } = degreeM(lat);
  return Array.from({ length: steps + 1 }, (_none, n) => {
    const angle = (2 * Math.PI * (n % steps)) / steps;
    return /** @type {LonLat} */ ([lon + (radius_m * Math.cos(angle)) / east, lat + (radius_m * Math.sin(angle)) / north]);
  });
}

const number = (/** @type {number} */ value, /** @type {number} */ digits) =>
  value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: digits, minimumFractionDigits: digits });

/** @param {number} metres */
export function lengthText(metres) {
  if (metres < 1000) return interpolate(_("%(n)s m"), { n: number(metres, metres < 100 ? 1 : 0) });
  return interpolate(_("%(n)s km"), { n: number(metres / 1000, 2) });
}

/** @param {number} m2 */
export function areaText(m2) {
  if (m2 < 10_000) return interpolate(_("%(n)s m²"), { n: number(m2, m2 < 100 ? 1 : 0) });
  if (m2 < 10_000_000) return interpolate(_("%(n)s ha"), { n: number(m2 / 10_000, 2) });
  return interpolate(_("%(n)s km²"), { n: number(m2 / 1_000_000, 2) });
}
