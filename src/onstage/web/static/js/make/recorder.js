// @ts-check
// <clip-recorder>: takes, one after the other, until the person is content.

import { clock } from "../lib/words.js";
import { Camera } from "./camera.js";
import { join } from "./join.js";
import { keepTakes, keptTakes } from "./keep.js";
import { say } from "./words.js";

const HOLD = 350; // milliseconds after which a press is a hold: the take ends when the finger leaves
const HEAD = 1000; // bytes; a file that is no larger holds no picture
const AROUND = 2 * Math.PI * 46;

/** Fires `recorded` with detail.file, and `closed`. */
export class ClipRecorder extends HTMLElement {
  connectedCallback() {
    this.camera = new Camera();
    /** @type {import("./keep.js").Take[]} */
    this.takes = [];
    this.counting = false;
    this._starting = false;
    this._since = 0;
    this.hidden = true;
    this._listen();
  }

  /** @param {number} most seconds that the server takes */
  async open(most) {
    this.most = most;
    this._offerLengths(most);
    this.takes = await keptTakes();
    this.hidden = false;
    document.documentElement.classList.add("is-recording");
    try {
      await this.camera.open();
    } catch (error) {
      return this._refused(error);
    }
    this._one(".camera-view").replaceChildren(this.camera.canvas);
    this._one("[data-act=flip]").hidden = !(await this.camera.hasTwo());
    this.classList.toggle("is-front", this.camera.facing === "user");
    this._show();
    this._one("[data-act=record]").focus();
  }

  /** No length is offered that the server does not take. @param {number} most seconds */
  _offerLengths(most) {
    const inputs = /** @type {HTMLInputElement[]} */ (this._all("[name=length]"));
    const all = /** @type {HTMLInputElement} */ (inputs.find((input) => input.value === "all"));
    all.dataset.seconds = String(most);
    for (const input of inputs) {
      const tooLong = input !== all && Number(input.dataset.seconds) >= most;
      /** @type {HTMLElement} */ (input.closest("label")).hidden = tooLong;
      if (tooLong && input.checked) all.checked = true;
    }
  }

  close() {
    if (this._since) this._stopTake();
    this.camera?.close();
    this.hidden = true;
    document.documentElement.classList.remove("is-recording");
    this.dispatchEvent(new Event("closed"));
  }

  _listen() {
    const button = this._one("[data-act=record]");
    button.addEventListener("pointerdown", () => this._press());
    button.addEventListener("pointerup", () => this._leave());
    button.addEventListener("click", (event) => event.detail === 0 && this._toggle());
    this.addEventListener("click", (event) => {
      const act = /** @type {HTMLElement} */ (event.target).closest("[data-act]")?.getAttribute("data-act");
      if (act && act !== "record") this._act(act);
    });
    this.addEventListener("change", () => this._show());
    this.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
  }

  /** @param {string} act */
  async _act(act) {
    if (act === "close") this.close();
    if (act === "sound") this.camera?.setSound(!this.camera.sound);
    if (act === "countdown") this._one("[data-act=countdown]").setAttribute("aria-pressed", String(!this._countdown));
    if (act === "undo") this.takes.pop();
    if (act === "undo") await keepTakes(this.takes);
    if (act === "flip") await this.camera?.flip();
    if (act === "next") return this._finish();
    this._show();
  }

  get _countdown() {
    return this._one("[data-act=countdown]").getAttribute("aria-pressed") === "true";
  }

  get _limit() {
    const chosen = /** @type {HTMLInputElement | null} */ (this.querySelector("[name=length]:checked"));
    return Math.min(Number(chosen?.dataset.seconds ?? 60), this.most ?? 60);
  }

  get _recorded() {
    const now = this._since ? (performance.now() - this._since) / 1000 : 0;
    return this.takes.reduce((sum, take) => sum + take.seconds, now);
  }

  _press() {
    this._pressed = performance.now();
    this._began = !this._since && !this.counting;
    this._toggle();
  }

  /** A short press leaves the take running, a long one ends it. */
  _leave() {
    if (this._began && this._since && performance.now() - (this._pressed ?? 0) > HOLD && !this._countdown) this._toggle();
  }

