import {
  button,
  events,
  expect,
  families,
  manifestBox,
  open,
  openTab,
  region,
  show,
  started,
  test,
} from "./fixtures";

for (const width of [1440, 390]) {
  test(`events are added, chosen and edited in place at ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 });
    await open(page);
    const result = region(page, "Result");
    await button(page, "Patch").click();
    await openTab(page, "changes");
    await expect(result).toContainText('spec.ipFamilyPolicy: "PreferDualStack" → "SingleStack"');
    await expect(result).toContainText("spec.clusterIPs[1]");
    await button(page, "Restart").click();
    // A restart that changes nothing says so of each Service.
    await expect(result.getByText("kept", { exact: true })).toHaveCount(2);
    await button(page, "+ Apply an update").click();
    await button(page, "Delete").click();
    await expect(events(page)).toHaveCount(6);
    await openTab(page, "changes");
    await expect(result.getByText("deleted", { exact: true })).toBeVisible();
    await events(page).nth(1).getByRole("button").first().click();
    await show(page, 1);
    await manifestBox(page).fill("apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 1}]}\n");
    // What follows is answered again: the patch now names a Service that is not there.
    await expect(events(page).nth(2)).toContainText("Rejected");
    await events(page).nth(2).getByRole("button").click();
    await page.locator("#more").click();
    await button(page, "Remove action").click();
    await expect(events(page)).toHaveCount(5);
  });
}

test("a restart with other ranges leaves what is stored as it was", async ({ page }) => {
  await open(page);
  await button(page, "Restart").click();
  await families(page, "IPv4").click();
  await expect(region(page, "Answer")).toContainText("A restart does not rewrite stored objects");
  await expect(region(page, "Stored object")).toContainText("fd00:10:96::980e");
  await button(page, "Patch").click();
  await expect(events(page)).toHaveCount(4);
  await events(page).first().getByRole("button").first().click();
  await expect(families(page, "IPv4 + IPv6")).toHaveAttribute("aria-pressed", "true");
});

test("any release can be chosen, and two of them stand side by side with the rules that differ", async ({ page }) => {
  await open(page);
  const version = page.getByRole("combobox", { name: "Kubernetes version", exact: true });
  expect(await version.locator("option").count()).toBe(18);
  // In 1.20 two ranges need a feature gate.
  await version.selectOption("1.20");
  await expect(region(page, "Answer")).toContainText("does not start");
  await version.selectOption("1.21");
  await expect(region(page, "Stored object")).not.toContainText("internalTrafficPolicy");
  await version.selectOption("1.36");
  await page.getByRole("combobox", { name: "Compare with" }).selectOption("1.21");
  await openTab(page, "changes");
  await expect(region(page, "Result")).toContainText("Kubernetes 1.36");
  await expect(region(page, "Result")).toContainText("Kubernetes 1.21");
  await expect(region(page, "Result")).toContainText("What differs between 1.36 and 1.21");
  await openTab(page, "why");
  await expect(region(page, "Why")).toContainText("recorded in 1.36");
});

test("server-side apply is said not to be simulated", async ({ page }) => {
  await open(page);
  await button(page, "Patch").click();
  await page.getByRole("combobox", { name: "Patch type" }).selectOption("apply");
  await expect(region(page, "Answer")).toContainText("The playground can’t show a result for this.");
  await expect(region(page, "Answer")).toContainText("Server-side apply is not simulated");
});

test("a session outlives a reload, in Chinese too", async ({ page }) => {
  await open(page, "?lang=zh-CN");
  await button(page, "修补").click();
  await button(page, "删除").click();
  await page.reload();
  await started(page);
  const list = page.getByRole("list", { name: "操作", exact: true }).getByRole("listitem");
  await expect(list).toHaveCount(4);
  await openTab(page, "changes");
  await expect(region(page, "结果")).toContainText("已删除");
});
