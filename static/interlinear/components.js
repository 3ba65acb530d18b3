// What makes plain pages quicker: filters apply when they change, times stay current, open confirmations close as menus do.
// Every page works without it.

const UNITS = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];

function relative(at, now) {
  const seconds = (now - at) / 1000;
  const size = Math.abs(seconds);
  if (size < 1) return "now";
  if (size > 30 * 86400) return null; // the server wrote the day
  const [unit, name] = UNITS.find(([length]) => size >= length);
  const amount = `${Math.floor(size / unit)} ${name}`;
  return seconds > 0 ? `${amount} ago` : `in ${amount}`;
}

function duration(seconds) {
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)} s`;
  const whole = Math.round(seconds);
  for (const [unit, name, smaller, smallerName] of [[86400, "d", 3600, "h"], [3600, "h", 60, "min"], [60, "min", 1, "s"]]) {
    if (whole < unit) continue;
    const rest = Math.floor((whole % unit) / smaller);
    return `${Math.floor(whole / unit)} ${name}` + (rest ? ` ${rest} ${smallerName}` : "");
  }
  return `${whole} s`;
}

function keepTimes() {
  const now = Date.now();
  for (const element of document.querySelectorAll("time.il-time")) {
    const text = relative(Date.parse(element.dateTime), now);
    if (text) element.textContent = element.dataset.prefix ? `${element.dataset.prefix} ${text}` : text;
  }
  for (const element of document.querySelectorAll(".il-clock")) {
    element.textContent = duration((now - Date.parse(element.dataset.since)) / 1000);
  }
}
setInterval(keepTimes, 1000);

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-auto]");
  if (form) form.requestSubmit();
});

document.addEventListener("submit", (event) => {
  // An address names only the filters that are set.
  if (!event.target.matches("form[data-auto]")) return;
  for (const field of event.target.elements) field.disabled = field.name && !field.value;
});
window.addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form[data-auto] :disabled")) field.disabled = false;
});

document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.il-confirm[open]")) {
    if (!open.contains(event.target) || event.target.closest("[data-close]")) open.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details.il-confirm[open]")) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

// Where the tabs are wider than the page, the one that is shown is in sight.
document.fonts.ready.then(() => {
  for (const tab of document.querySelectorAll(".il-tabs [aria-current]")) {
    const row = tab.parentElement;
    row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  }
});
