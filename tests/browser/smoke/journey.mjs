// The way of a visitor through the page, in any browser: type, be refused, fix it, share it, open the link elsewhere.
import { setTimeout as sleep } from "node:timers/promises";

const REFUSAL = 'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services';
const PATIENCE = 30_000;

/** Run in the page once it has loaded: what the journey asks it. */
function install() {
  const nameOf = (element) => (element.ariaLabel ?? element.labels?.[0]?.textContent ?? element.textContent).trim();
  const region = (name) => document.querySelector(`section[aria-label="${name}"]`);
  globalThis.smoke = {
    started: () => document.documentElement.matches("[data-started][data-editor]"),
    /** The visible element of this name, or whose name begins so, in a part of the page. */
    find(selector, name, part = "body") {
      const all = [...(document.querySelector(part)?.querySelectorAll(selector) ?? [])];
      const visible = all.filter((element) => element.getClientRects().length > 0);
      return visible.find((it) => nameOf(it) === name) ?? visible.find((it) => nameOf(it).startsWith(name)) ?? null;
    },
    shows: (name, text) => region(name)?.innerText.includes(text) ?? false,
    /** Puts the caret of an editor behind a word. */
    caretBehind(name, word) {
      const host = [...document.querySelectorAll("text-editor")].find((it) => nameOf(it.querySelector("textarea")) === name);
      host.shadowRoot.querySelector("[role=textbox]").focus();
      const box = host.querySelector("textarea");
      const at = box.value.indexOf(word) + word.length;
      box.setSelectionRange(at, at);
    },
  };
}

/** Waits until the page says so, and gives what it says. */
async function until(browser, what, ask, ...given) {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end) {
    const answer = await browser.evaluate(ask, ...given);
    if (answer) return answer;
    await sleep(100);
  }
  const page = await browser.evaluate(() => document.body.innerText);
  throw new Error(`not within ${PATIENCE / 1000} s: ${what}. The page shows:\n${page}`);
}

const untilShown = (browser, name, text) =>
  until(browser, `${name} shows ${text}`, (name, text) => smoke.shows(name, text), name, text);

async function press(browser, selector, name, part) {
  const given = part ? [selector, name, part] : [selector, name];
  await until(browser, `${name} can be pressed`, (...given) => smoke.find(...given) !== null, ...given);
  await browser.click((...given) => smoke.find(...given), ...given);
}

async function open(browser, address) {
  await browser.goto(address);
  await browser.evaluate(install);
  await until(browser, "the program and the editor have started", () => smoke.started());
}

/** Goes the whole way; the version of the browser. `launch` starts one that knows nothing of any other. */
export async function journey(launch, address) {
  let browser = await launch();
  try {
    await open(browser, address);
    await untilShown(browser, "Answer", "10.96.241.233");

    await press(browser, "button", "change PreferDualStack to RequireDualStack");
    await untilShown(browser, "Stored object", "ipFamilyPolicy: RequireDualStack");
    await browser.evaluate((...given) => smoke.caretBehind(...given), "Manifest", "port: 80");
    await browser.type("81");
    await untilShown(browser, "Stored object", "port: 8081");

    await press(browser, "button", "IPv4", '[role=group][aria-label="IP families"]');
    await untilShown(browser, "Stored object", REFUSAL);

    await press(browser, "button", "Add an IPv6 Service CIDR to the cluster", 'section[aria-label="Cluster"] [role=group][aria-label="Fixes"]');
    await untilShown(browser, "Stored object", "ipFamilyPolicy: RequireDualStack");
    await untilShown(browser, "Answer", "fd00:10:96::");

    await press(browser, "button", "Share");
    const link = await until(browser, "the dialog has a link", () => smoke.find("textarea, input", "Link", "dialog[open]")?.value);
    if (!/#0[-_\w]*[A-Za-z0-9]$/.test(link)) throw new Error(`no link: ${link}`);

    await browser.close();
    browser = await launch();
    await open(browser, link);
    await untilShown(browser, "Stored object", "port: 8081");
    await untilShown(browser, "Stored object", "ipFamilyPolicy: RequireDualStack");

    await press(browser, "[role=tab]", "Nodes and Pods");
    await press(browser, "button", "Add a node", 'section[aria-label="Nodes and Pods"]');
    await untilShown(browser, "Nodes and Pods", "node-1");
    const alerts = await browser.evaluate(() => [...document.querySelectorAll("[role=alert]")].map((it) => it.innerText));
    if (alerts.length > 0) throw new Error(`the page complains: ${alerts}`);
    return browser.version;
  } finally {
    await browser.close();
  }
}
