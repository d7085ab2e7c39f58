// @ts-check
// Reports what was watched: in batches, by beacon when the page goes, from a queue when the network is away.


const EVERY = 4000;
const BATCH = 50;
const KEPT = 500;
const QUEUE = "onstage plays ";
const LIFE = 71 * 3_600_000; // a token lives for 72 hours

/** @typedef {{ token: string, event: string, play: string, kind: string, watched_ms: number, reached_ms: number, loops: number, happened_at: string }} Play */

const queue = QUEUE + freshId(); // each tab has its own, or the last one to write would forget the others' plays
/** @type {Play[]} */
let waiting = adopted();
let sending = false;
/** @type {Stay | null} */
let onStage = null;

/** What this tab and those before it could not send. An event that two tabs send counts once. @returns {Play[]} */
function adopted() {
  try {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(QUEUE));
    const found = names.flatMap((name) => JSON.parse(localStorage.getItem(name) || "[]"));
    for (const name of names) localStorage.removeItem(name);
    return found.filter((play) => Date.now() - Date.parse(play.happened_at) < LIFE);
  } catch {
    return [];
  }
}

function keep() {
  waiting = waiting.slice(-KEPT);
  try {
    if (waiting.length) localStorage.setItem(queue, JSON.stringify(waiting));
    else localStorage.removeItem(queue);
  } catch {
    // no place to keep them: they are sent while the page is open
  }
}

/** @param {Play[]} events */
const body = (events) => JSON.stringify({ sent_at: new Date().toISOString(), events });

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
 * @param {Stay} stay
 * @param {"impression" | "start" | "progress" | "end" | "not_interested"} kind
 */
function report(stay, kind) {
  if (!stay.token) return;
  waiting.push({
    token: stay.token,
    event: freshId(),
    play: stay.play,
    kind,
    watched_ms: Math.floor(stay.watched),
    reached_ms: Math.floor(stay.reached),
    loops: stay.loops,
    happened_at: new Date().toISOString(),
  });
  keep();
  if (kind === "end" || kind === "not_interested") void send();
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
      body: body(batch),
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
  onStage?.pause();
  if (!waiting.length || !navigator.sendBeacon) return;
  const batch = waiting.slice(-BATCH);
  // An event that arrives twice counts once, so the queue is kept until an answer was seen.
  navigator.sendBeacon("/api/v1/plays", new Blob([body(batch)], { type: "application/json" }));
}

setInterval(send, EVERY);
addEventListener("online", () => void send());
addEventListener("pagehide", sendAtLeaving);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") sendAtLeaving();
});

/**
 * The viewer does not want clips like this one.
 * @param {string} token
 */
export function notInterested(token) {
  report(new Stay(token), "not_interested");
}

/** One stay at one clip, from coming into view to leaving it; the server calls it a play once it runs. */
export class Stay {
  /** @param {string} token says whose play of which clip this is, and on which surface */
  constructor(token) {
    this.token = token;
    this.play = freshId();
    this.watched = 0; // milliseconds in view
    this.reached = 0; // the furthest place of the clip that was played, in milliseconds
    this.loops = 0;
    this.started = false;
    this.reported = 0;
    onStage = this;
    report(this, "impression");
  }

  /**
   * Time has passed while the clip was running in view.
   * @param {number} milliseconds
   * @param {number} at where in the clip, in milliseconds
   */
  ran(milliseconds, at) {
    if (!this.started) {
      this.started = true;
      report(this, "start");
    }
    this.watched += milliseconds;
    this.reached = Math.max(this.reached, Math.min(at, 2 * this.watched));
    const due = this.reported ? this.reported + 5000 : 2000;
    if (this.watched >= due) {
      this.reported = this.watched;
      report(this, "progress");
    }
  }

  looped() {
    this.loops += 1;
  }

  end() {
    if (onStage === this) onStage = null;
    if (this.started) report(this, "end");
  }

  /** The page is going, and may come back: what was watched until now is told. */
  pause() {
    if (this.started && this.watched > this.reported) {
      this.reported = this.watched;
      report(this, "progress");
    }
  }
}
