// The form of a new submission: another engine's settings at once, a chosen file shown where it can be read.

const FILE_SHOWN = 500_000; // characters; more is sent without being shown

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
