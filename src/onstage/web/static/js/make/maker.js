// @ts-check
// <clip-maker>: from a camera or a file to a clip that others see, in three steps; the upload runs from the first.

import { api } from "../lib/api.js";
import { toast } from "../lib/toast.js";
import { word } from "../lib/words.js";
import { canRecord } from "./camera.js";
import "./clip_form.js";
import { lengthOf, openVideo } from "./frames.js";
import { keepFile, keepTakes, keptTakes } from "./keep.js";
import "./recorder.js";
import { ClipUpload } from "./upload.js";
import { duration, say, size } from "./words.js";

const STEPS = ["pick", "cover", "words", "done"];

class ClipMaker extends HTMLElement {
  connectedCallback() {
    /** @type {import("./clip_form.js").ClipForm | null} the one in work; an earlier one goes on uploading behind it */
    this.clip = null;
    this.recorder = /** @type {import("./recorder.js").ClipRecorder} */ (document.querySelector("clip-recorder"));
    this._listenForFiles();
    this._listenToSteps();
    this._offerCamera();
    api("GET", "/uploads/limits").then(
      (limits) => (this.limits = limits),
      () => undefined,
    );
  }

  // The first step: a camera or a file

  async _offerCamera() {
    const able = canRecord();
    this._hide("[data-drop] [data-record]", !able);
    this._hide("[data-capture]", able || !matchMedia("(pointer: coarse)").matches);
    if (!able) this._note(say("camera_never"));
    for (const button of this.querySelectorAll("[data-record]")) button.addEventListener("click", () => this._record());
    this.recorder?.addEventListener("recorded", (event) => this._take(/** @type {CustomEvent} */ (event).detail.file));
    this.recorder?.addEventListener("refused", (event) => this._note(/** @type {CustomEvent} */ (event).detail.sentence));
    this.recorder?.addEventListener("closed", () => this._lookForTakes());
    this._lookForTakes();
  }

  _record() {
    this._hide("[data-no-camera]", true);
    this.recorder?.open(this.limits?.seconds ?? 60);
  }

  async _lookForTakes() {
    this._hide("[data-kept]", !canRecord() || !(await keptTakes()).length);
  }

  _listenForFiles() {
    for (const input of this.querySelectorAll("[data-file]")) {
      input.addEventListener("change", () => this._take(/** @type {HTMLInputElement} */ (input).files?.[0]));
    }
    addEventListener("paste", (event) => this._received(event, event.clipboardData));
    addEventListener("drop", (event) => this._received(event, event.dataTransfer));
    addEventListener("dragover", (event) => this._hover(event, true));
    addEventListener("dragleave", (event) => this._hover(event, false));
  }

  /** @param {Event} event @param {DataTransfer | null} data */
  _received(event, data) {
    const file = data?.files[0];
    this._part("[data-drop]").classList.remove("is-over");
    if (!file || this.dataset.step !== "pick") return;
    event.preventDefault();
    this._take(file);
  }

  /** @param {DragEvent} event @param {boolean} over */
  _hover(event, over) {
    if (!event.dataTransfer?.types.includes("Files") || this.dataset.step !== "pick") return;
    event.preventDefault();
    this._part("[data-drop]").classList.toggle("is-over", over);
  }

  /** A file has been chosen: look at it, begin to send it, go on to the cover. @param {File | undefined} file */
  async _take(file) {
    if (!file) return;
    const refusal = await this._tooMuch(file);
    this._refuse(refusal);
    if (refusal) return;
    const clip = this._fresh();
    const upload = new ClipUpload(file);
    upload.addEventListener("created", () => this._created(clip, upload));
    upload.addEventListener("refused", () => this._refused(upload));
    clip.state?.follow(upload);
    clip.see(file);
    this._go("cover");
    await upload.start();
  }

  /** An empty form for a new clip. */
  _fresh() {
    const blank = /** @type {HTMLTemplateElement} */ (this._part("[data-blank-form]"));
    if (this.clip) this.clip.hidden = true;
    this._part("[data-part=work]").append(blank.content.cloneNode(true));
    const clip = /** @type {import("./clip_form.js").ClipForm} */ (this.querySelector("[data-part=work] > :last-child"));
    clip.addEventListener("published", (event) => this._finish(/** @type {CustomEvent} */ (event).detail.stage));
    clip.addEventListener("saved", () => this._kept());
    clip.state?.addEventListener("ready", () => clip === this.clip && this.dataset.step === "done" && void this._come());
    clip.part("[data-go]").addEventListener("click", () => this._go("words"));
    return (this.clip = clip);
  }

  /** Why a file can't be a clip here, before a byte of it is sent; empty: it can. @param {File} file */
  async _tooMuch(file) {
    if (file.type && !file.type.startsWith("video/") && file.type !== "image/gif") return say("not_video");
    const limits = this.limits;
    if (!limits) return "";
    if (file.size > limits.bytes) return say("too_large", { size: size(file.size), most: size(limits.bytes) });
    const left = limits.left ?? Infinity;
    if (file.size > left) return say("no_space", { size: size(file.size), left: size(left) });
    const length = await lengthOfFile(file);
    if (length <= limits.seconds + 0.5) return "";
    return say("too_long", { length: duration(length), most: duration(limits.seconds) });
  }

