// One job and the names of all (contract jenkins §4.1), on both lines. Called by `client.ts`.
import { z } from 'zod';
import { type JenkinsJob, type JenkinsJobs, jobPath, type ParameterDefinition } from '../../core/jenkins-build.js';
import { maskText } from '../../core/manifest-mask.js';
import { looksSecret } from '../../core/secret-words.js';
import { unlessAbsent } from '../absent.js';
import type { HttpClient } from '../http.js';
import { maybe } from '../maybe.js';
import type { Scrub } from '../secrets.js';
import { walkJobs } from './job-pages.js';
import { Jobs } from './schema.js';

/** `disabled` is told since 2.218, before that by the colour; a folder has no colour and shows what is in it. */
const JOB =
  'color,disabled,buildable,jobs[name]{0,10},property[parameterDefinitions[name,type,description,choices,defaultParameterValue[value]]]';

/** 5,000 jobs in one folder take 25. */
const MOST_PAGES = 40;

/** A boolean parameter's default is a boolean; what is no plain value (a file, a run) is none to show. */
const Plain = z
  .union([z.string(), z.number(), z.boolean()])
  .transform(String)
  .nullish()
  .catch(undefined)
  .transform((value) => value ?? undefined);

const Definition = z
  .object({
    name: z.string(),
    type: maybe(z.string()),
    description: maybe(z.string()),
    // Plugins have choices of their own making.
    choices: maybe(z.array(z.string())).catch(undefined),
    defaultParameterValue: maybe(z.object({ value: Plain })).catch(undefined),
  })
  .transform(
    ({ defaultParameterValue, type, ...wire }): ParameterDefinition => ({
      ...wire,
      type: type ?? 'ParameterDefinition',
      defaultValue: defaultParameterValue?.value,
    }),
  );

const Property = z.object({ parameterDefinitions: maybe(z.array(Definition)) }).nullish();

const Job = z
  .object({
    color: maybe(z.string()),
    disabled: maybe(z.boolean()),
    buildable: maybe(z.boolean()),
    jobs: maybe(z.array(z.object({ name: z.string() }).nullish())),
    property: maybe(z.array(Property)),
  })
  .transform(({ color, disabled, buildable, jobs, property }) => ({
    kind: color === undefined && buildable === undefined ? ('folder' as const) : ('job' as const),
    isDisabled: disabled ?? (color?.startsWith('disabled') === true || buildable === false),
    parameters: (property ?? []).flatMap((one) => one?.parameterDefinitions ?? []),
    members: (jobs ?? []).flatMap((one) => one?.name ?? []),
  }));

/** @param scrub over what people wrote: it is shown, and kept with forms and with the job that asked */
export function jobReader(http: HttpClient, scrub: Scrub): JenkinsJobs {
  return {
    async jenkinsJob(fullName): Promise<JenkinsJob | undefined> {
      const asked = { path: `${jobPath(fullName)}/api/json`, query: { tree: JOB } };
      const found = await unlessAbsent(() => http.ask(asked, Job));
      if (found === undefined) return undefined;
      const { members, parameters, ...job } = found.value;
      return {
        ...job,
        fullName,
        parameters: parameters.map((one) => withoutSecrets(one, scrub)),
        members: members.map((name) => `${fullName}/${name}`),
      };
    },
    async jobNames() {
      const names = new Set<string>();
      const ask = async (path: string, tree: string) => (await http.ask({ path, query: { tree } }, Jobs)).value;
      const sawAll = await walkJobs({ mostPages: MOST_PAGES, ask, visit: (name) => names.add(name) });
      return { names: [...names], isCut: !sawAll };
    },
  };
}

/** A default that is or looks secret is left to Jenkins, as that of a password is; such a choice is not offered. */
function withoutSecrets(
  { description, choices, defaultValue, ...parameter }: ParameterDefinition,
  scrub: Scrub,
): ParameterDefinition {
  const clean = (text: string) => scrub(maskText(text));
  const isShown = (text: string) => !looksSecret(parameter.name) && clean(text) === text;
  return {
    ...parameter,
    description: description && clean(description),
    choices: choices?.filter(isShown),
    defaultValue: defaultValue !== undefined && isShown(defaultValue) ? defaultValue : undefined,
  };
}
