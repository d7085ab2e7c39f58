// @ts-check
// What is done with one comment besides answering it: like, edit, pin, hide, approve, and reading what it said before.

import { askToSignIn, isGuest, showCount } from "./acts.js";
import { api } from "./api.js";
import { suggestIn } from "./suggest.js";
import { toast } from "./toast.js";

/** @type {Record<string, [method: string, what: string]>} */
const REQUESTS = {
  "pin-comment": ["PUT", "pin"],
  "unpin-comment": ["DELETE", "pin"],
  "hide-comment": ["PUT", "hidden"],
  "show-comment": ["DELETE", "hidden"],
};

/**
 * @param {HTMLElement} comment
 * @param {HTMLButtonElement} button
 */
export async function actOn(comment, button) {
  const act = button.dataset.act || "";
  if (act === "comment-versions") return showVersions(comment, button);
  if (isGuest()) return askToSignIn("comment");
  if (act === "edit-comment") return edit(comment);
  button.disabled = true;
  try {
    if (act === "like-comment") await like(comment, button);
    else if (REQUESTS[act]) {
      const [method, what] = REQUESTS[act];
      await api(method, `/comments/${comment.dataset.id}/${what}`);
      location.reload();
    }
  } catch (error) {
    toast(/** @type {Error} */ (error).message);
  } finally {
    button.disabled = false;
  }
}

/**
 * @param {HTMLElement} comment
 * @param {HTMLButtonElement} button
 */
async function like(comment, button) {
  const on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(on));
  const now = await api(on ? "PUT" : "DELETE", `/comments/${comment.dataset.id}/like`).catch((error) => {
    button.setAttribute("aria-pressed", String(!on));
    throw error;
  });
  const count = button.querySelector(".count");
  showCount(count, now.likes);
  if (count && !now.likes) count.textContent = "";
}

/** The words become a field; leaving it, or Enter, says them anew. @param {HTMLElement} comment */
function edit(comment) {
  const words = /** @type {HTMLElement} */ (comment.querySelector(".comment-words"));
  if (comment.querySelector(".comment-edit")) return;
  const before = words.textContent || "";
  const field = document.createElement("textarea");
  field.className = "input comment-edit";
  field.maxLength = 1000;
  field.value = before;
  field.setAttribute("aria-label", document.querySelector('label[for="comment-words"]')?.textContent || "");
  words.hidden = true;
  const place = document.createElement("div");
  place.className = "comment-editing";
  place.append(field);
  words.after(place);
  suggestIn(field);
  field.focus();
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") field.value = before;
    if (event.key !== "Escape" && (event.key !== "Enter" || event.shiftKey)) return;
    event.preventDefault();
    event.stopPropagation();
    field.blur();
  });
  field.addEventListener("blur", () => void save(comment, words, field, before), { once: true });
}

/**
 * @param {HTMLElement} comment
 * @param {HTMLElement} words
 * @param {HTMLTextAreaElement} field
 * @param {string} before
 */
async function save(comment, words, field, before) {
  const said = field.value.trim();
  field.parentElement?.remove();
  words.hidden = false;
  if (!said || said === before) return;
  words.textContent = said;
  try {
    await api("PATCH", `/comments/${comment.dataset.id}`, { words: said });
  } catch (error) {
    words.textContent = before;
    toast(/** @type {Error} */ (error).message);
  }
}

/**
 * @param {HTMLElement} comment
 * @param {HTMLButtonElement} button
 */
async function showVersions(comment, button) {
  const open = comment.querySelector(".comment-versions");
  if (open) return open.remove();
  const list = document.createElement("ol");
  list.className = "comment-versions small";
  try {
    const versions = await api("GET", `/comments/${comment.dataset.id}/versions`);
    for (const version of versions.slice(0, -1).reverse()) {
      const line = document.createElement("li");
      line.dir = "auto";
      line.textContent = version.words;
      list.append(line);
    }
    button.closest("p")?.after(list);
  } catch (error) {
    toast(/** @type {Error} */ (error).message);
  }
}
