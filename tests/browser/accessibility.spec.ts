import { expect, findings, flagsBox, manifestBox, open, refuse, test, textOf } from "./fixtures";

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
