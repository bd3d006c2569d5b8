// @ts-check
/** Drawing on the map for range queries and measuring: one shape at a time, Escape gives up. */
import { TerraDraw, TerraDrawCircleMode, TerraDrawLineStringMode, TerraDrawPolygonMode, TerraDrawRectangleMode } from "terra-draw";
import { TerraDrawMapLibreGLAdapter } from "terra-draw-maplibre-gl-adapter";
import { color } from "../../gis/theme.js";
import { distanceM } from "../ground.js";

/** @typedef {import("./state.js").Range} Range */
/** @typedef {"box" | "circle" | "polygon" | "distance" | "area"} Shape */

const MODES = { box: "rectangle", circle: "circle", polygon: "polygon", distance: "linestring", area: "polygon" };

/** A token's colour as terra-draw wants it. @param {string} token */
function hex(token) {
  const parts = color(token).match(/\d+/g) ?? [];
  return /** @type {`#${string}`} */ (`#${parts.slice(0, 3).map((part) => Number(part).toString(16).padStart(2, "0")).join("")}`);
}

function modes() {
  const accent = hex("--accent");
  const area = { fillColor: accent, fillOpacity: 0.12, outlineColor: accent, outlineWidth: 2 };
  const point = { closingPointColor: accent, closingPointOutlineColor: hex("--surface-1"), closingPointWidth: 5, closingPointOutlineWidth: 2 };
  return [
    new TerraDrawRectangleMode({ styles: area, drawInteraction: "click-move-or-drag" }),
    new TerraDrawCircleMode({ styles: area, drawInteraction: "click-move-or-drag", segments: 64 }),
    new TerraDrawPolygonMode({ styles: { ...area, ...point } }),
    new TerraDrawLineStringMode({ styles: { lineStringColor: accent, lineStringWidth: 3, ...point } }),
  ];
}

/** The range that a drawn shape is. @param {Shape} shape @param {any} geometry @returns {Range} */
export function rangeOf(shape, { coordinates: [ring] }) {
  const lons = ring.map((/** @type {any} */ [lon]) => lon);
  const lats = ring.map((/** @type {any} */ [, lat]) => lat);
  const bbox = /** @type {[number, number, number, number]} */ ([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)]);
  if (shape === "box") return { kind: "box", bbox };
  if (shape === "polygon") return { kind: "polygon", ring };
  const center = /** @type {[number, number]} */ ([(bbox[0] + bbox[2]) / 2, (bbox[1] + bbox[3]) / 2]);
  return { kind: "circle", center, radius_m: distanceM(center, [bbox[2], center[1]]) };
}

/**
 * @param {import("maplibre-gl").Map} map
 * @param {{onChange: (shape: Shape, geometry: any) => void, onFinish: (shape: Shape, geometry: any) => void}} wiring
 */
export function createDrawing(map, { onChange, onFinish }) {
  /** @type {{draw: TerraDraw, shape: Shape} | null} */
  let current = null;

  const stop = () => {
    if (!current) return;
    const { draw } = current;
    current = null;
    draw.stop();
    map.doubleClickZoom.enable();
  };

  /** @param {Shape} shape */
  const start = (shape) => {
    stop();
    const draw = new TerraDraw({ adapter: new TerraDrawMapLibreGLAdapter({ map, coordinatePrecision: 9 }), modes: modes() });
    current = { draw, shape };
    map.doubleClickZoom.disable();
    draw.on("change", () => {
      const drawn = draw.getSnapshot().find(({ properties }) => properties.mode === MODES[shape]);
      if (drawn) onChange(shape, drawn.geometry);
    });
    draw.on("finish", (id) => {
      const geometry = draw.getSnapshotFeature(id)?.geometry;
      stop();
      if (geometry) onFinish(shape, geometry);
    });
    draw.start();
    draw.setMode(MODES[shape]);
  };

  return { start, stop, shape: () => current?.shape ?? null };
}
