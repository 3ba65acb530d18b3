// The workspace's calls: forms out, JSON or HTML back. A refusal is a Refused with the server's code, or one of: offline, logged_out, failed.

const KEEPALIVE = 60_000; // characters that a browser sends after the page is gone

export class Refused extends Error {
  constructor(code, message, body = {}) {
    super(message);
    this.code = code;
    this.body = body;
  }
}

/** The token of the moment: logging in, in another tab, changes it. */
export function token() {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith("csrftoken="));
  return found ? found.slice("csrftoken=".length) : document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
}

async function ask(address, options) {
  let answer;
  try {
    answer = await fetch(address, { credentials: "same-origin", cache: "no-store", redirect: "manual", ...options });
  } catch {
    throw new Refused("offline", "The server does not answer.");
  }
  if (answer.type === "opaqueredirect" || answer.status === 401) throw new Refused("logged_out", "You are logged out.");
  return answer;
}

export async function post(address, form) {
  const body = new URLSearchParams(form);
  body.delete("csrfmiddlewaretoken");
  const keepalive = body.toString().length < KEEPALIVE;
  const answer = await ask(address, { method: "POST", body, keepalive, headers: { Accept: "application/json", "X-CSRFToken": token() } });
  let said = {};
  try {
    said = await answer.json();
  } catch {
    // a page of an error: its status says enough
  }
  if (answer.ok) return said;
  throw new Refused(said.code ?? "failed", said.message ?? `The server refused (${answer.status}).`, said);
}

/** A part of the page, as a document to take nodes from. */
export async function read(address) {
  const answer = await ask(address, {});
  if (!answer.ok) throw new Refused("failed", `The server refused (${answer.status}).`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}
