// The workspace: puts its parts together. The page works without all of this; with it nothing that is typed is lost, and nothing is loaded twice.

import { banner, beside, button, clear, element, say } from "./banners.js";
import { post, Refused, token } from "./calls.js";
import { Claim } from "./claim.js";
import { Editor } from "./editor.js";
import { fold, unfold } from "./folds.js";
import { List } from "./list.js";
import { listen } from "./shortcuts.js";
import { remember, Store } from "./store.js";

const root = document.getElementById("ws");
const form = document.getElementById("ws-form");
const page = root.dataset.page;
const store = new Store(root.dataset.keep);
const saved = document.getElementById("ws-saved");
const amount = new Intl.NumberFormat("en");
let claim = null;
let mayLeave = false;

const STATES = { unsaved: "not saved yet", saving: "saving…", failed: "not saved" };

function showState(state) {
  if (!saved) return;
  saved.dataset.state = state;
  if (state) saved.textContent = STATES[state];
}

function showSaved(body, number) {
  claim?.renewed(body.leaseUntil);
  claim?.answered();
  if (!editor.isDirty) {
    showState("");
    saved.replaceChildren(element("time", { class: "il-time", datetime: body.savedAt, "data-prefix": "saved" }, "saved now"));
  }
  list.replace(number, body.entry);
  if (number === editor.number) {
    root.querySelector(".ws-path .ws-mark").dataset.mark = body.mark;
    document.getElementById("ws-label").textContent = body.label;
  }
  showCounts(body.counts);
  showUnsaved();
}

function showCounts(counts) {
  for (const shown of document.querySelectorAll("[data-count]")) shown.textContent = amount.format(counts[shown.dataset.count]);
  document.getElementById("ws-progress").value = counts.done;
  document.getElementById("ws-done").textContent = amount.format(counts.done);
  document.getElementById("ws-clean").disabled = !counts.clean;
  root.querySelector(".ws-submit").classList.toggle("ws-ready", counts.done === counts.total);
}

function showEdited(isEdited) {
  for (const label of document.querySelectorAll("#ws-done-button [data-as]")) label.hidden = (label.dataset.as === "edited") !== isEdited;
}

// ---- from key to key

async function go(number, { focus = "field" } = {}) {
  if (number === null || number === undefined) return say("There is no further key.");
  const isSame = number === editor.number;
  try {
    await editor.load(number, { query: list.query });
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    return claim ? claim.failed(refused, editor.number, editor.text) : banner("away", "error", refused.message);
  }
  const asked = new URLSearchParams(list.query);
  asked.set("key", number);
  if (!isSame) history.replaceState(null, "", `${page}?${asked}${location.hash}`);
  if (matchMedia("(width < 60rem)").matches) location.hash = "ws-text";
  if (focus === "field") (editor.inputs[0] ?? document.getElementById("ws-text")).focus({ preventScroll: true });
  return say(`Key ${number}, ${document.getElementById("ws-label").textContent}`);
}

const isNeedy = (link) => ["error", "warning", "left", "flagged"].includes(link.dataset.mark);

async function accept() {
  const number = editor.number, following = list.next(number);
  if (!(await editor.save("done"))) return undefined;
  if (["error", "warning"].includes(root.querySelector(".ws-path .ws-mark").dataset.mark)) {
    root.querySelector(".ws-finding:not(.ws-answered) :is(input, summary)")?.focus();
    return say("Saved, and not done yet: see what the checks say.");
  }
  const label = list.link(number)?.querySelector(".ws-mark")?.title ?? "Saved";
  await go(following ?? number);
  return say(following === null ? `${label}. That was the last key of the list.` : `${label}. Key ${following}.`);
}

async function settle(act) {
  if (!(await editor.save(act))) return;
  await go(editor.number);
  say(act === "accept" ? "The draft is yours now." : act === "discard" ? "The draft is discarded." : "Back to the AI text.");
}

// ---- what this browser kept

function showUnsaved() {
  const numbers = store.numbers().filter((number) => number !== editor.number);
  list.unsaved(numbers);
  if (!numbers.length) return clear("unsaved");
  const links = numbers.slice(0, 20).map((number) => button(`Key ${number}`, () => go(number)));
  return banner("unsaved", "warning", "Typed in this browser and not saved:", ...links);
}

async function restore() {
  const number = editor.number, kept = store.read(number);
  clear("restored");
  if (!kept) return;
  if (kept.text === editor.stored) return store.drop(number);
  if (!root.hasAttribute("data-mine")) {
    banner("restored", "warning", "You typed this here, and it was not saved:", beside([["Kept in this browser", kept.text]], editor.locale),
      button("Forget it", () => { store.drop(number); clear("restored"); showUnsaved(); }));
    return;
  }
  if (kept.base === editor.stored) {
    await editor.fill(kept.text);
    say("What you typed before is back in the field.");
    return;
  }
  banner("restored", "warning", "This key has changed since you typed here. Which text shall stand?",
    button("Mine", async () => { clear("restored"); await editor.fill(kept.text); }),
    button("The saved one", () => { store.drop(number); clear("restored"); }),
    beside([["What you typed", kept.text], ["What is saved", editor.stored]], editor.locale));
}

// ---- parts

