// The keys on the left: filters, search and order without loading the page, the way from one key to the next, and what changed in a row.

import { read, Refused } from "./calls.js";

const SEARCH_AFTER = 300;

export class List {
  /** `on`: choose(number, link). */
  constructor({ pane, page, on }) {
    Object.assign(this, { pane, page, on });
    pane.addEventListener("click", (event) => {
      const filter = event.target.closest("a[data-filter]"), key = event.target.closest("a[data-key]");
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      if (filter || key) event.preventDefault();
      if (filter) this.filter(new URL(filter.href).searchParams);
      if (key) on.choose(Number(key.dataset.key), key);
    });
    pane.addEventListener("input", (event) => {
      if (event.target.name !== "q") return;
      clearTimeout(this.searching);
      this.searching = setTimeout(() => this.filter(new URLSearchParams(new FormData(event.target.form))), SEARCH_AFTER);
    });
    pane.addEventListener("submit", (event) => {
      event.preventDefault();
      this.filter(new URLSearchParams(new FormData(event.target)));
    });
  }

  get query() { return document.getElementById("ws-entries")?.dataset.query ?? ""; }
  get links() { return [...this.pane.querySelectorAll("a[data-key]")]; }
  link(number) { return this.pane.querySelector(`a[data-key="${number}"]`); }

  async filter(asked) {
    for (const [name, value] of [...asked]) if (!value) asked.delete(name);
    asked.delete("key");
    const wanted = String(asked);
    this.wanted = wanted;
    const shown = this.shown ?? "";
    let fresh;
    try {
      fresh = await read(`${this.page}/list?${wanted}${wanted ? "&" : ""}key=${shown}`);
    } catch (refused) {
      if (refused instanceof Refused) return this.on.failed(refused);
      throw refused;
    }
    if (this.wanted !== wanted) return undefined;
    const search = this.pane.querySelector("[name=q]"), isTyping = document.activeElement === search;
    const typed = search.value, caret = search.selectionStart;
    for (const old of this.pane.querySelectorAll(":scope > :not(.ws-fold)")) old.remove();
    this.pane.append(...fresh.body.children);
    if (isTyping) {
      const again = this.pane.querySelector("[name=q]");
      again.value = typed;
      again.focus();
      again.setSelectionRange(caret, caret);
    }
    this.on.filtered();
    return undefined;
  }

  /** Marks the key in the centre. */
  show(number) {
    this.shown = number;
    for (const link of this.links) {
      if (Number(link.dataset.key) === number) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    this.link(number)?.scrollIntoView({ block: "nearest" });
  }

  /** The number of the key after or before one in the list; `fits` chooses among them, around the end too. */
  next(number, step = 1, fits = null) {
    const links = this.links, place = links.findIndex((link) => Number(link.dataset.key) === number);
    if (!fits) return links[place + step] ? Number(links[place + step].dataset.key) : null;
    const ahead = [...links.slice(place + 1), ...links.slice(0, Math.max(0, place))];
    const found = ahead.find(fits);
    return found ? Number(found.dataset.key) : null;
  }

  replace(number, html) {
    const link = this.link(number);
    if (!link) return;
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("a");
    const isFocused = document.activeElement === link;
    if (number !== this.shown) fresh.removeAttribute("aria-current");
    link.replaceWith(fresh);
    if (isFocused) fresh.focus();
  }

  unsaved(numbers) {
    for (const link of this.links) link.classList.toggle("ws-unsaved", numbers.includes(Number(link.dataset.key)));
  }
}
