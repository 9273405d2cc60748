// What the SCM sync plugin and git write when something fails, taken apart: `scm-sync-configuration.fail.log`, which the
// footer of a page repeats, and the plugin's log records (contract jenkins §3.1). Called by `script-schema.ts` and
// `scm-footer.ts`.

/** `date` in the plugin's own words: without a zone to rely on. */
export interface Failure {
  date: string | undefined;
  text: string;
}

/** `<date> : <text><br/>` for each failure, one behind the other; the newest counts. */
export function lastFailure(file: string): Failure | undefined {
  const line = file
    .split('<br/>')
    .map((part) => part.trim())
    .findLast((part) => part !== '');
  if (line === undefined) return undefined;
  // Of a long file only the end is sent, so the date may be cut.
  const [, date, text = line] = /^(.*?\d{4}) : (.*)$/s.exec(line) ?? [];
  return { date, text: text.trim() };
}

export interface LogRecord {
  message: string;
  millis: number | undefined;
}

/** Records of SCMManipulator, which quote git; others only repeat the failure's text. */
const QUOTES_GIT = /^\[(?:checkinFiles|checkout|deleteHierarchy|addFile)\]|^Error while adding SCM file/;

/** @param records newest first */
export function tellingRecord(records: readonly LogRecord[]): LogRecord | undefined {
  return records.find(({ message }) => QUOTES_GIT.test(message)) ?? records[0];
}

/** Lines around git's reason: where it pushed to, what it did before, what it advises. */
const BESIDE_THE_POINT = /^(?:To |Cloning into|hint:|warning:|[@\s]*$|Run$)/i;

/** The one line of a record that says why. */
export function gitSaid(message: string): string {
  const words = message
    .replace(/^\[\w+\][^:]*: ?/, '')
    .replace(/^Error while adding SCM files?[^:]*: ?/, '')
    .replace(/^The git-\w+ command failed\.\s*(?:\|\|\s*)?/, '');
  const lines = words.split(/\r?\n/).map((line) => line.trim());
  return lines.find((line) => !BESIDE_THE_POINT.test(line)) ?? message.trim();
}
