// What must be seen: lines over the panes, each with a name of its own so that it can go again; and words for screen readers.

const box = document.getElementById("ws-banners");

export function say(text) {
  const said = document.getElementById("il-said");
  if (said) said.textContent = said.textContent === text ? `${text} ` : text;
}

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "onclick") made.addEventListener("click", value);
    else if (value !== null) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

export function button(text, act) {
  return element("button", { type: "button", class: "il-button il-button-quiet il-button-small", onclick: act }, text);
}

/** Shows a banner, in the place of the one of this name. `look`: info, warning or error. */
export function banner(name, look, text, ...children) {
  clear(name);
  const shown = element("div", { class: `ws-banner ws-banner-${look}`, role: look === "info" ? "status" : "alert", "data-banner": name }, element("p", {}, text), ...children);
  box.append(shown);
  return shown;
}

export function clear(name) {
  box.querySelector(`[data-banner="${name}"]`)?.remove();
}

/** Texts side by side, each of which can be copied. `versions`: pairs of a title and a text. */
export function beside(versions, locale) {
  return element("div", { class: "ws-versions-beside" }, ...versions.map(([title, text]) =>
    element("div", {}, element("strong", { class: "il-small" }, title), " ", copyButton(text),
      element("p", { class: "il-text", tabindex: "0", lang: locale.lang, dir: locale.dir }, text))));
}

export function copyButton(text) {
  return button("Copy", async () => {
    try {
      await navigator.clipboard.writeText(text);
      say("Copied");
    } catch {
      say("This browser does not copy by itself: select the text.");
    }
  });
}
