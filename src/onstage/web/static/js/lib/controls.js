// @ts-check
// The controls of the clip on stage: one set, worn by one player at a time. Sound, pause sign, spinner, scrubber.

import { sound } from "./sound.js";
import { clock, word } from "./words.js";

const STEPS = 1000;

/** @typedef {import("../elements/clip-player.js").ClipPlayer} ClipPlayer */

class Controls {
  constructor() {
    const template = /** @type {HTMLTemplateElement} */ (document.getElementById("stage-controls"));
    this.box = /** @type {HTMLElement} */ (template.content.firstElementChild);
    /** @type {ClipPlayer | null} */
    this.player = null;
    this.sound = /** @type {HTMLButtonElement} */ (this.find(".sound"));
    this.scrub = this.find(".scrub");
    this.done = this.find(".scrub-done");
    this.range = /** @type {HTMLInputElement} */ (this.find("input"));
    this.clock = this.find(".stage-clock");
    this.held = false;
    this.sound.addEventListener("click", () => {
      sound.choose(!sound.on);
      void this.player?.start();
    });
    sound.heed(() => this.show());
    this.range.addEventListener("input", () => this.seek());
    this.range.addEventListener("pointerdown", () => this.hold(true));
    for (const end of ["pointerup", "pointercancel", "blur"]) this.range.addEventListener(end, () => this.hold(false));
    this.draw = this.draw.bind(this);
  }

  /** @param {string} selector */
  find(selector) {
    return /** @type {HTMLElement} */ (this.box.querySelector(selector));
  }

  /** @param {ClipPlayer} player */
  dress(player) {
    const hadFocus = this.box.contains(document.activeElement);
    this.player = player;
    player.append(this.box);
    this.wait(false);
    this.fast(false);
    this.show();
    if (hadFocus) player.article.focus({ preventScroll: true });
    requestAnimationFrame(this.draw);
  }

  /** @param {ClipPlayer} player */
  undress(player) {
    if (this.player === player) this.player = null;
  }

  show() {
    this.box.classList.toggle("is-paused", Boolean(this.player?.paused));
    this.sound.setAttribute("aria-pressed", String(sound.on));
    this.sound.classList.toggle("is-asking", sound.asks);
  }

  /** @param {boolean} on */
  wait(on) {
    this.find(".stage-wait").hidden = !on;
  }

  /** @param {boolean} on */
  fast(on) {
    this.find(".stage-pill").hidden = !on;
  }

  draw() {
    const video = this.player?.video;
    if (!this.player) return;
    if (video?.duration) {
      const part = video.currentTime / video.duration;
      this.done.style.transform = `scaleX(${part.toFixed(4)})`;
      if (!this.held && document.activeElement !== this.range) this.range.value = String(Math.round(part * STEPS));
    }
    requestAnimationFrame(this.draw);
  }

  seek() {
    const video = this.player?.video;
    if (!video?.duration) return;
    const at = (Number(this.range.value) / STEPS) * video.duration;
    video.currentTime = at;
    const words = word("position", { at: clock(at), of: clock(video.duration) });
    this.range.setAttribute("aria-valuetext", words);
    this.clock.textContent = `${clock(at)} / ${clock(video.duration)}`;
  }

  /** @param {boolean} held */
  hold(held) {
    if (held === this.held) return;
    this.held = held;
    this.scrub.classList.toggle("is-held", held);
    this.clock.hidden = !held;
    if (held) {
      this.player?.video?.pause();
    } else {
      if (!this.player?.paused) void this.player?.start();
      this.range.blur();
    }
  }
}

export const controls = new Controls();
