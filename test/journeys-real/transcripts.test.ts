// Every recorded transcript, served as bytes to real bots and workers, yields exactly what is written down for it.
import { describe } from 'vitest';
import { testTranscripts } from '../support/transcript-cases.js';

describe('a Marathon that lives through', () => {
  testTranscripts('$title makes people hear exactly what is expected', {});
});
