// Models of a chain are dragged into order by their handles, and Test answers in place. Without it there are buttons, and a page that loads again.

function passRows(row, y) {
  // The others move, not the row: a row that leaves the document loses its hold on the pointer.
  for (const other of [...row.parentElement.children]) {
    const { top, height } = other.getBoundingClientRect();
    if (other === row || y < top || y > top + height) continue;
    const isBelow = row.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;
    if (isBelow && y > top + height / 2) row.before(other);
    if (!isBelow && y < top + height / 2) row.after(other);
  }
}

function hold(handle) {
  const row = handle.closest("li");
  const list = row.parentElement;
  const before = [...list.children];
  const ended = new AbortController();
  const end = (isKept) => {
    ended.abort();
    row.classList.remove("il-held");
    if (!isKept) list.replaceChildren(...before);
    else if ([...list.children].some((one, place) => one !== before[place])) document.getElementById(list.dataset.order).requestSubmit();
  };
  row.classList.add("il-held");
  handle.addEventListener("pointermove", (event) => passRows(row, event.clientY), ended);
  handle.addEventListener("pointerup", () => end(true), ended);
  handle.addEventListener("pointercancel", () => end(false), ended);
}

for (const handle of document.querySelectorAll("[data-handle]")) {
  handle.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    handle.setPointerCapture(event.pointerId);
    hold(handle);
  });
}

document.getElementById("trial")?.addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (!button?.matches("[data-try]")) return;
  event.preventDefault();
  const row = button.closest("li");
  const result = row.querySelector("[data-result]");
  const address = button.getAttribute("formaction");
  button.disabled = true;
  result.textContent = "Asking…";
  try {
    const answer = await fetch(address, { method: "POST", body: new FormData(event.target), redirect: "error" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.getElementById(row.id)?.querySelector("[data-result]");
    const refused = page.querySelector("#trial [role=alert], #trial .il-errors");
    const label = refused?.closest(".il-field")?.querySelector("label").textContent;
    if (found?.childNodes.length) result.replaceChildren(...found.childNodes);
    else result.replaceChildren(...(label ? [`${label}: `, refused.textContent] : [refused ?? "The server gave no answer. Try again."]));
  } catch {
    result.textContent = "The server could not be reached. Try again.";
  }
  button.disabled = false;
});
