// Measures the page in Chromium and prints tables in Markdown: a first visit and a shared link on slow 4G, a key in a
// long manifest, in a long session and in long flags, and hostile links. `cargo xtask bench` holds the second column against the last.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { constants, deflateRawSync } from "node:zlib";
import { chromium } from "@playwright/test";

const PORT = "4174";
const ADDRESS = `http://127.0.0.1:${PORT}/some/sub-path/`;
const VISITS = 5;
const KEYS = 100;
const LINKS = 40;
const FLAGS = "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112";

const service = (name) =>
  `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\nspec:\n  ipFamilyPolicy: PreferDualStack\n  ports:\n  - port: 80\n`;
const manifest = [...Array(25).keys()].map((at) => service(`s${at}`)).join("---\n");
const start = { restart: { version: "1.36", flags: FLAGS } };
const apply = (text) => ({ apply: text });
const events = [start, ...[...Array(49).keys()].map((at) => apply(service(`s${at % 10}`)))];

// "Slow 4G": 1.6 Mbit/s down, 150 ms, a CPU four times slower.
const SLOW_4G = { offline: false, latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 };
const SLOW_CPU = 4;
const READABLE_TARGET = 1200;
const ANSWERED_TARGET = 4500;

// With a flag of its own in each line.
const lines = [FLAGS, ...[...Array(9999).keys()].map((at) => `--a${at}=10.0.0.${at % 256}`)].join("\n");
const long = { restart: { version: "1.36", flags: `kube-apiserver\n${lines}\n` } };

const cases = [
  { what: "a manifest of 224 lines", events: [start, apply(manifest)], at: 1, targets: { 1: 8, 4: 50 } },
  { what: "a session of 50 events, at the last", events, at: 49, targets: { 1: 8, 4: 50 } },
  { what: "a session of 50 events, in the middle", events, at: 25, targets: { 1: 8, 4: 50 } },
  { what: "10,000 lines of flags", events: [long, apply(service("s"))], at: 1, box: "kube-apiserver flags", targets: { 1: 100 } },
];

// What a link is packed into: the codes that the format fixes.
const packed = (bytes) => deflateRawSync(bytes, { strategy: constants.Z_FIXED }).toString("base64url");
const links = [
  { what: "garbage", link: "0garbage" },
  { what: "another format", link: "9AAAA" },
  { what: "98,000 characters that are none of ours", link: `0${"A".repeat(98_000)}` },
  { what: "64 KiB in a few characters, that say nothing", link: `0${packed(Buffer.alloc(64 * 1024))}` },
  { what: "1 MB in a few characters", link: `0${packed(Buffer.alloc(1 << 20))}` },
  { what: "1 MB in the address", link: `0${"A".repeat(1 << 20)}` },
];
const LINK_TARGET = 5;

const isKey = (it) => it.name === "EventDispatch" && it.args.data?.type === "keypress";

/** The events of the main thread that heard the keys, in order, from a trace of the browser. */
function mainThread(trace) {
  const thread = ({ pid, tid }) => `${pid} ${tid}`;
  const main = thread(trace.find(isKey));
  return trace.filter((it) => it.ph === "X" && thread(it) === main).sort((one, next) => one.ts - next.ts);
}

/**
 * What each key took from its event to the end of the layout that follows: on the main thread, and by the clock, in
 * milliseconds. All that the page does at once is done before the event has been dispatched: it waits in microtasks.
 */
function timesOf(events) {
  const isLayout = ({ name }) => name === "UpdateLayoutTree" || name === "Layout";
  return events.filter(isKey).map((key) => {
    const end = key.ts + key.dur;
    const after = events.filter((it) => it.ts >= end && it.ts < end + 35_000 && isLayout(it)).slice(0, 2);
    const last = after.at(-1);
    const thread = after.reduce((sum, it) => sum + it.tdur, key.tdur);
    return { thread: thread / 1000, clock: ((last ? last.ts + last.dur : end) - key.ts) / 1000 };
  });
}

