import type { Frame, Page } from "@playwright/test";
import { button, expect, open, refuse, test } from "./fixtures";

declare global {
  function loadProgram(name: string, done: () => void): void;
  function askProgram(name: string, what: string, text: string, number: number): string | undefined;
}

/** Loads the second program, and says how that went. */
const load = (page: Page | Frame) =>
  page.evaluate(
    () => new Promise((done) => loadProgram("extras", () => done(document.documentElement.dataset.extras))),
  );

const ask = (page: Page | Frame, what: string, text: string, number = 0) =>
  page.evaluate(([what, text, number]) => askProgram("extras", what, text, number), [what, text, number] as const);

const saved = (page: Page) => page.evaluate(() => document.documentElement.dataset.work!);

/** The requests for the second program. */
function requests(page: Page) {
  const names: string[] = [];
  page.on("request", (request) => {
    const name = new URL(request.url()).pathname.split("/").pop()!;
    if (name.startsWith("extras-")) names.push(name.replace(/-[0-9a-f]{16}/, ""));
  });
  return names;
}

test("the second program comes when it is asked for, once, and then answers at once", async ({ page }) => {
  const names = requests(page);
  await open(page);
  expect(await ask(page, "qr", "x")).toBeUndefined();
  expect(names).toEqual([]);
  expect(await Promise.all([load(page), load(page)])).toEqual(["ready", "ready"]);
  expect(await load(page)).toBe("ready");
  expect(names).toEqual(["extras.js", "extras_bg.wasm"]);

  await refuse(page);
  const session = await saved(page);
  const link = (await ask(page, "encode", session))!;
  expect(link).toMatch(/^0[-_A-Za-z0-9]*[A-Za-z0-9]$/);
  expect(link.length).toBeLessThan(141);
  // Which session of the tab it is, no link says.
  const { session: _, ...state } = JSON.parse(session);
  expect(JSON.parse((await ask(page, "decode", link))!)).toMatchObject(state);
  expect(JSON.parse((await ask(page, "qr", link))!).path).toMatch(/^M4 4h7v1h-7z/);
  const fixes = JSON.parse((await ask(page, "fixes", session))!);
  const titles = fixes.map((fix: { title: { en: string } }) => fix.title.en);
  expect(titles).toContain("Add an `IPv6` range to the cluster");
  // What is not there answers nothing.
  expect(await ask(page, "qr", "x".repeat(3000))).toContain('"en":"This link is too long for a QR code');
});

test("hostile links are refused before anybody notices", async ({ page }) => {
  await open(page);
  await load(page);
  const links = ["", "0", "garbage", `0${"A".repeat(98_000)}`, `0${"A".repeat(1 << 20)}`, "9AAAA", "0%F0%9F"];
  const answers = await page.evaluate(
    (links) =>
      links.map((link) => {
        const times = [];
        let answer;
        for (let at = 0; at < 5; at += 1) {
          const start = performance.now();
          answer = askProgram("extras", "decode", link, 0)!;
          times.push(performance.now() - start);
        }
        return { length: link.length, answer, took: Math.min(...times) };
      }),
    links,
  );
  for (const { length, answer, took } of answers) {
    expect(answer).toMatch(/^\{"en":"This (link|session) /);
    expect(took, `${length} characters`).toBeLessThan(5);
  }
});

test.describe("where it cannot be had", () => {
  test.use({ troubleIsExpected: true });

  test("the page goes on without it, and asks again", async ({ page }) => {
    await page.route("**/extras-*", (route) => route.abort());
    await open(page);
    expect(await load(page)).toBe("failed");
    expect(await ask(page, "qr", "x")).toBeUndefined();
    await button(page, "IPv4").click();
    await expect(page.getByRole("alert")).toHaveCount(0);
    await page.unroute("**/extras-*");
    expect(await load(page)).toBe("ready");
    expect(await ask(page, "qr", "x")).toContain('"size":29');
    // A question that does not exist, and one of another type.
    expect(await ask(page, "nothing", "x")).toBeUndefined();
    expect(await ask(page, "qr", "x")).toContain('"size":29');
  });
});

test("it works in a frame that may only run scripts", async ({ page }) => {
  const body =
    '<!doctype html><link rel="icon" href="data:,"><title>host</title><iframe sandbox="allow-scripts" src="./"></iframe>';
  await page.route("**/host.html", (route) => route.fulfill({ contentType: "text/html", body }));
  await page.goto("./host.html");
  await expect.poll(() => page.frames().length).toBe(2);
  const frame = page.frames()[1];
  await frame.locator("html[data-started]").waitFor({ state: "attached" });
  expect(await load(frame)).toBe("ready");
  expect(await ask(frame, "qr", "x")).toContain('"size":29');
});