const editor = new Editor({
  root, form, store, page,
  on: {
    saved: showSaved,
    state: showState,
    edited: showEdited,
    failed: (refused, number, text) => (claim ? claim.failed(refused, number, text) : null),
    loaded: (number) => {
      queueMicrotask(() => {
        list.show(number);
        const query = root.querySelector('#ws-text [name="query"]');
        if (query) query.value = list.query;
        if (claim?.isOver) editor.freeze();
        restore();
        showUnsaved();
      });
    },
  },
});
const list = new List({
  pane: document.getElementById("ws-keys"), page,
  on: {
    choose: (number, link) => { go(number, { focus: "list" }).then(() => link.isConnected && link.focus({ preventScroll: true })); },
    failed: (refused) => (claim ? claim.failed(refused, editor.number, editor.text) : null),
    filtered: () => {
      history.replaceState(null, "", `${page}?${new URLSearchParams([...new URLSearchParams(list.query), ["key", editor.number]])}${location.hash}`);
      list.show(editor.number);
      showUnsaved();
      say(`${list.links.length} keys shown`);
    },
  },
});
if (form) claim = new Claim({ root, form, page, editor: () => editor });

// ---- what people do

const ACTS = {
  done: accept,
  save: async () => { if (await editor.save("save")) say("Saved"); },
  source: () => editor.fill(editor.source),
  revert: async () => { if (editor.text !== editor.ai) await editor.fill(editor.ai); await settle("revert"); },
  next: () => go(list.next(editor.number)),
  previous: () => go(list.next(editor.number, -1)),
  attention: () => go(list.next(editor.number, 1, isNeedy)),
  diff: toggleDiff,
  glossary: () => reveal("ws-context", '[data-part="glossary"]'),
  context: () => { if (!unfold("context")) fold("context"); },
  flag: () => { const flag = document.getElementById("ws-flag"); if (!flag) return; flag.open = true; reveal("ws-context", "#ws-flag-comment"); },
  search: () => reveal("ws-keys", "#ws-q"),
  help: () => document.getElementById("ws-help").showModal(),
};
const WRITING = new Set(["done", "save", "source", "revert", "flag"]);

function perform(name) {
  if (WRITING.has(name) && editor.isFrozen) return say("This review cannot be edited here.");
  return ACTS[name]();
}

function reveal(pane, selector) {
  unfold(pane.replace("ws-", ""));
  if (matchMedia("(width < 60rem)").matches) location.hash = pane;
  const found = root.querySelector(`#${pane} ${selector}`);
  if (!found) return;
  if (!found.matches("input, textarea, a, button")) found.tabIndex = -1;
  found.scrollIntoView({ block: "nearest" });
  found.focus();
}

function toggleDiff() {
  const isHidden = root.classList.toggle("ws-no-diff");
  remember("diff", isHidden ? "hidden" : "shown");
  showDiff();
  say(isHidden ? "Changes are hidden." : "Changes are shown.");
}

function showDiff() {
  root.querySelector('[data-do="diff"]')?.setAttribute("aria-pressed", String(!root.classList.contains("ws-no-diff")));
}

async function flag() {
  if (editor.isDirty && !(await editor.save())) return;
  try {
    await post(`${page}/flags`, new FormData(form));
  } catch (refused) {
    if (refused instanceof Refused) return claim.failed(refused, editor.number, editor.text);
    throw refused;
  }
  await go(editor.number);
  await list.filter(new URLSearchParams(list.query));
  return say("Flagged.");
}

/** A form that leaves the page goes once the server has what was typed. */
async function leave(submitter) {
  if (!(await editor.save())) return;
  const others = store.numbers().filter((number) => number !== editor.number);
  if (others.length) {
    showUnsaved();
    return say("Some texts are not saved yet.");
  }
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token();
  mayLeave = true;
  setTimeout(() => form.requestSubmit(submitter)); // a form that is being submitted refuses to be
}

document.addEventListener("submit", (event) => {
  if (event.target !== form || mayLeave) return;
  event.preventDefault();
  const submitter = event.submitter;
  if (submitter?.hasAttribute("data-flag")) flag();
  else if (submitter?.hasAttribute("formaction")) leave(submitter);
  else if (["accept", "discard"].includes(submitter?.value)) settle(submitter.value);
  else if (submitter?.value === "preview") editor.check();
  else perform(submitter?.value ?? "save");
});

root.addEventListener("input", (event) => {
  if (event.target.classList.contains("ws-input")) editor.typed();
  if (event.target.name === "sample") editor.check();
});
root.addEventListener("change", (event) => {
  if (event.target.name === "seen" || event.target.name?.startsWith("reason-")) editor.save("save");
});
root.addEventListener("focusin", (event) => {
  if (event.target.classList.contains("ws-input")) editor.last = event.target;
});
root.addEventListener("focusout", (event) => {
  if (event.target.classList.contains("ws-input") && editor.isDirty) editor.save();
});
root.addEventListener("click", (event) => {
  const found = (selector) => event.target.closest(selector);
  const insert = found("[data-insert]"), whole = found("[data-replace]"), act = found("[data-do]"), step = found("[data-go]");
  const near = found("#ws-text a[data-key]"), raw = found("[data-raw]"), others = found("[data-others]");
  if ((insert || whole) && matchMedia("(width < 60rem)").matches) location.hash = "ws-text";
  if (insert) editor.insert(insert.dataset.insert);
  if (whole) editor.fill(whole.dataset.replace);
  if (!act && !step && !near && !raw && !others) return;
  if (event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  if (act) perform(act.dataset.do);
  else if (step) perform(step.dataset.go);
  else if (near) go(Number(near.dataset.key));
  else if (others) editor.load(editor.number, { query: list.query, others: true });
  else editor.save().then(() => editor.load(editor.number, { query: list.query, raw: Boolean(raw.dataset.raw) }));
});
window.addEventListener("pagehide", () => { if (editor.isDirty && !mayLeave) editor.save(); });

listen({ hasLetters: root.hasAttribute("data-letters"), act: perform });
root.classList.toggle("ws-no-diff", remember("diff") === "hidden");
showDiff();
