// The panes at the sides fold; a browser remembers which. Without script they stay open.

import { remember } from "./store.js";

const panes = document.querySelector(".ws-panes");
const NAMES = { keys: "the keys", context: "the context" };

function set(name, isFolded) {
  panes.classList.toggle(`ws-no-${name}`, isFolded);
  const control = document.querySelector(`#ws-${name} > .ws-fold`);
  control.setAttribute("aria-expanded", String(!isFolded));
  control.title = `${isFolded ? "Show" : "Fold"} ${NAMES[name]}`;
  control.setAttribute("aria-label", control.title);
  remember(`fold-${name}`, isFolded ? "folded" : "open");
}

export function fold(name) {
  set(name, true);
}

/** Returns whether it was folded. */
export function unfold(name) {
  const wasFolded = panes.classList.contains(`ws-no-${name}`);
  if (wasFolded) set(name, false);
  return wasFolded;
}

for (const name of Object.keys(NAMES)) {
  const control = document.createElement("button");
  control.type = "button";
  control.className = "ws-fold";
  const icon = document.createElement("span");
  icon.className = "material-symbols-outlined";
  icon.setAttribute("aria-hidden", "true");
  icon.textContent = name === "keys" ? "left_panel_close" : "right_panel_close";
  control.append(icon);
  control.addEventListener("click", () => set(name, !panes.classList.contains(`ws-no-${name}`)));
  document.getElementById(`ws-${name}`).prepend(control);
  set(name, remember(`fold-${name}`) === "folded");
}
