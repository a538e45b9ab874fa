// How long does a key take in the browser, from its input event to the end of layout, on the main thread? In a manifest of
// two hundred lines, and in a session of fifty events, as they are and on a machine four times slower.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";

const PORT = "4174";
const KEYS = 100;
const FLAGS = "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112";

const service = (name) =>
  `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\nspec:\n  ipFamilyPolicy: PreferDualStack\n  ports:\n  - port: 80\n`;
const manifest = [...Array(25).keys()].map((at) => service(`s${at}`)).join("---\n");
const start = { restart: { version: "1.36", flags: FLAGS } };
const apply = (text) => ({ apply: text });
const events = [start, ...[...Array(49).keys()].map((at) => apply(service(`s${at % 10}`)))];

const cases = [
  { what: "a manifest of 224 lines", events: [start, apply(manifest)], at: 1, targets: { 1: 8, 4: 50 } },
  { what: "a session of 50 events, at the last", events, at: 49, targets: { 1: 8, 4: 50 } },
  { what: "a session of 50 events, in the middle", events, at: 25, targets: { 1: 8, 4: 50 } },
];

/** The times of keys that are typed one after the other, in milliseconds. */
async function measure(browser, { events, at }, slower) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const work = JSON.stringify({ at, events });
  await page.addInitScript((work) => localStorage.setItem("dualstack.work", work), work);
  await page.goto(`http://127.0.0.1:${PORT}/some/sub-path/`);
  await page.locator("html[data-editor]").waitFor({ state: "attached" });
  await page.evaluate(() => {
    globalThis.times = [];
    let began = 0;
    const channel = new MessageChannel();
    // The message comes when the event's own work is done, and what it left for later in the same turn.
    channel.port1.onmessage = () => {
      document.body.getBoundingClientRect();
      globalThis.times.push(performance.now() - began);
    };
    document.addEventListener("beforeinput", () => {
      began = performance.now();
      channel.port2.postMessage(null);
    }, true);
  });
  const box = page.getByRole("textbox", { name: "Manifest", exact: true });
  await box.press("Control+Home");
  await page.keyboard.type("# warm ");
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: slower });
  await page.evaluate(() => { globalThis.times = []; });
  await page.keyboard.type("x".repeat(KEYS), { delay: 40 });
  await session.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  const times = await page.evaluate(() => globalThis.times);
  await page.close();
  return times.sort((one, next) => one - next);
}

const server = spawn("node", ["server.mjs"], { cwd: fileURLToPath(new URL(".", import.meta.url)), env: { ...process.env, PORT } });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || undefined,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
console.log("| a key in | machine | median | p95 | target |\n| --- | --- | --- | --- | --- |");
for (const it of cases) {
  for (const slower of [1, 4]) {
    const times = await measure(browser, it, slower);
    const at = (share) => `${times[Math.floor(share * (times.length - 1))].toFixed(1)} ms`;
    const machine = slower === 1 ? "as it is" : `${slower} × slower`;
    console.log(`| ${it.what} | ${machine} | ${at(0.5)} | ${at(0.95)} | ≤ ${it.targets[slower]} ms |`);
  }
}
await browser.close();
server.kill();
