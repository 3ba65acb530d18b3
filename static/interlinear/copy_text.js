// Copies a long text: [data-copy-text=ID] takes what stands in that element. Without script it can be selected.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy-text]");
  if (!button || !navigator.clipboard) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copyText).textContent);
  const said = document.getElementById("il-said");
  if (said) said.textContent = "Copied";
  const before = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = before; }, 1200);
});
