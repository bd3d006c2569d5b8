// @ts-check
/** The page of access tokens: list, issue (the secret is shown once), revoke. */
import "webawesome/dialog/dialog.js";
import { _, interpolate } from "./i18n.js";
import { getJSON, Problem, sendJSON } from "./http.js";
import { timeFormat } from "./times.js";
import { toast } from "./toast.js";
import { button, element, failed, icon, skeleton } from "./elements.js";

const place = /** @type {HTMLElement} */ (document.getElementById("tokens"));
const moment = timeFormat({ dateStyle: "medium", timeStyle: "short" });
const LIVES_DAYS = [30, 90, 365];

/** @param {string | null} text @param {string} otherwise */
function when(text, otherwise) {
  return text ? moment(text) : otherwise;
}

async function load() {
  place.ariaBusy = "true";
  place.replaceChildren(skeleton(4));
  try {
    const answer = await getJSON("/api/tokens");
    draw(Array.isArray(answer) ? answer : answer.results);
  } catch (error) {
    place.replaceChildren(failed(error, load));
  }
  place.ariaBusy = "false";
}

/** @param {any[]} tokens */
function draw(tokens) {
  if (!tokens.length) {
    place.replaceChildren(element("div", { class: "empty" }, icon("key"),
      element("p", {}, _("You have no tokens yet.")),
      element("p", { class: "meta" }, _("Make one for each program, so that you can revoke it alone."))));
    return;
  }
  const heads = [_("Name"), _("Begins with"), _("May"), _("Made"), _("Valid until"), _("Last used"), ""];
  const table = element("table", { class: "table" },
    element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head)))),
    element("tbody", {}, ...tokens.map(row)));
  place.replaceChildren(element("div", { class: "table-frame" }, table));
}

/** @param {any} token */
function row(token) {
  const revoke = button(_("Revoke"), { class: "button danger small", onclick: () => confirmRevoking(token) });
  const state = token.revoked_at ? element("span", { class: "chip" }, _("Revoked")) : revoke;
  return element("tr", {},
    element("th", { scope: "row" }, token.name),
    element("td", {}, element("code", {}, `${token.hint}…`)),
    element("td", {}, token.scope === "write" ? _("Read and write") : _("Read")),
    element("td", {}, when(token.created_at, "")),
    element("td", {}, when(token.expires_at, _("Until revoked"))),
    element("td", {}, when(token.last_used_at, _("Never"))),
    element("td", { class: "number" }, state));
}

/** @param {string} title @param {...(Node | string)} content */
function dialog(title, ...content) {
  const made = /** @type {any} */ (element("wa-dialog", { label: title }, ...content));
  made.addEventListener("wa-after-hide", (/** @type {Event} */ event) => { if (event.target === made) made.remove(); });
  document.body.append(made);
  made.open = true;
  return made;
}

/** @param {any} token */
function confirmRevoking(token) {
  const asked = dialog(_("Revoke this token?"),
    element("p", {}, interpolate(_("Programs that use “%(name)s” are signed out at once. This cannot be undone."), token)));
  asked.append(
    button(_("Keep it"), { class: "button", slot: "footer", onclick: () => { asked.open = false; } }),
    button(_("Revoke"), { class: "button danger", slot: "footer", onclick: async () => {
      try {
        await sendJSON("DELETE", `/api/tokens/${token.id}`);
        toast(interpolate(_("“%(name)s” is revoked."), token));
        asked.open = false;
        await load();
      } catch (error) {
        toast(error instanceof Problem ? error.detail : String(error), { tone: "bad" });
      }
    } }),
  );
}

function issue() {
  const name = element("input", { class: "input", id: "token-name", maxlength: "60", required: "", autocomplete: "off",
    placeholder: _("What uses it, for instance: QGIS at my desk") });
  const scope = element("select", { class: "input", id: "token-scope" },
    element("option", { value: "read" }, _("Read")), element("option", { value: "write" }, _("Read and write")));
  const lives = element("select", { class: "input", id: "token-lives" },
    ...LIVES_DAYS.map((days) => element("option", { value: String(days) }, interpolate(_("%(days)s days"), { days }))),
    element("option", { value: "" }, _("Until revoked")));
  const wrong = element("span", { class: "wrong", role: "alert" });
  const form = element("form", { class: "form", id: "token-form" },
    element("div", { class: "row" }, element("label", { for: "token-name" }, _("Name")), name, wrong),
    element("div", { class: "row" }, element("label", { for: "token-scope" }, _("May")), scope),
    element("div", { class: "row" }, element("label", { for: "token-lives" }, _("Valid for")), lives));
  const make = button(_("Make the token"), { class: "button main", slot: "footer", type: "submit", form: "token-form" });
  const asked = dialog(_("New token"), form, make);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const end = lives.value && new Date(Date.now() + Number(lives.value) * 86_400_000).toISOString();
    make.disabled = true;
    try {
      const made = await sendJSON("POST", "/api/tokens", { name: name.value, scope: scope.value, expires_at: end || null });
      asked.open = false;
      show(made.secret);
      await load();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      wrong.textContent = error.errors.map(({ detail }) => detail).join(" ") || error.detail;
    } finally {
      make.disabled = false;
    }
  });
}

/** @param {string} secret */
function show(secret) {
  const shown = element("input", { class: "input", readonly: "", value: secret, "aria-label": _("Token"), id: "token-secret" });
  const shownIn = dialog(_("Copy the token now"),
    element("div", { class: "form" },
      element("p", {}, _("It is shown this once; only its fingerprint is kept. Who has it acts as you.")), shown));
  shownIn.append(button(_("Copy"), { class: "button main", slot: "footer", onclick: async () => {
    shown.select();
    try {
      await navigator.clipboard.writeText(secret);
      toast(_("Copied."));
    } catch {
      toast(_("Copy the marked text by hand."), { tone: "warn" });
    }
  } }));
}

document.getElementById("issue")?.addEventListener("click", issue);
await load();
