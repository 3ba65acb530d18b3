// The switches of a pipeline save themselves: each change sends the whole form, and what the server shows of it replaces what stands here. What is
// being typed and where the focus is stay. Without it there is a Save button.

const form = document.querySelector("form[data-pipeline]");
const saved = form.querySelector("[data-saved]");
let sending = Promise.resolve();

function say(text, isRefused = false) {
  saved.textContent = text;
  saved.classList.toggle("il-errors", isRefused);
  const said = document.getElementById("il-said");
  if (said) said.textContent = text;
}

function show(page) {
  for (const part of document.querySelectorAll("[data-part]")) {
    const fresh = page.querySelector(`[data-part="${part.dataset.part}"]`);
    if (fresh) part.replaceChildren(...fresh.childNodes);
  }
  for (const field of form.querySelectorAll("input[id], select[id]")) {
    const fresh = page.getElementById(field.id);
    if (!fresh || field.type === "hidden") continue;
    field.disabled = fresh.disabled;
    if (field.type === "checkbox") field.checked = fresh.checked;
    else if (field !== document.activeElement) field.value = fresh.value;
  }
}

async function send() {
  say("Saving…");
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.querySelector("form[data-pipeline]")) throw new Error(answer.status);
    show(page);
    say(answer.ok ? "Saved. It holds for what is submitted from now on." : "Not saved: see below.", !answer.ok);
    form.querySelector("[data-save]").hidden = answer.ok;
  } catch {
    say("Not saved: the server could not be reached, or you are logged out.", true);
    form.querySelector("[data-save]").hidden = false;
  }
}

function follow(changed) {
  // A stage that works on another's output goes off with it.
  for (const needing of form.querySelectorAll(`[data-needs="${changed.name}"]`)) {
    needing.disabled = !changed.checked;
    if (!changed.checked) needing.checked = false;
  }
}

form.addEventListener("change", (event) => {
  if (event.target.type === "checkbox") follow(event.target);
  sending = sending.then(send);
});
form.querySelector("[data-save]").hidden = true;
