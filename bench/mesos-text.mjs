// A large Mesos as text, entry by entry, with the fields a real master of version 1 has: 10,000 Mesos agents and 40,000
// tasks, of which Jenkins has 200 that run. The same number always makes the same entry, so nothing has to be kept.

export const AGENTS = 10_000;
export const BUILD_TASKS = 200;
export const MARATHON = frameworkId(2);
export const CONTROLLER = 'jenkins.1b2c3d4e-5f60-11ef-8a9b-0242ac110002';

/** Two build agents on each of them, and the controller on one more. */
const BUILD_HOSTS = 100;
const CONTROLLER_HOST = 5_000;
/** What Mesos remembers of a framework (`--max_completed_tasks_per_framework`). */
const COMPLETED = 1_000;
/** Of a task: they bring the state to 208 MB. */
const LABELS = 34;
const START = 1_517_821_200;

// Jenkins comes last and the controller is Marathon's last task: who reads on until they come reads nearly everything.
const FRAMEWORKS = [
  { name: 'chronos', tasks: 6_800, completed: 0 },
  { name: 'spark', tasks: 12_000, completed: 0 },
  { name: 'marathon', tasks: 20_000, completed: 0 },
  { name: 'Jenkins Scheduler', tasks: BUILD_TASKS, completed: COMPLETED },
].map((framework, index, all) => ({
  ...framework,
  index,
  id: frameworkId(index),
  first: all.slice(0, index).reduce((sum, { tasks, completed }) => sum + tasks + completed, 0),
}));

export const TASKS = FRAMEWORKS.reduce((sum, { tasks, completed }) => sum + tasks + completed, 0);

function frameworkId(index) {
  return `7d1f3b2a-5a0c-4d33-9a0e-5d0c7f9a1c11-000${index}`;
}

const agentId = (index) => `7d1f3b2a-5a0c-4d33-9a0e-5d0c7f9a1c11-S${index}`;

/** Which Mesos agents run something of Jenkins', and so are asked. */
const ASKED_AGENTS = [
  ...Array.from({ length: BUILD_HOSTS }, (_, index) => index * (AGENTS / BUILD_HOSTS) + 7),
  CONTROLLER_HOST,
];

/** `/state`. @param portOf of each Mesos agent */
export function* stateText(portOf) {
  yield `{"version":"1.4.1","git_sha":"${hex(1, 40)}","hostname":"127.0.0.1","activated_slaves":${AGENTS},"deactivated_slaves":0,"flags":{"quorum":"1","zk":"zk://127.0.0.1:2181/mesos"},"slaves":[`;
  yield* listed(AGENTS, (index) => agentOf(index, portOf));
  yield '],"recovered_slaves":[],"frameworks":[';
  for (const framework of FRAMEWORKS) {
    const { index, tasks, completed } = framework;
    yield `${index === 0 ? '' : ','}${JSON.stringify(frameworkOf(framework)).slice(0, -1)},"tasks":[`;
    yield* listed(tasks, (at) => taskOf(framework, at));
    yield '],"unreachable_tasks":[],"completed_tasks":[';
    yield* listed(completed, (at) => taskOf(framework, tasks + at));
    yield '],"offers":[],"executors":[]}';
  }
  yield '],"completed_frameworks":[],"orphan_tasks":[],"unregistered_frameworks":[]}';
}

/** `/slaves`. */
export function* slavesText(portOf) {
  yield '{"slaves":[';
  yield* listed(AGENTS, (index) => ({ ...agentOf(index, portOf), ...inFull(index) }));
  yield '],"recovered_slaves":[]}';
}

/** `/state-summary`. */
export function* summaryText(portOf) {
  yield '{"hostname":"127.0.0.1","cluster":"production","slaves":[';
  yield* listed(AGENTS, (index) => ({
    ...agentOf(index, portOf),
    ...COUNTS,
    framework_ids: FRAMEWORKS.slice(0, 3).map(({ id }) => id),
  }));
  yield '],"frameworks":[';
  yield* listed(FRAMEWORKS.length, (index) => {
    const framework = FRAMEWORKS[index];
    const hosts = new Set(Array.from({ length: framework.tasks }, (_, at) => hostOf(framework, at)));
    return { ...frameworkOf(framework), ...COUNTS, slave_ids: [...hosts].map(agentId) };
  });
  yield ']}';
}

