// @ts-check
/** My reports: the list comes with the page; what still waits on this phone is shown above it. */
import { showOutbox } from "./report_outbox_view.js";

const config = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("config")).textContent ?? "{}");
showOutbox(/** @type {HTMLElement} */ (document.getElementById("outbox")), config.user);
