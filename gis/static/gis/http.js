// @ts-check
/** The one way to the server: JSON in, JSON out, a refusal is a `Problem` with its sentence. */
import { _ } from "./i18n.js";

const TIMEOUT_MS = 30_000;

/**
 * @typedef {Object} FieldError
 * @property {string} field
 * @property {string} detail
 */

/** The server said no (RFC 9457 problem details), or was not reached (`code` is "offline"). */
export class Problem extends Error {
  /** @param {{status?: number, code?: string, detail?: string, errors?: FieldError[], where?: any}} told */
  constructor({ status = 0, code = "error", detail = "", errors = [], where = null } = {}) {
    super(detail);
    this.name = "Problem";
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.errors = errors;
    this.where = where;
  }
}

/** @param {string} name */
function cookie(name) {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

/**
 * Sentences for answers that carry none: a proxy's page, or nothing at all.
 * @param {number} status
 */
function sentenceFor(status) {
  if (status === 401) return _("You are signed out. Sign in again.");
  if (status === 403) return _("You may not do this.");
  if (status === 404) return _("There is nothing here that you may see.");
  if (status === 413) return _("This is too large to send.");
  if (status === 429) return _("Too many requests. Wait a moment.");
  return _("The server made a mistake. Try again; if it stays, tell your administrator.");
}

/** @param {Response} answer */
async function problemOf(answer) {
  let told = {};
  if ((answer.headers.get("Content-Type") || "").includes("json")) {
    told = await answer.json().catch(() => ({}));
  }
  return new Problem({ status: answer.status, code: "error", detail: sentenceFor(answer.status), ...told });
}

/**
 * @param {string} url
 * @param {RequestInit} options
 */
async function ask(url, options) {
  const { signal, ...rest } = options;
  const patience = AbortSignal.timeout(TIMEOUT_MS);
  let answer;
  try {
    answer = await fetch(url, {
      credentials: "same-origin",
      ...rest,
      headers: { Accept: "application/json", ...rest.headers },
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
    });
    if (!answer.ok) throw await problemOf(answer);
    return answer.status === 204 ? null : await answer.json();
  } catch (error) {
    if (error instanceof Problem || signal?.aborted) throw error;
    if (error instanceof SyntaxError) throw new Problem({ status: answer?.status, detail: sentenceFor(500) });
    throw new Problem({ code: "offline", detail: _("The server cannot be reached. Check the network and try again.") });
  }
}

/**
 * @param {string} url
 * @param {{signal?: AbortSignal, headers?: Record<string, string>}} [options]
 * @returns {Promise<any>}
 */
export function getJSON(url, options = {}) {
  return ask(url, options);
}

/**
 * @param {"POST"|"PUT"|"PATCH"|"DELETE"} method
 * @param {string} url
 * @param {any} [body] sent as JSON
 * @param {{signal?: AbortSignal, headers?: Record<string, string>}} [options]
 * @returns {Promise<any>} null when the answer has no content
 */
export function sendJSON(method, url, body, { signal, headers = {} } = {}) {
  return ask(url, {
    method,
    signal,
    headers: { "Content-Type": "application/json", "X-CSRFToken": cookie("csrftoken"), ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

/**
 * Files and fields; the browser sets the multipart boundary.
 * @param {string} url
 * @param {FormData} formData
 * @param {{signal?: AbortSignal, headers?: Record<string, string>, method?: string}} [options]
 * @returns {Promise<any>}
 */
export function sendForm(url, formData, { signal, headers = {}, method = "POST" } = {}) {
  return ask(url, { method, signal, headers: { "X-CSRFToken": cookie("csrftoken"), ...headers }, body: formData });
}