/** `/tasks` of one framework, or one of its tasks. */
export function* tasksText(query) {
  const framework = FRAMEWORKS.find(({ id }) => id === query.get('framework_id'));
  const { tasks, completed } = framework ?? { tasks: 0, completed: 0 };
  const wanted = query.get('task_id');
  const offset = Number(query.get('offset'));
  const found = Array.from({ length: tasks + completed }, (_, index) => index)
    .filter((at) => wanted === null || taskId(framework, at) === wanted)
    .slice(offset, offset + Number(query.get('limit')));
  yield '{"tasks":[';
  yield* listed(found.length, (index) => taskOf(framework, found[index]));
  yield ']}';
}

/** What runs on the Mesos agents that are asked: number of the agent → its tasks. */
export function runningTasks() {
  const running = new Map(ASKED_AGENTS.map((host) => [host, []]));
  for (const framework of FRAMEWORKS) {
    for (let at = 0; at < framework.tasks; at += 1)
      running.get(hostOf(framework, at))?.push({ frameworkId: framework.id, id: taskId(framework, at) });
  }
  return running;
}

/** `/monitor/statistics` of a Mesos agent: cpu time runs on between two looks. */
export function statisticsText(tasks, now) {
  const entries = tasks.map(({ frameworkId, id }) => ({
    executor_id: id,
    executor_name: `Command Executor (Task: ${id}) (Command: sh -c 'exec run...')`,
    framework_id: frameworkId,
    source: id,
    statistics: {
      cpus_limit: 1.1,
      cpus_system_time_secs: (now / 1_000 - START) * 0.1,
      cpus_user_time_secs: (now / 1_000 - START) * 0.4,
      mem_limit_bytes: 1_107_296_256,
      mem_rss_bytes: 374_579_200,
      timestamp: now / 1_000,
    },
  }));
  return JSON.stringify(entries);
}

function* listed(count, entryAt) {
  for (let index = 0; index < count; index += 1) yield `${index === 0 ? '' : ','}${JSON.stringify(entryAt(index))}`;
}

const COUNTS = {
  TASK_STAGING: 0,
  TASK_STARTING: 0,
  TASK_RUNNING: 4,
  TASK_KILLING: 0,
  TASK_FINISHED: 31,
  TASK_KILLED: 2,
  TASK_FAILED: 1,
  TASK_LOST: 0,
  TASK_ERROR: 0,
  TASK_UNREACHABLE: 0,
};

function agentOf(index, portOf) {
  const resources = { disk: 409_600, mem: 131_072, gpus: 0, cpus: 32, ports: '[31000-31999]' };
  return {
    id: agentId(index),
    hostname: '127.0.0.1',
    port: portOf(index),
    attributes: { rack: `r${index % 40}`, os: 'debian', zone: 'abc'[index % 3] },
    pid: `slave(1)@127.0.0.1:${portOf(index)}`,
    registered_time: START + index / 10,
    resources,
    used_resources: { disk: 0, mem: 70_000 + (index % 1_000), gpus: 0, cpus: 20.5, ports: '[31000-31007]' },
    offered_resources: { disk: 0, mem: 0, gpus: 0, cpus: 0 },
    reserved_resources: {},
    unreserved_resources: resources,
    active: true,
    deactivated: false,
    version: '1.4.1',
    capabilities: ['MULTI_ROLE', 'HIERARCHICAL_ROLE', 'RESERVATION_REFINEMENT', 'RESOURCE_PROVIDER', 'RESIZE_VOLUME'],
  };
}

function inFull(index) {
  const scalar = (name, value, more) => ({ name, type: 'SCALAR', scalar: { value }, role: '*', ...more });
  const given = { allocation_info: { role: '*' } };
  return {
    reserved_resources_full: {},
    unreserved_resources_full: [
      scalar('cpus', 32),
      scalar('mem', 131_072),
      scalar('disk', 409_600),
      { name: 'ports', type: 'RANGES', ranges: { range: [{ begin: 31_000, end: 31_999 }] }, role: '*' },
    ],
    used_resources_full: [scalar('cpus', 20.5, given), scalar('mem', 70_000 + (index % 1_000), given)],
    offered_resources_full: [],
  };
}

