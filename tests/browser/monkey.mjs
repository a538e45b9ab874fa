// A monkey: types, clicks, presses keys, undoes and switches tabs by chance, and prints every error that nobody caught.
// `node monkey.mjs [seed] [minutes] [address]`: the same seed does the same. Not part of `cargo xtask test`.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";

const [seed = "1", minutes = "1", given] = process.argv.slice(2);
const PORT = "4175";
const address = given ?? `http://127.0.0.1:${PORT}/some/sub-path/`;
const VISIT = 60_000;

// mulberry32
let state = Number(seed);
const chance = () => {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};
const below = (end) => Math.floor(chance() * end);
const one = (list) => list[below(list.length)];

const WORDS = [
  "apiVersion: v1\n", "kind: Service\n", "  ipFamilyPolicy: RequireDualStack\n", "  ipFamilies: [IPv6, IPv4]\n", "---\n", "- port: 80\n", "双栈 🚀 ",
  "--service-cluster-ip-range=10.0.0.0/16,fd00::/108 ", "kubelet\n--node-ip=::\n", "\t", "# ", `${"long ".repeat(60)}\n`, "a", ":", "  ", "\n",
];
const KEYS = [
  "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End", "Control+Home", "Control+End", "PageDown", "PageUp", "Backspace", "Delete",
  "Enter", "Tab", "Shift+Tab", "Escape", "Control+a", "Control+z", "Control+y", "Control+Shift+z", "Control+Enter", "Shift+End", "Shift+ArrowUp",
  "Control+x", "Control+v", "Control+f", "Control+/", "Alt+/", "Control+m", "F2", "F8", "Shift+F8", "?", "Control+Backspace",
];
const CONTROLS = "button, select, summary, [role=tab], [role=separator], text-editor, textarea, input, .l";
const SIZES = [[1440, 900], [1280, 720], [900, 700], [390, 844], [320, 256]];

const trouble = new Map();
const tell = (what) => {
  if (!trouble.has(what)) console.log(`seed ${seed}, step ${steps}, after ${last.slice(-4).join(", ")}: ${what}`);
  trouble.set(what, (trouble.get(what) ?? 0) + 1);
};
let steps = 0;
const last = [];

/** One thing that a person might do, and how it is called. */
async function act(page) {
  const what = below(100);
  if (what < 30) {
    const text = one(WORDS);
    if (below(2)) await page.keyboard.insertText(text);
    else await page.keyboard.type(text.slice(0, 20));
    return `text ${JSON.stringify(text.slice(0, 12))}`;
  }
  if (what < 60) {
    const key = one(KEYS);
    await page.keyboard.press(key);
    return key;
  }
  if (what < 64) {
    const [width, height] = one(SIZES);
    await page.setViewportSize({ width, height });
    return `${width}x${height}`;
  }
  if (what < 66) {
    await one([() => page.goBack(), () => page.goForward()])().catch(() => {});
    return "history";
  }
  const all = await page.locator(CONTROLS).all();
  if (all.length === 0) {
    await page.goto(address).catch(() => {});
    return "the page anew";
  }
  const at = below(all.length);
  const name = await all[at].evaluate((it) => `${it.localName} ${it.ariaLabel ?? it.textContent.slice(0, 20)}`, null, { timeout: 500 }).catch(() => "gone");
  await all[at].click({ timeout: 300, force: below(2) === 1, position: { x: 1 + below(30), y: 1 + below(12) } }).catch(() => {});
  return `click ${name}`;
}

const server = given ? null : spawn(process.execPath, [fileURLToPath(new URL("server.mjs", import.meta.url))], { env: { ...process.env, PORT } });
const executablePath = process.env.CHROMIUM;
const browser = await chromium.launch({ executablePath, args: executablePath ? ["--no-sandbox"] : [] });
const end = Date.now() + Number(minutes) * 60_000;
while (Date.now() < end) {
  const context = await browser.newContext();
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await context.newPage();
  page.on("pageerror", (error) => tell(error.stack ?? error.message));
  // The list of licences has no icon.
  const isOurs = (message) => message.type() === "error" && !message.location().url.endsWith("/favicon.ico");
  page.on("console", (message) => isOurs(message) && tell(`console: ${message.text()}`));
  context.on("page", (other) => other.close());
  await page.goto(address).catch((error) => tell(error.message));
  const until = Math.min(end, Date.now() + VISIT);
  for (; Date.now() < until; steps += 1) last.push(await act(page));
  await context.close();
}
await browser.close();
server?.kill();
console.log(`seed ${seed}: ${steps} steps, ${trouble.size} kinds of errors`);
process.exit(trouble.size > 0 ? 1 : 0);
