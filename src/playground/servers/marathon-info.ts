// `GET /v2/info` of the simulated Marathon: the settings clients read (version, framework, Mesos' address, intervals).
import type { JsonObject } from '../../core/cluster.js';
import { atLeast, VERSIONS } from '../world/marathon/generation.js';
import type { MarathonWorld } from '../world/marathon/world.js';

export function infoView(world: MarathonWorld): JsonObject {
  const newer = atLeast(world.generation, '1.5');
  return {
    name: 'marathon',
    version: VERSIONS[world.generation],
    ...(newer ? { buildref: 'unknown' } : {}),
    elected: true,
    leader: world.leader ?? null,
    frameworkId: world.frameworkId,
    marathon_config: config(world),
    zookeeper_config: {
      zk: 'zk://192.168.3.4:2181/marathon',
      zk_timeout: 10_000,
      zk_session_timeout: 10_000,
      zk_max_versions: 50,
    },
    ...(newer ? {} : { event_subscriber: null }),
    http_config: { ...(newer ? {} : { assets_path: null }), http_port: 8_080, https_port: 8_443 },
  };
}

function config(world: MarathonWorld): JsonObject {
  const master = world.cluster.leader ?? world.cluster.masterHost;
  return {
    master: 'zk://192.168.3.4:2181/mesos',
    failover_timeout: 604_800,
    framework_name: 'marathon',
    ha: true,
    checkpoint: true,
    local_port_min: 10_000,
    local_port_max: 20_000,
    executor: '//cmd',
    hostname: '192.168.3.4',
    webui_url: null,
    mesos_role: null,
    task_launch_timeout: 300_000,
    reconciliation_initial_delay: 15_000,
    reconciliation_interval: 600_000,
    mesos_user: 'root',
    leader_proxy_connection_timeout_ms: 5_000,
    leader_proxy_read_timeout_ms: 10_000,
    ...(atLeast(world.generation, '0.11') ? { mesos_leader_ui_url: `http://${master}:5050/` } : {}),
  };
}
