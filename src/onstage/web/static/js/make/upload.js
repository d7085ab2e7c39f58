// @ts-check
// One file on its way to the server, by tus 1.0: it goes on after a lost connection, a reload, a restart.

import "../../vendor/tus.min.js";

const ENDPOINT = "/api/v1/uploads";
const PIECE = 8 * 1024 * 1024; // one request; proxies in between often refuse more than 10 MB
const AGAIN_AFTER = [0, 1000, 2000, 4000, 8000, 15000, 30000, 60000];

/** @type {any} */
const tus = /** @type {any} */ (window).tus;

/**
 * Events: `created` (the clip has a name), `change`, `done`, `refused`.
 * `state` is waiting, going, paused, broken (the connection; goes on by itself), refused or done.
 */
export class ClipUpload extends EventTarget {
  /** @param {File} file @param {string} [slug] of a clip whose upload goes on */
  constructor(file, slug = "") {
    super();
    this.file = file;
    this.slug = slug;
    this.state = "waiting";
    this.sent = 0;
    this.sentence = "";
    /** @type {{at: number, sent: number}[]} */
    this._marks = [];
    this._upload = new tus.Upload(file, {
      endpoint: ENDPOINT,
      chunkSize: PIECE,
      retryDelays: AGAIN_AFTER,
      removeFingerprintOnSuccess: true,
      metadata: { filename: file.name, filetype: file.type },
      onProgress: (/** @type {number} */ sent) => this._went(sent),
      onAfterResponse: (/** @type {any} */ _, /** @type {any} */ response) => this._answered(response),
      onShouldRetry: (/** @type {any} */ error) => this._retry(error),
      onError: (/** @type {any} */ error) => this._failed(error),
      onSuccess: () => this._set("done"),
    });
    this._onLine = () => this.state === "broken" && this.resume();
  }

  /** Begin, or go on where an earlier upload of the same file ended. */
  async start() {
    const earlier = await this._upload.findPreviousUploads();
    if (earlier.length) this._upload.resumeFromPreviousUpload(earlier[earlier.length - 1]);
    addEventListener("online", this._onLine);
    this.resume();
  }

  resume() {
    this._marks = [];
    this._set("going");
    this._upload.start();
  }

  pause() {
    this._upload.abort();
    this._set("paused");
  }

  /** Stop for good; the server forgets what has come. */
  async cancel() {
    removeEventListener("online", this._onLine);
    await this._upload.abort(true).catch(() => undefined);
  }

  /** 0 to 1 */
  get part() {
    return this.file.size ? this.sent / this.file.size : 1;
  }

  /** Seconds until the last byte, by the pace of the last ten seconds; null when that is not known yet. */
  get secondsLeft() {
    const first = this._marks[0];
    const last = this._marks[this._marks.length - 1];
    if (!first || last.at - first.at < 800 || last.sent <= first.sent) return null;
    return ((this.file.size - last.sent) * (last.at - first.at)) / (last.sent - first.sent) / 1000;
  }

  /** @param {number} sent */
  _went(sent) {
    this.sent = sent;
    const now = performance.now();
    this._marks = [...this._marks.filter((mark) => now - mark.at < 10000), { at: now, sent }];
    if (this.state === "broken") this.state = "going";
    this.dispatchEvent(new Event("change"));
  }

  /** @param {any} response */
  _answered(response) {
    const slug = response.getHeader("Onstage-Clip");
    if (!slug || this.slug === slug) return;
    this.slug = slug;
    this.dispatchEvent(new Event("created"));
  }

  /** @param {any} error */
  _retry(error) {
    const status = error.originalResponse?.getStatus() ?? 0;
    const worth = status === 0 || status >= 500 || status === 409 || status === 423 || status === 429;
    if (worth) this._set("broken");
    return worth;
  }

  /** @param {any} error */
  _failed(error) {
    const response = error.originalResponse;
    const status = response?.getStatus() ?? 0;
    if (status === 0 || status >= 500) return this._set("broken");
    this.sentence = problemOf(response.getBody());
    this._set("refused");
  }

  /** @param {string} state */
  _set(state) {
    this.state = state;
    if (state === "done" || state === "refused") removeEventListener("online", this._onLine);
    this.dispatchEvent(new Event("change"));
    if (state === "done" || state === "refused") this.dispatchEvent(new Event(state));
  }
}

/** The sentence of an answer in problem+json. @param {string} body */
function problemOf(body) {
  try {
    return JSON.parse(body).detail ?? "";
  } catch {
    return "";
  }
}
