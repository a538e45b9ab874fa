import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { COMPONENTS, expect, flagsBox, manifestBox, open, region, test, textOf } from "./fixtures";

const picker = (page: Page) => page.getByRole("combobox", { name: "Example", exact: true });

const idsOf = (page: Page) =>
  picker(page)
    .locator("option")
    .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));

test("the picker has every file of tests/scenarios", async ({ page }) => {
  const folder = fileURLToPath(new URL("../scenarios", import.meta.url));
  const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  await open(page);
  expect((await idsOf(page)).sort()).toEqual(files.map((name) => name.slice(0, -5)).sort());
});

test("every scenario of the picker loads and is answered", async ({ page }) => {
  // They are many.
  test.slow();
  await open(page);
  const ids = await idsOf(page);
  const texts = new Set<string>();
  for (const id of ids) {
    await picker(page).selectOption(id);
    await expect(picker(page), id).toHaveValue(id);
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
  const id = await picker(page).inputValue();
  const text = await textOf(manifestBox(page));
  await manifestBox(page).press("Control+End");
  await page.keyboard.type("# mine");
  await expect(picker(page)).toHaveValue("");
  await picker(page).selectOption(id);
  await expect(picker(page)).toHaveValue(id);
  await expect(manifestBox(page)).toHold(text);
});

test("what the invitation changes is no longer a scenario by name", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "RequireDualStack", exact: true }).click();
  await expect(manifestBox(page)).toHold(/RequireDualStack/);
  await expect(picker(page)).toHaveValue("");
});
