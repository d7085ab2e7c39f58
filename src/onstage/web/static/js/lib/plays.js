// @ts-check
// Reports what was watched: in batches, by beacon when the page goes, from a queue when the network is away.

import { recall, remember } from "./remembered.js";

const EVERY = 4000;
const BATCH = 50;
const KEPT = 500;

/** @typedef {{ token: string, event: string, kind: string, watched_ms: number, loops: number, surface: string, happened_at: string }} Play */

/** @type {Play[]} */
let waiting = kept();
let sending = false;

/** @returns {Play[]} */
function kept() {
  try {
    const plays = JSON.parse(recall("plays") || "[]");
    return Array.isArray(plays) ? plays : [];
  } catch {
    return [];
  }
}

function keep() {
  waiting = waiting.slice(-KEPT);
  remember("plays", JSON.stringify(waiting));
}

/** crypto.randomUUID exists only where the page came safely; a home network may be plain http. */
function freshId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/**
 * @param {string} token
 * @param {"impression" | "start" | "progress" | "end"} kind
 * @param {number} watched in milliseconds
 * @param {number} loops
 * @param {string} surface
 */
function report(token, kind, watched, loops, surface) {
  if (!token) return;
  waiting.push({
    token,
    event: freshId(),
    kind,
    watched_ms: Math.round(watched),
    loops,
    surface,
    happened_at: new Date().toISOString(),
  });
  keep();
  if (kind === "end") void send();
}

/** Send what waits; what the server has answered is forgotten here. */
async function send() {
  if (sending || !waiting.length || !navigator.onLine) return;
  sending = true;
  const batch = waiting.slice(0, BATCH);
  try {
    const answer = await fetch("/api/v1/plays", {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ events: batch }),
    });
    const said = await answer.text(); // an answer that nobody reads keeps its connection
    if (answer.ok && JSON.parse(said).over) location.assign("/time");
    // Refused for good is done with as well; only "later" and "not now" are tried again.
    if (answer.ok || (answer.status < 500 && answer.status !== 429)) {
      waiting = waiting.filter((play) => !batch.includes(play));
      keep();
    }
  } catch {
    // no network: the queue stays
  } finally {
    sending = false;
  }
}

function sendAtLeaving() {
  if (!waiting.length || !navigator.sendBeacon) return;
  const batch = waiting.slice(-BATCH);
  const body = new Blob([JSON.stringify({ events: batch })], { type: "application/json" });
  // An event that arrives twice counts once, so the queue is kept until an answer was seen.
  if (navigator.sendBeacon("/api/v1/plays", body)) keep();
}

setInterval(send, EVERY);
addEventListener("online", () => void send());
addEventListener("pagehide", sendAtLeaving);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") sendAtLeaving();
});

/** One stay at one clip, from coming into view to leaving it. */
export class Stay {
  /**
   * @param {string} token
   * @param {string} surface
   */
  constructor(token, surface) {
    this.token = token;
    this.surface = surface;
    this.watched = 0;
    this.loops = 0;
    this.started = false;
    this.reported = 0;
    report(token, "impression", 0, 0, surface);
  }

  /** Time has passed while the clip was running in view. @param {number} milliseconds */
  ran(milliseconds) {
    if (!this.started) {
      this.started = true;
      report(this.token, "start", 0, 0, this.surface);
    }
    this.watched += milliseconds;
    const due = this.reported ? this.reported + 10_000 : 2000;
    if (this.watched >= due) {
      this.reported = this.watched;
      report(this.token, "progress", this.watched, this.loops, this.surface);
    }
  }

  looped() {
    this.loops += 1;
  }

  end() {
    if (this.started) report(this.token, "end", this.watched, this.loops, this.surface);
  }
}
