// @ts-check
/** The page that shows what screens are made of. */
import "webawesome/button/button.js";
import "webawesome/dialog/dialog.js";
import "webawesome/drawer/drawer.js";
import "webawesome/input/input.js";
import "webawesome/option/option.js";
import "webawesome/select/select.js";
import "webawesome/tree/tree.js";
import "webawesome/tree-item/tree-item.js";
import { _ } from "./i18n.js";
import { toast } from "./toast.js";

for (const swatch of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-token]"))) {
  swatch.style.background = `var(${swatch.dataset.token})`;
}
const open = (/** @type {string} */ id) => { /** @type {any} */ (document.getElementById(id)).open = true; };
const shows = /** @type {Record<string, () => void>} */ ({
  toast: () => { toast(_("Saved.")); },
  trouble: () => { toast(_("The server cannot be reached. Check the network and try again."), { tone: "bad" }); },
  dialog: () => open("style-dialog"),
  drawer: () => open("style-drawer"),
});
for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-shows]"))) {
  button.addEventListener("click", shows[button.dataset.shows ?? ""]);
}
