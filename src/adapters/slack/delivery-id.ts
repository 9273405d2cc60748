// Slack's ids (trigger id, event id) as names of jobs. BullMQ refuses `:` in a job id, and an id of digits only.
import { createHash } from 'node:crypto';

export const deliveryId = (slackId: string): string =>
  `d${createHash('sha256').update(slackId).digest('hex').slice(0, 16)}`;
