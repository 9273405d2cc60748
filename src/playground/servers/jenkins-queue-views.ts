// The build queue as `queue/api/json` and `queue/item/N/api/json` show it (contract jenkins §4.1).
import type { QueueItem } from '../world/jenkins/model.js';
import { actionViews, buildView, className, color, isModern, jobUrl, type ViewContext } from './jenkins-build-views.js';
import { type Bean, bean, record } from './jenkins-exported.js';

const KINDS: Record<QueueItem['state'], string> = {
  waiting: 'WaitingItem',
  blocked: 'BlockedItem',
  buildable: 'BuildableItem',
  started: 'LeftItem',
  cancelled: 'LeftItem',
};

export function queueView(context: ViewContext): Bean {
  const items = context.controller.farm.queue.items.map((item) => queueItemView(context, item));
  return record(
    className(context, 'hudson.model.Queue'),
    isModern(context) ? { discoverableItems: [], items } : { items },
  );
}

export function queueItemView(context: ViewContext, item: QueueItem): Bean {
  const { farm, home } = context.controller;
  const { job } = item;
  const properties = {
    actions: () => actionViews(context, job, item.parameters, item.cause),
    blocked: () => item.state === 'blocked',
    buildable: () => item.state === 'buildable',
    id: () => item.id,
    inQueueSince: () => item.inQueueSince,
    params: () =>
      Object.entries(item.parameters)
        .map(([name, value]) => `\n${name}=${value}`)
        .join(''),
    stuck: () => farm.queue.isStuck(item, home.estimate(job)),
    task: () =>
      record(className(context, 'hudson.model.FreeStyleProject'), {
        name: job.fullName.split('/').at(-1) ?? '',
        url: jobUrl(context, job),
        color: color(context, job),
      }),
    url: () => `queue/item/${item.id}/`,
    why: () => farm.why(item),
    ...byState(context, item),
  };
  return bean(className(context, `hudson.model.Queue$${KINDS[item.state]}`), properties, Object.keys(properties));
}

function byState(context: ViewContext, item: QueueItem): Bean['properties'] {
  const { build } = item;
  const executable = () => (build === undefined ? null : buildView(context, build));
  switch (item.state) {
    case 'waiting':
      return { timestamp: () => item.dueAt };
    case 'blocked':
      return { buildableStartMilliseconds: () => item.buildableSince ?? item.dueAt };
    case 'buildable':
      return { buildableStartMilliseconds: () => item.buildableSince ?? item.dueAt, pending: () => false };
    case 'started':
    case 'cancelled':
      return { cancelled: () => item.state === 'cancelled', executable };
  }
}
