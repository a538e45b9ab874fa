// Whether what there is to read has the room to be read, on the screen and on paper.
import type { Page } from "@playwright/test";
import { button, choose, events, expect, manifestBox, open, region, show, step, test } from "./fixtures";

/** The names of the parts of the page that an element covers. */
const covered = (page: Page, over: string, parts: string[]) =>
  page.evaluate(
    ([over, parts]) => {
      const one = document.querySelector(over as string)!.getBoundingClientRect();
      return (parts as string[]).filter((part) => {
        const it = document.querySelector(part)!.getBoundingClientRect();
        return Math.min(one.right, it.right) > Math.max(one.left, it.left) && Math.min(one.bottom, it.bottom) > Math.max(one.top, it.top);
      });
    },
    [over, parts] as const,
  );

for (const [width, height] of [[1280, 720], [390, 844]]) {
  test(`an answer that goes on below fades there, up to its end, at ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await open(page);
    const verdict = page.locator(".verdict");
    const fade = () => verdict.evaluate((it) => getComputedStyle(it).getPropertyValue("--fade"));
    await choose(page, "kube-proxy-mode-is-gone");
    await expect.poll(() => verdict.evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)).toBeGreaterThan(0);
    await expect.poll(fade).toBe("28px");
    await verdict.focus();
    await page.keyboard.press("End");
    await button(page, "Undo").focus();
    await expect.poll(fade).toBe("0px");
  });
}

for (const [width, height] of [[1440, 900], [1280, 720]]) {
  test(`an error and a conflict are the first of the messages at ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await open(page);
    const first = page.locator(".cluster > .messages .problems > li").first();
    for (const [id, words] of [
      ["one-mask-for-two-families", "usage of --node-cidr-mask-size is not allowed with dual-stack clusters"],
      ["components-disagree-in-order", "different primary address families"],
    ]) {
      await choose(page, id);
      await expect(first).toContainText(words);
      await expect(first).toBeInViewport({ ratio: 0.9 });
    }
  });
}

for (const [width, height] of [[1440, 900], [1280, 720], [1100, 640], [390, 844]]) {
  test(`the name of the patched Service can be read at ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await open(page);
    await page.locator("#patch").click();
    await show(page, 1);
    const name = page.getByRole("textbox", { name: "Service to patch" });
    await expect(name).toHaveValue("my-service");
    await expect(name).toBeInViewport({ ratio: 1 });
    const ch = await name.evaluate((it) => {
      const { paddingLeft, paddingRight, font } = getComputedStyle(it);
      const pen = document.createElement("canvas").getContext("2d")!;
      pen.font = font;
      return (it.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)) / pen.measureText("0").width;
    });
    expect(ch).toBeGreaterThan(8.9);
  });
}

for (const editor of ["there", "blocked"] as const) {
  test.describe(`where the editor is ${editor}`, () => {
    test.use({ editor });

    test("a click below the last line goes into the text", async ({ page }) => {
      await open(page);
      await manifestBox(page).fill("kind: Service");
      await page.locator("#version").focus();
      const pane = (await page.locator(".manifest > .grow").boundingBox())!;
      await page.mouse.click(pane.x + pane.width - 40, pane.y + pane.height - 20);
      await expect(manifestBox(page)).toBeFocused();
      await page.keyboard.type("s");
      await expect(manifestBox(page)).toHold("kind: Services");
    });
  });
}

for (const [width, height, parts] of [
  [1280, 720, [".answer", ".strip", ".manifest", ".result"]],
  [640, 360, [".answer"]],
] as const) {
  test(`the note of a session that plays leaves the answer in sight at ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await open(page);
    await page.locator("#more").click();
    await page.locator("#note").fill("The Service asks for two address families, and the cluster has both.");
    await page.keyboard.press("Escape");
    await page.locator("#step-back").click();
    await page.locator("#play").click();
    const note = page.locator(".note-shown");
    await expect(note.getByText("The Service asks")).toBeVisible({ timeout: 10_000 });
    expect(await covered(page, ".note-shown", [...parts])).toEqual([]);
  });
}

test("a long name of a branch stays in the menu", async ({ page }) => {
  await open(page);
  await page.locator("#more").click();
  await page.locator("#fork").click();
  const menu = page.locator("#event-menu");
  if (!(await menu.isVisible())) await page.locator("#more").click();
  const branch = menu.getByRole("combobox");
  await expect(branch).toBeVisible();
  const [inner, outer] = [(await branch.boundingBox())!, (await menu.boundingBox())!];
  expect(inner.x + inner.width).toBeLessThanOrEqual(outer.x + outer.width);
});

for (const [width, height] of [[1440, 900], [1280, 720], [900, 700]]) {
  test(`the last words of the footer are in the window at ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await open(page);
    for (const part of await page.locator("footer > :visible").all()) await expect(part).toBeInViewport({ ratio: 1 });
  });
}

test("on paper each event has its note and its answer, and the reasons stand once", async ({ page }) => {
  await open(page);
  await step(page).click();
  await page.locator("#more").click();
  await page.locator("#note").fill("Both families are required.");
  await page.keyboard.press("Escape");
  await page.locator("#delete").click();
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  const printed = page.locator(".printed > li");
  await expect(printed).toHaveCount(3);
  await expect(printed.nth(0)).toContainText("kube-apiserver");
  await expect(printed.nth(1)).toContainText("Both families are required.");
  await expect(printed.nth(1)).toContainText("two cluster IPs");
  await expect(printed.nth(2)).toContainText("my-service");
  for (const item of await printed.all()) await expect(item).toBeVisible();
  await expect(events(page).first()).toBeHidden();
  await expect(page.locator(".deciding")).toBeHidden();
  await expect(region(page, "Why")).toHaveCount(1);
});
