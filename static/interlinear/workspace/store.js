// What was typed and the server has not acknowledged: kept in this browser, by person, review and key, until the server has that very text.

export class Store {
  constructor(prefix) {
    this.prefix = prefix;
  }

  /** `base`: what the server had when the person began to type. */
  keep(number, text, base) {
    try {
      localStorage.setItem(this.prefix + number, JSON.stringify({ text, base, at: new Date().toISOString() }));
      return true;
    } catch {
      return false; // full, or forbidden: the text is still in its field
    }
  }

  read(number) {
    try {
      return JSON.parse(localStorage.getItem(this.prefix + number));
    } catch {
      return null;
    }
  }

  /** Only where it is this text: what was typed since stays. */
  forget(number, text) {
    if (this.read(number)?.text === text) this.drop(number);
  }

  drop(number) {
    try {
      localStorage.removeItem(this.prefix + number);
    } catch {
      // forbidden: then nothing was kept either
    }
  }

  numbers() {
    try {
      return Object.keys(localStorage).filter((name) => name.startsWith(this.prefix)).map((name) => Number(name.slice(this.prefix.length))).sort((a, b) => a - b);
    } catch {
      return [];
    }
  }
}

/** A choice of the person's that stays in this browser, such as a folded pane. */
export function remember(name, value) {
  try {
    if (value === undefined) return localStorage.getItem(`interlinear:workspace:${name}`);
    localStorage.setItem(`interlinear:workspace:${name}`, value);
  } catch {
    return null;
  }
  return value;
}
