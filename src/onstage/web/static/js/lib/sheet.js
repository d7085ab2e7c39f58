// @ts-check
// Sheets: <dialog class="sheet"> that close by drag, Escape, the back button, a click beside them or [data-close].

const DRAG_CLOSES = 90;
const FLICK = 0.6;
const LEAVES_IN = 130;

/** @type {HTMLDialogElement[]} the open sheets that the back button closes, the last one first */
const stack = [];
/** Resolves when the history entry of the sheet closed last is gone, so that the next one does not eat it. */
let settled = Promise.resolve();
let ownSteps = 0;
/** @type {() => void} */
let onSettled = () => undefined;

/**
 * Open a sheet. A modal one is closed by the back button; another leaves the page beside it alive.
 * @param {HTMLDialogElement} sheet
 * @param {{ modal?: boolean, opener?: Element | null }} [options]
 * @returns {Promise<string>} what the sheet was closed with
 */
export async function openSheet(sheet, { modal = true, opener = document.activeElement } = {}) {
  prepare(sheet);
  await settled;
  sheet.returnValue = "";
  if (modal) {
    if (sheet.open) sheet.close();
    sheet.showModal();
    stack.push(sheet);
    history.pushState({ sheet: sheet.id }, "");
  } else if (!sheet.open) sheet.show();
  return new Promise((done) => {
    sheet.addEventListener(
      "close",
      () => {
        if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
        done(sheet.returnValue);
      },
      { once: true },
    );
  });
}

/**
 * Close a sheet with its movement.
 * @param {HTMLDialogElement} sheet
 * @param {string} [answer]
 */
export function closeSheet(sheet, answer = "") {
  const place = stack.indexOf(sheet);
  if (place >= 0) {
    stack.splice(place, 1);
    stepBack();
  }
  leave(sheet, answer);
}

function stepBack() {
  ownSteps += 1;
  settled = new Promise((done) => {
    onSettled = () => done();
  });
  history.back();
}

addEventListener("popstate", () => {
  if (ownSteps > 0) {
    ownSteps -= 1;
    if (ownSteps === 0) onSettled();
    return;
  }
  const sheet = stack.pop();
  if (sheet) leave(sheet, "");
});

/**
 * @param {HTMLDialogElement} sheet
 * @param {string} answer
 */
function leave(sheet, answer) {
  if (!sheet.open || sheet.classList.contains("is-closing")) return;
  sheet.classList.add("is-closing");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  setTimeout(
    () => {
      sheet.classList.remove("is-closing");
      sheet.style.removeProperty("transform");
      sheet.close(answer);
    },
    still ? 0 : LEAVES_IN,
  );
}

/** @type {WeakSet<HTMLDialogElement>} */
const prepared = new WeakSet();

/** @param {HTMLDialogElement} sheet */
function prepare(sheet) {
  if (prepared.has(sheet)) return;
  prepared.add(sheet);
  sheet.addEventListener("cancel", (event) => {
    if (event.target !== sheet) return;
    event.preventDefault();
    closeSheet(sheet);
  });
  sheet.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    closeSheet(sheet);
  });
  sheet.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const close = target.closest("[data-close]");
    if (close) closeSheet(sheet, close.getAttribute("data-close") || "");
    else if (target === sheet && !inside(sheet, event)) closeSheet(sheet);
  });
  const head = /** @type {HTMLElement | null} */ (sheet.querySelector(".sheet-head"));
  if (head) draggable(sheet, head);
}

/**
 * @param {HTMLDialogElement} sheet
 * @param {MouseEvent} event
 */
function inside(sheet, event) {
  const box = sheet.getBoundingClientRect();
  const { clientX: x, clientY: y } = event;
  return (x === 0 && y === 0) || (x >= box.left && x <= box.right && y >= box.top && y <= box.bottom);
}

/**
 * The sheet follows the finger that pulls its head down.
 * @param {HTMLDialogElement} sheet
 * @param {HTMLElement} head
 */
function draggable(sheet, head) {
  head.addEventListener("pointerdown", (down) => {
    if (/** @type {Element} */ (down.target).closest("button, a, input")) return;
    const began = performance.now();
    let moved = 0;
    head.setPointerCapture(down.pointerId);
    sheet.classList.add("is-dragged");
    const move = (/** @type {PointerEvent} */ event) => {
      moved = Math.max(0, event.clientY - down.clientY);
      sheet.style.transform = `translateY(${moved}px)`;
    };
    const up = () => {
      head.removeEventListener("pointermove", move);
      sheet.classList.remove("is-dragged");
      sheet.style.removeProperty("transform");
      const speed = moved / (performance.now() - began);
      if (moved > DRAG_CLOSES || (moved > 24 && speed > FLICK)) closeSheet(sheet);
    };
    head.addEventListener("pointermove", move);
    head.addEventListener("pointerup", up, { once: true });
    head.addEventListener("pointercancel", up, { once: true });
  });
}
