import { readFile } from "node:fs/promises";
import { join } from "node:path";

export interface PageFile {
  readonly path: string;
  readonly contentType: string;
  readonly content: Buffer;
}

/** The only files that are served: no path from outside ever reaches the disk. `npm run build:page` makes them. */
const FILES = [
  { path: "/", name: "index.html", contentType: "text/html; charset=utf-8" },
  { path: "/app.js", name: "app.js", contentType: "text/javascript; charset=utf-8" },
  { path: "/index.css", name: "index.css", contentType: "text/css; charset=utf-8" },
  { path: "/icon.svg", name: "icon.svg", contentType: "image/svg+xml" },
  {
    path: "/manifest.webmanifest",
    name: "manifest.webmanifest",
    contentType: "application/manifest+json",
  },
] as const;

/** Reads the page into memory; files that cannot be read are left out and named in `missing`. */
export async function readPageFiles(folder: string): Promise<{ files: PageFile[]; missing: string[] }> {
  const files: PageFile[] = [];
  const missing: string[] = [];
  for (const { path, name, contentType } of FILES) {
    try {
      files.push({ path, contentType, content: await readFile(join(folder, name)) });
    } catch {
      missing.push(name);
    }
  }
  return { files, missing };
}
