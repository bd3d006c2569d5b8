// What @mapbox/vector-tile reads of a tile on stdin: by layer, each feature's id, kind, attributes and GeoJSON.
import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";

const [z, x, y] = process.argv.slice(2).map(Number);
const parts = [];
for await (const part of process.stdin) parts.push(part);
const tile = new VectorTile(new PbfReader(Buffer.concat(parts)));
const read = {};
for (const [name, layer] of Object.entries(tile.layers)) {
  read[name] = { version: layer.version, extent: layer.extent, features: [] };
  for (let n = 0; n < layer.length; n += 1) {
    const feature = layer.feature(n);
    read[name].features.push(feature.toGeoJSON(x, y, z));
  }
}
console.log(JSON.stringify(read));
