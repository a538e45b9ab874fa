// Goes the journey in the browsers that the environment names: FIREFOX, and MINIBROWSER of WebKitGTK.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { firefox, webkit } from "./browsers.mjs";
import { journey } from "./journey.mjs";

const PORT = process.env.PORT ?? "4175";
const launchers = [
  [process.env.FIREFOX, firefox],
  [process.env.MINIBROWSER, webkit],
];

const server = spawn("node", ["server.mjs"], { cwd: fileURLToPath(new URL("..", import.meta.url)), env: { ...process.env, PORT }, stdio: "inherit" });
try {
  for (const [program, launch] of launchers.filter(([program]) => program)) {
    const start = Date.now();
    const version = await journey(() => launch(program), `http://127.0.0.1:${PORT}/some/sub-path/?lang=en`);
    console.log(`${version}: the journey passed (${((Date.now() - start) / 1000).toFixed(0)} s)`);
  }
} finally {
  server.kill();
}
