// The playground without a new page: the form is sent as it is, the clock runs while models answer, and the answer's form and results take the
// place of these. Without script the same form makes a new page.

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const root = form.closest("[data-playground]");
  if (!root) return;
  event.preventDefault();
  const button = form.querySelector("button[type=submit]");
  if (button.disabled) return;
  button.disabled = true;
  const waiting = form.querySelector("template").content.firstElementChild.cloneNode(true);
  waiting.querySelector(".il-clock").dataset.since = new Date().toISOString();
  button.after(waiting);
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "error" });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-playground]");
    if (!fresh) throw new Error(answer.status);
    root.replaceChildren(...fresh.childNodes);
    const results = root.querySelector("#results");
    const said = document.getElementById("il-said");
    if (said) said.textContent = results ? "The models have answered." : "No model was asked.";
    (results ?? root.querySelector("[role=alert]"))?.scrollIntoView({ block: "nearest" });
    (results ?? root.querySelector("[aria-invalid=true]"))?.focus({ preventScroll: true });
  } catch {
    button.disabled = false;
    waiting.remove();
    const said = document.createElement("p");
    said.className = "il-errors";
    said.setAttribute("role", "alert");
    said.textContent = "There was no answer. Try again; the page works without script too.";
    form.querySelector(".il-errors[role=alert]")?.remove();
    form.append(said);
  }
});
