// The playground's terminal: type commands, press buttons by number, break things.
import type { PlaygroundOptions } from './options.js';
import type { Scene } from './scene.js';

export async function converse(_scene: Scene, _options: PlaygroundOptions): Promise<number> {
  return 0;
}
