// @ts-check
// While somebody writes @name or #tag, how it may go on: a list under the field, by finger, mouse or keys.
// The field stays a text box (a textarea has no other role); the list is its popup, and what is pointed at its descendant.

import { api } from "./api.js";
import { shortCount, word } from "./words.js";

// Where a tag or mention begins: the same cut as the server's (onstage/text.py), up to the caret.
const BEGUN = /(?:(?<![\p{L}\p{N}_#&])#[\p{L}\p{N}_]{1,60}|(?<![\p{L}\p{N}_@./])@[A-Za-z0-9_]{1,30})$/u;
const PAUSE = 150; // ms without a key before the server is asked
let lists = 0;

/**
 * Offer names and tags in a field.
 * @param {HTMLTextAreaElement} area
 * @param {Element} place what the list comes after
 */
export function suggestIn(area, place = area) {
  new Suggestions(area, place);
}

class Suggestions {
  /** @param {HTMLTextAreaElement} area @param {Element} place */
  constructor(area, place) {
    this.area = area;
    this.at = -1;
    this.timer = 0;
    this.list = document.createElement("ul");
    this.list.id = `suggestions-${++lists}`;
    this.list.className = "suggestions";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", word("suggestions"));
    this.said = document.createElement("p");
    this.said.className = "visually-hidden";
    this.said.setAttribute("role", "status");
    place.after(this.list, this.said);
    area.setAttribute("aria-autocomplete", "list");
    area.setAttribute("aria-haspopup", "listbox");
    area.addEventListener("input", () => this.typed());
    area.addEventListener("blur", () => this.close());
    area.addEventListener("keydown", (event) => this.key(event), { capture: true });
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    this.list.addEventListener("click", (event) => {
      const option = /** @type {Element} */ (event.target).closest("[role=option]");
      if (option) this.take(this.options.indexOf(option));
    });
  }

  get options() {
    return [...this.list.children];
  }

  /** What is being written, or the empty word. */
  get begun() {
    const { selectionStart, selectionEnd, value } = this.area;
    if (selectionStart !== selectionEnd) return "";
    return BEGUN.exec(value.slice(0, selectionStart))?.[0] ?? "";
  }

  typed() {
    clearTimeout(this.timer);
    if (this.begun) this.timer = setTimeout(() => void this.ask(), PAUSE);
    else this.close();
  }

  async ask() {
    const begun = this.begun;
    if (!begun) return; // it was sent meanwhile
    const found = await api("GET", `/suggestions?q=${encodeURIComponent(begun)}`).catch(() => null);
    if (!found || begun !== this.begun || document.activeElement !== this.area) return;
    this.show([
      ...found.accounts.map((/** @type {any} */ each) => [`@${each.handle}`, each.name]),
      ...found.tags.map((/** @type {any} */ each) => [`#${each.tag}`, shortCount(each.count)]),
    ]);
  }

  /** @param {string[][]} found each a word and what stands beside it */
  show(found) {
    if (!found.length) return this.close();
    this.list.replaceChildren(...found.map(([said, beside], place) => this.option(said, beside, place)));
    this.list.hidden = false;
    this.list.scrollIntoView({ block: "nearest" });
    this.point(-1);
    this.area.setAttribute("aria-controls", this.list.id);
    this.said.textContent = word("suggestions-many", { count: found.length });
  }

  /** @param {string} said @param {string} beside @param {number} place */
  option(said, beside, place) {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${place}`;
    option.setAttribute("role", "option");
    option.dataset.word = said;
    option.append(Object.assign(document.createElement("bdi"), { textContent: said }));
    option.append(Object.assign(document.createElement("small"), { textContent: beside, dir: "auto" }));
    return option;
  }

  close() {
    clearTimeout(this.timer);
    if (this.list.hidden) return;
    this.list.hidden = true;
    this.list.replaceChildren();
    this.point(-1);
    this.area.removeAttribute("aria-controls");
    this.said.textContent = "";
  }

  /** @param {number} at */
  point(at) {
    this.at = at;
    this.options.forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
    const option = this.options[at];
    if (!option) return this.area.removeAttribute("aria-activedescendant");
    this.area.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (this.list.hidden || event.isComposing) return;
    const last = this.options.length - 1;
    if (event.key === "ArrowDown") this.point(this.at === last ? -1 : this.at + 1);
    else if (event.key === "ArrowUp") this.point(this.at === -1 ? last : this.at - 1);
    else if (event.key === "Escape") this.close();
    else if ((event.key === "Enter" || event.key === "Tab") && this.at >= 0) this.take(this.at);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** @param {number} at */
  take(at) {
    const option = /** @type {HTMLElement | undefined} */ (this.options[at]);
    const begun = this.begun;
    this.close();
    if (!option || !begun) return;
    const caret = this.area.selectionStart;
    this.area.setRangeText(`${option.dataset.word} `, caret - begun.length, caret, "end");
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
