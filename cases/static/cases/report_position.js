// @ts-check
/** Where the phone is: its position, how sure it is, and why not if it is not. */
import { addOverlay, setOverlayData } from "../tiles/map.js";

export const POOR_M = 50;
const PATIENCE_MS = 10_000;

/**
 * @typedef {{lon: number, lat: number, accuracy_m: number}} Fix
 * @typedef {"" | "denied" | "insecure" | "unavailable" | "timeout"} Trouble
 */

/**
 * Follow the device; `found` for each fix, `failed` when there is none.
 * @param {(fix: Fix) => void} found
 * @param {(trouble: Trouble) => void} failed
 */
export function follow(found, failed) {
  if (!isSecureContext) return failed("insecure");
  if (!navigator.geolocation) return failed("unavailable");
  const late = setTimeout(() => failed("timeout"), PATIENCE_MS); // some phones never call back at all
  navigator.geolocation.watchPosition(
    ({ coords }) => {
      clearTimeout(late);
      found({ lon: coords.longitude, lat: coords.latitude, accuracy_m: coords.accuracy });
    },
    ({ code }) => {
      clearTimeout(late);
      failed(code === 1 ? "denied" : code === 3 ? "timeout" : "unavailable");
    },
    { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: 5_000 },
  );
}

/** @param {Fix | null} fix @returns {any} the accuracy circle and the dot in it */
function shapes(fix) {
  if (!fix) return { type: "FeatureCollection", features: [] };
  const { lon, lat, accuracy_m } = fix;
  const degree_m = 111_320;
  const ring = Array.from({ length: 65 }, (_unused, n) => {
    const angle = (n / 64) * 2 * Math.PI;
    return [
      lon + (accuracy_m * Math.cos(angle)) / (degree_m * Math.cos((lat * Math.PI) / 180)),
      lat + (accuracy_m * Math.sin(angle)) / degree_m,
    ];
  });
  const feature = (/** @type {any} */ geometry) => ({ type: "Feature", properties: {}, geometry });
  return {
    type: "FeatureCollection",
    features: [feature({ type: "Polygon", coordinates: [ring] }), feature({ type: "Point", coordinates: [lon, lat] })],
  };
}

/** @param {any} map */
export function drawPosition(map) {
  addOverlay(map, "me", {
    source: { type: "geojson", data: shapes(null) },
    layers: (color) => [
      { id: "accuracy", type: "fill", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": color("--accent"), "fill-opacity": 0.12 } },
      { id: "accuracy-edge", type: "line", filter: ["==", ["geometry-type"], "Polygon"], paint: { "line-color": color("--accent"), "line-width": 1.5, "line-opacity": 0.6 } },
      {
        id: "dot", type: "circle", filter: ["==", ["geometry-type"], "Point"],
        paint: { "circle-radius": 6, "circle-color": color("--accent"), "circle-stroke-color": color("--surface-1"), "circle-stroke-width": 2 },
      },
    ],
  });
  return (/** @type {Fix} */ fix) => setOverlayData(map, "me", shapes(fix));
}