/** Before the page: notes when the example is on the screen, and when the stored object comes to show a text. */
function watch(wanted) {
  const times = (globalThis.times = {});
  const waiting = { readable: ["Answer", "10.96.241.233"], answered: ["Stored object", wanted] };
  // Frames are held back until the style sheet is there; when the next one begins, this one has been drawn.
  const look = () => {
    for (const [what, [region, text]] of Object.entries(waiting)) {
      if (!document.querySelector(`section[aria-label="${region}"]`)?.textContent.includes(text)) continue;
      delete waiting[what];
      requestAnimationFrame(() => { times[what] = performance.now(); });
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/**
 * A first visit on slow 4G, in milliseconds from its beginning, and what it had loaded by its answer and at rest. At a link,
 * the answer is that to the link; otherwise it is that to a key that is pressed as soon as the example can be read.
 */
async function visit(browser, link = "") {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  // The page's own process, before it is slowed down.
  await page.goto(`${ADDRESS}none`);
  const session = await context.newCDPSession(page);
  const loaded = { requests: 0, bytes: 0 };
  session.on("Network.loadingFinished", ({ encodedDataLength }) => {
    loaded.requests += 1;
    loaded.bytes += encodedDataLength;
  });
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", SLOW_4G);
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOW_CPU });
  await page.addInitScript(watch, link ? "name: theirs" : "port: 808");
  await page.goto(`${ADDRESS}${link}`, { waitUntil: "commit" });
  if (!link) {
    await page.waitForFunction(() => globalThis.times?.readable);
    await page.evaluate(() => {
      const box = document.querySelector("textarea[aria-label=Manifest]");
      const at = box.value.indexOf("port: 80") + "port: 80".length;
      box.focus();
      box.setSelectionRange(at, at);
    });
    await page.keyboard.press("8");
  }
  await page.waitForFunction(() => globalThis.times.answered);
  const early = { ...loaded };
  const times = await page.evaluate(() => globalThis.times);
  await page.waitForLoadState("networkidle");
  await page.locator("html[data-editor]").waitFor({ state: "attached" });
  await context.close();
  return { ...times, early, loaded };
}

/** A link to a Service called "theirs". */
async function link(browser) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(ADDRESS);
  await page.locator("html[data-started][data-editor]").waitFor({ state: "attached" });
  await page.getByRole("textbox", { name: "Manifest", exact: true }).fill(service("theirs"));
  await page.waitForFunction(() => location.hash.startsWith("#0"));
  const { hash } = new URL(page.url());
  await context.close();
  return hash;
}

async function visits(browser, link) {
  const all = [];
  while (all.length < VISITS) all.push(await visit(browser, link));
  return all;
}

/** A page that works on this, at rest. */
async function open(browser, { events, at, box: name = "Manifest" }) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const work = JSON.stringify({ at, events });
  await page.addInitScript((work) => {
    localStorage.setItem("dualstack.work", work);
    // Before the page hears of it.
    addEventListener("popstate", () => performance.mark("moved"));
  }, work);
  await page.goto(ADDRESS, { waitUntil: "networkidle" });
  await page.locator("html[data-started][data-editor]").waitFor({ state: "attached" });
  await page.getByRole("textbox", { name, exact: true }).press("Control+Home");
  await page.keyboard.type("# warm ");
  return page;
}

/** What the browser writes down meanwhile. */
async function traced(browser, work) {
  const tracing = await browser.newBrowserCDPSession();
  const trace = [];
  tracing.on("Tracing.dataCollected", ({ value }) => trace.push(...value));
  const complete = new Promise((done) => tracing.on("Tracing.tracingComplete", done));
  await tracing.send("Tracing.start", { traceConfig: { includedCategories: ["devtools.timeline", "blink.user_timing"] } });
  await work();
  await tracing.send("Tracing.end");
  await complete;
  return trace;
}

/** The times of keys that are typed one after the other. */
async function typed(browser, work, slower) {
  const page = await open(browser, work);
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: slower });
  const trace = await traced(browser, () => page.keyboard.type("x".repeat(KEYS), { delay: 40 }));
  await page.close();
  return timesOf(mainThread(trace));
}

/**
 * What it takes to say what is wrong with a link to which the browser's history leads again and again, from the event that
 * tells of it to the end of the layout with the message: all of it is done before the browser draws.
 */
