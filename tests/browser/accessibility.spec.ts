import { choose, expect, findings, flagsBox, manifestBox, open, openTab, refuse, save, show, test, textOf } from "./fixtures";

const TABS = ["object", "picture", "why", "nodes", "addresses", "changes", "terminal"];

for (const width of [1440, 390]) {
  for (const lang of ["en", "zh-CN"]) {
    for (const theme of ["light", "dark"]) {
      test(`no findings at ${width} pixels in ${lang}, ${theme}`, async ({ page }) => {
        // Every pane is looked through, in two states.
        test.slow();
        await page.setViewportSize({ width, height: 844 });
        await open(page, `?lang=${lang}&theme=${theme}`);
        const look = async (state: string) => {
          for (const pane of [0, 1, 2] as const) {
            if (width > 700 && pane > 0) break;
            await show(page, pane);
            expect.soft(await findings(page), `${state}, pane ${pane + 1}`).toEqual([]);
          }
        };
        await look("accepted");
        await refuse(page);
        await look("refused");
      });

      // Each language and each theme once, and the other way round on a phone.
      if ((width === 1440) !== ((lang === "en") === (theme === "light"))) continue;

      test(`no findings in the tabs of the result at ${width} pixels in ${lang}, ${theme}`, async ({ page }) => {
        test.slow();
        await page.setViewportSize({ width, height: 844 });
        await open(page, `?lang=${lang}&theme=${theme}`);
        for (const state of ["accepted", "refused"]) {
          if (state === "refused") await refuse(page);
          for (const name of TABS) {
            await openTab(page, name);
            await expect(page.locator(`#result-panel[data-tab=${name}]`)).toBeVisible();
            expect.soft(await findings(page, ".result"), `${state}, ${name}`).toEqual([]);
          }
        }
      });

      test(`no findings in what opens over the page at ${width} pixels in ${lang}, ${theme}`, async ({ page }) => {
        test.slow();
        await page.setViewportSize({ width, height: 844 });
        await open(page, `?lang=${lang}&theme=${theme}`);
        await page.locator("#examples").click();
        await expect(page.locator("#examples-panel")).toBeVisible();
        expect.soft(await findings(page, "#examples-panel"), "examples").toEqual([]);
        await page.locator("#examples-search").fill("headless");
        expect.soft(await findings(page, "#examples-panel"), "examples that were found").toEqual([]);
        await page.keyboard.press("Escape");

        // What stands in the menu once there are branches, too.
        await page.locator("#more").click();
        await page.locator("#fork").click();
        await expect(page.locator("#event-menu").getByRole("combobox")).toBeVisible();
        expect.soft(await findings(page, ".strip"), "more").toEqual([]);
        await page.keyboard.press("Escape");

        // Two that change the manifest.
        await choose(page, "require-on-single-stack");
        await show(page, 1);
        await page.locator(".manifest .slot [aria-expanded]").click();
        await expect(page.locator(".manifest .more-fixes")).toBeVisible();
        expect.soft(await findings(page, ".manifest .slot"), "fixes").toEqual([]);
      });
    }
  }
}

for (const lang of ["en", "zh-CN"]) {
  for (const view of ["all", "editor", "result", "mini"]) {
    test(`no findings in a frame that shows ${view}, in ${lang}`, async ({ page }) => {
      await page.goto(`./#/s/dual-stack-preferred-svc?view=${view}&lang=${lang}`);
      await page.locator("html[data-started]").waitFor({ state: "attached" });
      expect(await findings(page)).toEqual([]);
    });
  }

  test.describe("after it died", () => {
    test.use({ troubleIsExpected: true });

    test(`no findings where the text is rescued, nor where it waits to be run, in ${lang}`, async ({ page }) => {
      await save(page, { "dualstack.running": "another 0", "dualstack.work": JSON.stringify({ flags: "", manifest: "# kept\n" }) });
      await open(page, `?lang=${lang}`);
      await expect(page.getByRole("button", { name: lang === "en" ? "Run" : "运行", exact: true })).toBeVisible();
      expect(await findings(page)).toEqual([]);
      await page.evaluate(() => void Promise.reject(new Error("surprise")));
      await expect(page.getByRole("alert")).toBeVisible();
      expect(await findings(page)).toEqual([]);
    });
  });
}

test("Tab leaves both text boxes", async ({ page }) => {
  await open(page);
  for (const box of [flagsBox(page), manifestBox(page)]) {
    const text = await textOf(box);
    for (const key of ["Tab", "Shift+Tab"]) {
      await box.focus();
      await expect(box).toBeFocused();
      await page.keyboard.press(key);
      await expect(box).not.toBeFocused();
    }
    await expect(box).toHold(text);
  }
});

test("the first Tab leads to the answer", async ({ page }) => {
  await open(page);
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to the answer" });
  await expect(skip).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Answer", exact: true })).toBeFocused();
});

test("the verdict is spoken once typing stops", async ({ page }) => {
  await open(page);
  await refuse(page);
  const heard = page.getByRole("status");
  await expect(heard).not.toBeEmpty();
});
