// Every recorded transcript with each frame sent twice, while two bots listen at the same time: four times the same.
import { describe } from 'vitest';
import { testTranscripts } from '../support/transcript-cases.js';

describe('two bots that listen at once to a stream that says everything twice', () => {
  testTranscripts('tell of $title as one would that hears it once', {
    deliver: () => ({ twice: true }),
    twoEars: true,
  });
});