async function followed(browser, link) {
  const page = await open(browser, { events: [start, apply(service("mine"))], at: 1 });
  const follow = async ({ link, times }) => {
    const rest = () => new Promise((done) => setTimeout(done, 40));
    const alert = () => document.querySelector("[role=alert]");
    const moved = (move) => new Promise((done) => {
      addEventListener("popstate", done, { once: true });
      move();
    });
    const said = (move) => new Promise((done) => {
      const observer = new MutationObserver(() => {
        if (!alert()) return;
        observer.disconnect();
        alert().getBoundingClientRect();
        performance.mark("said");
        done();
      });
      observer.observe(document.body, { childList: true, subtree: true });
      move();
    });
    await said(() => { location.hash = link; });
    for (let at = 0; at < times; at += 1) {
      await rest();
      alert().querySelector("button").click();
      await moved(() => history.back());
      await rest();
      await said(() => history.forward());
    }
  };
  const trace = await traced(browser, () => page.evaluate(follow, { link, times: LINKS }));
  await page.close();
  const marks = trace.filter(({ name }) => ["moved", "said"].includes(name)).sort((one, next) => one.ts - next.ts);
  const pairs = marks.flatMap((mark, at) => (mark.name === "said" ? [[marks[at - 1], mark]] : []));
  // The first was not moved to by the browser's history.
  return pairs.slice(1).map(([moved, said]) => ({ thread: (said.tts - moved.tts) / 1000, clock: (said.ts - moved.ts) / 1000 }));
}

/** How much a share of these took at most, as a cell of a table. */
function quantile(times, share, kind) {
  const all = sorted(times.map((time) => time[kind]));
  return `${all[Math.floor(share * (all.length - 1))].toFixed(1)} ms`;
}

/** A row of a table. */
const row = (...cells) => console.log(`| ${cells.join(" | ")} |`);

/** The first rows of a table. */
function table(...columns) {
  console.log();
  row(...columns);
  row(...columns.map(() => "---"));
}

const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(2)} s`;
const sorted = (times) => times.toSorted((one, next) => one - next);
const median = (times) => sorted(times)[times.length >> 1];
const medianAndWorst = (times) => [seconds(median(times)), seconds(Math.max(...times))];
const size = ({ requests, bytes }) => `${(bytes / 1024).toFixed(0)} KiB in ${requests} requests`;

const server = spawn("node", ["server.mjs"], { cwd: fileURLToPath(new URL(".", import.meta.url)), env: { ...process.env, PORT } });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || undefined,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
/** The cells of what was measured. */
const figures = (times, target) => [
  quantile(times, 0.95, "thread"),
  quantile(times, 0.5, "thread"),
  quantile(times, 0.95, "clock"),
  `≤ ${target} ms`,
];

console.log(`In Chromium ${browser.version()}.`);
const first = await visits(browser);
const shared = await visits(browser, await link(browser));
const answered = first.map((it) => it.answered);
table("a first visit on slow 4G", "median", `worst of ${VISITS}`, "limit");
row("the example can be read", ...medianAndWorst(first.map((it) => it.readable)), `≤ ${seconds(READABLE_TARGET)}`);
row("a key is answered, counted from opening", ...medianAndWorst(answered), `≤ ${seconds(ANSWERED_TARGET)}`);
row("a shared link is answered", ...medianAndWorst(shared.map((it) => it.answered)), `≤ ${seconds(median(answered))}`);
row("loaded by the answer", size(first[0].early), "", "");
row("loaded at rest", size(first[0].loaded), "", "");

table("a key in", "p95", "median", "p95 by the clock", "limit");
for (const it of cases) {
  for (const [slower, target] of Object.entries(it.targets).map((pair) => pair.map(Number))) {
    const what = slower === 1 ? it.what : `${it.what}, CPU ${slower} × slower`;
    row(what, ...figures(await typed(browser, it, slower), target));
  }
}
table("what is wrong with a link of", "p95", "median", "p95 by the clock", "limit");
for (const { what, link } of links) row(what, ...figures(await followed(browser, link), LINK_TARGET));
await browser.close();
server.kill();
