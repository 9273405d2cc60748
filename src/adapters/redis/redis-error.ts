// Redis' own errors name hosts and commands; people need one sentence, and whether the call may have arrived.
import { redisFailure } from './connect.js';

/** @throws UpstreamError without addresses for whatever a call to Redis rejects with */
export async function orRedisError<T>(request: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw redisFailure(request, error);
  }
}