  _toggle() {
    if (this._since) return void this._stopTake();
    if (this.counting) return void (this.counting = false);
    if (this._recorded >= this._limit - 0.2) return;
    if (this._countdown) this._countDown(3);
    else this._startTake();
  }

  /** @param {number} left */
  _countDown(left) {
    this.counting = true;
    const number = this._one(".camera-count");
    number.hidden = false;
    const tick = () => {
      if (!this.counting || this.hidden || left === 0) {
        number.hidden = true;
        const go = this.counting && !this.hidden;
        this.counting = false;
        return go ? this._startTake() : undefined;
      }
      number.textContent = String(left--);
      setTimeout(tick, 1000);
    };
    tick();
  }

  async _startTake() {
    if (this._starting) return;
    this._starting = true;
    await this.camera?.wake();
    this._starting = false;
    this.camera?.record();
    this._since = performance.now();
    this._show();
    const step = () => {
      if (!this._since) return;
      this._ring();
      if (this._recorded >= this._limit) this._stopTake();
      else requestAnimationFrame(step);
    };
    step();
  }

  async _stopTake() {
    const seconds = (performance.now() - this._since) / 1000;
    this._since = 0;
    const blob = await this.camera?.stop();
    if (blob && blob.size > HEAD && seconds > 0.2) this.takes.push({ blob, seconds });
    this._show();
    await keepTakes(this.takes);
  }

  async _finish() {
    if (this._since) await this._stopTake();
    const whole = await join(this.takes.map((take) => take.blob));
    const name = `${say("recording")} ${new Date().toLocaleString()}.${whole.type === "video/mp4" ? "mp4" : "webm"}`;
    const file = new File([whole], name.replaceAll("/", "-"), { type: whole.type, lastModified: Date.now() });
    this.close();
    this.dispatchEvent(new CustomEvent("recorded", { detail: { file } }));
  }

  /** @param {unknown} error */
  _refused(error) {
    const name = error instanceof DOMException ? error.name : "";
    this.hidden = true;
    document.documentElement.classList.remove("is-recording");
    const sentence = say(name === "NotAllowedError" ? "camera_refused" : "camera_missing");
    this.dispatchEvent(new CustomEvent("refused", { detail: { sentence } }));
  }

  _ring() {
    const part = Math.min(1, this._recorded / this._limit);
    this._one(".ring-done").style.strokeDashoffset = String(AROUND * (1 - part));
    this._one(".camera-time").textContent = `${clock(this._recorded)} / ${clock(this._limit)}`;
  }

  _show() {
    const going = Boolean(this._since);
    const some = this.takes.length > 0;
    this.classList.toggle("is-going", going);
    this.classList.toggle("is-front", this.camera?.facing === "user");
    this._one("[data-act=record]").setAttribute("aria-label", say(going ? "stop" : some ? "record_more" : "record"));
    this._one("[data-act=sound]").setAttribute("aria-pressed", String(this.camera?.sound));
    for (const name of ["undo", "next"]) this._one(`[data-act=${name}]`).hidden = going || !some;
    this._one(".camera-lengths").hidden = going || some;
    this._marks();
    this._ring();
  }

  /** A small gap in the ring where one take ends and the next begins. */
  _marks() {
    const marks = this._one(".ring-marks");
    let end = 0;
    marks.replaceChildren(
      ...this.takes.map((take) => {
        end += take.seconds;
        const mark = document.createElementNS("http://www.w3.org/2000/svg", "line");
        for (const [name, value] of Object.entries({ x1: 50, y1: 1, x2: 50, y2: 8 })) mark.setAttribute(name, String(value));
        mark.setAttribute("transform", `rotate(${(360 * end) / this._limit} 50 50)`);
        return mark;
      }),
    );
  }

  /** @param {string} selector @returns {HTMLElement} */
  _one(selector) {
    return /** @type {HTMLElement} */ (this.querySelector(selector));
  }

  /** @param {string} selector */
  _all(selector) {
    return [...this.querySelectorAll(selector)];
  }
}

customElements.define("clip-recorder", ClipRecorder);
