// @ts-check
/** The report page: the map under a fixed pin, photos, class, send. */
import { _, interpolate } from "../gis/i18n.js";
import { getJSON, Problem } from "../gis/http.js";
import { toast } from "../gis/toast.js";
import { calm, createMap } from "../tiles/map.js";
import { showPackControl } from "../tiles/packs/control.js";
import { classesOf, loadCategories, makePicker, nameOf } from "./report_categories.js";
import { discard, findDraft, keepPhotos, keepWords, restoredStrip, settled } from "./report_draft.js";
import { drawDone, drawPhotos } from "./report_done.js";
import { newKey, submit } from "./report_outbox.js";
import { showOutbox } from "./report_outbox_view.js";
import { button, el, icon } from "./report_parts.js";
import { BrokenPhoto, MOST, shrunk } from "./report_photos.js";
import { drawPosition, follow } from "./report_position.js";
import { similarCards } from "./report_similar.js";
import { strips, waitingForPlace, where } from "./report_where.js";

const SETTLE_MS = 250;
const ZOOM = 17.5;
const $ = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));
const config = JSON.parse($("config").textContent);

const state = {
  key: newKey(),
  /** @type {import("./report_position.js").Fix | null} */ fix: null,
  /** @type {import("./report_position.js").Trouble} */ trouble: "",
  isFollowing: true,
  /** @type {any} what the server said of the place under the pin */ found: null,
  /** @type {Problem | null} */ problem: null,
  isLocating: true,
  /** @type {any} */ category: null,
  /** @type {{blob: Blob, url: string}[]} */ photos: [],
  /** @type {Set<number>} similar cases that are another thing */ others: new Set(),
  /** @type {import("./report_draft.js").Words | null} what an earlier page left unsent */ restored: null,
  isHandedOver: false, // to the outbox: no draft any more
  isSending: false,
  isDone: false,
};

const map = createMap("map", {
  layers: ["regions", "water", "green", "roads", "buildings", "estates", "places", "unit-grids", "responsibility-grids"],
  bounds: config.bounds, locate: false, zoomButtons: matchMedia("(pointer: fine)").matches,
});
const showFix = drawPosition(map);

// --- where ---------------------------------------------------------------------------------------

/** @param {import("./report_position.js").Fix} fix */
function found(fix) {
  const isFirst = !state.fix;
  Object.assign(state, { fix, trouble: "" });
  showFix(fix);
  if (state.isFollowing) moveTo([fix.lon, fix.lat], isFirst);
  draw();
}

/** @param {import("./report_position.js").Trouble} trouble */
function notFound(trouble) {
  state.trouble = trouble;
  if (!state.fix) state.isFollowing = false;
  draw();
}

/** @param {[number, number]} center @param {boolean} [isFirst] */
function moveTo(center, isFirst = false) {
  const zoom = Math.max(map.getZoom(), ZOOM);
  if (isFirst || calm()) map.jumpTo({ center, zoom });
  else map.easeTo({ center, zoom, duration: 300 });
}

map.on("movestart", (/** @type {any} */ event) => {
  if (!event.originalEvent) return; // our own move
  state.isFollowing = false;
  drawFollowing();
});
map.on("click", (/** @type {any} */ event) => {
  state.isFollowing = false;
  map.easeTo({ center: event.lngLat, duration: calm() ? 0 : 200 });
});
map.on("moveend", () => locateSoon());
$("to-me").addEventListener("click", () => {
  if (!state.fix) {
    toast(_("The position is not known yet. Move the map until the pin is right."), { tone: "warn" });
    return;
  }
  state.isFollowing = true;
  moveTo([state.fix.lon, state.fix.lat]);
  drawFollowing();
});
function drawFollowing() {
  $("to-me").setAttribute("aria-pressed", String(state.isFollowing && !!state.fix));
}

/** The place under the pin; a hand is surer than a poor fix, so its accuracy counts only while following. */
function spot() {
  const { lng, lat } = map.getCenter();
  const accuracy_m = state.isFollowing && state.fix ? state.fix.accuracy_m : null;
  return { lon: Number(lng.toFixed(7)), lat: Number(lat.toFixed(7)), accuracy_m };
}

let settling = 0;
let asking = new AbortController();

