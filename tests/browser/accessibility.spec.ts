import { expect, findings, flagsBox, manifestBox, open, refuse, save, test, textOf } from "./fixtures";

for (const width of [1440, 390]) {
  for (const lang of ["en", "zh-CN"]) {
    for (const theme of ["light", "dark"]) {
      test(`no findings at ${width} pixels in ${lang}, ${theme}`, async ({ page }) => {
        // Every pane is looked through, in two states.
        test.slow();
        await page.setViewportSize({ width, height: 844 });
        await open(page, `?lang=${lang}&theme=${theme}`);
        const panes = page.getByRole("navigation").getByRole("button");
        const look = async (state: string) => {
          const count = width < 700 ? 3 : 1;
          for (let at = 0; at < count; at += 1) {
            if (count > 1) await panes.nth(at).click();
            expect.soft(await findings(page), `${state}, pane ${at + 1}`).toEqual([]);
          }
        };
        await look("accepted");
        await refuse(page);
        await look("refused");
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
