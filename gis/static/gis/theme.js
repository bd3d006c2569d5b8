// @ts-check
/** Paper (light), night (dark), or as the system has it; remembered in a cookie, so that the server draws it at once. */

/** @typedef {"system" | "paper" | "night"} Choice */

const YEAR_S = 31_536_000;
const root = document.documentElement;
const systemDark = matchMedia("(prefers-color-scheme: dark)");

/** What the user chose. @returns {Choice} */
export function choice() {
  const chosen = root.dataset.theme;
  return chosen === "paper" || chosen === "night" ? chosen : "system";
}

/** What is shown. @returns {"paper" | "night"} */
export function theme() {
  const chosen = choice();
  if (chosen !== "system") return chosen;
  return systemDark.matches ? "night" : "paper";
}

/** @param {Choice} chosen */
export function setTheme(chosen) {
  if (chosen === "system") delete root.dataset.theme;
  else root.dataset.theme = chosen;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${chosen}; path=/; max-age=${YEAR_S}; SameSite=Lax${secure}`;
  announce();
}

/**
 * The colour of a design token in the theme that is shown, as a map or a chart takes it: `color("--accent")`.
 * @param {string} token
 * @returns {string} rgb(…)
 */
export function color(token) {
  const probe = document.createElement("span");
  probe.style.color = `var(${token})`;
  root.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

/** Tells the page: event `themechange` on the document, `detail.theme` is what is shown now. */
function announce() {
  const meta = document.querySelector('meta[name="theme-color"]');
  meta?.setAttribute("content", color("--surface-1"));
  document.dispatchEvent(new CustomEvent("themechange", { detail: { theme: theme() } }));
}

systemDark.addEventListener("change", () => {
  if (choice() === "system") announce();
});
