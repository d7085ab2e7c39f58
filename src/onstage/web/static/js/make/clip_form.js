// @ts-check
// <clip-form>: a clip's picture, its way to the server, its cover and its words; while it is made and later.

import { api, Refused } from "../lib/api.js";
import { word } from "../lib/words.js";
import { lit } from "./caption.js";
import "./cover.js";
import { dropFile } from "./keep.js";
import "./trim.js";
import "./upload_state.js";
import { say } from "./words.js";

/** Fires `saved`, and `published` with detail.stage: `none` once others can see it, `asked` while somebody must agree. */
export class ClipForm extends HTMLElement {
  connectedCallback() {
    this.slug = this.dataset.slug ?? "";
    this.form = /** @type {HTMLFormElement} */ (this.part("[data-form]"));
    this.preview = /** @type {HTMLVideoElement} */ (this.part("[data-preview]"));
    this.state = /** @type {import("./upload_state.js").UploadState} */ (this.part("upload-state"));
    this.covers = /** @type {import("./cover.js").CoverPicker} */ (this.part("cover-picker"));
    this.trims = /** @type {import("./trim.js").TrimPicker | null} */ (this.part("trim-picker"));
    this.preview.controls = false; // a tap on the picture does it
    this._listen();
    this._showCaption();
  }

  _listen() {
    this.form?.addEventListener("submit", (event) => this._submit(event));
    this.form?.addEventListener("input", () => this._showCaption());
    this.covers?.addEventListener("picked", () => this._sendCover());
    this.trims?.addEventListener("moved", (event) => this._seek(/** @type {CustomEvent} */ (event).detail.at));
    this.preview?.addEventListener("timeupdate", () => this._stayInPart());
    this.state?.addEventListener("stored", () => dropFile(this.slug ?? ""));
    this.state?.addEventListener("file", (event) => this.see(/** @type {CustomEvent} */ (event).detail.file));
    this.state?.addEventListener("ready", () => this._ready());
    this.state?.addEventListener("failed", () => this.classList.add("is-failed"));
    this.part("[data-tap]")?.addEventListener("click", () => this._tap());
  }

  /** Show a file of this device. @param {File} file */
  see(file) {
    const url = URL.createObjectURL(file);
    const preview = /** @type {HTMLVideoElement} */ (this.preview);
    preview.onerror = () => (this.part("[data-blank]").hidden = false);
    preview.onloadeddata = () => (this.part("[data-blank]").hidden = true);
    preview.src = url;
    preview.play().catch(() => undefined);
    this.covers?.open(url);
    this.trims?.open(url);
  }

  /** Whether leaving the page would break the upload off. */
  get isSending() {
    return ["going", "paused", "broken"].includes(this.state?.dataset.state ?? "");
  }

  /** Send what was chosen for the clip before it had a name. @param {string} slug */
  named(slug) {
    this.slug = slug;
    if (this.form) this.form.action = `/make/${slug}`;
    if (this.covers?.choice) this._sendCover();
  }

  /** The server can play the clip now. */
  _ready() {
    if (this._coverWaits) this._sendCover();
    if (this.hasAttribute("data-reload") && !this.preview?.src) location.reload();
  }

  _tap() {
    const video = /** @type {HTMLVideoElement} */ (this.preview);
    if (!video.paused) return video.pause();
    video.muted = false;
    video.play().catch(() => undefined);
  }

  /** @param {number} at seconds */
  _seek(at) {
    if (this.preview?.src) this.preview.currentTime = at;
  }

  /** Play what is left of the film, and that again. */
  _stayInPart() {
    const video = /** @type {HTMLVideoElement} */ (this.preview);
    const { from, to } = this.trims?.part ?? { from: 0, to: 0 };
    if (to && !video.seeking && (video.currentTime < from - 0.05 || video.currentTime >= to)) video.currentTime = from;
  }

