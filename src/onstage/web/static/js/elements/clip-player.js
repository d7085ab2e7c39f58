// @ts-check
// <clip-player>: the stage of one clip. It borrows a video from lib/videos.js and, while it is the current one,
// wears the controls.

import { controls } from "../lib/controls.js";
import { listen } from "../lib/gestures.js";
import { Stay } from "../lib/plays.js";
import { choose, withAv1 } from "../lib/quality.js";
import { sound } from "../lib/sound.js";
import { word } from "../lib/words.js";

const RENEWS_AFTER = 10_000; // ms: sooner than that it is the file
const WAITS = 400; // ms before a spinner is worth showing
const LOOKS = 4000; // ms between two looks whether the clip may still be shown

/** @type {{ rate: number }} the speed that the person chose, for every clip */
export const speed = { rate: 1 };

export class ClipPlayer extends HTMLElement {
  /** @type {HTMLVideoElement | null} */
  video = null;
  current = false;
  paused = false; // by the person
  failed = false;
  withheld = false; // while it was open here
  /** @type {Stay | null} */
  stay = null;
  /** @type {string[]} what is left to try */
  sources = [];
  waiting = 0;
  looking = 0;
  renewedAt = -Infinity;
  ranAt = 0;
  lastTime = 0;

  connectedCallback() {
    if (this.dataset.color) this.style.backgroundColor = this.dataset.color;
    if (this.dataset.hint) {
      this.classList.add("stage-hint");
      this.style.backgroundImage = `url("data:image/webp;base64,${this.dataset.hint}")`;
    }
    this.video ??= this.querySelector("video");
    if (this.video) this.wire(this.video);
    if (this.video?.error) this.stumble(); // it broke before this script was there to hear of it
    if (this.wired) return;
    this.wired = true;
    listen(this, {
      tap: () => this.current && this.toggle(),
      twice: (x, y) => !this.withheld && this.dispatchEvent(new CustomEvent("clip-liked-twice", { bubbles: true, detail: { x, y } })),
      hold: (held) => this.hold(held),
      menu: () => !this.withheld && this.dispatchEvent(new CustomEvent("clip-pressed", { bubbles: true })),
      swipe: () => this.dispatchEvent(new CustomEvent("clip-swiped", { bubbles: true })),
    });
  }

  get article() {
    return /** @type {HTMLElement} */ (this.closest("article"));
  }

  /** @returns {import("../lib/quality.js").File[]} */
  get files() {
    return withAv1(JSON.parse(this.dataset.files || "[]"), JSON.parse(this.dataset.av1 || "null"));
  }

  /** The address that would be played now. */
  get best() {
    return choose(this.files, this.clientWidth || innerWidth)[0]?.[3];
  }

  /** @param {HTMLVideoElement} video */
  receive(video) {
    if (this.withheld) return;
    this.video = video;
    this.failed = false;
    this.querySelector(".stage-failed")?.remove();
    this.sources = choose(this.files, this.clientWidth || innerWidth).map((file) => file[3]);
    this.append(video);
    this.wire(video);
    this.load();
  }

  load() {
    const source = this.sources.shift();
    if (!this.video || !source) return this.fail();
    this.video.muted = !sound.on;
    this.video.src = source;
    this.video.load();
  }

  /** The same moment in another rendition: the person chose what to play. */
  choose() {
    const video = this.video;
    if (!video || this.best === video.getAttribute("src")) return;
    const at = video.currentTime;
    this.sources = choose(this.files, this.clientWidth).map((file) => file[3]);
    this.load();
    video.currentTime = at;
    if (this.current) void this.start();
  }

  giveBack() {
    this.video?.removeAttribute("src");
    this.video?.remove();
    this.unwire?.abort();
    this.video = null;
  }

  /** @param {HTMLVideoElement} video */
  wire(video) {
    this.unwire?.abort();
    this.unwire = new AbortController();
    const options = { signal: this.unwire.signal };
    /** @type {[string, () => void][]} */
    const heeds = [
      ["error", () => this.stumble()],
      ["waiting", () => this.wait(true)],
      ["playing", () => this.wait(false)],
      ["pause", () => this.tick()],
      ["timeupdate", () => this.tick()],
      ["canplaythrough", () => this.dispatchEvent(new CustomEvent("clip-ready", { bubbles: true }))],
    ];
    for (const [name, heed] of heeds) video.addEventListener(name, heed, options);
  }

  /** An address may have run out in the middle of a clip: the same file is asked for once more, from where it was. */
  stumble() {
    const video = this.video;
    const at = video?.currentTime || 0;
    if (video && (at > 0 || video.readyState > 0) && performance.now() - this.renewedAt > RENEWS_AFTER) {
      this.renewedAt = performance.now();
      this.sources.unshift(video.getAttribute("src") || "");
      this.retry();
      video.currentTime = at;
      return;
    }
    if (this.sources.length) this.retry();
    else this.fail();
  }

  retry() {
    this.load();
    if (this.current) void this.start();
  }

