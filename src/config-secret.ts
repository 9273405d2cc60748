// A configured secret, made by config.ts: read with `value()`, and hidden from everything that prints, logs or serialises.
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';

const HIDDEN = '•••';

export class Secret {
  #value: string;
  readonly #file: string | undefined;

  constructor(value: string, file?: string) {
    this.#value = value;
    this.#file = file;
  }

  value(): string {
    return this.#value;
  }

  /**
   * Reads the file again, when the secret came from one; for after a 401.
   * @returns whether another value is there now; an unreadable or empty file leaves the old one
   */
  refresh(): boolean {
    const fresh = this.#file === undefined ? undefined : tryRead(this.#file);
    if (fresh === undefined || fresh === this.#value) return false;
    this.#value = fresh;
    return true;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}

/** A secret's file holds the secret alone; the line end that editors and `echo` add is not part of it. */
export function readSecretFile(path: string): string {
  return readFileSync(path, 'utf8').replace(/(?<![\r\n])[\r\n]+$/, '');
}

function tryRead(path: string): string | undefined {
  try {
    return readSecretFile(path) || undefined;
  } catch {
    return undefined;
  }
}