  /**
   * The clip has its name: from now on its page is where one is.
   * @param {import("./clip_form.js").ClipForm} clip @param {ClipUpload} upload
   */
  async _created(clip, upload) {
    if (clip === this.clip && this.dataset.step !== "pick") history.replaceState(history.state, "", `/make/${upload.slug}`);
    clip.named(upload.slug);
    await keepFile(upload.slug, upload.file);
    await keepTakes([]);
  }

  /** @param {ClipUpload} upload */
  _refused(upload) {
    this._show("pick");
    history.replaceState({ step: "pick" }, "", "/make");
    this._refuse(upload.sentence || word("went-wrong"));
  }

  /** @param {string} sentence */
  _refuse(sentence) {
    const notice = this._part("[data-refusal]");
    notice.textContent = sentence;
    notice.hidden = !sentence;
  }

  /** @param {string} sentence */
  _note(sentence) {
    this._part("[data-no-camera] span").textContent = sentence;
    this._hide("[data-no-camera]", false);
  }

  // The way through the steps, and back

  _listenToSteps() {
    this._part("[data-back]").addEventListener("click", (event) => {
      if (this.dataset.step === "pick" || this.dataset.step === "done") return;
      event.preventDefault();
      history.back();
    });
    addEventListener("popstate", () => this._show(history.state?.step ?? "pick"));
  }

  /** @param {string} step */
  _go(step) {
    history.pushState({ step }, "");
    this._show(step);
  }

  /** @param {string} step */
  _show(step) {
    this.dataset.step = step;
    this._hide("[data-part=pick]", step !== "pick");
    this._hide("[data-part=work]", step === "pick");
    this._hide("[data-part=done]", step !== "done");
    this._hide("[data-behind]", !this.clip?.slug);
    if (this.clip) {
      this.clip.part("[data-part=cover]").hidden = step !== "cover";
      this.clip.part("[data-part=words]").hidden = step !== "words";
      if (step === "pick") this.clip.preview?.pause();
    }
    for (const item of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll("[data-for]"))) {
      const here = STEPS.indexOf(item.dataset.for ?? "") - STEPS.indexOf(step);
      item.classList.toggle("is-past", here < 0);
      if (here === 0) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    }
    scrollTo({ top: 0 });
    const part = step === "cover" || step === "words" ? this.clip?.part(`[data-part=${step}]`) : this._part(`[data-part=${step}]`);
    part?.focus({ preventScroll: true });
  }

  /** To the drafts, but not while bytes are on their way: leaving would break them off. */
  _kept() {
    if (this.clip?.isSending) toast(say("saved_uploading"));
    else location.assign("/me/clips?did=saved");
  }

  /** It can be played now: whether it is out, or others are asked, the server knows. */
  async _come() {
    const { stage } = await api("GET", `/clips/${this.clip?.slug}`);
    this._finish(stage);
  }

  /** @param {string} stage `none`: others can see it; `asked`: somebody must agree first; else it is still being made */
  _finish(stage) {
    const asked = stage === "asked";
    const what = { none: "published", asked: "asked" }[stage] || "published_later";
    const url = `${location.origin}/c/${this.clip?.slug}`;
    this._part("[data-done-heading]").textContent = say(what);
    this._part("[data-done-sentence]").textContent = stage === "none" ? "" : say(`${what}_sentence`);
    this._part("[data-link]").textContent = url;
    this._part("[data-copy-link]").dataset.copy = url;
    this._hide("[data-done-link]", asked);
    const watch = /** @type {HTMLAnchorElement} */ (this._part("[data-watch]"));
    watch.href = asked ? `/make/${this.clip?.slug}` : url;
    watch.textContent = say(asked ? "see_how_far" : "watch_it");
    const share = this._part("[data-share]");
    share.hidden = asked || !navigator.share;
    share.onclick = () => navigator.share({ url }).catch(() => undefined);
    if (this.dataset.step === "done") return;
    history.replaceState({ step: "done" }, "");
    this._show("done");
  }

  /** @param {string} selector @param {boolean} hidden */
  _hide(selector, hidden) {
    this._part(selector).hidden = hidden;
  }

  /** @param {string} selector */
  _part(selector) {
    return /** @type {HTMLElement} */ (this.querySelector(selector));
  }
}

/** Seconds, or 0 where this browser can't tell. @param {File} file */
async function lengthOfFile(file) {
  const url = URL.createObjectURL(file);
  try {
    return await lengthOf(await openVideo(url));
  } catch {
    return 0;
  } finally {
    URL.revokeObjectURL(url);
  }
}

customElements.define("clip-maker", ClipMaker);
