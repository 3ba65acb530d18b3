// The key in the centre: its field or fields, what is typed into them, saving by itself. Every letter is in the browser's store before anything else.

import { post, read, Refused } from "./calls.js";
import { say } from "./banners.js";

const CHECK_AFTER = 350; // milliseconds of quiet
const SAVE_AFTER = 2000;

export const plain = (text) => text.replace(/\r\n?/g, "\n");

export class Editor {
  /** `on`: saved(body, number), failed(refused, number), state(word), loaded(number). */
  constructor({ root, form, store, page, on }) {
    Object.assign(this, { root, form, store, page, on });
    this.saves = Promise.resolve();
    this.isFrozen = !form;
    this.mount();
  }

  get pane() { return this.root.querySelector("#ws-text [data-shown]"); }
  get inputs() { return [...this.root.querySelectorAll("#ws-text .ws-input")]; }
  get locale() {
    const shown = this.root.querySelector("#ws-text .ws-input, #ws-text .ws-readonly");
    return { lang: shown?.lang ?? "", dir: shown?.dir ?? "auto" };
  }

  /** After the pane was filled. */
  mount() {
    this.number = Number(this.pane.dataset.shown);
    this.stored = plain(this.pane.dataset.text);
    this.ai = plain(this.pane.dataset.ai);
    this.source = plain(this.pane.dataset.source);
    this.wasAccepted = "own" in this.pane.dataset && this.stored === this.ai;
    this.last = this.inputs[0] ?? null;
    this.isSettled = false; // by taking or discarding another's draft: what the field holds does not count any more
    this.grow();
    this.on.loaded?.(this.number);
  }

  /** What stands in the field, or what the fields of a message make together. */
  get text() {
    const all = (name) => [...this.root.querySelectorAll(`#ws-text [name="${name}"]`)].map((one) => plain(one.value));
    const whole = this.root.querySelector('#ws-text [name="text"]');
    if (whole) return plain(whole.value);
    const [before, opening, part, closing] = ["before", "opening", "part", "closing"].map(all);
    if (!part.length) return this.stored;
    return part.map((value, index) => before[index] + (value ? opening[index] + value + closing[index] : "")).join("") + all("tail")[0];
  }

  get isDirty() { return !this.isFrozen && !this.isSettled && this.text !== this.stored; }

  typed() {
    const text = this.text;
    if (text === this.stored) this.store.drop(this.number);
    else this.store.keep(this.number, text, this.stored);
    this.on.state(text === this.stored ? "" : "unsaved");
    this.on.edited?.(text !== this.ai);
    this.grow();
    this.root.querySelector('[data-part="view"]').classList.add("ws-stale");
    clearTimeout(this.checking);
    clearTimeout(this.saving);
    this.checking = setTimeout(() => this.check(), CHECK_AFTER);
    this.saving = setTimeout(() => this.save(), SAVE_AFTER);
  }

  /** Saves what is new. Returns whether the server has all of it. */
  async save(act = null) {
    clearTimeout(this.saving);
    if (this.isFrozen) return false;
    if (!act && !this.isDirty) return true;
    const number = this.number, text = this.text, answers = this.answers();
    const form = new FormData(this.form);
    form.set("act", act ?? (text === this.ai && !this.wasAccepted ? "revert" : "save"));
    const before = this.saves;
    this.saves = before.then(() => this.send(form, number, text, answers));
    if (act === "accept" || act === "discard") this.saves.then((isDone) => { this.isSettled = isDone && number === this.number; });
    return this.saves;
  }

  async send(form, number, text, answers) {
    this.on.state("saving");
    try {
      const body = await post(`${this.page}/drafts`, form);
      this.store.forget(number, text);
      if (number === this.number) this.acknowledge(body, text, answers);
      this.on.saved(body, number);
      return true;
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      this.on.failed(refused, number, text);
      return false;
    }
  }

  acknowledge(body, text, answers) {
    this.stored = plain(body.text);
    const isCurrent = this.text === text && this.answers() === answers;
    if (isCurrent) this.show(body.parts);
    if (this.text !== this.stored && this.text !== text) {
      this.store.keep(this.number, this.text, this.stored);
      this.saving = setTimeout(() => this.save(), SAVE_AFTER);
    }
  }

