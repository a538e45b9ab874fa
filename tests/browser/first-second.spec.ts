// From the first second on: what is typed, the focus, the selection and what is scrolled survive the start of the
// program and of the editor.
import type { Page, Route } from "@playwright/test";
import { EDITOR, expect, manifestBox, started, test } from "./fixtures";

const SLOW_4G = { offline: false, latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 };
const KEYS = "# abcdefghijklmnopqrstuvwxyz 0123456789 ABCDEFGHIJKLMNOPQRS!";

/** Holds files back; what is returned lets them through. */
async function hold(page: Page, files: string) {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(files, async (route: Route) => {
    await held;
    await route.continue();
  });
  return release;
}

/** Opens the page with the program and the editor held back. */
async function openBefore(page: Page) {
  const program = await hold(page, "**/*.wasm");
  const editor = await hold(page, EDITOR);
  await page.goto("./", { waitUntil: "commit" });
  await expect(page.locator("textarea#manifest")).toBeVisible();
  await page.waitForLoadState("domcontentloaded");
  const start = async () => {
    program();
    await page.locator("html[data-started]").waitFor({ state: "attached" });
  };
  const edit = async () => {
    editor();
    await started(page);
  };
  return { start, edit };
}

const ends = (page: Page) =>
  page.evaluate(() => {
    const { selectionStart, selectionEnd, selectionDirection } = document.querySelector("textarea#manifest") as HTMLTextAreaElement;
    return [selectionStart, selectionEnd, selectionDirection];
  });

for (const [speed, slow] of [["slow 4G and a CPU four times slower", true], ["a fast line", false]] as const) {
  test(`sixty keys typed from the first paint on arrive in order, on ${speed}`, async ({ page }) => {
    test.slow(slow);
    if (slow) {
      const session = await page.context().newCDPSession(page);
      await session.send("Network.emulateNetworkConditions", SLOW_4G);
      await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    }
    await page.goto("./", { waitUntil: "commit" });
    // The box may be replaced between the look for it and the focus: whoever types has seen the caret in it.
    await expect(async () => {
      await manifestBox(page).press("Control+Home");
      await expect(manifestBox(page)).toBeFocused({ timeout: 500 });
    }).toPass();
    expect(KEYS).toHaveLength(60);
    await page.keyboard.type(KEYS, { delay: slow ? 120 : 25 });
    await started(page);
    await page.keyboard.type("\n");
    await expect(manifestBox(page)).toHold(new RegExp(`^${KEYS}\napiVersion: v1\n`));
    await expect(manifestBox(page)).toBeFocused();
  });
}

test("a selection survives, and what is typed takes its place", async ({ page }) => {
  const { start, edit } = await openBefore(page);
  await page.locator("textarea#manifest").evaluate((box: HTMLTextAreaElement) => {
    const at = box.value.indexOf("PreferDualStack");
    box.focus();
    box.setSelectionRange(at, at + "PreferDualStack".length, "backward");
  });
  const before = await ends(page);
  await start();
  await expect(manifestBox(page)).toBeFocused();
  expect(await ends(page)).toEqual(before);
  await edit();
  await expect(manifestBox(page)).toBeFocused();
  await page.keyboard.type("SingleStack");
  await expect(manifestBox(page)).toHold(/ipFamilyPolicy: SingleStack\n/);
});

test("a button keeps the focus", async ({ page }) => {
  const { start } = await openBefore(page);
  const preset = page.getByRole("button", { name: "IPv4", exact: true });
  await preset.focus();
  await start();
  await expect(preset).toBeFocused();
});

test("what is scrolled stays, at the start and when the editor comes", async ({ page }) => {
  await page.setViewportSize({ width: 700, height: 500 });
  const { start, edit } = await openBefore(page);
  // The page, or its panes where they scroll themselves.
  const scrolled = (to?: number) =>
    page.evaluate((to) => {
      const scrolls = (it: Element) => it === document.scrollingElement || ["auto", "scroll"].includes(getComputedStyle(it).overflowY);
      const all = [document.scrollingElement!, ...document.querySelectorAll("#app *")].filter(scrolls);
      if (to) for (const it of all) it.scrollTop = to;
      return all.map((it) => it.scrollTop).filter((top) => top > 0);
    }, to);
  await scrolled(40);
  const before = await scrolled();
  expect(before.length).toBeGreaterThan(0);
  await start();
  expect(await scrolled()).toEqual(before);
  await edit();
  expect(await scrolled()).toEqual(before);
});

test("the program waits for the end of a composition", async ({ page }) => {
  const program = await hold(page, "**/*.wasm");
  await page.goto("./", { waitUntil: "commit" });
  await manifestBox(page).press("Control+Home");
  await page.keyboard.type("# ");
  const session = await page.context().newCDPSession(page);
  const compose = (text: string) => session.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
  await compose("shuang");
  const loaded = page.waitForResponse("**/*.wasm");
  program();
  await (await loaded).finished();
  await page.waitForTimeout(1000);
  await compose("shuangzhan");
  await expect(page.locator("html[data-started]")).toHaveCount(0);
  await session.send("Input.insertText", { text: "双栈" });
  await started(page);
  await expect(manifestBox(page)).toBeFocused();
  await page.keyboard.type("!\n");
  await expect(manifestBox(page)).toHold(/^# 双栈!\napiVersion/);
});
