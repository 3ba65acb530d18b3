// The form of a new submission: locales as chips over the plain text field, another engine's settings at once, a chosen file shown where it can be read.

const FILE_SHOWN = 500_000; // characters; more is sent without being shown

function chips(field, suggested) {
  const box = document.createElement("div");
  box.className = "il-chips il-chip-input il-input";
  const input = document.createElement("input");
  input.setAttribute("aria-label", "Add target locales");
  input.setAttribute("aria-describedby", field.getAttribute("aria-describedby") ?? "");
  input.setAttribute("aria-invalid", field.getAttribute("aria-invalid") ?? "false");
  input.setAttribute("autocapitalize", "off");
  input.placeholder = field.placeholder;
  const label = document.querySelector(`label[for="${field.id}"]`);
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
    list.id = "il-target-locales";
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

const locales = JSON.parse(document.getElementById("il-locales")?.textContent ?? "{}");
const field = document.querySelector("textarea[data-locales]");
if (field) chips(field, locales.target ?? []);

const change = document.querySelector("button[data-engine]");
if (change) {
  change.hidden = true;
  change.form.elements.engine.addEventListener("change", () => change.form.requestSubmit(change));
}

const file = document.querySelector("form.il-form input[type=file]");
if (file) {
  file.addEventListener("change", async () => {
    const [chosen] = file.files;
    if (!chosen || chosen.size > FILE_SHOWN) return;
    file.form.elements.content.value = await chosen.text();
    file.value = ""; // it stands in the field now
  });
}
