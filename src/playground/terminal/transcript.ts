// Prints what is said in the workspace, for scripts: each message once it stands, and again when it was edited.
import type { PlaygroundOptions } from '../options.js';
import type { SlackMessage, SlackWorkspace } from '../slack/workspace.js';

export class Transcript {
  readonly #slack: SlackWorkspace;
  readonly #shown = new Map<SlackMessage, string>();

  constructor(slack: SlackWorkspace, _options: PlaygroundOptions) {
    this.#slack = slack;
  }

  typed(user: string, channel: string, line: string): void {
    process.stdout.write(`\n${user} in ${channel} › ${line}\n`);
  }

  note(text: string): void {
    process.stdout.write(`— ${text}\n`);
  }

  /** Everything new or changed since the last time. */
  flush(): void {
    for (const message of this.#slack.messages) {
      const drawn = JSON.stringify([message.text, message.blocks]);
      if (this.#shown.get(message) === drawn || message.deleted) continue;
      this.#shown.set(message, drawn);
      process.stdout.write(`${message.text}\n`);
    }
  }
}
