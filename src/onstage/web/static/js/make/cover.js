// @ts-check
// <cover-picker>: a strip of the clip's pictures with a window on it, or a picture of one's own.

import { draw, lengthOf, openVideo, strip } from "./frames.js";
import { say } from "./words.js";

/** Fires `picked`; then `choice` says what. */
export class CoverPicker extends HTMLElement {
  connectedCallback() {
    /** @type {{at: number} | {image: File} | null} nothing: the server's own choice */
    this.choice = null;
    this.slider = /** @type {HTMLInputElement} */ (this.querySelector("[data-at]"));
    this.own = /** @type {HTMLInputElement} */ (this.querySelector("[data-own]"));
    this.slider.addEventListener("input", () => {
      this._part("[data-window]").classList.add("is-picked");
      this._look();
    });
    this.slider.addEventListener("change", () => this._pick({ at: Number(this.slider?.value) }));
    this.own.addEventListener("change", () => this._pickOwn());
    if (this.dataset.video) this.open(this.dataset.video);
  }

  /** Show the pictures of a video; without any, where this browser can't play it. @param {string} url */
  async open(url) {
    try {
      this.video = await openVideo(url);
      this.length = await lengthOf(this.video);
    } catch {
      return; // what this browser can't play has no strip; the server chooses, or one's own picture is taken
    }
    this._part("[data-strip]").hidden = false;
    if (this.slider) this.slider.max = String(Math.max(0, this.length - 0.05));
    await strip(this.video, this.length, this._part("[data-frames]"));
  }

  /** The window stands where the slider is, and shows that picture. */
  async _look() {
    if (!this.video || !this.slider) return;
    const window = /** @type {HTMLCanvasElement} */ (this._part("[data-window]"));
    const part = Number(this.slider.value) / Number(this.slider.max || 1);
    window.style.setProperty("--part", String(part));
    this._wanted = Number(this.slider.value);
    if (this._drawing) return;
    this._drawing = true;
    while (this._wanted !== undefined) {
      const at = this._wanted;
      this._wanted = undefined;
      await draw(this.video, at, window);
    }
    this._drawing = false;
  }

  _pickOwn() {
    const image = this.own?.files?.[0];
    if (!image) return;
    this._pick({ image });
    this._say(say("cover_own"));
  }

  /** @param {{at: number} | {image: File}} choice */
  _pick(choice) {
    this.choice = choice;
    this.dispatchEvent(new Event("picked"));
  }

  /** @param {string} sentence */
  _say(sentence) {
    this._part("[data-cover-state]").textContent = sentence;
  }

  /** @param {string} selector */
  _part(selector) {
    return /** @type {HTMLElement} */ (this.querySelector(selector));
  }
}

customElements.define("cover-picker", CoverPicker);
