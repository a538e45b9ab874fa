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

/** The events of the main thread that heard the keys, in order, from a trace of the browser. */
function mainThread(trace) {
  const thread = ({ pid, tid }) => `${pid} ${tid}`;
  const typed = trace.filter((it) => it.name === "EventDispatch" && it.args.data?.type === "keypress");
  const main = thread(typed[0]);
  return trace.filter((it) => it.ph === "X" && thread(it) === main).sort((one, next) => one.ts - next.ts);
}

/**
 * What each key took from its event to the end of the layout that follows: on the main thread, and by the clock, in
 * milliseconds. All that the page does at once is done before the event has been dispatched: it waits in microtasks.
 */
function timesOf(events) {
  const isLayout = ({ name }) => name === "UpdateLayoutTree" || name === "Layout";
  return events.filter((it) => it.name === "EventDispatch" && it.args.data?.type === "keypress").map((key) => {
    const end = key.ts + key.dur;
    const after = events.filter((it) => it.ts >= end && it.ts < end + 35_000 && isLayout(it)).slice(0, 2);
    const last = after.at(-1);
    const thread = after.reduce((sum, it) => sum + it.tdur, key.tdur);
    return { thread: thread / 1000, clock: ((last ? last.ts + last.dur : end) - key.ts) / 1000 };
  });
}

/** The times of keys that are typed one after the other. */
async function measure(browser, { events, at }, slower) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const work = JSON.stringify({ at, events });
  await page.addInitScript((work) => localStorage.setItem("dualstack.work", work), work);
  await page.goto(`http://127.0.0.1:${PORT}/some/sub-path/`);
  await page.locator("html[data-editor][data-cluster=ready]").waitFor({ state: "attached" });
  const box = page.getByRole("textbox", { name: "Manifest", exact: true });
  await box.press("Control+Home");
  await page.keyboard.type("# warm ");
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: slower });
  const tracing = await browser.newBrowserCDPSession();
  const trace = [];
  tracing.on("Tracing.dataCollected", ({ value }) => trace.push(...value));
  const complete = new Promise((done) => tracing.on("Tracing.tracingComplete", done));
  await tracing.send("Tracing.start", { traceConfig: { includedCategories: ["devtools.timeline"] } });
  await page.keyboard.type("x".repeat(KEYS), { delay: 40 });
  await tracing.send("Tracing.end");
  await complete;
  await page.close();
  return timesOf(mainThread(trace));
}

const server = spawn("node", ["server.mjs"], { cwd: fileURLToPath(new URL(".", import.meta.url)), env: { ...process.env, PORT } });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || undefined,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
console.log("| a key in | machine | median | p95 | target | p95 by the clock |\n| --- | --- | --- | --- | --- | --- |");
for (const it of cases) {
  for (const slower of [1, 4]) {
    const times = await measure(browser, it, slower);
    const at = (share, kind) => {
      const sorted = times.map((time) => time[kind]).sort((one, next) => one - next);
      return `${sorted[Math.floor(share * (sorted.length - 1))].toFixed(1)} ms`;
    };
    const machine = slower === 1 ? "as it is" : `${slower} × slower`;
    const [median, p95, clock] = [at(0.5, "thread"), at(0.95, "thread"), at(0.95, "clock")];
    console.log(`| ${it.what} | ${machine} | ${median} | ${p95} | ≤ ${it.targets[slower]} ms | ${clock} |`);
  }
}
await browser.close();
server.kill();
