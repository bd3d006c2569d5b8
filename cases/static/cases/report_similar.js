// @ts-check
/** Recent cases that may be the same thing: confirm one instead of reporting it again. */
import { _, interpolate, ngettext } from "../gis/i18n.js";
import { button, el, icon } from "./report_parts.js";

/**
 * @param {any[]} cases those still to be decided
 * @param {{same: (one: any) => void, other: (one: any) => void}} decide
 * @returns {HTMLElement[]}
 */
export function similarCards(cases, decide) {
  if (!cases.length) return [];
  const words = ngettext("%(count)s similar case nearby: is it the same thing?", "%(count)s similar cases nearby: is one the same thing?", cases.length);
  return [
    el("h2", { class: "report-name", text: interpolate(words, { count: cases.length }) }),
    ...cases.map((one) => card(one, decide)),
  ];
}

/** @param {any} one @param {Parameters<typeof similarCards>[1]} decide */
function card(one, decide) {
  const picture = one.thumb
    ? el("img", { src: one.thumb, alt: interpolate(_("Photograph of case %(number)s"), one), width: 72, height: 72 })
    : el("span", { class: "mine-none" }, icon("image"));
  const facts = el("div", { class: "grow" },
    el("div", { class: "figures", text: interpolate(_("%(metres)s m away, %(age)s"), { metres: Math.round(one.distance_m), age: age(one.age_min) }) }),
    el("div", { class: "meta figures", text: one.number }));
  const choice = el("div", { class: "report-choice" },
    button(_("Same thing"), () => decide.same(one), { className: "button", iconName: "check" }),
    button(_("Another one"), () => decide.other(one), { className: "button plain" }));
  return el("article", { class: "card report-similar", "data-case": one.number }, el("div", { class: "report-similar-head" }, picture, facts), choice);
}

/** @param {number} minutes */
function age(minutes) {
  if (minutes < 60) return interpolate(ngettext("%(count)s minute ago", "%(count)s minutes ago", minutes), { count: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return interpolate(ngettext("%(count)s hour ago", "%(count)s hours ago", hours), { count: hours });
  const days = Math.floor(hours / 24);
  return interpolate(ngettext("%(count)s day ago", "%(count)s days ago", days), { count: days });
}
