// Bellboard in a process of its own for the alert benchmark, so that what it does takes no time from who measures.
import { readConfig } from '../dist/config.js';
import { start } from '../dist/start.js';

const { config } = readConfig(JSON.parse(process.argv[2]), 'all');
await start(config, 'all');
process.send?.('ready');
