import { button, expect, manifestBox, open, region, started, test } from "./fixtures";

const CHINESE = ["答案", "时间线", "集群", "清单", "结果", "已存储的对象"];

test("switching the language keeps what was typed", async ({ page }) => {
  await open(page);
  await manifestBox(page).press("Control+Home");
  await page.keyboard.type("# kept\n");
  await button(page, "中文").click();
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
  for (const name of CHINESE) await expect(region(page, name)).toBeVisible();
  await expect(page.getByRole("textbox", { name: "清单", exact: true })).toHold(/^# kept\n/);
  await button(page, "English").click();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await expect(manifestBox(page)).toHold(/^# kept\n/);
});

test("the theme button switches between dark and light", async ({ page }) => {
  await open(page);
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await button(page, "Theme").click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect.poll(background).not.toBe(light);
  await button(page, "Theme").click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  await expect.poll(background).toBe(light);
});

test("a reload keeps language and theme", async ({ page }) => {
  await open(page);
  await button(page, "Theme").click();
  await button(page, "中文").click();
  await expect(region(page, "答案")).toBeVisible();
  await page.reload();
  await started(page);
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect(region(page, "答案")).toBeVisible();
});

test("the address can ask for a language and a theme", async ({ page }) => {
  await open(page, "?lang=zh-CN&theme=dark");
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  for (const name of CHINESE) await expect(region(page, name)).toBeVisible();
});

test("a dark system gets one click to light", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await open(page);
  await button(page, "Theme").click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
});

test.describe("in a Chinese browser", () => {
  test.use({ locale: "zh-CN" });

  test("the page starts in Chinese", async ({ page }) => {
    await open(page);
    await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
    await expect(region(page, "答案")).toBeVisible();
  });
});
