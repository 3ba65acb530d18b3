// Keeps parts of a page current: [data-live=ADDRESS] holds [data-part=NAME] elements; ADDRESS answers the same parts, and 304 where nothing has
// changed. Parts that somebody is using (focus, an open confirmation) are left for the next turn. Ends when an answer has no [data-live].

const SECONDS = 2; // between two turns, unless data-every says otherwise
const LONGEST = 30;
const shown = new WeakMap(); // what a part was last replaced with, as text

function isInUse(part) {
  return part.contains(document.activeElement) || part.querySelector("details.il-confirm[open]") !== null;
}

function replaceParts(root, fresh) {
  let isComplete = true;
  for (const part of root.querySelectorAll("[data-part]")) {
    const next = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
    if (!next || next.innerHTML === shown.get(part)) continue;
    if (isInUse(part)) {
      isComplete = false;
      continue;
    }
    shown.set(part, next.innerHTML);
    part.replaceChildren(...next.childNodes);
  }
  const said = document.getElementById("il-said");
  const news = fresh.querySelector("[data-say]")?.dataset.say;
  if (said && news && said.textContent !== news) said.textContent = news;
  return isComplete;
}

async function follow(root) {
  let tag = "";
  const every = Number(root.dataset.every) || SECONDS;
  let wait = every;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, wait * 1000));
    if (document.hidden) continue;
    try {
      const answer = await fetch(root.dataset.live, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store", redirect: "error" });
      wait = every;
      if (answer.status === 304) continue;
      if (answer.status === 403 || answer.status === 404) return;
      if (!answer.ok) throw new Error(answer.status);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const isComplete = replaceParts(root, fresh);
      tag = isComplete ? answer.headers.get("ETag") ?? "" : "";
      if (isComplete && !fresh.querySelector("[data-live]")) return;
    } catch {
      wait = Math.min(wait * 2, LONGEST);
    }
  }
}

for (const root of document.querySelectorAll("[data-live]")) follow(root);
