import type { CliIo, TypedInput } from "../command.ts";

export type TypedSecret =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly detail: string };

const LARGEST_BYTES = 4_096;
const ENDS = ["\r", "\n"];
/** Ctrl-C and Ctrl-D, which a terminal in raw mode passes on. */
const GIVES_UP = ["\u0003", "\u0004"];
const ERASES = ["\u007f", "\b"];

/** A secret from the terminal, typed twice and not shown, or the whole of a pipe. Never from the command line. */
export async function typedSecret(io: CliIo, name: string): Promise<TypedSecret> {
  const { stdin } = io;
  if (stdin === undefined) return { ok: false, detail: `${name} is read from standard input: there is none` };
  if (stdin.isTTY !== true) return pipedText(stdin, name);
  const first = await hiddenLine(io, stdin, `New ${name}: `);
  const second = first === undefined ? undefined : await hiddenLine(io, stdin, "The same again: ");
  if (first === undefined || second === undefined) return { ok: false, detail: "nothing changed" };
  return first === second
    ? { ok: true, text: first }
    : { ok: false, detail: "the two are not the same: nothing changed" };
}

async function pipedText(stdin: TypedInput, name: string): Promise<TypedSecret> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    const buffer = Buffer.from(chunk);
    bytes += buffer.length;
    if (bytes > LARGEST_BYTES) return { ok: false, detail: `the ${name} is too long` };
    chunks.push(buffer);
  }
  return {
    ok: true,
    text: Buffer.concat(chunks)
      .toString("utf8")
      .replace(/\r?\n$/, ""),
  };
}

/** Undefined when the person gives up. */
function hiddenLine(io: CliIo, stdin: TypedInput, prompt: string): Promise<string | undefined> {
  io.err(prompt);
  return new Promise((resolve) => {
    let line = "";
    const finish = (text: string | undefined) => {
      stdin.off("data", onData);
      stdin.off("end", onEnd);
      stdin.setRawMode?.(false);
      stdin.pause();
      io.err("\n");
      resolve(text);
    };
    const onEnd = () => finish(undefined);
    const onData = (data: Buffer) => {
      for (const key of data.toString("utf8")) {
        if (ENDS.includes(key)) return finish(line);
        if (GIVES_UP.includes(key)) return finish(undefined);
        line = ERASES.includes(key) ? line.slice(0, -1) : line + key;
      }
    };
    stdin.setRawMode?.(true);
    stdin.on("data", onData);
    stdin.on("end", onEnd);
    stdin.resume();
  });
}
