// @ts-check
/** The quiet line "saved on this phone, 3 waiting", with what one can do about it. */
import { _, interpolate, ngettext } from "../gis/i18n.js";
import { toast } from "../gis/toast.js";
import { forget, keepSending, onChange, waiting } from "./report_outbox.js";

/**
 * @param {HTMLElement} element
 * @param {number} user
 */
export function showOutbox(element, user) {
  const attempt = keepSending(user, (sent) => {
    toast(interpolate(ngettext("%(count)s waiting report has arrived.", "%(count)s waiting reports have arrived.", sent), { count: sent }));
  });
  const draw = async () => {
    const entries = await waiting(user);
    const open = entries.filter(({ refused }) => !refused);
    element.hidden = !entries.length;
    element.replaceChildren(
      ...(open.length ? [waitingLine(open.length, attempt)] : []),
      ...entries.filter(({ refused }) => refused).map(refusedLine),
    );
  };
  onChange(draw);
  draw();
}

/** @param {number} count @param {() => Promise<void>} attempt */
function waitingLine(count, attempt) {
  const line = document.createElement("div");
  line.className = "report-outbox-line";
  const words = document.createElement("span");
  words.className = "grow";
  words.textContent = interpolate(ngettext("Saved on this phone, %(count)s waiting", "Saved on this phone, %(count)s waiting", count), { count });
  line.append(icon("cloud-off"), words, button(_("Send now"), () => {
    if (navigator.onLine) attempt();
    else toast(_("There is no network yet. The report is safe on this phone."), { tone: "warn" });
  }));
  return line;
}

/** @param {import("./report_outbox.js").Entry} entry */
function refusedLine(entry) {
  const line = document.createElement("div");
  line.className = "report-outbox-line bad";
  const words = document.createElement("span");
  words.className = "grow";
  words.textContent = interpolate(_("Not accepted: %(reason)s"), { reason: entry.refused });
  line.append(icon("octagon-alert"), words, button(_("Discard"), () => forget(entry.key)));
  return line;
}

/** @param {string} name */
function icon(name) {
  const element = document.createElement("wa-icon");
  element.setAttribute("library", "wangge");
  element.setAttribute("name", name);
  return element;
}

/** @param {string} words @param {() => void} press */
function button(words, press) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "button small";
  element.textContent = words;
  element.addEventListener("click", press);
  return element;
}
