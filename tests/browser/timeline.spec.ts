import type { Page } from "@playwright/test";
import {
  button,
  events,
  expect,
  manifestBox,
  open,
  region,
  test,
} from "./fixtures";

const slider = (page: Page) => page.getByRole("slider", { name: "Action shown", exact: true });

for (const width of [1440, 390]) {
  test(`a session is walked through, played and changed in order at ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 });
    await open(page);
    if (width < 700) await button(page, "Result").click();
    await button(page, "Patch").click();
    await button(page, "Restart with these flags").click();
    await expect(events(page)).toHaveCount(4);
    await expect(region(page, "Timeline")).toContainText("4 of 4: Restart 1.36");
    // A restart that changes nothing says so of each Service.
    await expect(region(page, "Timeline").getByText("kept", { exact: true })).toHaveCount(2);
    await button(page, "Previous action").click();
    await expect(slider(page)).toHaveValue("3");
    await expect(region(page, "Timeline")).toContainText("spec.ipFamilyPolicy: \"PreferDualStack\" → \"SingleStack\"");
    await slider(page).press("Home");
    await expect(region(page, "Timeline")).toContainText("1 of 4: Start 1.36");
    await expect(button(page, "Previous action")).toHaveAttribute("aria-disabled", "true");
    await button(page, "Play").click();
    await expect(slider(page)).toHaveValue("4", { timeout: 8000 });
    await expect(button(page, "Play")).toBeVisible();
    await button(page, "Move earlier").click();
    await expect(events(page).nth(2)).toContainText("Restart");
    await button(page, "Remove action 3").click();
    await expect(events(page)).toHaveCount(3);
    await button(page, "Undo").click();
    await expect(events(page)).toHaveCount(4);
  });
}

test("a fork keeps the other branch", async ({ page }) => {
  await open(page);
  await button(page, "Delete").click();
  await button(page, "Previous action").click();
  await button(page, "Fork from here").click();
  await expect(events(page)).toHaveCount(2);
  await manifestBox(page).fill("apiVersion: v1\nkind: Service\nmetadata: {name: other}\nspec: {ports: [{port: 1}]}\n");
  await expect(events(page).nth(1)).toContainText("other");
  const branch = page.getByRole("combobox", { name: "Branch", exact: true });
  await branch.selectOption("0");
  await expect(events(page)).toHaveCount(3);
  await expect(events(page).nth(1)).toContainText("my-service");
  // Both outlive a visit.
  await page.reload();
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
  await button(page, "从此处分叉").click();
  await expect(region(page, "时间线")).toContainText("第 3 个，共 3 个：修补 my-service");
  await expect(page.getByRole("combobox", { name: "分支" })).toContainText("自分支 1 的操作 3 之后分出");
});
