// Fields that the systems leave out or set to null, in every schema of what they answer: both are undefined to us.
import type { z } from 'zod';

export const maybe = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);