/** Ask once the map has come to rest; an older question's answer is dropped. */
function locateSoon(delay_ms = SETTLE_MS) {
  clearTimeout(settling);
  asking.abort();
  state.isLocating = true;
  saveWords();
  drawWhere();
  settling = setTimeout(locate, delay_ms);
}

async function locate() {
  asking = new AbortController();
  const { signal } = asking;
  const { lon, lat, accuracy_m } = spot();
  const query = new URLSearchParams({ lon: String(lon), lat: String(lat) });
  if (accuracy_m !== null) query.set("accuracy", String(Math.min(accuracy_m, 100_000)));
  if (state.category) query.set("category", String(state.category.id));
  try {
    const found = await getJSON(`/api/locate?${query}`, { signal });
    if (signal.aborted) return;
    Object.assign(state, { found, problem: null, isLocating: false });
  } catch (problem) {
    if (signal.aborted) return;
    Object.assign(state, { found: null, problem, isLocating: false });
  }
  draw();
}
addEventListener("online", () => { if (state.problem) locateSoon(0); });

// --- the draft -----------------------------------------------------------------------------------

const description = () => $("description").value.trim();

/** An empty page is no draft; one that was emptied is kept as such. */
function saveWords() {
  if (state.isHandedOver || !(state.category || description() || state.photos.length || state.restored)) return;
  const { lon, lat } = spot();
  keepWords(config.user, {
    at: Date.now(), category: state.category?.id ?? state.restored?.category ?? null, description: description(),
    level: chosen("level"), urgency: chosen("urgency"), others: [...state.others], spot: { lon, lat },
  });
}

function savePhotos() {
  if (state.isHandedOver) return;
  keepPhotos(config.user, state.photos.map(({ blob }) => blob));
  saveWords();
}

for (const id of ["description", "level", "urgency"]) $(id).addEventListener("input", saveWords);

/** Go on where an earlier page ended, unless somebody has begun anew; the class follows with the classes. */
async function restore() {
  const draft = await findDraft(config.user);
  if (!draft || state.category || state.photos.length) return;
  const { words } = draft;
  state.restored = words;
  state.isFollowing = false;
  state.others = new Set(words.others);
  state.photos = draft.photos.map((blob) => ({ blob, url: URL.createObjectURL(blob) }));
  $("description").value = words.description;
  for (const name of /** @type {const} */ (["level", "urgency"])) select(name, words[name]);
  map.jumpTo({ center: [words.spot.lon, words.spot.lat], zoom: ZOOM });
  drawPhotoStrip();
  draw();
}

// --- photos --------------------------------------------------------------------------------------

const [takeTile, pickTile] = [$("take"), $("pick")];
for (const input of [$("camera"), $("album")]) {
  const take = async () => {
    const files = [...input.files];
    input.value = ""; // the same file may be chosen again
    for (const file of files) await addPhoto(file);
  };
  input.addEventListener("change", take);
  take(); // a quick hand was faster than this script
}

/** @param {File} file */
async function addPhoto(file) {
  if (state.photos.length >= MOST) {
    toast(interpolate(_("A case takes at most %(most)s photos."), { most: MOST }), { tone: "warn" });
    return;
  }
  try {
    const blob = await shrunk(file);
    state.photos.push({ blob, url: URL.createObjectURL(blob) });
    savePhotos();
    drawPhotoStrip();
  } catch (error) {
    if (!(error instanceof BrokenPhoto)) throw error;
    toast(error.message, { tone: "bad" });
  }
}

function drawPhotoStrip() {
  const tiles = state.photos.map(({ url }, n) => {
    const remove = button("", () => removePhoto(n), { className: "report-remove", iconName: "x" });
    remove.setAttribute("aria-label", interpolate(_("Remove photo %(n)s"), { n: n + 1 }));
    return el("li", { class: "report-photo" }, el("img", { src: url, alt: interpolate(_("Photo %(n)s"), { n: n + 1 }) }), remove);
  });
  $("photos").replaceChildren(...tiles, takeTile, pickTile);
  takeTile.hidden = pickTile.hidden = state.photos.length >= MOST;
  $("photo-count").textContent = state.photos.length ? `${state.photos.length} / ${MOST}` : "";
}
/** @param {number} n */
function removePhoto(n) {
  URL.revokeObjectURL(state.photos[n].url);
  state.photos.splice(n, 1);
  savePhotos();
  drawPhotoStrip();
  takeTile.querySelector("input").focus();
}