  /** What the checks say of the text as it stands. */
  async check() {
    if (this.isFrozen) return;
    const number = this.number, text = this.text, answers = this.answers();
    try {
      const body = await post(`${this.page}/checks`, new FormData(this.form));
      if (number === this.number && text === this.text && answers === this.answers()) this.show(body.parts);
    } catch (refused) {
      if (refused.code === "logged_out") this.on.failed(refused, number, text);
    }
  }

  /** Replaces the parts that depend on the text. Who is typing in one of them goes on where they were. */
  show(parts) {
    for (const [name, html] of Object.entries(parts ?? {})) {
      const part = this.root.querySelector(`[data-part="${name}"]`);
      if (!part) continue;
      const active = part.contains(document.activeElement) ? document.activeElement : null;
      part.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
      part.classList.remove("ws-stale");
      if (active) this.focusAgain(part, active);
    }
  }

  focusAgain(part, before) {
    const isTick = before.type === "checkbox";
    const after = [...part.querySelectorAll("input, summary")].find((one) => one.name === before.name && (!isTick || one.value === before.value));
    if (!after) return;
    const fold = after.closest("details");
    if (fold && after.matches("input")) fold.open = true;
    if (!isTick && after.matches("input")) after.value = before.value;
    after.focus();
    if (!isTick && after.matches("input")) after.setSelectionRange(before.selectionStart, before.selectionEnd);
  }

  answers() {
    return [...this.root.querySelectorAll('#ws-text [name="seen"]:checked, #ws-text [name^="reason-"]')].map((one) => `${one.name}=${one.value}`).join("\n");
  }

  /** Another key, or this one again. What is dirty is on its way, and in the store until it has arrived. */
  async load(number, { query = "", raw = false, others = false } = {}) {
    if (this.isDirty) this.save();
    clearTimeout(this.checking);
    const asked = new URLSearchParams(query);
    if (raw) asked.set("raw", "1");
    if (others) asked.set("locales", "1");
    const fresh = await read(`${this.page}/keys/${number}?${asked}`);
    if (others) {
      this.replace(fresh, "ws-context");
      return;
    }
    if (number === this.number && !raw) await this.saves;
    this.replace(fresh, "ws-text", "ws-context");
    this.mount();
  }

  replace(fresh, ...ids) {
    for (const id of ids) {
      const pane = document.getElementById(id);
      for (const old of pane.querySelectorAll(":scope > :not(.ws-fold)")) old.remove();
      pane.append(...fresh.getElementById(id).children);
    }
  }

  /** Puts text where the caret was; the browser's undo takes it back. */
  insert(text) {
    const field = this.last?.isConnected ? this.last : this.inputs[0];
    if (!field || field.readOnly) return;
    field.focus();
    if (!document.execCommand("insertText", false, text)) {
      field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  /** All of the text at once; a message in fields is shown as one text first. */
  async fill(text) {
    if (!this.root.querySelector('#ws-text [name="text"]')) await this.load(this.number, { raw: true });
    const field = this.root.querySelector('#ws-text [name="text"]');
    if (!field || field.readOnly) return;
    field.focus();
    field.select();
    const isDone = text ? document.execCommand("insertText", false, text) : document.execCommand("delete");
    if (!isDone) {
      field.value = text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  /** The claim is over: what is typed stays in sight and can be copied. */
  freeze() {
    this.isFrozen = true;
    clearTimeout(this.saving);
    clearTimeout(this.checking);
    for (const input of this.inputs) input.readOnly = true;
    for (const act of document.querySelectorAll('button[form="ws-form"], [data-do="source"], .ws-submit > summary')) act.toggleAttribute("disabled", true);
    say("This review can no longer be edited here.");
  }

  grow() {
    if (CSS.supports("field-sizing", "content")) return;
    for (const input of this.inputs) {
      input.style.height = "auto";
      input.style.height = `${input.scrollHeight + 2}px`;
    }
  }
}
