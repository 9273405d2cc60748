// Asks the JSON schemas that Marathon publishes with its documentation whether they take an app.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { z } from 'zod';

const Schema = z.looseObject({ properties: z.record(z.string(), z.looseObject({})) });

/** @returns what the schema of that version says against the app; nothing when it fits */
export function faultsAgainst(version: '0.8.2' | '1.5.15', definition: object): string[] {
  const path = fileURLToPath(new URL(`../fixtures/marathon/schema-${version}/AppDefinition.json`, import.meta.url));
  const { $schema: _, ...schema } = Schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  // Marathon 0.8 accepts maximumOverCapacity; its schema forgot it (contract marathon §11.1).
  const strategy = schema.properties['upgradeStrategy'];
  if (version === '0.8.2' && strategy !== undefined) {
    strategy['properties'] = { ...Object(strategy['properties']), maximumOverCapacity: { type: 'number' } };
  }
  const validate = new Ajv({ strict: false, allErrors: true, logger: false }).compile(schema);
  validate(definition);
  return (validate.errors ?? []).map((fault) => `${fault.instancePath} ${fault.message}`);
}
