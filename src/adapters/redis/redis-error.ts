// Redis' own errors name hosts and commands; people need one sentence.
import { UpstreamError } from '../../core/errors.js';

/** Whatever a call to Redis rejects with becomes an UpstreamError without addresses. */
export async function orRedisError<T>(request: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch {
    throw new UpstreamError({
      system: 'Redis',
      request,
      seen: 'the queue cannot be reached',
      retryable: true,
      mayHaveArrived: true,
    });
  }
}
