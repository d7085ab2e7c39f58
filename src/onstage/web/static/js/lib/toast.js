// @ts-check
// One short sentence at the edge of the screen, with at most one thing to do about it.

const LASTS = 5000;

/**
 * Say something. With an action the toast stays twice as long; the button closes it.
 * @param {string} sentence
 * @param {{ label: string, run: () => void, lasts?: number }} [action]
 */
export function toast(sentence, action) {
  const place = document.querySelector(".toasts");
  if (!place) return;
  const box = document.createElement("div");
  box.className = "toast";
  box.append(Object.assign(document.createElement("span"), { textContent: sentence }));
  if (action) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: action.label });
    button.addEventListener("click", () => {
      box.remove();
      action.run();
    });
    box.append(button);
  }
  while (place.children.length > 1) place.firstElementChild?.remove();
  place.append(box);
  setTimeout(() => box.remove(), action?.lasts ?? (action ? 2 * LASTS : LASTS));
}
