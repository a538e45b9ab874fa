// Serves dist/ under a sub-path, as a project page is served, and nothing else.
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";

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

createServer((request, response) => {
  const file = fileOf(request.url ?? "/");
  if (!file) {
    response.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
    return;
  }
  const type = types[extname(file)] ?? "application/octet-stream";
  // As GitHub Pages does; frames that may only run scripts need it.
  const open = { "access-control-allow-origin": "*" };
  response.writeHead(200, { "content-type": type, "cache-control": "no-store", ...open });
  if (request.method === "HEAD") response.end();
  else createReadStream(file).pipe(response);
}).listen(Number(process.env.PORT ?? 4173), "127.0.0.1");
