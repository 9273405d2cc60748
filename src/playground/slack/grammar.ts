// The small language in which `block-kit.ts` writes down what Slack accepts: each check looks at one value and reports
// what is wrong together with the JSON pointer of the spot, in the words of Slack's own complaints.
import { isWire } from './types.js';

export type Report = (rule: string, pointer: string) => void;
export type Check = (value: unknown, pointer: string, report: Report) => void;

export function string(max: number, min = 1): Check {
  return (value, pointer, report) => {
    if (typeof value !== 'string') report('must provide a string', pointer);
    else if (value.length < min) report(`must be more than ${min - 1} characters`, pointer);
    else if (value.length > max) report(`must be less than ${max + 1} characters`, pointer);
  };
}

export const boolean: Check = (value, pointer, report) => {
  if (typeof value !== 'boolean') report('must provide a boolean', pointer);
};

export const anything: Check = () => {};

export function number(min: number, max: number): Check {
  return (value, pointer, report) => {
    if (typeof value !== 'number') report('must provide a number', pointer);
    else if (value < min) report(`must be greater than or equal to ${min}`, pointer);
    else if (value > max) report(`must be less than or equal to ${max}`, pointer);
  };
}

export function oneOf(...words: string[]): Check {
  return (value, pointer, report) => {
    if (typeof value !== 'string' || !words.includes(value)) report(`must be one of: ${words.join(', ')}`, pointer);
  };
}

export function list(item: Check, max: number, min = 1): Check {
  return (value, pointer, report) => {
    if (!Array.isArray(value)) return report('must provide an array', pointer);
    if (value.length < min) report(`no less than ${min} items allowed`, pointer);
    if (value.length > max) report(`no more than ${max} items allowed`, pointer);
    value.forEach((one, index) => {
      item(one, `${pointer}/${index}`, report);
    });
  };
}

/** An object with exactly these fields; names ending in `?` may be absent. Slack refuses fields it does not know. */
export function object(fields: Record<string, Check>): Check {
  const known = new Map(
    Object.entries(fields).map(([name, check]) => [name.replace('?', ''), { check, needed: !name.endsWith('?') }]),
  );
  return (value, pointer, report) => {
    if (!isWire(value)) return report('must provide an object', pointer);
    for (const [name, { check, needed }] of known) {
      if (value[name] !== undefined) check(value[name], `${pointer}/${name}`, report);
      else if (needed) report(`missing required field: ${name}`, pointer);
    }
    for (const name of Object.keys(value)) {
      if (!known.has(name)) report(`invalid additional property: ${name}`, pointer);
    }
  };
}

/** An object whose `type` says which rules hold for it. */
export function typed(kinds: Record<string, Record<string, Check>>): Check {
  const checks = new Map(
    Object.entries(kinds).map(([type, fields]) => [type, object({ type: oneOf(type), ...fields })]),
  );
  return (value, pointer, report) => {
    if (!isWire(value)) return report('must provide an object', pointer);
    const check = checks.get(String(value['type']));
    if (check === undefined) report(`unsupported type: ${String(value['type'])}`, `${pointer}/type`);
    else check(value, pointer, report);
  };
}

/** All of them hold. */
export function both(...checks: Check[]): Check {
  return (value, pointer, report) => {
    for (const check of checks) check(value, pointer, report);
  };
}

/** At least one of these fields is there. */
export function needsOneOf(...names: string[]): Check {
  return (value, pointer, report) => {
    if (isWire(value) && names.every((name) => value[name] === undefined)) {
      report(`must define at least one of: ${names.join(', ')}`, pointer);
    }
  };
}
