// @ts-check
// <question-clip>: the clip of a question in the inbox. A tap plays it, with sound; another one stops it; one plays at a time.

class QuestionClip extends HTMLElement {
  connectedCallback() {
    if (this.dataset.color) this.style.backgroundColor = this.dataset.color;
    const video = this.querySelector("video");
    const button = this.querySelector("button");
    if (!video || !button) return;
    video.controls = false; // the button lies over the picture and does it
    button.addEventListener("click", () => (video.paused ? void video.play().catch(() => undefined) : video.pause()));
    video.addEventListener("play", () => {
      for (const other of document.querySelectorAll("question-clip video")) {
        if (other !== video) /** @type {HTMLVideoElement} */ (other).pause();
      }
      button.setAttribute("aria-pressed", "true");
    });
    video.addEventListener("pause", () => button.setAttribute("aria-pressed", "false"));
  }
}

customElements.define("question-clip", QuestionClip);
