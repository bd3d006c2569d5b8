// @ts-check
/** Corners of grids as they are moved, before the server has its say: the same shifts as it does, on what is drawn. */

/**
 * One corner moved, inserted between two others, or removed (`to` null).
 * @typedef {{at: [number, number][], to: [number, number] | null}} Shift
 */

const same = (/** @type {number[]} */ one, /** @type {number[]} */ other) => one[0] === other[0] && one[1] === other[1];

/** @param {any} geometry @returns {[number, number][][]} all rings, closed */
export function ringsOf({ type, coordinates }) {
  return type === "MultiPolygon" ? coordinates.flat() : coordinates;
}

/** @param {[number, number][]} ring closed @param {Shift} shift */
function ringShifted(ring, { at, to }) {
  const open = ring.slice(0, -1);
  let corners = open;
  if (at.length === 1) {
    corners = open.flatMap((corner) => (!same(corner, at[0]) ? [corner] : to ? [to] : []));
  } else if (to) {
    const place = open.findIndex((corner, n) => {
      const next = open[(n + 1) % open.length];
      return (same(corner, at[0]) && same(next, at[1])) || (same(corner, at[1]) && same(next, at[0]));
    });
    if (place >= 0) corners = open.toSpliced(place + 1, 0, to);
  }
  return corners.length ? [...corners, corners[0]] : [];
}

/** A GeoJSON area after all shifts, in order. @param {any} geometry @param {Shift[]} shifts */
export function shifted({ type, coordinates }, shifts) {
  const ring = (/** @type {[number, number][]} */ one) => shifts.reduce(ringShifted, one);
  return { type, coordinates: type === "MultiPolygon" ? coordinates.map((/** @type {any} */ part) => part.map(ring)) : coordinates.map(ring) };
}

/**
 * The handles of an area: its corners, and the middles of its sides, where a corner can be inserted.
 * @param {any} geometry
 */
export function handles(geometry) {
  const features = [];
  for (const ring of ringsOf(geometry)) {
    for (let n = 0; n + 1 < ring.length; n += 1) {
      const [one, next] = [ring[n], ring[n + 1]];
      features.push(handle("corner", one, [one]), handle("middle", [(one[0] + next[0]) / 2, (one[1] + next[1]) / 2], [one, next]));
    }
  }
  return { type: "FeatureCollection", features };
}

/** @param {string} kind @param {number[]} coordinates @param {number[][]} at */
function handle(kind, coordinates, at) {
  return { type: "Feature", geometry: { type: "Point", coordinates }, properties: { kind, at: JSON.stringify(at) } };
}
