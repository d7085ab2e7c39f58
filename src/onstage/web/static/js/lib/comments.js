// @ts-check
// The comments of one clip in their sheet: one level of replies, written before the server answers.

import { actOn } from "./comment_acts.js";
import { addTo, askToSignIn, isGuest } from "./acts.js";
import { Refused, api, fragment } from "./api.js";
import { report } from "./report.js";
import { suggestIn } from "./suggest.js";
import { toast } from "./toast.js";
import { shortCount, word } from "./words.js";

const SURE = 4000;

export class Comments {
  slug = "";
  /** @type {HTMLElement | null} */
  article = null;
  /** @type {string | null} */
  next = null;
  loading = false;
  /** @type {HTMLElement | null} the comment that is being answered */
  answered = null;

  /** @param {HTMLDialogElement} sheet */
  constructor(sheet) {
    this.sheet = sheet;
    this.list = part(sheet, ".comments");
    this.form = part(sheet, "form");
    this.body = part(sheet, ".sheet-body");
    this.field = /** @type {HTMLTextAreaElement} */ (part(sheet, "textarea"));
    this.button = /** @type {HTMLButtonElement} */ (part(sheet, "[type=submit]"));
    if (!isGuest()) suggestIn(this.field, part(sheet, ".comment-write"));
    sheet.addEventListener("click", (event) => this.act(/** @type {Element} */ (event.target)));
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.field.addEventListener("input", () => this.typed());
    this.field.addEventListener("focus", () => isGuest() && this.turnAway());
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      /** @type {HTMLFormElement} */ (this.form).requestSubmit();
    });
    this.body.addEventListener("scroll", () => this.nearEnd() && this.more(), { passive: true });
    this.slug = this.list.dataset.slug || "";
    this.next = this.take(this.list);
  }

  turnAway() {
    this.field.blur();
    askToSignIn("comment");
  }

  /** @param {HTMLElement} article the clip whose comments are wanted */
  async show(article) {
    this.article = article;
    const slug = article.dataset.slug || "";
    const may = isGuest() || article.hasAttribute("data-may-comment");
    part(this.form, ".comment-write").hidden = !may;
    part(this.form, ".comment-closed").hidden = may;
    part(this.sheet, ".comments-invite").hidden = !may;
    this.count(Number(article.querySelector("[data-act=comments] .count")?.getAttribute("data-count") || 0));
    if (slug === this.slug) return;
    this.slug = slug;
    this.reply(null);
    this.list.replaceChildren();
    this.body.scrollTo({ top: 0 });
    this.next = "";
    this.loading = false;
    await this.more();
  }

  /** The clip is no longer shown here, and what was said under it neither. */
  forget() {
    this.list.replaceChildren();
    this.slug = "";
    this.next = null;
  }

  nearEnd() {
    return this.body.scrollHeight - this.body.scrollTop - this.body.clientHeight < 400;
  }

  async more() {
    if (this.loading || this.next === null) return;
    const slug = this.slug;
    this.loading = true;
    this.say("wait");
    try {
      const page = await fragment(`/fragments/comments/${slug}${this.next ? `?before=${this.next}` : ""}`);
      if (slug !== this.slug) return;
      this.next = this.take(page);
      this.list.append(page);
      this.say(this.list.querySelector(".comment") ? "" : "none");
    } catch (error) {
      if (slug !== this.slug) return;
      this.say("failed");
      part(this.sheet, ".comments-failed p").textContent = /** @type {Error} */ (error).message;
    } finally {
      if (slug === this.slug) this.loading = false;
    }
  }

  /** @param {ParentNode} place */
  take(place) {
    const template = place.querySelector("template[data-next]");
    template?.remove();
    return template ? template.getAttribute("data-next") : null;
  }

  /** @param {"" | "wait" | "none" | "failed"} state */
  say(state) {
    for (const name of ["wait", "none", "failed"]) part(this.sheet, `.comments-${name}`).hidden = name !== state;
  }

  /** @param {number} number */
  count(number) {
    const title = this.sheet.querySelector("h2");
    if (title) title.textContent = number ? word("comments-many", { count: shortCount(number) }) : word("comments");
  }

  /** @param {number} by */
  change(by) {
    const count = this.article?.querySelector("[data-act=comments] .count") ?? null;
    addTo(count, by);
    this.count(Number(count?.getAttribute("data-count") || 0));
  }

  typed() {
    this.button.disabled = !this.field.value.trim();
  }

  /** @param {Element} target */
  act(target) {
    const button = /** @type {HTMLButtonElement | null} */ (target.closest("[data-act]"));
    const comment = /** @type {HTMLElement | null} */ (target.closest(".comment"));
    switch (button?.dataset.act) {
      case "retry":
        return void this.more();
      case "no-reply":
        return this.reply(null);
      case "reply":
        return comment ? this.reply(comment) : undefined;
      case "replies":
        return comment ? void this.replies(comment, button) : undefined;
      case "delete-comment":
        return comment ? this.sure(comment, button) : undefined;
      case "report-comment":
        return comment ? this.complain(comment) : undefined;
      default:
        return comment && button ? void actOn(comment, button) : undefined;
    }
  }

  /** @param {HTMLElement | null} comment */
  reply(comment) {
    if (comment && isGuest()) return askToSignIn("comment");
    this.answered = comment;
    const line = part(this.form, ".comment-replying");
    line.hidden = !comment;
    if (!comment) return;
    part(line, "span").textContent = word("replying", { name: comment.querySelector(".comment-by a")?.textContent || "" });
    this.field.focus();
  }

  /** @param {HTMLElement} comment */
  complain(comment) {
    if (isGuest()) return askToSignIn("other");
    void report({ comment: comment.dataset.id }, comment.dataset.handle || "");
  }

  /**
   * @param {HTMLElement} comment
   * @param {HTMLButtonElement} button
   */
  async replies(comment, button) {
    button.disabled = true;
    try {
      const last = [...comment.querySelectorAll(".reply")].at(-1)?.getAttribute("data-id") || "";
      const query = new URLSearchParams({ parent: comment.dataset.id || "", ...(last ? { before: last } : {}) });
      const page = await fragment(`/fragments/comments/${this.slug}?${query}`);
      const more = this.take(page);
      part(comment, ".comment-replies").append(page);
      if (more === null) button.remove();
      else button.textContent = word("more-replies");
    } catch (error) {
      toast(/** @type {Error} */ (error).message);
    } finally {
      button.disabled = false;
    }
  }

  /** @param {SubmitEvent} event */
  async submit(event) {
    event.preventDefault();
    const words = this.field.value.trim();
    if (!words) return;
    if (isGuest()) return askToSignIn("comment");
    const thread = /** @type {HTMLElement | null} */ (this.answered?.closest(".comment:not(.reply)") ?? this.answered);
    const shown = this.write(words, thread);
    this.field.value = "";
    this.typed();
    this.reply(null);
    this.change(1);
    try {
      const parent = thread?.dataset.id ?? null;
      const said = await api("POST", `/clips/${this.slug}/comments`, { words, parent });
      shown.dataset.id = said.id;
      shown.removeAttribute("aria-busy");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      shown.remove();
      this.change(-1);
      if (!this.list.querySelector(".comment")) this.say("none");
      this.field.value ||= words;
      this.typed();
      toast(error.message);
    }
  }

  /**
   * @param {string} words
   * @param {HTMLElement | null} thread
   */
  write(words, thread) {
    const template = /** @type {HTMLTemplateElement} */ (document.getElementById("comment-template"));
    const shown = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
    part(shown, ".comment-words").textContent = words;
    shown.dataset.mayDelete = "";
    this.say("");
    if (thread) {
      shown.classList.add("reply");
      part(thread, ".comment-replies").append(shown);
      shown.scrollIntoView({ block: "nearest" });
    } else {
      this.list.prepend(shown);
      this.body.scrollTo({ top: 0 });
    }
    return shown;
  }

  /**
   * The first press asks, the second deletes.
   * @param {HTMLElement} comment
   * @param {HTMLButtonElement} button
   */
  sure(comment, button) {
    if (button.dataset.sure) return void this.erase(comment);
    const before = button.textContent;
    button.dataset.sure = "yes";
    button.textContent = word("really-delete");
    setTimeout(() => {
      delete button.dataset.sure;
      button.textContent = before;
    }, SURE);
  }

  /** @param {HTMLElement} comment */
  async erase(comment) {
    const gone = 1 + comment.querySelectorAll(".reply").length;
    comment.hidden = true;
    this.change(-gone);
    try {
      await api("DELETE", `/comments/${comment.dataset.id}`);
      comment.remove();
      if (!this.list.querySelector(".comment")) this.say("none");
    } catch (error) {
      comment.hidden = false;
      this.change(gone);
      toast(/** @type {Error} */ (error).message);
    }
  }
}

/**
 * @param {ParentNode} place
 * @param {string} selector
 */
function part(place, selector) {
  return /** @type {HTMLElement} */ (place.querySelector(selector));
}
