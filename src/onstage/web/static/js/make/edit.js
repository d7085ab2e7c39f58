// @ts-check
// The page of one clip: after saving or publishing on to where one sees it, unless bytes are still on their way.

import { toast } from "../lib/toast.js";
import "./clip_form.js";
import { say } from "./words.js";

const form = /** @type {import("./clip_form.js").ClipForm} */ (document.querySelector("clip-form"));

form.addEventListener("saved", () => {
  if (form.isSending) toast(say("saved"));
  else location.assign(`/make/${form.slug}?did=save`);
});
form.addEventListener("published", (event) => {
  const { stage } = /** @type {CustomEvent} */ (event).detail;
  if (form.isSending) toast(say("published_later_sentence"));
  else location.assign(`/me/clips?did=${{ none: "publish&show=published", asked: "ask" }[stage] || "publish-later"}`);
});
form.state?.addEventListener("ready", () => {
  const badge = document.querySelector("[data-badge]");
  if (badge) Object.assign(badge, { textContent: say("ready"), className: "badge published" });
});
