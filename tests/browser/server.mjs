// Serves dist/ under a sub-path, as a project page is served, and nothing else.
import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const root = fileURLToPath(new URL("../../dist", import.meta.url));
const base = "/some/sub-path/";
const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
};

const fileOf = (url) => {
  let path;
  try {
    path = decodeURIComponent(new URL(url, "http://localhost").pathname);
  } catch {
    return null;
  }
  if (!path.startsWith(base)) return null;
  const name = path.slice(base.length) || "index.html";
  const file = normalize(join(root, name));
  if (!file.startsWith(root + sep)) return null;
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? file : null;
};

/** Files that were asked for, packed once: the bench measures the browser, not the packing. */
const packed = new Map();
const packedOf = (file) => {
  const { mtimeMs } = statSync(file);
  const known = packed.get(file);
  if (known?.mtimeMs === mtimeMs) return known.bytes;
  const bytes = gzipSync(readFileSync(file), { level: 9 });
  packed.set(file, { mtimeMs, bytes });
  return bytes;
};

createServer((request, response) => {
  const file = fileOf(request.url ?? "/");
  if (!file) {
    response.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
    return;
  }
  const type = types[extname(file)] ?? "application/octet-stream";
  // As GitHub Pages does; frames that may only run scripts need the first.
  const headers = { "access-control-allow-origin": "*", "content-encoding": "gzip" };
  const bytes = packedOf(file);
  response.writeHead(200, { "content-type": type, "content-length": bytes.length, "cache-control": "no-store", ...headers });
  response.end(request.method === "HEAD" ? undefined : bytes);
}).listen(Number(process.env.PORT ?? 4173), "127.0.0.1");
