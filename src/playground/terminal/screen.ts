// The terminal, or the file or pipe, that the playground writes to.
import type { WriteStream } from 'node:tty';
import type { Screen } from './transcript.js';

export function screenOf(stream: NodeJS.WriteStream | WriteStream): Screen {
  return {
    write: (text) => void stream.write(text),
    get columns() {
      return stream.columns ?? 100;
    },
    get rows() {
      return stream.rows ?? 40;
    },
    isTerminal: stream.isTTY === true && process.env['TERM'] !== 'dumb' && process.env['NO_COLOR'] === undefined,
  };
}