function frameworkOf({ id, name, tasks }) {
  const used = { disk: 0, mem: tasks * 1_024, gpus: 0, cpus: tasks };
  return {
    id,
    name,
    used_resources: used,
    offered_resources: { disk: 0, mem: 0, gpus: 0, cpus: 0 },
    capabilities: ['PARTITION_AWARE', 'TASK_KILLING_STATE', 'MULTI_ROLE', 'REGION_AWARE'],
    hostname: `${name.split(' ')[0].toLowerCase()}.example.org`,
    webui_url: 'http://example.org:8080/',
    active: true,
    connected: true,
    recovered: false,
    user: 'root',
    failover_timeout: 604_800,
    checkpoint: true,
    registered_time: START,
    unregistered_time: 0,
    principal: name,
    resources: used,
    roles: ['*'],
  };
}

function hostOf({ name, tasks }, at) {
  if (name.startsWith('Jenkins')) return ASKED_AGENTS[at % BUILD_HOSTS];
  return name === 'marathon' && at === tasks - 1 ? CONTROLLER_HOST : at % AGENTS;
}

function taskId({ name, first, tasks }, at) {
  if (name.startsWith('Jenkins')) return `mesos-jenkins-${hex(first + at, 32)}-mesos`;
  return name === 'marathon' && at === tasks - 1 ? CONTROLLER : `${name}_service-${at % 900}.${uuid(first + at)}`;
}

function taskOf(framework, at) {
  const { id: frameworkId, first, tasks } = framework;
  const id = taskId(framework, at);
  const seed = first + at;
  const container = uuid(seed + TASKS);
  const ended = at >= tasks;
  const port = 31_000 + (seed % 1_000);
  const status = (state, index) => ({
    state,
    timestamp: START + seed + index * 1.2043443,
    healthy: index % 2 === 0,
    container_status: {
      container_id: { value: container },
      network_infos: [
        { name: 'production', ip_addresses: [{ protocol: 'IPv4', ip_address: `10.${seed % 200}.1.${at % 250}` }] },
      ],
    },
  });
  return {
    id,
    name: id.split('.')[0],
    framework_id: frameworkId,
    executor_id: '',
    slave_id: agentId(hostOf(framework, at)),
    state: ended ? 'TASK_FINISHED' : 'TASK_RUNNING',
    resources: { disk: 0, mem: 1_024, gpus: 0, cpus: 1, ports: `[${port}-${port}]` },
    role: '*',
    statuses: [
      status('TASK_STARTING', 0),
      ...[1, 2, 3, 4, 5].map((index) => status('TASK_RUNNING', index)),
      ...(ended ? [status('TASK_FINISHED', 6)] : []),
    ],
    labels: Array.from({ length: LABELS }, (_, index) => ({
      key: `org.example.deploy.${index}`,
      value: hex(seed * LABELS + index, 25),
    })),
    discovery: {
      visibility: 'FRAMEWORK',
      name: id.split('.')[0],
      ports: {
        ports: [{ number: port, name: 'http', protocol: 'tcp', labels: { labels: [{ key: 'VIP_0', value: ':80' }] } }],
      },
    },
    container: {
      type: 'DOCKER',
      docker: {
        image: `registry.example.org/team/service@sha256:${hex(seed, 64)}`,
        network: 'BRIDGE',
        privileged: false,
        force_pull_image: false,
        parameters: [
          { key: 'label', value: `task=${id}` },
          { key: 'log-opt', value: 'max-size=50m' },
          { key: 'ulimit', value: 'nofile=65536:65536' },
        ],
        port_mappings: [{ host_port: port, container_port: 8_080, protocol: 'tcp' }],
      },
      volumes: [{ mode: 'RW', container_path: '/data', host_path: `/srv/${id}` }],
    },
  };
}

const uuid = (seed) => hex(seed, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

const NOISE_LENGTH = 2_097_152;
let noise = '';

/** Stretches of one long noise: as little to pack as real ids, and different for numbers below its length. */
function hex(seed, length) {
  if (noise === '') noise = noiseOf(NOISE_LENGTH);
  const from = (seed * 7_919) % (NOISE_LENGTH - 64);
  return noise.slice(from, from + length);
}

/** Xorshift: always the same. */
function noiseOf(length) {
  let word = 2_463_534_242;
  return Array.from({ length: length / 8 }, () => {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    return (word >>> 0).toString(16).padStart(8, '0');
  }).join('');
}
