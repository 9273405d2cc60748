// The doors through which what others make comes in, each with what comes and what must become of it: an answer, or an
// error with a name. Whatever else is thrown is a find.
import type { Door } from './door.js';
import { eventStream, fileDoors } from './doors-of-files.js';
import { formDoors } from './doors-of-forms.js';
import { peopleDoors } from './doors-of-people.js';
import { deliveryDoor, slackDoor } from './doors-of-slack.js';
import { upstreamDoors } from './doors-of-systems.js';
import type { FarSide } from './far-side.js';

export type { Door } from './door.js';

export interface House {
  doors: Door[];
  close(): Promise<void>;
}

export async function openHouse(far: FarSide): Promise<House> {
  const [slack, deliveriesIn] = await Promise.all([slackDoor(), deliveryDoor()]);
  const upstream = upstreamDoors(far);
  return {
    doors: [...peopleDoors, ...formDoors, ...fileDoors, eventStream, ...upstream.doors, slack.door, deliveriesIn.door],
    async close() {
      upstream.close();
      slack.close();
      await deliveriesIn.close();
    },
  };
}
