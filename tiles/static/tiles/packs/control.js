// @ts-check
/** The offline map of one's area: bring it to the phone, see how old it is, renew it, remove it. */
import { button, element, icon } from "../../gis/elements.js";
import { _, interpolate } from "../../gis/i18n.js";
import { getJSON, Problem } from "../../gis/http.js";
import { timeFormat } from "../../gis/times.js";
import { toast } from "../../gis/toast.js";
import { standIn } from "./ground.js";
import { bring, carried, drop } from "./store.js";

/** @typedef {import("./store.js").Pack} Pack */

const day = timeFormat({ year: "numeric", month: "2-digit", day: "2-digit" });
const size = (/** @type {number} */ bytes) =>
  interpolate(_("%(n)s MB"), { n: Math.max(bytes / 1024 ** 2, 0.1).toFixed(1) });

/**
 * Draw the control into `place` and let the pack stand in for the server on `map`.
 * @param {HTMLElement} place hidden as long as there is nothing to carry
 * @param {import("maplibre-gl").Map} map
 * @param {string} carrier whose pack it is: the user and the jurisdiction
 */
export async function showPackControl(place, map, carrier) {
  const use = standIn(map);
  const state = {
    /** @type {Pack | null} on this phone */ pack: await carried(carrier),
    /** @type {Pack[]} that the server has for us */ offered: [],
    isComing: false,
  };
  await use(state.pack);

  async function look() {
    state.offered = await getJSON("/api/tiles/packs").catch(() => state.offered);
    draw();
  }

  /** @param {Pack} pack */
  async function take(pack) {
    const coming = new AbortController();
    const { shown, onProgress } = onItsWay(pack, () => coming.abort());
    state.isComing = true;
    draw(shown);
    try {
      await bring(carrier, pack, { signal: coming.signal, onProgress });
      state.pack = pack;
      await use(pack);
      toast(_("The map of your area is on this phone."), { tone: "good" });
    } catch (error) {
      if (!coming.signal.aborted) {
        if (!(error instanceof Problem)) throw error;
        toast(error.detail, { tone: "bad" });
      }
    }
    state.isComing = false;
    await look();
  }

  async function remove() {
    await use(null);
    await drop(carrier);
    state.pack = null;
    draw();
  }

  /** @param {Node[]} [coming] what is shown of a download; it changes by itself */
  function draw(coming) {
    const { pack, isComing, offered } = state;
    place.hidden = !pack && !isComing && !offered.length;
    place.setAttribute("aria-busy", String(isComing));
    if (coming) place.replaceChildren(...coming);
    else if (isComing) return;
    else if (pack) place.replaceChildren(...onThePhone(pack, newer(pack, offered), take, remove));
    else if (offered.length) place.replaceChildren(...toChoose(offered, take));
  }

  addEventListener("online", look);
  draw();
  await look();
}

/** The same region's pack, if the server's is another one. @param {Pack} pack @param {Pack[]} offered */
const newer = (pack, offered) => offered.find(({ id, digest }) => id === pack.id && digest !== pack.digest);

/** @param {string} text @param {...Node} rest */
const line = (text, ...rest) => [
  icon("map"),
  element("span", { class: "pack-words" }, element("span", {}, _("Offline map")), element("span", { class: "meta" }, text)),
  ...rest,
];

/** @param {Pack[]} offered @param {(pack: Pack) => void} take */
function toChoose(offered, take) {
  const choice = element("select", { class: "input pack-choice", "aria-label": _("Area of the offline map") },
    ...offered.map(({ name }, n) => element("option", { value: n }, name)));
  choice.hidden = offered.length < 2;
  const chosen = () => offered[Number(choice.value)];
  const words = () => interpolate(_("%(name)s, %(size)s"), { name: chosen().name, size: size(chosen().bytes) });
  const made = line(words(), choice, button(_("Download"), { class: "button small", onclick: () => take(chosen()) }));
  choice.addEventListener("change", () => { /** @type {any} */ (made[1]).lastChild.textContent = words(); });
  return made;
}

/** @param {Pack} pack @param {() => void} stop */
function onItsWay({ bytes }, stop) {
  const bar = element("progress", { max: bytes, value: 0, "aria-label": _("Download of the offline map") });
  const shown = line("", bar, button(_("Stop"), { class: "button small", onclick: stop }));
  /** @param {number} done */
  const onProgress = (done) => {
    bar.value = done;
    /** @type {any} */ (shown[1]).lastChild.textContent = interpolate(_("%(done)s of %(all)s"), { done: size(done), all: size(bytes) });
  };
  onProgress(0);
  return { shown, onProgress };
}

/** @param {Pack} pack @param {Pack | undefined} fresh @param {(pack: Pack) => void} take @param {() => void} remove */
function onThePhone(pack, fresh, take, remove) {
  const text = interpolate(_("%(name)s, %(day)s, %(size)s"), { name: pack.name, day: day(pack.data_at), size: size(pack.bytes) });
  return line(text,
    ...(fresh ? [button(_("Renew"), { class: "button small", onclick: () => take(fresh) })] : []),
    button(_("Remove"), { class: "button small plain", onclick: remove }));
}
