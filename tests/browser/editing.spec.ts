import type { Page } from "@playwright/test";
import { button, expect, families, flagsBox, manifestBox, open, region, test, textOf } from "./fixtures";

const output = (page: Page, name: string) =>
  page.getByRole("group", { name: "Output", exact: true }).getByRole("button", { name, exact: true });

const code = (page: Page) => region(page, "Stored object").locator(".code");

test("undo and redo go through text, flags, release and events alike", async ({ page }) => {
  await open(page);
  const text = await textOf(manifestBox(page));
  await manifestBox(page).press("Control+End");
  await page.keyboard.type("# one");
  await page.waitForTimeout(700);
  await page.keyboard.type(" two");
  await families(page, "IPv4").click();
  await page.getByRole("combobox", { name: "Kubernetes version", exact: true }).selectOption("1.30");
  await button(page, "Delete").click();
  const back = button(page, "Undo");
  await back.click();
  await expect(manifestBox(page)).toHold(`${text}# one two`);
  await back.click();
  await expect(page.getByRole("combobox", { name: "Kubernetes version" })).toHaveValue("1.37");
  await back.click();
  await expect(families(page, "IPv4 + IPv6")).toHaveAttribute("aria-pressed", "true");
  await back.click();
  await expect(manifestBox(page)).toHold(`${text}# one`);
  await back.click();
  await expect(manifestBox(page)).toHold(text);
  await expect(page.locator("#examples")).toContainText("dual-stack-preferred-ipfamilies-svc.yaml");
  await expect(back).toHaveAttribute("aria-disabled", "true");
  for (let at = 0; at < 5; at += 1) await button(page, "Redo").click();
  await expect(page.getByRole("textbox", { name: "Object to delete" })).toHold("my-service");
});

test("the keys for undo work in every text box, and the caret stands where the change was", async ({ page }) => {
  await open(page);
  for (const box of [manifestBox(page), flagsBox(page)]) {
    const text = await textOf(box);
    await box.press("Control+Home");
    await page.keyboard.type("# x\n");
    await box.press("Control+z");
    await expect(box).toHold(text);
    await page.keyboard.type("# y\n");
    await expect(box).toHold(`# y\n${text}`);
    await box.press("Control+z");
    await box.press("Control+Shift+z");
    await expect(box).toHold(`# y\n${text}`);
    await box.press("Control+z");
  }
});

for (const width of [1440, 390]) {
  test(`the stored object is shown in four forms at ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 });
    await open(page);
    if (width < 700) await button(page, "Result").click();
    await output(page, "JSON").click();
    await expect(code(page)).toContainText('"clusterIP": "fd00:10:96::980e"');
    await expect(region(page, "Stored object")).toContainText("-o json");
    await output(page, "KYAML").click();
    await expect(code(page)).toContainText('clusterIP: "fd00:10:96::980e",');
    await output(page, "Diff").click();
    const added = code(page).locator(".add");
    await expect(added.filter({ hasText: "clusterIP:" })).toHaveCount(1);
    await expect(added.filter({ hasText: "ipFamilyPolicy" })).toHaveCount(0);
    await output(page, "YAML").click();
    await expect(code(page)).not.toContainText("resourceVersion");
    await button(page, "Show fields managed by the server").click();
    await expect(code(page)).toContainText("resourceVersion");
  });
}

test("a patch is compared with what was stored before", async ({ page }) => {
  await open(page);
  await button(page, "Patch").click();
  await output(page, "Diff").click();
  const gone = code(page).locator(".gone");
  await expect(gone.filter({ hasText: "PreferDualStack" })).toHaveCount(1);
  await expect(code(page).locator(".add").filter({ hasText: "SingleStack" })).toHaveCount(1);
});

test("the object is copied with one click", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page);
  await output(page, "JSON").click();
  // The program that prints JSON comes when it is asked for; until then the YAML that is shown is copied.
  await expect(output(page, "JSON")).toHaveAttribute("aria-pressed", "true");
  // What is spoken last stays: the verdict comes half a second after the page.
  await expect(page.getByRole("status")).toContainText("Accepted");
  await button(page, "Copy").click();
  await expect(page.getByRole("status")).toHaveText("Copied.");
  const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  expect(copied.spec.clusterIPs).toEqual(["fd00:10:96::980e", "10.96.241.233"]);
});

test("what may not be copied is selected for copying", async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, "clipboard", { value: undefined });
  });
  await open(page);
  await button(page, "Copy").click();
  const box = page.getByRole("textbox", { name: /Copying is blocked/ });
  await expect(box).toBeFocused();
  const selected = await box.evaluate((it: HTMLTextAreaElement) =>
    it.value.slice(it.selectionStart, it.selectionEnd),
  );
  expect(selected).toContain("clusterIP: fd00:10:96::980e\n");
});
