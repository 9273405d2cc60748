// Where the soaks of `npm test` begin: the same in every run, so that whoever changed nothing breaks nothing. Others are for
// `npm run soak`; `SOAK_SEED` puts one in the place of the second, to see a failure again.

export const SEEDS = [2015, Number(process.env['SOAK_SEED'] ?? 2026)];
