/** What the program's exit code means; 78 is EX_CONFIG of sysexits.h, on which the unit does not restart. */
export const EXIT = { ok: 0, failure: 1, usage: 2, badConfig: 78 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
