// @ts-check
// Calls of /api/v1: JSON in, JSON out; what is refused comes as an error with the server's own sentence.

import { word } from "./words.js";

export class Refused extends Error {
  /**
   * @param {string} sentence
   * @param {number} status 0 when no answer came
   * @param {string} code
   * @param {string | undefined} field
   */
  constructor(sentence, status, code, field) {
    super(sentence);
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

/**
 * @param {"GET" | "POST" | "PUT" | "PATCH" | "DELETE"} method
 * @param {string} path below /api/v1
 * @param {unknown} [body]
 * @returns {Promise<any>} the answer's JSON, or null where there is none; throws Refused
 */
export async function api(method, path, body) {
  const headers = /** @type {Record<string, string>} */ ({ Accept: "application/json" });
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const answer = await ask(`/api/v1${path}`, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const json = (answer.headers.get("Content-Type") || "").includes("json") ? await answer.json() : null;
  if (json?.type === "urn:onstage:time-up") location.assign("/time");
  if (!answer.ok) throw new Refused(json?.detail || word("went-wrong"), answer.status, json?.title || "", json?.field);
  return json;
}

/**
 * A piece of a page.
 * @param {string} path
 * @returns {Promise<DocumentFragment>} throws Refused
 */
export async function fragment(path) {
  const language = new URLSearchParams(location.search).get("lang");
  const asked = language ? `${path}${path.includes("?") ? "&" : "?"}lang=${language}` : path;
  const answer = await ask(asked, { headers: { Accept: "text/html" } });
  if (answer.status === 403) location.assign("/time"); // watching is over for now
  if (!answer.ok) throw new Refused(word("went-wrong"), answer.status, "", undefined);
  const template = document.createElement("template");
  template.innerHTML = await answer.text();
  return template.content;
}

/**
 * @param {string} path
 * @param {RequestInit} options
 */
async function ask(path, options) {
  try {
    return await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new Refused(word(navigator.onLine ? "no-answer" : "offline"), 0, "no-answer", undefined);
  }
}
