// @ts-check
// <caption-field>: #tags and @mentions light up while one types, and what is left is counted.

import { suggestIn } from "../lib/suggest.js";
import { say } from "./words.js";

// The same cut as the server's (onstage/text.py): a tag or mention does not begin inside a word or an address.
const MARKS = /(?<![\p{L}\p{N}_#&])#[\p{L}\p{N}_]{1,60}|(?<![\p{L}\p{N}_@./])@[A-Za-z0-9_]{2,30}(?![\p{L}\p{N}_])/gu;
const NEAR = 200; // letters left from which the number is shown

export class CaptionField extends HTMLElement {
  connectedCallback() {
    this.area = /** @type {HTMLTextAreaElement} */ (this.querySelector("textarea"));
    this.mirror = document.createElement("div");
    this.mirror.className = "caption-mirror";
    this.mirror.dir = "auto";
    this.mirror.setAttribute("aria-hidden", "true");
    this.prepend(this.mirror);
    this.area.addEventListener("input", () => this.show());
    this.area.addEventListener("scroll", () => this._follow());
    this.classList.add("is-lit");
    suggestIn(this.area);
    this.show();
  }

  show() {
    const area = /** @type {HTMLTextAreaElement} */ (this.area);
    this.mirror?.replaceChildren(...lit(area.value), "\u200b");
    const left = Number(this.dataset.most) - [...area.value].length;
    const counter = this.closest(".field")?.querySelector("[data-counter]");
    if (counter) {
      counter.textContent = left < 0 ? say("over", { count: String(-left) }) : left <= NEAR ? String(left) : "";
      counter.classList.toggle("is-over", left < 0);
    }
    this._follow();
  }

  _follow() {
    if (this.mirror && this.area) this.mirror.scrollTop = this.area.scrollTop;
  }
}

/** A caption as pieces of page. @param {string} words @returns {(string | HTMLElement)[]} */
export function lit(words) {
  /** @type {(string | HTMLElement)[]} */
  const pieces = [];
  let end = 0;
  for (const match of words.matchAll(MARKS)) {
    pieces.push(words.slice(end, match.index), Object.assign(document.createElement("mark"), { textContent: match[0] }));
    end = match.index + match[0].length;
  }
  return [...pieces, words.slice(end)];
}

customElements.define("caption-field", CaptionField);