// --- class ---------------------------------------------------------------------------------------

async function showCategories() {
  try {
    const found = await loadCategories();
    const classes = classesOf(found);
    const open = makePicker(classes, found, choose);
    const quick = found.most_used.map((/** @type {number} */ id) => classes.find((one) => one.id === id)).filter(Boolean);
    $("quick").replaceChildren(
      ...quick.map(quickButton),
      button(_("All classes"), open, { className: "report-class all", iconName: "search" }),
    );
    await restoring;
    const before = classes.find(({ id }) => id === state.restored?.category);
    if (before && !state.category) choose(before, state.restored?.others);
    drawClass();
    $("quick").setAttribute("aria-busy", "false");
  } catch (problem) {
    $("quick").replaceChildren(
      el("p", { class: "wrong", text: /** @type {Problem} */ (problem).detail }),
      button(_("Try again"), showCategories, { className: "button small" }),
    );
  }
}

/** @param {any} one */
function quickButton(one) {
  const element = button(nameOf(one), () => choose(one), { className: "report-class" });
  element.dataset.id = String(one.id);
  return element;
}

/** @param {any} one @param {number[]} [others] similar cases of this class that are another thing */
function choose(one, others = []) {
  state.category = one;
  state.others = new Set(others);
  $("class-wrong").hidden = true;
  drawClass();
  locateSoon(0);
}

function drawClass() {
  const { category } = state;
  let isQuick = false;
  for (const element of $("quick").querySelectorAll("[data-id]")) {
    const isChosen = category && element.dataset.id === String(category.id);
    element.setAttribute("aria-pressed", String(!!isChosen));
    isQuick ||= isChosen;
  }
  $("class-chosen").textContent = category && !isQuick ? `${category.code} ${nameOf(category)}` : "";
}

// --- similar -------------------------------------------------------------------------------------

/** Similar cases of the chosen class that are not yet decided. */
const undecided = () =>
  state.category && state.found?.similar ? state.found.similar.cases.filter((/** @type {any} */ one) => !state.others.has(one.id)) : [];

function drawSimilar() {
  const cards = similarCards(undecided(), {
    same: confirm,
    other: (one) => { state.others.add(one.id); saveWords(); drawSimilar(); },
  });
  $("similar").replaceChildren(...cards);
  $("similar").hidden = !cards.length;
}

/** @param {any} one */
async function confirm(one) {
  const { lon, lat } = spot();
  const body = { client_key: state.key, lon, lat, note: description() };
  await send({ kind: "confirm", url: `/api/cases/${one.id}/confirm`, body, photos: [] }, "confirmed", one);
}

// --- sending -------------------------------------------------------------------------------------

$("send").addEventListener("click", () => (state.isDone ? next() : report()));

async function report() {
  if (!state.category) {
    refuse("class-wrong", _("Choose a class first."));
    $("quick").querySelector("button")?.focus();
    return;
  }
  if (undecided().length) {
    $("similar").scrollIntoView({ block: "center", behavior: calm() ? "auto" : "smooth" });
    $("similar").querySelector("button")?.focus();
    toast(_("There is a similar case here: is it the same thing, or another one?"), { tone: "warn" });
    return;
  }
  const body = {
    client_key: state.key, category: state.category.id, ...spot(), description: description(),
    level: chosen("level"), urgency: chosen("urgency"), reported_at: new Date().toISOString(),
  };
  await send({ kind: "report", url: "/api/cases", body, photos: state.photos.map(({ blob }) => blob) }, "sent");
}

const chosen = (/** @type {string} */ name) =>
  /** @type {HTMLInputElement} */ (document.querySelector(`input[name="${name}"]:checked`)).value;
const select = (/** @type {string} */ name, /** @type {string} */ value) => {
  /** @type {HTMLInputElement} */ (document.querySelector(`input[name="${name}"][value="${value}"]`)).checked = true;
};

