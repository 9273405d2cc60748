// Cuts the elements of chosen arrays out of a JSON text that arrives in pieces, and parses them one by one. A Mesos state
// of 10,000 agents has 200 MB: parsed as a whole it would stop the event loop for two seconds. Called by `listing.ts`.

/** What to do with the arrays of a text, by the keys that lead there (array positions do not count). */
export interface Cuts {
  /** Each object in these arrays is handed out, e.g. `frameworks` or `frameworks.tasks`. */
  each: readonly string[];
  /** These are left out of the objects that hold them; they then read as `[]`. */
  drop?: readonly string[];
}

export interface Slicer {
  /** @throws SyntaxError, RangeError */
  push(chunk: Buffer): void;
  /** @throws SyntaxError when the text is not complete, or has nothing of what the outermost keys were to lead to */
  end(): void;
}

/** A place in the text that some cut leads to. */
interface Place {
  below: Map<string, Place>;
  path: string;
  each: boolean;
  drop: boolean;
}

/** An object or array that is open, at a place that matters. */
interface Frame {
  array: boolean;
  place: Place;
}

/** Bytes of an element seen so far; `from` is where it goes on in the chunk at hand, -1 while nothing is taken. */
interface Taking {
  parts: Buffer[];
  size: number;
  from: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** One task with its whole history has some 5 kB (packages §3); this is a broken or hostile answer. */
const LARGEST_ELEMENT = 4 * 1024 * 1024;
const DEEPEST = 200;

/** No key that leads anywhere is as long, and what comes by as a value may go on for ever. */
const LONGEST_KEY = 64;

const EMPTY_ARRAY = Buffer.from('[]');

/** @param hand receives each element with the path of its array, in the order in which elements end */
export function jsonSlicer(cuts: Cuts, hand: (path: string, element: unknown) => void): Slicer {
  const root = placesOf(cuts);
  const frames: Frame[] = [];
  /** Elements being taken, innermost last; `undefined` for an array that is dropped. */
  const takings: (Taking | undefined)[] = [];
  /** How deep we are inside something that no cut leads to. */
  let quiet = 0;
  let inString = false;
  let escaped = false;
  let key = '';
  /** Where the text of a string that may be a key begins in the chunk at hand; -1 when it does not matter. */
  let keyFrom = -1;
  let keyParts: Buffer[] = [];
  let begun = false;
  const met = new Set<string>();

  const suspend = (chunk: Buffer, at: number) => {
    const taking = takings.at(-1);
    if (taking === undefined || taking.from < 0) return;
    keep(taking, chunk.subarray(taking.from, at));
    taking.from = -1;
  };

  const placeBelow = (): Place | undefined => {
    const top = frames.at(-1);
    if (top === undefined) return begun ? undefined : root;
    if (!top.array) return top.place.below.get(key);
    return top.place.drop ? undefined : top.place;
  };

  const open = (chunk: Buffer, at: number, array: boolean) => {
    const place = placeBelow();
    begun = true;
    if (place === undefined) {
      quiet = 1;
      return;
    }
    const inArray = frames.at(-1)?.array === true;
    frames.push({ array, place });
    // An object will do on the way (`get_tasks.tasks`), but not where elements were to be.
    if (array || !(place.each || place.drop)) met.add(place.path);
    if (frames.length > DEEPEST) throw new RangeError('nested too deep');
    if (array && (place.each || place.drop)) {
      suspend(chunk, at);
      takings.push(undefined);
    } else if (!array && inArray && place.each) {
      takings.push({ parts: [], size: 0, from: at });
    }
  };

  const close = (chunk: Buffer, at: number, array: boolean) => {
    const frame = frames.pop();
    if (frame === undefined || frame.array !== array) throw new SyntaxError('brackets do not match');
    const { place } = frame;
    if (array && (place.each || place.drop)) {
      takings.pop();
      const around = takings.at(-1);
      if (around !== undefined) {
        keep(around, EMPTY_ARRAY);
        around.from = at + 1;
      }
    } else if (!array && frames.at(-1)?.array === true && place.each) {
      const taking = takings.pop();
      if (taking === undefined) return;
      keep(taking, chunk.subarray(taking.from, at + 1));
      hand(place.path, parsed(taking));
    }
  };

  const beginString = (at: number) => {
    inString = true;
    const top = quiet === 0 ? frames.at(-1) : undefined;
    if (top !== undefined && !top.array && top.place.below.size > 0) keyFrom = at + 1;
  };

  const forgetKey = () => {
    keyParts = [];
    keyFrom = -1;
    key = '';
  };

  /** Values come by here too; but the last string in front of a bracket is always its key. */
  const endString = (chunk: Buffer, at: number) => {
    inString = false;
    if (keyFrom < 0) return;
    keyParts.push(chunk.subarray(keyFrom, Math.min(at, keyFrom + LONGEST_KEY)));
    key = Buffer.concat(keyParts).toString('utf8');
    keyParts = [];
    keyFrom = -1;
  };

  /** Strings are most of the text: this loop is the one that has to be quick. @returns where it stopped */
  const passString = (chunk: Buffer, start: number): number => {
    let at = start;
    for (; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (escaped) escaped = false;
      else if (byte === BACKSLASH) escaped = true;
      else if (byte === QUOTE) {
        endString(chunk, at);
        return at;
      }
    }
    return at;
  };

  const bracket = (chunk: Buffer, at: number, byte: number) => {
    const opens = byte === OPEN_BRACE || byte === OPEN_BRACKET;
    if (quiet > 0) {
      quiet += opens ? 1 : -1;
      if (quiet > DEEPEST) throw new RangeError('nested too deep');
    } else if (opens) open(chunk, at, byte === OPEN_BRACKET);
    else close(chunk, at, byte === CLOSE_BRACKET);
  };

  const carryOver = (chunk: Buffer) => {
    if (keyFrom >= 0) {
      keyParts.push(chunk.subarray(keyFrom, keyFrom + LONGEST_KEY));
      keyFrom = 0;
      if (keyParts.length > LONGEST_KEY) forgetKey();
    }
    const taking = takings.at(-1);
    if (taking === undefined || taking.from < 0) return;
    keep(taking, chunk.subarray(taking.from));
    taking.from = 0;
  };

  return {
    push: (chunk) => {
      let at = inString ? passString(chunk, 0) + 1 : 0;
      for (; at < chunk.length; at += 1) {
        const byte = chunk[at];
        if (byte === QUOTE) {
          beginString(at);
          at = passString(chunk, at + 1);
        } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET || byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
          bracket(chunk, at, byte);
        }
      }
      carryOver(chunk);
    },
    end: () => {
      if (!begun) throw new SyntaxError('there is none');
      if (inString || quiet > 0 || frames.length > 0) throw new SyntaxError('it breaks off');
      const missing = [...root.below.keys()].find((outermost) => !met.has(outermost));
      if (missing !== undefined) throw new SyntaxError(`it has no list of ${missing}`);
    },
  };
}

function placesOf({ each, drop = [] }: Cuts): Place {
  const root = nowhere();
  for (const path of each) placeAt(root, path).each = true;
  for (const path of drop) placeAt(root, path).drop = true;
  return root;
}

function nowhere(): Place {
  return { below: new Map(), path: '', each: false, drop: false };
}

function placeAt(root: Place, path: string): Place {
  let place = root;
  for (const key of path.split('.')) {
    const below = place.below.get(key) ?? { ...nowhere(), path: place === root ? key : `${place.path}.${key}` };
    place.below.set(key, below);
    place = below;
  }
  return place;
}

function keep(taking: Taking, part: Buffer): void {
  taking.size += part.length;
  if (taking.size > LARGEST_ELEMENT) throw new RangeError('one entry has more than 4 MiB');
  taking.parts.push(part);
}

function parsed({ parts }: Taking): unknown {
  const [only] = parts;
  return JSON.parse((parts.length === 1 && only !== undefined ? only : Buffer.concat(parts)).toString('utf8'));
}
