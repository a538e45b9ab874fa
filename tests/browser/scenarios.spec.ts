import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { choose, COMPONENTS, EDITOR, expect, findings, flagsBox, manifestBox, open, region, test, textOf } from "./fixtures";

const panel = (page: Page) => page.getByRole("dialog", { name: "Examples", exact: true });
const shown = (page: Page) => page.locator("#examples small");

/** The names of all examples; the panel is closed again. */
async function idsOf(page: Page) {
  await page.locator("#examples").click();
  const ids = await panel(page)
    .locator("li button")
    .evaluateAll((rows) => rows.map((row) => row.id.replace(/^example-/, "")));
  await page.keyboard.press("Escape");
  await expect(panel(page)).toBeHidden();
  return ids;
}

test("the panel has every file of web/scenarios", async ({ page }) => {
  const folder = fileURLToPath(new URL("../../web/scenarios", import.meta.url));
  const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  await open(page);
  expect((await idsOf(page)).sort()).toEqual(files.map((name) => name.slice(0, -5)).sort());
});

test("every scenario of the panel loads and is answered", async ({ page }) => {
  // They are many.
  test.slow();
  await open(page);
  const ids = await idsOf(page);
  const texts = new Set<string>();
  for (const id of ids) {
    await choose(page, id);
    await expect(shown(page), id).not.toHaveText("Your own");
    await expect(region(page, "Answer"), id).toContainText(/\w{3}/);
    // What a session ends with can be a patch or the name of what is deleted, too.
    const last = region(page, "Manifest").locator("#manifest");
    await expect(last, id).toHaveValue(/\w/);
    const events = await page.getByRole("list", { name: "Actions", exact: true }).innerText();
    texts.add(events + (await Promise.all(COMPONENTS.map((it) => textOf(flagsBox(page, it))))).join() + (await last.inputValue()));
  }
  expect(texts.size, "no two scenarios are the same").toBe(ids.length);
});

test("a scenario that was edited is no longer named, and can be chosen again", async ({ page }) => {
  await open(page);
  const title = await shown(page).innerText();
  const text = await textOf(manifestBox(page));
  await manifestBox(page).press("Control+End");
  await page.keyboard.type("# mine");
  await expect(shown(page)).toHaveText("Your own");
  await choose(page, "dual-stack-preferred-ipfamilies-svc");
  await expect(shown(page)).toHaveText(title);
  await expect(manifestBox(page)).toHold(text);
  await page.locator("#examples").click();
  await panel(page).getByRole("button", { name: "Your own text" }).click();
  await expect(shown(page)).toHaveText("Your own");
  await expect(manifestBox(page)).toHold(/# mine/);
});

test("one's own text is in the panel in the next visit, too", async ({ page, context }) => {
  await open(page);
  await manifestBox(page).fill("# mine\nkind: Service\n");
  await expect(shown(page)).toHaveText("Your own");
  await choose(page, "node-port");
  await expect(manifestBox(page)).toHold(/NodePort/);
  const next = await context.newPage();
  if (test.info().project.name === "text boxes") await next.route(EDITOR, (route) => route.abort());
  await next.goto(page.url().split("#")[0]);
  await next.locator("html[data-started]").waitFor({ state: "attached" });
  await expect(next.locator("#manifest")).toHaveValue(/NodePort/);
  await next.locator("#examples").click();
  await panel(next).getByRole("button", { name: "Your own text" }).click();
  await expect(next.locator("#manifest")).toHaveValue(/# mine/);
});

test("where storage is full, an example is chosen all the same", async ({ page }) => {
  await page.addInitScript(() => {
    Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
  });
  await open(page);
  await manifestBox(page).fill("# mine\nkind: Service\n");
  await choose(page, "node-port");
  await expect(manifestBox(page)).toHold(/NodePort/);
  await page.locator("#examples").click();
  await panel(page).getByRole("button", { name: "Your own text" }).click();
  await expect(manifestBox(page)).toHold(/# mine/);
});

test("what the invitation changes is no longer a scenario by name", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "change PreferDualStack to RequireDualStack", exact: true }).click();
  await expect(manifestBox(page)).toHold(/RequireDualStack/);
  await expect(shown(page)).toHaveText("Your own");
  await page.getByRole("button", { name: "remove the IPv6 range", exact: true }).click();
  await expect(page.getByText("Try it:")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "remove the IPv6 range", exact: true })).toHaveCount(0);
});

test("the panel is used by keys alone, and gives the focus back", async ({ page }) => {
  await open(page);
  await page.locator("#examples").focus();
  await page.keyboard.press("Enter");
  const box = panel(page).getByRole("textbox");
  await expect(box).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(panel(page)).toBeHidden();
  await expect(page.locator("#examples")).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.type("provided IP is already allocated");
  await page.keyboard.press("ArrowDown");
  await expect(page.locator("#example-address-taken")).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(box).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(panel(page)).toBeHidden();
  await expect(shown(page)).toHaveText("Error: an address that is already allocated");
  await expect(page.locator("#examples")).toBeFocused();
});

for (const lang of ["en", "zh-CN"]) {
  test(`the panel is accessible in ${lang}`, async ({ page }) => {
    await open(page, `?lang=${lang}`);
    await page.locator("#examples").click();
    expect(await findings(page)).toEqual([]);
  });
}
