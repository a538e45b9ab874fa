// Two ways to drive a browser, with the same few methods: WebDriver BiDi for Firefox, W3C WebDriver for WebKit.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import puppeteer from "puppeteer-core";
import { Builder } from "selenium-webdriver";

/** @typedef {object} Browser What a journey needs. Functions run in the page; their arguments are JSON.
 *  @property {string} version
 *  @property {(url: string) => Promise<void>} goto
 *  @property {(run: Function, ...given: unknown[]) => Promise<any>} evaluate
 *  @property {(find: Function, ...given: unknown[]) => Promise<void>} click Clicks the element that is found.
 *  @property {(text: string) => Promise<void>} type Presses keys where the focus is.
 *  @property {() => Promise<void>} close */

/** Firefox, with a fresh profile. @returns {Promise<Browser>} */
export async function firefox(executablePath) {
  const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
  const page = await browser.newPage();
  await page.setViewport({ width: 1440, height: 900 });
  return {
    version: await browser.version(),
    goto: async (url) => void (await page.goto(url)),
    evaluate: (run, ...given) => page.evaluate(run, ...given),
    click: async (find, ...given) => {
      const found = await page.evaluateHandle(find, ...given);
      await found.asElement().click();
    },
    type: (text) => page.keyboard.type(text),
    close: () => browser.close(),
  };
}

/** A port that nobody listens on. */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

async function listening(port) {
  for (let at = 0; at < 100; at += 1) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await Promise.race([once(socket, "connect").then(() => true), once(socket, "error").then(() => false)]).catch(() => false);
    socket.destroy();
    if (isOpen) return;
    await sleep(100);
  }
  throw new Error(`nothing listens on port ${port}`);
}

/** WebKitGTK's MiniBrowser, with a fresh profile. @returns {Promise<Browser>} */
export async function webkit(binary) {
  const port = await freePort();
  // No accessibility bus, no compositing on a graphics card: there is none under Xvfb.
  const env = { ...process.env, NO_AT_BRIDGE: "1", WEBKIT_DISABLE_COMPOSITING_MODE: "1" };
  const server = spawn("WebKitWebDriver", [`--port=${port}`], { env, stdio: "ignore" });
  try {
    await listening(port);
    const capabilities = { browserName: "MiniBrowser", "webkitgtk:browserOptions": { binary, args: ["--automation"] } };
    const driver = await new Builder().usingServer(`http://127.0.0.1:${port}/`).withCapabilities(capabilities).build();
    await driver.manage().window().setRect({ x: 0, y: 0, width: 1440, height: 900 });
    const given = await driver.getCapabilities();
    const run = (script, ...args) => driver.executeScript(`return (${script})(...arguments)`, ...args);
    return {
      version: `WebKitGTK ${given.getBrowserVersion()}`,
      goto: (url) => driver.get(url),
      evaluate: run,
      click: async (find, ...args) => (await run(find, ...args)).click(),
      type: (text) => driver.actions().sendKeys(text).perform(),
      close: async () => {
        await driver.quit();
        server.kill();
      },
    };
  } catch (error) {
    server.kill();
    throw error;
  }
}