/**
 * Keep, send, and say what became of it. A second tap while it is on its way does nothing.
 * @param {{kind: "report" | "confirm", url: string, body: any, photos: Blob[]}} what
 * @param {"sent" | "confirmed"} outcome @param {any} [older] the case that was confirmed
 */
async function send(what, outcome, older) {
  if (state.isSending || state.isDone) return;
  state.isSending = state.isHandedOver = true;
  drawSend();
  await settled();
  const told = { grid: state.found?.responsibility_grid?.name, place: state.found?.place };
  try {
    const { lost } = await submit({ key: state.key, user: config.user, at: Date.now(), ...what }, (answer) =>
      done({ state: outcome, ...told, ...(answer ? { place: answer.place ?? told.place } : {}), answer: answer ?? older }));
    drawPhotos(what.photos.length - lost.length, lost);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    failed(error, told);
  } finally {
    state.isSending = false;
    drawSend();
  }
}

/** Kept on the phone if the server was not reached or is not ready for it; else the person can mend it. @param {Problem} problem @param {any} told */
function failed(problem, told) {
  const isKept = problem.status < 400 || problem.status >= 500 || [401, 403, 408, 429].includes(problem.status);
  if (isKept && problem.code !== "unsafe") {
    if (!state.isDone) done({ state: "kept", ...told, reason: problem.code === "offline" ? "" : problem.detail });
    return;
  }
  state.key = problem.code === "key-in-use" ? newKey() : state.key;
  state.isHandedOver = false;
  savePhotos();
  for (const { field, detail } of problem.errors) {
    if (field === "category") refuse("class-wrong", detail);
    if (field === "description") refuse("description-wrong", detail);
  }
  toast(problem.errors.length ? problem.errors.map(({ detail }) => detail).join(" ") : problem.detail, { tone: "bad" });
}

/** @param {string} id @param {string} sentence */
function refuse(id, sentence) {
  $(id).textContent = sentence;
  $(id).hidden = false;
  $(id).scrollIntoView({ block: "nearest" });
}

/** @param {Parameters<typeof drawDone>[1]} told */
function done(told) {
  state.isDone = true;
  drawDone($("done"), told);
  $("done").hidden = false;
  $("panel").hidden = true;
  drawSend();
  $("done").focus();
}

/** A new report from the same place. */
function next() {
  for (const { url } of state.photos) URL.revokeObjectURL(url);
  Object.assign(state, { key: newKey(), category: null, photos: [], others: new Set(), restored: null, isDone: false, isHandedOver: false, isFollowing: !!state.fix });
  $("description").value = "";
  for (const name of ["level", "urgency"]) select(name, "general");
  for (const id of ["class-wrong", "description-wrong"]) $(id).hidden = true;
  $("done").hidden = true;
  $("panel").hidden = false;
  $("panel").scrollTop = 0;
  drawPhotoStrip();
  drawClass();
  if (state.fix) moveTo([state.fix.lon, state.fix.lat]);
  locateSoon(0);
  drawSend();
}

// --- drawing -------------------------------------------------------------------------------------

function drawWhere() {
  $("where").setAttribute("aria-busy", String(state.isLocating));
  $("where").classList.toggle("stale", state.isLocating && !!state.found);
  if (state.found) $("where").replaceChildren(...where(state.found));
  else $("where").replaceChildren(...(state.isLocating ? [waitingForPlace()] : []));
}

function drawSend() {
  const refused = state.problem && state.problem.code.startsWith("outside-") && !state.isLocating;
  $("send").disabled = state.isSending || (!!refused && !state.isDone);
  const words = state.isDone ? _("Next") : state.isSending ? _("Sending …") : _("Report it");
  $("send").replaceChildren(icon(state.isDone ? "arrow-right" : "send"), el("span", { text: words }));
}

function draw() {
  const restored = state.restored ? [restoredStrip(state.restored, () => { discard(config.user); next(); })] : [];
  $("strips").replaceChildren(...restored, ...strips(state));
  drawFollowing();
  drawWhere();
  drawSimilar();
  drawSend();
}

showOutbox($("outbox"), config.user);
showPackControl($("offline-map"), map, config.carrier);
follow(found, notFound);
const restoring = restore();
showCategories();
drawSend();
locateSoon();
