// The keyboard: combinations anywhere, single letters outside of fields and only where the person's profile has them.

const LETTERS = { j: "next", k: "previous", n: "attention", d: "diff", g: "glossary", x: "context", c: "flag", "/": "search", "?": "help" };

function combination(event) {
  const control = event.ctrlKey || event.metaKey;
  if (control && event.key === "Enter") return "done";
  if (control && !event.shiftKey && event.key.toLowerCase() === "s") return "save";
  if (control && event.shiftKey && event.key.toLowerCase() === "c") return "source";
  if (control && event.shiftKey && event.key === "Backspace") return "revert";
  if (event.altKey && event.key === "ArrowDown") return "next";
  if (event.altKey && event.key === "ArrowUp") return "previous";
  return null;
}

export function listen({ hasLetters, act }) {
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    let name = combination(event);
    const isField = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if (!name && hasLetters && !isField && !event.ctrlKey && !event.metaKey && !event.altKey) name = LETTERS[event.key] ?? LETTERS[event.key.toLowerCase()];
    if (!name) return;
    event.preventDefault();
    act(name);
  });
}
