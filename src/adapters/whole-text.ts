// The end of a file as text, where its bytes begin and end anywhere: used by those who read tails, of sandboxes and of builds.
import { StringDecoder } from 'node:string_decoder';

const NEWLINE = 0x0a;

/**
 * Begins with a whole line and ends with a whole character; bytes that are no UTF-8 become U+FFFD.
 * @param cut the first byte stands in front of what was asked for
 */
export function wholeText(bytes: Buffer, cut: boolean): string {
  // A last character that is still being written is held back.
  return new StringDecoder('utf8').write(cut ? fromWholeLine(bytes) : bytes);
}

function fromWholeLine(bytes: Buffer): Buffer {
  const newline = bytes.indexOf(NEWLINE);
  if (newline >= 0 && newline < bytes.length - 1) return bytes.subarray(newline + 1);
  // One line longer than all that was read: its end is better than nothing.
  let start = 1;
  while (start < bytes.length && isInsideCharacter(bytes[start])) start += 1;
  return bytes.subarray(start);
}

/** UTF-8 marks every byte but a character's first. */
const isInsideCharacter = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;
