// @ts-check
/** The sketch of a new grid on the map: corners that catch on borders, undo and redo, corners that can be moved. */
import { TerraDraw, TerraDrawModeUndoRedo, TerraDrawPolygonMode, TerraDrawSelectMode, TerraDrawSessionUndoRedo, TerraDrawUndoRedoKeyboardShortcuts, ValidateNotSelfIntersecting } from "terra-draw";
import { TerraDrawMapLibreGLAdapter } from "terra-draw-maplibre-gl-adapter";
import { color } from "../gis/theme.js";

const CATCH_PX = matchMedia("(pointer: coarse)").matches ? 20 : 10;
const BORDERS = ["responsibility-grids", "unit-grids"];

/** A token's colour as terra-draw wants it. @param {string} token */
function hex(token) {
  const parts = color(token).match(/\d+/g) ?? [];
  return /** @type {`#${string}`} */ (`#${parts.slice(0, 3).map((part) => Number(part).toString(16).padStart(2, "0")).join("")}`);
}

const isClosed = (/** @type {any} */ geometry) => new Set(geometry.coordinates[0].map(String)).size >= 3;

/** Whether a drawn Polygon encloses ground without crossing itself. @param {any} geometry */
export function isSound(geometry) {
  const feature = /** @type {any} */ ({ type: "Feature", geometry, properties: {} });
  return isClosed(geometry) && ValidateNotSelfIntersecting(feature, /** @type {any} */ ({})).valid;
}

/** All corners of a geometry by its lines. @param {any} geometry @returns {[number, number][][]} */
function linesOf({ type, coordinates }) {
  if (type === "LineString") return [coordinates];
  if (type === "MultiLineString" || type === "Polygon") return coordinates;
  return type === "MultiPolygon" ? coordinates.flat() : [];
}

/**
 * The nearest corner of a border within reach of the pointer, else the nearest point on a border.
 * @param {import("maplibre-gl").Map} map @param {any} event
 */
export function caught(map, { containerX: x, containerY: y }) {
  const box = /** @type {any} */ ([[x - CATCH_PX, y - CATCH_PX], [x + CATCH_PX, y + CATCH_PX]]);
  const layers = map.getStyle().layers.filter((layer) => BORDERS.includes(/** @type {any} */ (layer.metadata)?.["wangge:layer"])).map(({ id }) => id);
  const corner = { distance: CATCH_PX, at: /** @type {any} */ (undefined) };
  const side = { distance: CATCH_PX, at: /** @type {any} */ (undefined) };
  const consider = (/** @type {any} */ best, /** @type {{x: number, y: number}} */ point, /** @type {any} */ at) => {
    const distance = Math.hypot(point.x - x, point.y - y);
    if (distance < best.distance) { best.distance = distance; best.at = at ?? map.unproject([point.x, point.y]).toArray(); }
  };
  for (const { geometry } of map.queryRenderedFeatures(box, { layers })) {
    for (const line of linesOf(geometry)) {
      const points = line.map((lonlat) => map.project(lonlat));
      points.forEach((point, n) => {
        consider(corner, point, line[n]);
        const next = points[n + 1];
        if (!next) return;
        const [dx, dy] = [next.x - point.x, next.y - point.y];
        const along = Math.min(1, Math.max(0, ((x - point.x) * dx + (y - point.y) * dy) / (dx * dx + dy * dy || 1)));
        consider(side, { x: point.x + along * dx, y: point.y + along * dy }, undefined);
      });
    }
  }
  return corner.at ?? side.at;
}

/**
 * @param {import("maplibre-gl").Map} map
 * @param {(geometry: any, finished: boolean) => void} onChange the drawn Polygon, null while there is none
 */
export function createSketch(map, onChange) {
  const accent = hex("--accent");
  const paper = hex("--surface-1");
  const snapping = { toCustom: (/** @type {any} */ event) => caught(map, event) };
  const draw = new TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map, coordinatePrecision: 9 }),
    modes: [
      new TerraDrawPolygonMode({
        snapping,
        styles: { fillColor: accent, fillOpacity: 0.15, outlineColor: accent, outlineWidth: 3, closingPointColor: accent, closingPointOutlineColor: paper, closingPointWidth: 6, closingPointOutlineWidth: 2 },
      }),
      new TerraDrawSelectMode({
        flags: { polygon: { feature: { draggable: false, coordinates: { midpoints: true, draggable: true, deletable: true, snappable: snapping } } } },
        styles: { selectedPolygonColor: accent, selectedPolygonFillOpacity: 0.15, selectedPolygonOutlineColor: accent, selectedPolygonOutlineWidth: 3, selectionPointColor: accent, selectionPointOutlineColor: paper, selectionPointWidth: 6, midPointColor: paper, midPointOutlineColor: accent, midPointOutlineWidth: 2, midPointWidth: 4 },
      }),
    ],
    undoRedo: { modeLevel: new TerraDrawModeUndoRedo(), sessionLevel: new TerraDrawSessionUndoRedo(), keyboardShortcuts: new TerraDrawUndoRedoKeyboardShortcuts() },
  });
  const polygon = () => draw.getSnapshot().find(({ geometry, properties }) => geometry.type === "Polygon" && properties.mode === "polygon");
  const edit = (/** @type {any} */ id) => { draw.setMode("select"); draw.selectFeature(id); };
  const tell = () => {
    const drawn = polygon();
    onChange(drawn?.geometry ?? null, drawn !== undefined && isClosed(/** @type {any} */ (drawn.geometry)) && draw.getModeState() !== "drawing");
  };

  draw.on("change", () => {
    if (!polygon() && draw.getMode() !== "polygon") draw.setMode("polygon"); // undone to the beginning
    tell();
  });
  draw.on("finish", (id, { action }) => {
    if (action === "draw") queueMicrotask(() => { edit(id); tell(); });
    else tell();
  });
  map.doubleClickZoom.disable();
  draw.start();
  draw.setMode("polygon");

  return {
    /** Bring back a drawing. @param {any} geometry */
    restore(geometry) {
      const [{ id }] = draw.addFeatures([{ type: "Feature", geometry, properties: { mode: "polygon" } }]);
      if (id !== undefined) edit(id);
      onChange(geometry, true);
    },
    undo: () => draw.undo(),
    redo() {
      draw.redo();
      const drawn = polygon();
      if (drawn?.id !== undefined && draw.getModeState() !== "drawing") edit(drawn.id);
      tell();
    },
    again() {
      draw.clear();
      draw.setMode("polygon");
      onChange(null, false);
    },
    stop() {
      draw.stop();
      map.doubleClickZoom.enable();
    },
  };
}
