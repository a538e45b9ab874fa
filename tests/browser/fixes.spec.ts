import type { Page } from "@playwright/test";
import { choose, expect, findings, open, refuse, region, test, textOf } from "./fixtures";

const NAMES = {
  en: {
    fixes: "Fixes",
    policy: /^Set spec\.ipFamilyPolicy to PreferDualStack/,
    range: /^Add an IPv6 Service CIDR to the cluster/,
    restore: /^Keep spec\.clusterIP as it is stored/,
    advertise: /^Add --advertise-address/,
    two: "two addresses, IPv4 first",
    one: "one address, IPv4",
    undo: "Undo",
    again: "Apply again",
    below: / fix(es)? ↓$/,
    step: "Next step ↓",
    add: /^Add spec\.ipFamilyPolicy: PreferDualStack/,
  },
  "zh-CN": {
    fixes: "修复建议",
    policy: /^将 spec\.ipFamilyPolicy 设为 PreferDualStack/,
    range: /^为集群添加 IPv6 Service CIDR/,
    restore: /^保持 spec\.clusterIP 已存储的值/,
    advertise: /^添加 --advertise-address/,
    two: "两个地址，IPv4 排在首位",
    one: "一个地址，IPv4",
    undo: "撤销",
    again: "再次应用",
    below: / 个修复建议 ↓$/,
    step: "下一步 ↓",
    add: /^添加 spec\.ipFamilyPolicy: PreferDualStack/,
  },
} as const;

const flags = (page: Page) => page.locator("#flags");
const manifest = (page: Page) => page.locator("#manifest");
const addresses = (page: Page) => page.locator("#answer").getByRole("listitem").locator("code");

/** Changes the text of a box, in the pane that holds it: a phone has one at a time. */
async function type(page: Page, id: string, change: (text: string) => string) {
  const box = page.locator(`text-editor:has(#${id})`).getByRole("textbox");
  const panes = page.locator(".phone-bar").getByRole("button");
  for (let at = 0; !(await box.isVisible()); at += 1) await panes.nth(at).click();
  await box.fill(change(await textOf(box)));
}

/** The button of a fix, in the pane and, behind the first, in the list that it stands in. */
async function offered(page: Page, name: RegExp) {
  const slot = page.locator(".slot").filter({ has: page.getByRole("button", { name, includeHidden: true }) });
  const button = slot.getByRole("button", { name, includeHidden: true }).last();
  await expect(button).toBeAttached();
  const panes = page.locator(".phone-bar").getByRole("button");
  for (let at = 0; !(await slot.isVisible()); at += 1) await panes.nth(at).click();
  if (!(await button.isVisible())) await slot.locator("[aria-expanded=false]").click();
  await expect(button).toBeVisible();
  return button;
}

for (const width of [1440, 390]) {
  for (const lang of ["en", "zh-CN"] as const) {
    const names = NAMES[lang];
    const start = async (page: Page) => {
      await page.setViewportSize({ width, height: 844 });
      await open(page, `?lang=${lang}`);
      const group = page.getByRole("group", { name: names.fixes, exact: true });
      await expect(group).toHaveCount(0);
      return group;
    };

    test(`a policy that the cluster cannot serve is fixed either way at ${width} pixels in ${lang}`, async ({ page }) => {
      const group = await start(page);
      await refuse(page);
      await type(page, "manifest", (text) => {
        const own = text.replace("RequireDualStack", "RequireDualStack # why");
        return `# mine\n${own.replace(/ *ipFamilies:\n( *- \w+\n)+/, "")}`;
      });
      const refused = [await flags(page).inputValue(), await manifest(page).inputValue()];
      await page.getByRole("button", { name: names.below }).click();
      await expect(page.locator("#fix-0")).toBeFocused();
      await expect(page.locator("#fix-0")).toHaveAccessibleName(names.range);
      await expect(page.locator("#fix-0")).toContainText(names.two);
      const policy = await offered(page, names.policy);
      await expect(policy).toContainText("spec.ipFamilyPolicy: RequireDualStack → PreferDualStack");
      await expect(policy).toContainText(names.one);
      expect(await findings(page)).toEqual([]);
      const box = await policy.boundingBox();
      expect(box!.x + box!.width, "the fixes fit the page").toBeLessThanOrEqual(width);

      await policy.click();
      await expect(group).toHaveCount(0);
      await expect(addresses(page)).toHaveCount(1);
      await expect(page.locator("#answer")).toBeFocused();
      expect(await flags(page).inputValue()).toBe(refused[0]);
      expect(await manifest(page).inputValue()).toBe(refused[1].replace("RequireDualStack", "PreferDualStack"));

      await page.getByRole("button", { name: names.undo, exact: true }).click();
      await expect(manifest(page)).toHaveValue(refused[1]);
      await (await offered(page, names.range)).click();
      await expect(group).toHaveCount(0);
      await expect(addresses(page)).toHaveCount(2);
      expect(await manifest(page).inputValue()).toBe(refused[1]);
      expect(await flags(page).inputValue()).toBe(
        refused[0].replace("ip-range=10.96.0.0/16", "ip-range=10.96.0.0/16,fd00:10:96::/112"),
      );
    });

    test(`an address that cannot change is put back at ${width} pixels in ${lang}`, async ({ page }) => {
      const group = await start(page);
      const [v6, v4] = await addresses(page).allTextContents();
      await page.locator("#apply-again").evaluate((it: HTMLElement) => it.click());
      await type(page, "manifest", (text) => `${text}  clusterIP: ${v4} # fixed\n`);
      await (await offered(page, names.restore)).click();
      await expect(manifest(page)).toHaveValue(new RegExp(`clusterIP: ${v6} # fixed\\n$`));
      await expect(group).toHaveCount(0);
      await expect(addresses(page)).toHaveText([v6, v4]);
    });

    test(`a control plane that does not start gets the flag it lacks at ${width} pixels in ${lang}`, async ({ page }) => {
      const group = await start(page);
      await type(page, "flags", (text) =>
        text.replace("10.96.0.0/16,fd00:10:96::/112", "fd00:10:96::/112,10.96.0.0/16"),
      );
      await (await offered(page, names.advertise)).click();
      await expect(flags(page)).toHaveValue(/\n--advertise-address=2001:db8::10$/);
      await expect(group).toHaveCount(0);
    });
  }
}

