import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** What a service manager gives its service, so that telling it is part of what is measured. */
export interface NotifySocket {
  readonly environment: Readonly<Record<string, string>>;
  /** False where nothing here can hold a datagram socket, or there is no systemd-notify. */
  readonly isReal: boolean;
  close(): void;
}

const RECEIVER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True: s.recvmsg(4096, 4096)
`;

/** A watchdog of 30 s, as in the unit. Node has no Unix datagram sockets, so Python holds it. */
export function notifySocket(folder: string): NotifySocket {
  const hasAll = ["systemd-notify", "python3"].every((name) => spawnSync("which", [name]).status === 0);
  if (!hasAll) return { environment: {}, isReal: false, close() {} };
  const path = join(folder, "notify");
  const receiver = spawn("python3", ["-c", RECEIVER, path], { stdio: "ignore" });
  while (!existsSync(path) && receiver.exitCode === null) spawnSync("sleep", ["0.05"]);
  return {
    environment: { NOTIFY_SOCKET: path, WATCHDOG_USEC: "30000000" },
    isReal: true,
    close: () => void receiver.kill("SIGKILL"),
  };
}
