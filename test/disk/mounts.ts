import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A small file system of its own, for a state folder. Needs root. */
export interface Mount {
  readonly path: string;
  /** Fills what is free with one file. */
  fill(): void;
  /** Takes that file away again. */
  clear(): void;
  remount(how: "ro" | "rw"): void;
  /** As if the cable of the disk had been pulled: everything is an I/O error from now on. ext4 only. */
  breakDown(): void;
  /** The disk is mounted again at its place, while its old self may still be held open. */
  replace(): void;
  unmount(): void;
}

const SIZE_MB = 4;
const BLOCK = Buffer.alloc(4_096);
/** EXT4_IOC_SHUTDOWN (Linux, fs/ext4/ext4.h), with what is in the journal left there. */
const SHUT_DOWN =
  'open(my $f, "<", $ARGV[0]) or die $!; my $how = pack("L", 2); ioctl($f, 0x8004587d, $how) or die $!';

export function mountTmpfs(): Mount {
  const path = mkdtempSync(join(tmpdir(), "hems-edge-tmpfs-"));
  run("mount", "-t", "tmpfs", "-o", `size=${SIZE_MB}m`, "tmpfs", path);
  return mounted(path, { mountAgain: () => {}, cleanUp: () => {} });
}

/** ext4 on a loop device. */
export function mountExt4(): Mount {
  const path = mkdtempSync(join(tmpdir(), "hems-edge-ext4-"));
  const image = `${path}.img`;
  run("truncate", "-s", `${SIZE_MB * 2}M`, image);
  run("mkfs.ext4", "-q", "-m", "0", image);
  const mountAgain = () => run("mount", "-o", "loop", image, path);
  mountAgain();
  return mounted(path, { mountAgain, cleanUp: () => rmSync(image) });
}

function mounted(
  path: string,
  { mountAgain, cleanUp }: { readonly mountAgain: () => void; readonly cleanUp: () => void },
): Mount {
  const filler = join(path, "filler");
  return {
    path,
    fill() {
      const file = openSync(filler, "w");
      try {
        while (writeSync(file, BLOCK) === BLOCK.length);
      } catch (error) {
        const isFull = error instanceof Error && "code" in error && error.code === "ENOSPC";
        if (!isFull) throw error;
      } finally {
        closeSync(file);
      }
    },
    clear: () => rmSync(filler),
    remount: (how) => run("mount", "-o", `remount,${how}`, path),
    breakDown: () => run("perl", "-e", SHUT_DOWN, path),
    replace() {
      run("umount", "-l", path);
      mountAgain();
    },
    unmount() {
      run("umount", path);
      rmSync(path, { recursive: true });
      cleanUp();
    },
  };
}

function run(program: string, ...argv: string[]): void {
  execFileSync(program, argv, { stdio: ["ignore", "ignore", "inherit"] });
}
