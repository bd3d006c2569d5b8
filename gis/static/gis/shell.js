// @ts-check
/** What every page does: icons, the components' language, the theme switch. */
import "./icons.js";
import { choice, setTheme } from "./theme.js";

if (document.documentElement.lang.startsWith("zh")) await import("webawesome/translations/zh-cn.js");

for (const radio of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('input[name="theme"]'))) {
  radio.checked = radio.value === choice();
  radio.addEventListener("change", () => setTheme(/** @type {any} */ (radio.value)));
}
