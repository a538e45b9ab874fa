import { expect, open, refuse, region, test } from "./fixtures";

for (const width of [1440, 768, 390, 320]) {
  test(`nothing is wider than a window of ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 });
    for (const query of ["?lang=en", "?lang=zh-CN"]) {
      await open(page, query);
      const fits = () =>
        page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect.soft(await fits(), query).toBeLessThanOrEqual(0);
      if (width < 700) {
        const tabs = page.getByRole("navigation").getByRole("button");
        for (let at = 0; at < 3; at += 1) {
          await tabs.nth(at).click();
          expect.soft(await fits(), `${query}, pane ${at + 1}`).toBeLessThanOrEqual(0);
        }
      }
      await refuse(page);
      expect.soft(await fits(), `${query}, refused`).toBeLessThanOrEqual(0);
      await page.evaluate(() => localStorage.clear());
    }
  });
}

test("on a phone the tabs switch panes", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page);
  const panes = page.getByRole("navigation", { name: "Panes", exact: true });
  const shows: Record<string, string[]> = {
    Cluster: ["Cluster"],
    Manifest: ["Manifest"],
    Result: ["Result", "Stored object"],
  };
  const all = Object.values(shows).flat();
  for (const [tab, names] of Object.entries(shows)) {
    const button = panes.getByRole("button", { name: tab, exact: true });
    await button.click();
    await expect(button).toHaveAttribute("aria-current", "true");
    for (const name of all) {
      await expect(region(page, name)).toBeVisible({ visible: names.includes(name) });
    }
    await expect(region(page, "Answer")).toBeVisible();
  }
});

test("on a wide window there are no tabs", async ({ page }) => {
  await open(page);
  await expect(page.getByRole("navigation", { name: "Panes" })).toBeHidden();
});

test("the last accepted object is folded under what kubectl says, and opens inside its pane", async ({ page }) => {
  await open(page);
  await refuse(page);
  const stored = region(page, "Stored object");
  await expect(stored).toContainText("NotFound");
  const earlier = stored.locator("details");
  const text = earlier.locator("pre");
  await expect(text).toBeHidden();
  await earlier.locator("summary").click();
  await expect(text).toContainText("ipFamilyPolicy: RequireDualStack");
  const [inner, outer] = [await text.boundingBox(), await region(page, "Result").boundingBox()];
  expect(inner!.x + inner!.width).toBeLessThanOrEqual(outer!.x + outer!.width);
});
