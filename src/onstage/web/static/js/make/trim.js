// @ts-check
// <trim-picker>: a strip of the film's pictures with a handle at each end; what lies between them is left.

import { lengthOf, openVideo, strip } from "./frames.js";
import { seconds } from "./words.js";

const LEAST = 1;

/** Fires `moved` while a handle moves, with detail.at: where it is; `choice` is set once one was moved. */
export class TrimPicker extends HTMLElement {
  connectedCallback() {
    /** @type {{from: number, to: number} | null} nothing: as it was */
    this.choice = null;
    /** @type {HTMLInputElement[]} */
    this.handles = ["start", "end"].map((name) => this._part(`[data-${name}]`));
    /** @type {HTMLInputElement[]} */
    this.fields = ["from", "to"].map((name) => this._part(`[name=part_${name}]`));
    this.handles.forEach((handle, place) => handle.addEventListener("input", () => this._move(place, handle.value)));
    this.fields.forEach((field, place) => field.addEventListener("change", () => this._move(place, field.value)));
    if (this.dataset.video) this.open(this.dataset.video);
  }

  /** Show the pictures of a video; where this browser can't play it, the two fields are there. @param {string} url */
  async open(url) {
    let video;
    try {
      video = await openVideo(url);
      this.length = await lengthOf(video);
    } catch {
      return;
    }
    if (this.length <= LEAST) return;
    for (const handle of this.handles) handle.max = String(this.length);
    for (const field of this.fields) field.max = String(Math.ceil(this.length * 100) / 100); // it shows hundredths
    this._show(Number(this.dataset.from ?? 0), Number(this.dataset.to ?? this.length));
    this._part("[data-strip]").hidden = false;
    await strip(video, this.length, this._part("[data-frames]"));
  }

  /** What is left, in seconds. */
  get part() {
    return { from: Number(this.fields[0].value), to: Number(this.fields[1].value) };
  }

  /** @param {number} place 0: the beginning, 1: the end @param {string} typed seconds */
  _move(place, typed) {
    const length = this.length ?? Infinity;
    const at = Math.min(Math.max(Number(typed) || 0, 0), length);
    const { from, to } = this.part;
    if (place === 0) this._show(Math.min(at, Math.max(0, (to || length) - LEAST)), to || length);
    else this._show(from, Math.max(at, from + LEAST));
    this.choice = this.part;
    this.dispatchEvent(new CustomEvent("moved", { detail: { at: place ? this.part.to - LEAST : this.part.from } }));
  }

  /** @param {number} from @param {number} to seconds */
  _show(from, to) {
    const end = Math.min(to, this.length ?? to);
    [from, end].forEach((at, place) => {
      this.fields[place].value = Number.isFinite(at) ? String(Math.round(at * 100) / 100) : "";
      this.handles[place].value = String(at);
      this.handles[place].setAttribute("aria-valuetext", seconds(at));
    });
    const off = this._part("[data-off]");
    off.style.setProperty("--from", String(from / (this.length ?? 1)));
    off.style.setProperty("--to", String(end / (this.length ?? 1)));
  }

  /** @param {string} selector @returns {any} */
  _part(selector) {
    return this.querySelector(selector);
  }
}

customElements.define("trim-picker", TrimPicker);
