// The claim while the page is open: the heartbeat, its clocks, the warning before it runs out, and what the page becomes when it is over.

import { post, Refused, token } from "./calls.js";
import { banner, beside, button, clear, element, say } from "./banners.js";

const BEAT = 60_000;
const LOOK = 5_000;
const WARN_BEFORE = 5 * 60_000;
const RETRIES = [2_000, 4_000, 8_000, 15_000, 30_000];
const ENDED = new Set(["review_ended", "already_decided"]);
const FINAL = new Set(["bad_form", "forbidden", "review_not_found"]);
const OVER = new Set(["stale_claim", "taken", "not_claimed", ...ENDED]);

export class Claim {
  constructor({ root, form, page, editor }) {
    Object.assign(this, { root, form, page, editor });
    this.isOver = false;
    this.failures = 0;
    this.skew = Date.parse(root.dataset.now) - Date.now(); // of this machine's clock
    this.until = Date.parse(root.dataset.lease);
    setInterval(() => { if (!document.hidden) this.beat(); }, BEAT);
    setInterval(() => this.look(), LOOK);
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.editor().save();
      else this.beat();
    });
    window.addEventListener("online", () => this.retry());
    this.look();
  }

  get left() { return this.until - (Date.now() + this.skew); }

  async beat() {
    if (this.isOver) return;
    try {
      const body = await post(`${this.page}/heartbeat`, new URLSearchParams({ fence: this.form.elements.fence.value }));
      this.renewed(body.leaseUntil);
      this.answered();
      if (this.editor().isDirty) this.editor().save(); // what a call before this one could not send
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      this.failed(refused, this.editor().number, this.editor().text);
    }
  }

  renewed(until) {
    this.until = Date.parse(until);
    const shown = document.querySelector("#ws-lease time");
    if (shown) shown.dateTime = until;
    this.look();
  }

  /** The clock of the claim. */
  look() {
    if (this.isOver) return;
    const isSoon = this.left < WARN_BEFORE;
    document.getElementById("ws-lease")?.parentElement.classList.toggle("ws-soon", isSoon);
    if (!isSoon) clear("lease");
    else if (this.left <= 0) {
      clear("lease");
      this.beat();
    } else if (!document.querySelector('[data-banner="lease"]')) banner("lease", "warning", "Your claim runs out in less than five minutes.", button("Keep it", () => this.beat()));
  }

  answered() {
    this.failures = 0;
    clearTimeout(this.again);
    for (const name of ["away", "logged-out", "refused"]) clear(name);
  }

  /** What a call that failed means for the page. The text is in the browser's store by now. */
  failed(refused, number, text) {
    if (OVER.has(refused.code)) return this.end(refused, number, text);
    this.editor().on.state("failed");
    if (FINAL.has(refused.code)) return banner("refused", "error", refused.message, button("Close", () => clear("refused")));
    if (refused.code === "logged_out") {
      clear("away");
      if (document.querySelector('[data-banner="logged-out"]')) return undefined;
      const login = element("a", { href: `${this.root.dataset.login}`, target: "_blank", rel: "noopener" }, "Log in in a new tab");
      banner("logged-out", "error", "You are logged out. What you type is kept in this browser.", login, button("then retry", () => this.retry()));
      return undefined;
    }
    const wait = RETRIES[Math.min(this.failures, RETRIES.length - 1)];
    this.failures += 1;
    banner("away", "error", `Not saved: ${refused.message} What you type is kept in this browser and sent again.`, button("Try now", () => this.retry()));
    clearTimeout(this.again);
    this.again = setTimeout(() => this.retry(), wait);
    return undefined;
  }

  async retry() {
    if (this.isOver) return;
    if (this.editor().isDirty) await this.editor().save();
    else await this.beat();
  }

  end(refused, number, text) {
    if (this.isOver) return;
    this.isOver = true;
    const editor = this.editor(), { kept = [], newer = [] } = refused.body;
    const typed = editor.isDirty ? editor.text : text;
    clear("lease");
    this.answered();
    const theirs = newer.find((one) => one.number === number);
    const versions = typed !== editor.stored || theirs ? [["What you typed", typed]] : [];
    if (theirs) versions.push([`The newer draft, by ${theirs.author || "somebody who left"}`, theirs.text]);
    if (kept.includes(number)) editor.store.forget(number, text);
    const reload = element("a", { class: "il-button il-button-quiet il-button-small", href: location.href }, "Reload");
    const parts = [ENDED.has(refused.code) ? reload : this.claimAgain(), ...(versions.length ? [beside(versions, editor.locale)] : [])];
    banner("over", "error", refused.message, ...parts);
    editor.freeze();
    document.getElementById("ws-lease")?.parentElement.remove();
    editor.on.state("");
    say(refused.message);
  }

  claimAgain() {
    const hidden = element("input", { type: "hidden", name: "csrfmiddlewaretoken", value: token() });
    return element("form", { method: "post", action: `${this.page}/claim` }, hidden, element("button", { type: "submit", class: "il-button il-button-small" }, "Claim again"));
  }
}