  /** This clip is the one on stage now. */
  enter() {
    if (this.current) return;
    this.current = true;
    this.paused = false;
    this.stay = new Stay(this.article.dataset.token || "");
    this.ranAt = 0;
    controls.dress(this);
    this.looking = window.setInterval(() => void this.look(), LOOKS);
    void this.start();
  }

  /**
   * A clip may be withheld while it plays, and a short one plays on from memory: ask whether its file may still be had.
   * Our own server is asked, not the cache that the file may come from.
   */
  async look() {
    const source = this.video?.getAttribute("src");
    if (!source || document.hidden || !navigator.onLine) return;
    const answer = await fetch(new URL(source, location.href).pathname, { method: "HEAD", cache: "no-store" }).catch(() => null);
    if (answer?.status === 404 && source === this.video?.getAttribute("src")) this.withhold();
  }

  /** It stops at once, nothing of it stays on the screen, and a card says so kindly and leads on. */
  withhold() {
    if (this.withheld) return;
    this.withheld = this.failed = true;
    clearInterval(this.looking);
    this.stay?.end();
    this.stay = null;
    this.wait(false);
    this.giveBack();
    this.style.backgroundImage = "none";
    this.article.removeAttribute("aria-labelledby");
    this.article.setAttribute("aria-label", word("clip-withheld"));
    for (const rest of this.article.querySelectorAll("picture, img, .caption, .stage-failed")) rest.remove();
    for (const rest of /** @type {NodeListOf<HTMLElement>} */ (this.article.querySelectorAll(".controls, .clip-words, .rail"))) {
      rest.hidden = true;
    }
    const card = /** @type {HTMLTemplateElement} */ (document.getElementById("stage-withheld")).content.cloneNode(true);
    this.append(card);
    const feed = /** @type {import("./clip-feed.js").ClipFeed | null} */ (this.closest("clip-feed"));
    /** @type {HTMLElement} */ (this.querySelector(".stage-withheld [data-go]")).hidden = !feed?.beside(1);
    this.dispatchEvent(new CustomEvent("clip-withheld", { bubbles: true }));
  }

  leave() {
    if (!this.current) return;
    clearInterval(this.looking);
    this.tick();
    this.current = false;
    this.wait(false);
    this.stay?.end();
    this.stay = null;
    controls.undress(this);
    if (!this.video) return;
    this.video.pause();
    if (this.video.readyState) this.video.currentTime = 0;
  }

  async start() {
    const video = this.video;
    if (!video || this.failed || this.paused || document.hidden) return;
    video.muted = !sound.on;
    video.playbackRate = speed.rate;
    if (video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) this.wait(true);
    try {
      await video.play();
    } catch (error) {
      if (/** @type {DOMException} */ (error).name !== "NotAllowedError" || !this.current) return;
      if (video.muted) return this.pause();
      sound.refuse();
      video.muted = true;
      video.play().catch(() => this.pause());
    }
  }

  toggle() {
    if (this.failed) return;
    if (this.paused || this.video?.paused) this.resume();
    else this.pause();
  }

  pause() {
    this.paused = true;
    this.video?.pause();
    this.wait(false);
    controls.show();
  }

  resume() {
    this.paused = false;
    controls.show();
    void this.start();
  }

  /** @param {boolean} held */
  hold(held) {
    if (!this.video || this.paused || this.failed || !this.current) return;
    this.video.playbackRate = held ? 2 : speed.rate;
    controls.fast(held);
  }

  /** @param {boolean} on */
  wait(on) {
    clearTimeout(this.waiting);
    if (!this.current) return;
    if (on) this.waiting = window.setTimeout(() => this.current && controls.wait(true), WAITS);
    else controls.wait(false);
  }

  /** Adds up what was really watched: running, in view, no jumps. */
  tick() {
    const video = this.video;
    if (!this.current || !video || !this.stay) return;
    const now = performance.now();
    const running = !video.paused && !video.seeking && !document.hidden;
    if (running && this.ranAt && video.currentTime !== this.lastTime) this.stay.ran(Math.min(now - this.ranAt, 1000), video.currentTime * 1000);
    if (video.currentTime + 0.5 < this.lastTime && this.lastTime > video.duration - 0.6) this.stay.looped();
    this.ranAt = running ? now : 0;
    this.lastTime = video.currentTime;
  }

  /** @param {string} why a word of the page; none: it can't be loaded */
  fail(why = "") {
    if (this.failed) return;
    this.failed = true;
    this.wait(false);
    const words = /** @type {HTMLTemplateElement} */ (document.getElementById("stage-failed")).content.cloneNode(true);
    const place = /** @type {DocumentFragment} */ (words);
    const sentence = place.querySelector("p");
    if (sentence) sentence.textContent = word(why || (navigator.onLine ? "clip-failed" : "clip-offline"));
    place.querySelector("button")?.addEventListener("click", () => this.again());
    this.append(place);
    this.dispatchEvent(new CustomEvent("clip-failed", { bubbles: true }));
  }

  again() {
    if (this.withheld) return;
    this.failed = false;
    this.querySelector(".stage-failed")?.remove();
    this.sources = choose(this.files, this.clientWidth).map((file) => file[3]);
    this.paused = false;
    this.load();
    void this.start();
  }
}

customElements.define("clip-player", ClipPlayer);
