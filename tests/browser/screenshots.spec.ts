import { expect, open, refuse, test } from "./fixtures";

const SHOTS = [
  { name: "desktop-light", query: "?lang=en&theme=light", width: 1440 },
  { name: "desktop-dark", query: "?lang=en&theme=dark", width: 1440 },
  { name: "desktop-chinese", query: "?lang=zh-CN&theme=light", width: 1440 },
  { name: "desktop-refused", query: "?lang=en&theme=light", width: 1440, refused: true },
  { name: "phone", query: "?lang=en&theme=light", width: 390 },
];

test("pictures of the page are taken for a person to look at", async ({ page }) => {
  for (const { name, query, width, refused } of SHOTS) {
    await page.setViewportSize({ width, height: width < 700 ? 844 : 900 });
    await open(page, query);
    if (refused) await refuse(page);
    const picture = await page.screenshot({
      path: `screenshots/${name}.png`,
      fullPage: true,
      animations: "disabled",
    });
    expect(picture.length, name).toBeGreaterThan(10_000);
    await page.evaluate(() => localStorage.clear());
  }
});
