// @ts-check
// One's picture: a square of it, moved and enlarged under a round frame, sent as that square.

import { closeSheet, openSheet } from "../lib/sheet.js";

const SIDE = 512; // pixels of what is sent
const STEP = 16; // pixels by which an arrow key moves

/** @param {HTMLFormElement} form with a file input [data-portrait-file] @param {HTMLDialogElement} sheet */
export function offerCrop(form, sheet) {
  const input = /** @type {HTMLInputElement} */ (form.querySelector("[data-portrait-file]"));
  const canvas = /** @type {HTMLCanvasElement} */ (sheet.querySelector("[data-crop]"));
  const zoom = /** @type {HTMLInputElement} */ (sheet.querySelector("[data-crop-zoom]"));
  const crop = new Crop(canvas, zoom);
  input.addEventListener("change", async () => {
    const file = input.files?.[0];
    if (!file) return;
    try {
      crop.show(await createImageBitmap(file));
      openSheet(sheet, { opener: input });
    } catch {
      send(form, file); // what this browser can't draw the server looks at
    }
  });
  sheet.querySelector("[data-crop-use]")?.addEventListener("click", () => {
    closeSheet(sheet);
    canvas.toBlob((blob) => blob && send(form, new File([blob], "picture.jpg", { type: "image/jpeg" })), "image/jpeg", 0.92);
  });
}

/** @param {HTMLFormElement} form @param {File} file */
function send(form, file) {
  const box = new DataTransfer();
  box.items.add(file);
  /** @type {HTMLInputElement} */ (form.querySelector("[name=avatar]")).files = box.files;
  const act = Object.assign(document.createElement("input"), { type: "hidden", name: "do", value: "picture" });
  form.append(act);
  form.submit();
}

class Crop {
  /** @param {HTMLCanvasElement} canvas @param {HTMLInputElement} zoom */
  constructor(canvas, zoom) {
    this.canvas = canvas;
    this.zoom = zoom;
    this.x = this.y = 0;
    canvas.tabIndex = 0;
    zoom.addEventListener("input", () => this.draw());
    canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
    canvas.addEventListener("pointermove", (event) => this._drag(event));
    canvas.addEventListener("keydown", (event) => this._key(event));
  }

  /** @param {ImageBitmap} image */
  show(image) {
    this.image = image;
    this.zoom.value = "1";
    this.x = this.y = 0;
    this.draw();
  }

  draw() {
    const context = this.canvas.getContext("2d");
    if (!context || !this.image) return;
    const scale = (SIDE / Math.min(this.image.width, this.image.height)) * Number(this.zoom.value);
    const [width, height] = [this.image.width * scale, this.image.height * scale];
    this.x = Math.max(-(width - SIDE) / 2, Math.min((width - SIDE) / 2, this.x));
    this.y = Math.max(-(height - SIDE) / 2, Math.min((height - SIDE) / 2, this.y));
    context.fillStyle = "#fff";
    context.fillRect(0, 0, SIDE, SIDE);
    context.drawImage(this.image, (SIDE - width) / 2 + this.x, (SIDE - height) / 2 + this.y, width, height);
  }

  /** @param {PointerEvent} event */
  _drag(event) {
    if (!this.canvas.hasPointerCapture(event.pointerId)) return;
    const scale = SIDE / this.canvas.clientWidth;
    this.x += event.movementX * scale;
    this.y += event.movementY * scale;
    this.draw();
  }

  /** @param {KeyboardEvent} event */
  _key(event) {
    const moves = /** @type {Record<string, number[]>} */ ({
      ArrowLeft: [-STEP, 0],
      ArrowRight: [STEP, 0],
      ArrowUp: [0, -STEP],
      ArrowDown: [0, STEP],
    });
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    this.x += move[0];
    this.y += move[1];
    this.draw();
  }
}
