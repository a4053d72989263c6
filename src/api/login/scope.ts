/** What a caller may do; each covers those before it. */
export const SCOPES = ["read", "control", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

export function covers(held: Scope | undefined, needed: Scope): boolean {
  return held !== undefined && SCOPES.indexOf(held) >= SCOPES.indexOf(needed);
}