  _showCaption() {
    const area = /** @type {HTMLTextAreaElement | null} */ (this.querySelector("[name=caption]"));
    if (area) this.part("[data-overlay]")?.replaceChildren(...lit(area.value));
  }

  async _sendCover() {
    const choice = this.covers?.choice;
    if (!choice || !this.slug) return;
    try {
      if ("image" in choice) await sendImage(this.slug, choice.image);
      else await api("POST", `/clips/${this.slug}/cover`, { at_seconds: choice.at });
      this._coverWaits = false;
      this._coverSays(say("cover_saved"));
      if (this.covers?.own) this.covers.own.value = "";
    } catch (error) {
      this._coverWaits = error instanceof Refused && error.field === "at_seconds";
      this._coverSays(this._coverWaits ? say("cover_later") : sentenceOf(error));
    }
  }

  /** @param {string} sentence */
  _coverSays(sentence) {
    this.part("[data-cover-state]").textContent = sentence;
  }

  /** By the API, because leaving the page would break an upload that is on its way. @param {SubmitEvent} event */
  async _submit(event) {
    const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
    if (this._saysWho(button?.value)) return; // the whole form goes, so that neither words nor a name are lost
    event.preventDefault();
    const problem = this.part("[data-problem]");
    problem.hidden = true;
    button?.setAttribute("aria-busy", "true");
    try {
      await this._send(button?.value ?? "save");
    } catch (error) {
      problem.textContent = sentenceOf(error);
      problem.hidden = false;
      problem.scrollIntoView({ block: "nearest" });
    }
    button?.removeAttribute("aria-busy");
  }

  /** Whether somebody is named, by a button of their own or only typed. @param {string | undefined} act */
  _saysWho(act) {
    const typed = ["handle", "label", "coauthor", "source"].map((name) => this.form?.elements.namedItem(name));
    return ["name", "label", "coauthor", "part"].includes(act ?? "") || typed.some((each) => each instanceof HTMLInputElement && each.value.trim());
  }

  /** @param {string} act */
  async _send(act) {
    if (!this.slug) throw new Refused(word("no-answer"), 0, "no-answer", undefined);
    if (act === "whole") {
      await api("DELETE", `/clips/${this.slug}/trim`);
      return this.dispatchEvent(new Event("saved"));
    }
    await this._sendPart();
    await api("PATCH", `/clips/${this.slug}`, this._values());
    if (act === "publish") {
      const { stage } = await api("POST", `/clips/${this.slug}/publish`);
      if (stage === "draft") this.state?.watch(); // it goes out once it is cut
      this.dispatchEvent(new CustomEvent("published", { detail: { stage } }));
    } else {
      this.dispatchEvent(new Event("saved"));
    }
  }

  async _sendPart() {
    const part = this.trims?.choice;
    if (!part || !this.trims) return;
    await api("POST", `/clips/${this.slug}/trim`, { from_seconds: part.from, to_seconds: part.to });
    this.trims.choice = null;
  }

  /** The words as the API takes them. */
  _values() {
    const fields = new FormData(this.form);
    /** @type {Record<string, unknown>} */
    const values = { caption: fields.get("caption") };
    for (const name of ["audience", "commenters"]) if (fields.has(name)) values[name] = fields.get(name);
    if (this.querySelector("[name=marked]")) values.marked = fields.has("marked");
    return values;
  }

  /** @param {string} selector @returns {HTMLElement} */
  part(selector) {
    return /** @type {HTMLElement} */ (this.querySelector(selector));
  }
}

/** @param {string} slug @param {File} image */
async function sendImage(slug, image) {
  const answer = await fetch(`/api/v1/clips/${slug}/cover`, {
    method: "POST",
    headers: { "Content-Type": image.type, Accept: "application/json" },
    body: image,
  });
  if (!answer.ok) throw new Refused((await answer.json()).detail, answer.status, "", undefined);
}

/** @param {unknown} error */
function sentenceOf(error) {
  return error instanceof Refused ? error.message : word("went-wrong");
}

customElements.define("clip-form", ClipForm);
