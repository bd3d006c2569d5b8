// @ts-check
/** The map's tiles from the pack on this phone while the server cannot be reached. */
import { addProtocol } from "maplibre-gl";
import { FileSource, PMTiles, Protocol } from "pmtiles";
import { onUnreachable, useSources } from "../map.js";
import { file } from "./store.js";

/** @typedef {import("./store.js").Pack} Pack */

const LOOK_AGAIN_MS = 10_000;

const protocol = new Protocol({ metadata: true });
addProtocol("pmtiles", protocol.tile);

/**
 * Stand in for the server when it is gone, and step back when it is there again. The map's container says which
 * it is: `data-tiles="pack"`.
 * @param {import("maplibre-gl").Map} map
 * @returns {(pack: Pack | null) => Promise<void>} called with the pack that is on the phone, or none
 */
export function standIn(map) {
  /** @type {Pack | null} */
  let pack = null;
  let isStandingIn = false;
  let timer = 0;

  const begin = () => {
    if (!pack) return false;
    if (isStandingIn) return true;
    isStandingIn = true;
    map.getContainer().dataset.tiles = "pack";
    const url = `pmtiles://${pack.digest}`;
    useSources(map, (sources) => Object.fromEntries(Object.entries(sources).map(([name, source]) =>
      [name, source.type === "vector" ? { type: "vector", url } : source])));
    timer = window.setInterval(look, LOOK_AGAIN_MS);
    return true;
  };
  const end = () => {
    clearInterval(timer);
    if (!isStandingIn) return;
    isStandingIn = false;
    delete map.getContainer().dataset.tiles;
    useSources(map, null);
  };
  /** A network is not yet the server. */
  async function look() {
    if (!navigator.onLine) return;
    const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
    if (answer?.ok) end();
  }

  onUnreachable(map, begin);
  addEventListener("offline", begin);
  addEventListener("online", look);
  map.once("remove", () => {
    clearInterval(timer);
    removeEventListener("offline", begin);
    removeEventListener("online", look);
  });

  return async (now) => {
    if (now && !protocol.get(now.digest)) protocol.add(new PMTiles(new FileSource(await file(now))));
    const isAnother = isStandingIn && now?.digest !== pack?.digest;
    if (isAnother) end();
    pack = now;
    if (isAnother || !navigator.onLine) begin();
  };
}
