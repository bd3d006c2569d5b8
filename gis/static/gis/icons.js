// @ts-check
/** Icons of the page: `<wa-icon library="wangge" name="map-pin">` is a lucide icon from this server.
 *
 * Web Awesome's own libraries are replaced too: "default" would ask a server outside, and "system" (the icons
 * inside its components) would fetch data: addresses, which the content security policy refuses.
 */
import { registerIconLibrary } from "webawesome/icon/library.js";
import "webawesome/icon/icon.js";

/** Names that Web Awesome's components use inside, and the lucide icons that stand for them. */
const SYSTEM = /** @type {Record<string, string>} */ ({
  "angles-left": "chevrons-left", "angles-right": "chevrons-right", bars: "menu", "circle-xmark": "circle-x",
  "circle-question": "info", "eye-slash": "eye-off", "file-audio": "file", "file-code": "file", "file-excel": "file",
  "file-image": "image", "file-pdf": "file-text", "file-powerpoint": "file", "file-video": "file",
  "file-word": "file-text", "file-zipper": "file", gear: "settings", indeterminate: "minus",
  "magnifying-glass": "search", "play-circle": "play", "table-columns": "table", xmark: "x",
});

/** @param {string} name */
const lucide = (name) => import.meta.resolve(`lucide/${name}.svg`);

registerIconLibrary("wangge", { resolver: lucide });
registerIconLibrary("default", { resolver: lucide });
registerIconLibrary("system", { resolver: (name) => lucide(SYSTEM[name] ?? name) });