for (const lang of ["en", "zh-CN"] as const) {
  test(`an accepted Service with one address offers two in ${lang}`, async ({ page }) => {
    const names = NAMES[lang];
    await open(page, `?lang=${lang}`);
    await type(page, "manifest", (text) => text.replace(/ *ipFamilyPolicy: \w+\n/, "").replace(/ *ipFamilies:\n( *- \w+\n)+/, ""));
    await expect(addresses(page)).toHaveCount(1);
    await page.getByRole("button", { name: names.step }).click();
    const first = page.locator("#fix-0");
    await expect(first).toBeFocused();
    await expect(first).toHaveAccessibleName(names.add);
    await page.keyboard.press("Enter");
    await expect(addresses(page)).toHaveCount(2);
    await expect(page.locator("#answer")).toBeFocused();
  });
}

test("the line of the fixes is always there, and the list of all closes", async ({ page }) => {
  await open(page);
  const slots = page.locator(".slot");
  const before = await slots.nth(1).boundingBox();
  const editor = page.locator("text-editor:has(#manifest)");
  const top = (await editor.boundingBox())!.y;
  // Two of its fixes change the manifest.
  await choose(page, "require-on-single-stack");
  const more = page.locator(".manifest > .slot [aria-expanded]");
  await more.click();
  await expect(more).toHaveAttribute("aria-expanded", "true");
  expect(await slots.nth(1).boundingBox()).toEqual(before);
  expect((await editor.boundingBox())!.y).toBe(top);
  await page.keyboard.press("Escape");
  await expect(more).toHaveAttribute("aria-expanded", "false");
  await expect(more).toBeFocused();
  await more.click();
  await editor.getByRole("textbox").focus();
  await expect(more).toHaveAttribute("aria-expanded", "false");
});

test("fixes of another text are never shown", async ({ page }) => {
  await open(page);
  await refuse(page);
  const group = page.getByRole("group", { name: "Fixes", exact: true }).first();
  await expect(group).toBeVisible();
  const text = await manifest(page).inputValue();
  await manifest(page).focus();
  const shown = await manifest(page).evaluate((area: HTMLTextAreaElement) => {
    // What the answer is to the text at first. The fixes for it may follow before the next frame on a slow machine.
    const first = new Promise<boolean>((done) => {
      new MutationObserver((_, observer) => {
        observer.disconnect();
        done(document.querySelector(".slot button") !== null);
      }).observe(document.getElementById("answer")!, { childList: true, subtree: true });
    });
    area.setRangeText("# ", 0, 0, "end");
    area.dispatchEvent(new InputEvent("input", { bubbles: true }));
    return first;
  });
  expect(shown).toBe(false);
  await expect(manifest(page)).toHaveValue(`# ${text}`);
  await expect(group).toBeVisible();
});

test("the first fix has a key", async ({ page }) => {
  await open(page);
  await refuse(page);
  await expect(page.locator("#fix-0")).toBeVisible();
  await region(page, "Answer").focus();
  await page.keyboard.press("?");
  await page.keyboard.press("e");
  await expect(addresses(page)).toHaveCount(2);
});
