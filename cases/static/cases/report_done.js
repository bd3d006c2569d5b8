// @ts-check
/** After sending: what became of it, and on to the next. */
import { _, interpolate } from "../gis/i18n.js";
import { el, icon } from "./report_parts.js";

/**
 * @param {HTMLElement} element
 * @param {{state: "sent" | "kept" | "confirmed", answer?: any, grid?: string, place?: string, reason?: string}} told
 */
export function drawDone(element, { state, answer, grid, place, reason }) {
  const titles = { sent: _("Reported"), kept: _("Saved on this phone"), confirmed: _("Confirmed as the same thing") };
  const icons = { sent: "circle-check", kept: "cloud-off", confirmed: "circle-check" };
  const facts = [
    [_("Case number"), answer?.number], [_("Grid"), grid], [_("Place"), place],
  ].filter(([, value]) => value);
  element.replaceChildren(
    el("div", { class: `report-done-icon ${state === "kept" ? "warn" : "good"}` }, icon(icons[state])),
    el("h2", { text: titles[state] }),
    ...(state === "kept" ? [el("p", { text: reason || _("It is sent by itself as soon as there is a network.") })] : []),
    el("dl", { class: "facts" }, ...facts.flatMap(([name, value]) => [el("dt", { text: name }), el("dd", { text: value, "data-fact": name === _("Case number") ? "number" : null })])),
    el("p", { class: "meta", id: "photo-progress", role: "status" }),
    el("p", {}, el("a", { href: "/cases/mine", text: _("My reports") })),
  );
}

/** @param {number} count @param {string[]} lost */
export function drawPhotos(count, lost) {
  const line = document.getElementById("photo-progress");
  if (!line) return;
  line.textContent = lost.length
    ? interpolate(_("Not all photographs were accepted: %(reason)s"), { reason: lost.join(" ") })
    : count ? interpolate(_("%(count)s photos sent"), { count }) : "";
}
