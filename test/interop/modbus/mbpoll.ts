import { run } from "../programs.ts";

/** Reads `count` values as mbpoll's `type`, addresses from 0; values in the order of their addresses. */
export async function mbpoll(
  { host, port }: { readonly host: string; readonly port: number },
  {
    unit,
    type,
    address,
    count,
  }: { readonly unit: number; readonly type: string; readonly address: number; readonly count: number },
): Promise<{ readonly text: string; readonly values: readonly number[] }> {
  const text = await run("mbpoll", [
    ...["-m", "tcp", "-0", "-1", "-o", "2", "-a", String(unit), "-t", type],
    ...["-r", String(address), "-c", String(count), "-p", String(port), host],
  ]);
  const values = [...text.matchAll(/^\[\d+\]:\s+(-?[\d.]+)/gm)].map((match) => Number(match[1]));
  return { text, values };
}
