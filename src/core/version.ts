// Compares Marathon's version numbers: `/ci deploy` asks it which fields and defaults the target knows.

type Release = readonly [major: number, minor: number, patch: number];

/**
 * Suffixes count as the release (contract marathon §1): `1.11.24-SNAPSHOT` is 1.11.24, `1.5` is 1.5.0.
 * Text without a number is 0.0.0: the oldest, which promises the least.
 */
function release(version: string): Release {
  const found = /(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(version);
  return [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0), Number(found?.[3] ?? 0)];
}

/** Negative when `a` is older, 0 when they are the same release, positive when `a` is newer. */
export function compareVersions(a: string, b: string): number {
  const [majorA, minorA, patchA] = release(a);
  const [majorB, minorB, patchB] = release(b);
  return majorA - majorB || minorA - minorB || patchA - patchB;
}

export function atLeast(version: string, floor: string): boolean {
  return compareVersions(version, floor) >= 0;
}
