import { button, expect, findings, flagsBox, manifestBox, open, region, test } from "./fixtures";

for (const [lang, name] of [["en", "Keyboard shortcuts"], ["zh-CN", "键盘快捷键"]] as const) {
  test(`the sheet of keys opens, acts and closes in ${lang}`, async ({ page }) => {
    await open(page, `?lang=${lang}`);
    const sheet = page.getByRole("dialog", { name, exact: true });
    await page.keyboard.press("?");
    await expect(sheet).toBeVisible();
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await expect(sheet).toBeHidden();
    await button(page, name).click();
    await page.keyboard.press("p");
    await expect(sheet).toBeHidden();
    await expect(page.getByRole("list", { name: lang === "en" ? "Actions" : "操作" }).getByRole("listitem")).toHaveCount(3);
    await page.keyboard.press("?");
    await page.keyboard.press("m");
    // The editor takes the focus of its box.
    const focused = () => page.evaluate(() => document.activeElement?.matches("#manifest, text-editor[kind=manifest]"));
    await expect.poll(focused).toBe(true);
  });
}

test("every command of the sheet has its key, and arrows walk through them", async ({ page }) => {
  await open(page);
  await page.keyboard.press("?");
  const items = page.getByRole("menuitem");
  const keys = await items.evaluateAll((all) => all.map((it) => it.querySelector("kbd")?.textContent));
  expect(new Set(keys).size).toBe(keys.length);
  await expect(items.first()).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(items.nth(1)).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(items.first()).toBeFocused();
  // From outside of the commands they lead to the last and to the first.
  const close = page.getByRole("dialog").locator("[data-close]");
  await close.focus();
  await page.keyboard.press("ArrowUp");
  await expect(items.last()).toBeFocused();
  await close.focus();
  await page.keyboard.press("ArrowDown");
  await expect(items.first()).toBeFocused();
});

test("a question mark in a text stays a question mark, and the single key can be switched off", async ({ page }) => {
  await open(page);
  await manifestBox(page).press("Control+Home");
  await page.keyboard.type("# ?\n");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await button(page, "Keyboard shortcuts").click();
  await button(page, "The key ? opens this list").click();
  await page.keyboard.press("Escape");
  await region(page, "Answer").focus();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.reload();
  await page.locator("html[data-started]").waitFor({ state: "attached" });
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("Control and Enter apply again from a text box", async ({ page }) => {
  await open(page);
  await flagsBox(page).focus();
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("list", { name: "Actions" }).getByRole("listitem")).toHaveCount(3);
});
