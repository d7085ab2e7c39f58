// @ts-check
// <upload-state>: what is happening with a clip on its way, in words, with a bar and what one can do about it.

import { api } from "../lib/api.js";
import { keptFile } from "./keep.js";
import { heedProgress } from "./pushed.js";
import { ClipUpload } from "./upload.js";
import { duration, percent, say, size } from "./words.js";

const LOOK_EVERY = 8000;

/** Fires `ready` and `failed` when the server is done with the clip, `stored` when the last byte has come. */
export class UploadState extends HTMLElement {
  connectedCallback() {
    this.button = /** @type {HTMLButtonElement} */ (this.querySelector("[data-pause]"));
    this.button.addEventListener("click", () => this._press());
    const same = /** @type {HTMLInputElement} */ (this.querySelector("[data-same]"));
    same.addEventListener("change", () => same.files?.[0] && this._again(same.files[0]));
    if (this.dataset.stage === "uploading") this._comeBack();
    else if (this.dataset.stage === "processing") this.watch();
  }

  disconnectedCallback() {
    this._rest();
  }

  /** @type {(() => void) | undefined} no longer hears the stream */
  _deaf = undefined;

  /** @param {ClipUpload} upload */
  follow(upload) {
    this.upload = upload;
    this._part("[data-again]").hidden = true;
    upload.addEventListener("change", () => this._show());
    upload.addEventListener("created", () => (this.dataset.slug = upload.slug));
    upload.addEventListener("done", () => this._stored());
    this._show();
  }

  /** After a reload: with the file that this browser kept, else with the same file chosen again. */
  async _comeBack() {
    const file = await keptFile(this.dataset.slug ?? "");
    if (file) return this._goOn(file);
    this._part("[data-again]").hidden = false;
  }

  /** @param {File} file */
  _again(file) {
    const length = Number(this.dataset.length);
    if (length && file.size !== length) return this._say(say("other_file", { size: size(length) }));
    this._goOn(file);
  }

  /** @param {File} file */
  _goOn(file) {
    const upload = new ClipUpload(file, this.dataset.slug);
    this.follow(upload);
    upload.start();
    this.dispatchEvent(new CustomEvent("file", { detail: { file } }));
  }

  _press() {
    if (this.upload?.state === "going") this.upload.pause();
    else this.upload?.resume();
  }

  _show() {
    const upload = this.upload;
    if (!upload) return;
    const part = percent(upload.part);
    const left = upload.secondsLeft;
    if (upload.state === "refused") this._say(upload.sentence);
    else if (upload.state === "paused") this._say(say("paused", { percent: part }));
    else if (upload.state === "broken") this._say(say("broken", { percent: part }));
    else if (upload.state === "waiting") this._say(say("preparing"));
    else if (left === null) this._say(say("uploading", { percent: part }));
    else this._say(say("uploading_left", { percent: part, left: duration(left) }));
    this._bar(upload.part);
    this.dataset.state = upload.state;
    const button = /** @type {HTMLButtonElement} */ (this.button);
    button.hidden = !["going", "paused", "broken"].includes(upload.state);
    button.textContent = say({ going: "pause", paused: "go_on", broken: "try_again" }[upload.state] ?? "");
  }

  _stored() {
    this.dispatchEvent(new Event("stored"));
    this._say(say("sent"));
    this.watch();
  }

  /** Hear from the server how far it is, until the clip is playable or has failed. */
  watch() {
    this._deaf ??= heedProgress(this.dataset.slug ?? "", (progress) => this._hear(progress));
    void this._look();
  }

  /** What the stream did not say, as it may be cut, is asked for now and then. */
  async _look() {
    try {
      if (this._hear(await api("GET", `/clips/${this.dataset.slug}/progress`))) return;
    } catch {
      // An answer that does not come is asked for again.
    }
    if (this._deaf) this._timer = setTimeout(() => void this._look(), LOOK_EVERY);
  }

  /** @param {import("./pushed.js").Progress} progress */
  _hear(progress) {
    if (!this._deaf || !this._tell(progress)) return false;
    this._rest();
    return true;
  }

  _rest() {
    clearTimeout(this._timer);
    this._deaf?.();
    this._deaf = undefined;
  }

  /**
   * @param {import("./pushed.js").Progress} progress
   * @returns {boolean} whether it is over
   */
  _tell(progress) {
    if (progress.stage === "failed") {
      this._say(progress.failure ?? "");
      this.dataset.state = "refused";
      this.dispatchEvent(new Event("failed"));
      return true;
    }
    const isBeingCut = progress.stage === "draft" && progress.publish_asked;
    if (["draft", "asked", "none"].includes(progress.stage) && !isBeingCut) {
      this._say(say("ready"));
      this._bar(1);
      this.dataset.state = "ready";
      this.dispatchEvent(new CustomEvent("ready", { detail: { out: progress.stage === "none" } }));
      return true;
    }
    const part = progress.percent / 100;
    const left = progress.seconds_left ? duration(progress.seconds_left) : null;
    if (left) this._say(say("step_left", { step: progress.words, percent: percent(part), left }));
    else this._say(part > 0 ? say("step_part", { step: progress.words, percent: percent(part) }) : progress.words);
    this._bar(part > 0 ? part : null);
    this.dataset.state = "processing";
    return false;
  }

  /** @param {number | null} part null: it is not known */
  _bar(part) {
    const bar = /** @type {HTMLProgressElement} */ (this.querySelector("[data-bar]"));
    if (part === null) bar.removeAttribute("value");
    else bar.value = part;
  }

  /** @param {string} sentence */
  _say(sentence) {
    const line = this._part("[data-words]");
    if (line.textContent !== sentence) line.textContent = sentence;
  }

  /** @param {string} selector */
  _part(selector) {
    return /** @type {HTMLElement} */ (this.querySelector(selector));
  }
}

customElements.define("upload-state", UploadState);
