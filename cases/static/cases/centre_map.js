// @ts-check
/** The centre's map: heat in cells with a scale that stays, or each case as a point; a new case flashes once. */
import { Marker } from "maplibre-gl";
import { addOverlay, calm, createMap, setOverlayData, showLayer } from "../tiles/map.js";
import { theme } from "../gis/theme.js";
import { _, interpolate } from "../gis/i18n.js";
import { element } from "../gis/elements.js";

const NOTHING = { type: "FeatureCollection", features: [] };
const GROUND = ["water", "green", "roads", "buildings", "regions"];
const FLASH_MS = 4_000;
const PART_FROM = 12.5; // from this zoom on the server wants a box: cells are too fine to give them all

/**
 * @param {HTMLElement} container
 * @param {{bounds: any, at: any, ramps: Record<string, string[]>}} options
 */
export function createCentreMap(container, { bounds, at, ramps }) {
  const map = createMap(container, { layers: [...GROUND, "cases"], bounds, ...(at ?? {}), locate: false });
  let breaks = /** @type {number[]} */ ([]);
  let tiles = "";

  const draw = () => addOverlay(map, "heat", {
    source: { type: "geojson", data: heat, promoteId: "cell" },
    layers: () => [
      { id: "cells", type: "fill", layout: { visibility: shown === "heat" ? "visible" : "none" },
        paint: { "fill-color": colours(), "fill-opacity": 0.72, "fill-outline-color": "rgba(0,0,0,0)" } },
    ],
    before: "regions/district",
  });
  let heat = /** @type {any} */ (NOTHING);
  let shown = "heat";

  /** Colours by the legend's classes: the last of the ramp is always the fullest. */
  function ramp() {
    const [_faintest, ...all] = ramps[theme()]; // the faintest is lost among roads and blocks
    return breaks.map((_bound, n) => all[breaks.length === 1 ? 2 : Math.round((n * (all.length - 1)) / (breaks.length - 1))]);
  }
  function colours() {
    const [first, ...others] = ramp();
    if (!others.length) return first ?? "rgba(0,0,0,0)";
    return ["step", ["get", "count"], first, ...others.flatMap((colour, n) => [breaks[n + 1], colour])];
  }

  function applyTiles() {
    const source = /** @type {any} */ (map.getSource("cases"));
    if (source && tiles && source.tiles?.[0] !== tiles) source.setTiles([tiles]);
  }
  map.on("style.load", applyTiles);
  map.on("styledata", applyTiles);
  showLayer(map, "cases", false);
  draw();

  return {
    map,
    ramp,
    /** @param {"heat" | "points"} now */
    show(now) {
      shown = now;
      showLayer(map, "cases", now === "points");
      draw();
    },
    /** @param {any} answer of `/api/cases/heat` */
    setHeat(answer) {
      heat = answer;
      if (answer.legend.breaks.join() !== breaks.join()) { breaks = answer.legend.breaks; draw(); }
      else setOverlayData(map, "heat", answer);
    },
    /** Colours follow the theme. */
    recolour: draw,
    /** @param {Record<string, string>} params */
    setPoints(params) {
      tiles = `${location.origin}/tiles/cases/{z}/{x}/{y}.mvt?${new URLSearchParams(params)}`;
      /** @type {any} */ (map.getSource("cases"))?.setTiles([tiles]); // the same address is asked anew, too
    },
    /** What the server needs to know of the view. @returns {Record<string, string>} */
    view() {
      const zoom = map.getZoom();
      const [[west, south], [east, north]] = map.getBounds().toArray();
      const box = [west - (east - west) / 2, south - (north - south) / 2, east + (east - west) / 2, north + (north - south) / 2];
      return { zoom: zoom.toFixed(1), ...(zoom >= PART_FROM && { bbox: box.map((n) => n.toFixed(5)).join(",") }) };
    },
    /** @param {any} feature a case */
    flash(feature) {
      const mark = element("div", { class: calm() ? "centre-flash is-calm" : "centre-flash" });
      const marker = new Marker({ element: mark }).setLngLat(feature.geometry.coordinates).addTo(map);
      mark.setAttribute("aria-label", interpolate(_("New case: %(category)s"), feature.properties));
      setTimeout(() => marker.remove(), FLASH_MS);
    },
  };
}
