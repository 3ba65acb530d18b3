// Locales as chips over the plain field: every textarea[data-locales=NAME]. The page may suggest some, in the JSON #il-locales, by NAME.

function chips(field, suggested) {
  const box = document.createElement("div");
  box.className = "il-chips il-chip-input il-input";
  const input = document.createElement("input");
  const label = document.querySelector(`label[for="${field.id}"]`);
  input.setAttribute("aria-label", `Add ${label?.textContent.toLowerCase() ?? "locales"}`);
  input.setAttribute("aria-describedby", field.getAttribute("aria-describedby") ?? "");
  input.setAttribute("aria-invalid", field.getAttribute("aria-invalid") ?? "false");
  input.setAttribute("autocapitalize", "off");
  input.placeholder = field.placeholder;
  input.id = `${field.id}_add`;
  if (label) label.htmlFor = input.id;
  field.hidden = true;

  const read = () => field.value.split(/[\s,;]+/).filter(Boolean);
  const write = (locales) => {
    field.value = [...new Set(locales)].join(", ");
    draw();
  };
  const add = (text) => {
    const typed = text.split(/[\s,;]+/).filter(Boolean);
    if (typed.length) write([...read(), ...typed]);
    input.value = "";
  };
  const draw = () => {
    for (const old of box.querySelectorAll(".il-chip")) old.remove();
    for (const locale of read()) {
      const chip = document.createElement("span");
      chip.className = "il-chip";
      chip.append(locale);
      const remove = document.createElement("button");
      remove.type = "button";
      remove.textContent = "×";
      remove.setAttribute("aria-label", `Remove ${locale}`);
      remove.addEventListener("click", () => { write(read().filter((other) => other !== locale)); input.focus(); });
      chip.append(remove);
      box.insertBefore(chip, input);
    }
    input.placeholder = read().length ? "" : field.placeholder;
  };
  input.addEventListener("keydown", (event) => {
    if (["Enter", ",", " ", ";"].includes(event.key) && input.value.trim()) { event.preventDefault(); add(input.value); }
    else if (event.key === "Enter") event.preventDefault();
    else if (event.key === "Backspace" && !input.value) write(read().slice(0, -1));
  });
  input.addEventListener("paste", (event) => { event.preventDefault(); add(event.clipboardData.getData("text")); });
  input.addEventListener("change", () => add(input.value));
  input.addEventListener("blur", () => add(input.value));
  box.addEventListener("click", (event) => { if (event.target === box) input.focus(); });
  box.append(input);
  field.after(box);
  if (suggested.length) {
    const list = document.createElement("datalist");
    list.id = `${field.id}_list`;
    list.append(...suggested.map((locale) => new Option(locale)));
    input.setAttribute("list", list.id);
    const all = document.createElement("button");
    all.type = "button";
    all.className = "il-link il-small";
    all.textContent = `Add the engine's ${suggested.length} locales`;
    all.addEventListener("click", () => write([...read(), ...suggested]));
    box.after(list, all);
  }
  draw();
}

for (const field of document.querySelectorAll("textarea[data-locales]")) {
  const suggested = JSON.parse(document.getElementById("il-locales")?.textContent ?? "{}");
  chips(field, suggested[field.dataset.locales] ?? []);
}
