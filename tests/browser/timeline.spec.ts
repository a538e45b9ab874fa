import type { Page } from "@playwright/test";
import { button, events, expect, manifestBox, open, openTab, region, started, test } from "./fixtures";

const shown = (page: Page) => events(page).locator("[aria-current=step]");

for (const width of [1440, 390]) {
  test(`a session is walked through, played and changed in order at ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 });
    await open(page);
    await button(page, "Patch").click();
    await button(page, "Restart").click();
    await expect(events(page)).toHaveCount(4);
    await expect(shown(page)).toContainText("4Restart");
    await openTab(page, "changes");
    // A restart that changes nothing says so of each Service.
    await expect(region(page, "Result").getByText("kept", { exact: true })).toHaveCount(2);
    await button(page, "Previous action").click();
    await expect(shown(page)).toContainText("3Patch");
    await expect(region(page, "Result")).toContainText("spec.ipFamilyPolicy: \"PreferDualStack\" → \"SingleStack\"");
    await shown(page).press("Home");
    await expect(shown(page)).toContainText("1Start 1.37");
    await expect(shown(page)).toBeFocused();
    await expect(button(page, "Previous action")).toHaveAttribute("aria-disabled", "true");
    await button(page, "Play").click();
    await expect(shown(page)).toContainText("4Restart", { timeout: 14_000 });
    await expect(button(page, "Play")).toBeVisible();
    await page.locator("#more").click();
    await button(page, "Move earlier").click();
    await expect(events(page).nth(2)).toContainText("Restart");
    await expect(button(page, "Move earlier")).toBeFocused();
    await button(page, "Remove action").click();
    await expect(events(page)).toHaveCount(3);
    await button(page, "Undo").click();
    await expect(events(page)).toHaveCount(4);
    await expect(page.locator("#event-menu")).toBeHidden();
  });

  test(`a note is shown while the session plays, with what changed, at ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 });
    await open(page);
    await button(page, "Patch").click();
    await page.locator("#more").click();
    await page.getByLabel("Note for this action").fill("Now one family is left.");
    await page.keyboard.press("Escape");
    await expect(page.locator("#more")).toBeFocused();
    await shown(page).press("Home");
    const note = page.getByRole("complementary");
    await button(page, "Play").click();
    await expect(note).toContainText("1 of 3: Start 1.37");
    await expect(note).toContainText("3 of 3: Patch", { timeout: 10_000 });
    await expect(note).toContainText("Now one family is left.");
    await expect(note).toContainText("spec.clusterIPs[1]");
    await expect(note).toBeInViewport({ ratio: 1 });
    await expect(note).toHaveCount(0, { timeout: 5000 });
  });
}

test("a fork keeps the other branch", async ({ page }) => {
  await open(page);
  await button(page, "Delete").click();
  await button(page, "Previous action").click();
  await page.locator("#more").click();
  await button(page, "Fork from here").click();
  await expect(events(page)).toHaveCount(2);
  await manifestBox(page).fill("apiVersion: v1\nkind: Service\nmetadata: {name: other}\nspec: {ports: [{port: 1}]}\n");
  await expect(events(page).nth(1)).toContainText("other");
  const branch = page.getByRole("combobox", { name: "Branch", exact: true });
  await page.locator("#more").click();
  await branch.selectOption("0");
  await expect(events(page)).toHaveCount(3);
  await expect(events(page).nth(1)).toContainText("my-service");
  // Both outlive a visit.
  await page.reload();
  await started(page);
  await page.locator("#more").click();
  await expect(events(page)).toHaveCount(3);
  await branch.selectOption("1");
  await expect(events(page).nth(1)).toContainText("other");
  await button(page, "Remove this branch").click();
  await expect(branch).toHaveCount(0);
  await expect(events(page)).toHaveCount(3);
});

test("the timeline speaks Chinese", async ({ page }) => {
  await open(page, "?lang=zh-CN");
  await button(page, "修补").click();
  await expect(region(page, "时间线").locator("[aria-current=step]")).toContainText("3修补 my-service");
  await page.locator("#more").click();
  await button(page, "从此处分叉").click();
  await expect(page.getByRole("combobox", { name: "分支" })).toContainText("自分支 1 的操作 3 之后分出");
});
