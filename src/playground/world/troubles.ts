// What was broken on purpose and lasts until somebody mends it: `../incidents/` begins troubles here, `!mend` ends them.

interface Trouble {
  name: string;
  mend: () => void;
  lasts: () => boolean;
}

export class Troubles {
  #begun: Trouble[] = [];

  /**
   * @param mend puts it right; what throws is still broken
   * @param lasts false once it ended by itself, or somebody ended it some other way; always true when absent
   * @returns mends this one unless it is over, so that a timer and a person may both do it
   */
  begin(name: string, mend: () => void, lasts: () => boolean = () => true): () => void {
    const trouble = { name, mend, lasts };
    this.#begun.push(trouble);
    return () => this.#end(trouble);
  }

  /** In the order they began; a name stands as often as it was caused. */
  get names(): string[] {
    return this.#lasting().map(({ name }) => name);
  }

  /** Mends all of that name, or everything. @returns the names of what was mended */
  mend(name?: string): string[] {
    const meant = this.#lasting().filter((trouble) => name === undefined || trouble.name === name);
    for (const trouble of meant) this.#end(trouble);
    return [...new Set(meant.map((trouble) => trouble.name))];
  }

  #lasting(): Trouble[] {
    this.#begun = this.#begun.filter((trouble) => trouble.lasts());
    return this.#begun;
  }

  #end(trouble: Trouble): void {
    if (!this.#lasting().includes(trouble)) return;
    trouble.mend();
    this.#begun = this.#begun.filter((other) => other !== trouble);
  }
}
