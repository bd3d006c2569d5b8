// @ts-check
/** What the server says about the place under the pin, and what to beware of there. */
import { _, interpolate } from "../gis/i18n.js";
import { POOR_M } from "./report_position.js";
import { el, icon, strip } from "./report_parts.js";

const TROUBLE = /** @type {Record<string, () => string>} */ ({
  denied: () => _("No permission for the position. Move the map until the pin is right."),
  insecure: () => _("The browser gives the position over https only. Move the map until the pin is right."),
  unavailable: () => _("The position is not available. Move the map until the pin is right."),
  timeout: () => _("The position is long in coming. Move the map until the pin is right."),
});

/**
 * The strips above the place: trouble with the position, then with the place.
 * @param {any} state
 * @returns {HTMLElement[]}
 */
export function strips({ trouble, fix, found, problem }) {
  const shown = [];
  if (trouble && !fix) shown.push(strip("warn", TROUBLE[trouble](), "crosshair", "position"));
  if (fix && fix.accuracy_m > POOR_M) {
    const words = _("The position is only sure to %(metres)s m. Check the pin on the map.");
    shown.push(strip("warn", interpolate(words, { metres: Math.round(fix.accuracy_m) }), "crosshair", "accuracy"));
  }
  if (problem) {
    const isOffline = problem.code === "offline";
    const words = isOffline ? _("No network. The report is kept on this phone and its place is found later.") : problem.detail;
    shown.push(strip(isOffline ? "warn" : "bad", words, isOffline ? "cloud-off" : "octagon-alert", "place"));
  } else if (found?.is_cross_grid) {
    shown.push(strip("warn", crossGrid(found), "triangle-alert", "cross-grid"));
  } else if (found?.is_border_in_accuracy && fix) {
    shown.push(strip("warn", _("The border of the grid is within the accuracy of the position. Check the pin."), "triangle-alert", "border"));
  }
  return shown;
}

/** Whose it is: the grid and its main officer. @param {any} found */
function crossGrid(found) {
  const grid = found.responsibility_grid;
  if (!grid) return _("Not your grid. You can report it; it goes to the community.");
  const officer = grid.officers[0];
  return officer
    ? interpolate(_("Not your grid: it belongs to %(grid)s, %(officer)s. You can report it; it goes there."), { grid: grid.name, officer: officer.name })
    : interpolate(_("Not your grid: it belongs to %(grid)s. You can report it; it goes there."), { grid: grid.name });
}

/** The described place and the territory. @param {any} found @returns {HTMLElement[]} */
export function where(found) {
  const territory = [found.street?.name, found.community?.name].filter(Boolean).join(" ");
  const grid = found.responsibility_grid;
  return [
    el("p", { class: "report-place" }, icon("map-pin"), el("span", { text: found.place || territory || found.district?.name || "" })),
    el("p", { class: "meta report-territory" },
      el("span", { text: territory }),
      ...(found.unit_grid ? [el("span", { class: "figures", text: interpolate(_("Unit grid %(code)s"), found.unit_grid) })] : [])),
    ...(grid ? [gridLine(grid)] : []),
  ];
}

/** @param {any} grid */
function gridLine(grid) {
  const line = el("p", { class: "report-grid" }, el("span", { class: "chip accent", text: grid.name || grid.code }));
  const [officer] = grid.officers;
  if (officer) line.append(el("span", { text: officer.name }));
  if (officer?.phone) line.append(el("a", { href: `tel:${officer.phone}`, class: "figures", text: officer.phone }));
  return line;
}

export const waitingForPlace = () => el("div", { class: "skeleton" }, el("i"), el("i"));
