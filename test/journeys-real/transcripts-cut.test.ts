// Every recorded transcript with its stream cut at random bytes: what was lost is found by looking.
import { describe } from 'vitest';
import { numbersFrom } from '../support/numbers.js';
import { testTranscripts } from '../support/transcript-cases.js';

/** Another seed, other places. */
const SEED = Number(process.env['SEED'] ?? 20_150);
const CUTS = 3;

const random = numbersFrom(SEED);

describe(`a stream cut at ${CUTS} random places (SEED=${SEED})`, () => {
  testTranscripts('loses nothing that matters of $title', {
    deliver: (_one, length) => ({
      cutAt: Array.from({ length: CUTS }, () => 1 + Math.floor(random() * (length - 1))),
    }),
    lossy: true,
  });
});
