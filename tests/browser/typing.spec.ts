// What a person types is answered: in CodeMirror, and in the text boxes where the editor cannot be had.
import type { Page } from "@playwright/test";
import { caretBehind, COMPONENTS, expect, open, test, textOf } from "./fixtures";

const WORDS = {
  en: { manifest: "Manifest", flags: "kube-apiserver flags", answer: "Answer", stored: "Stored object", panes: "Panes" },
  "zh-CN": { manifest: "清单", flags: "kube-apiserver 标志", answer: "答案", stored: "已存储的对象", panes: "面板" },
};

const box = (page: Page, name: string) => page.getByRole("textbox", { name, exact: true });

for (const [lang, words] of Object.entries(WORDS)) {
  for (const width of [1440, 390]) {
    test(`typing is answered at ${width} pixels in ${lang}`, async ({ page }) => {
      await page.setViewportSize({ width, height: 844 });
      await open(page, `?lang=${lang}`);
      const pane = async (at: number) => {
        if (width < 700) await page.getByRole("navigation").getByRole("button").nth(at).click();
      };
      const answer = page.getByRole("region", { name: words.answer, exact: true });

      await pane(1);
      await caretBehind(box(page, words.manifest), "port: 80");
      await page.keyboard.type("8");
      await expect(box(page, words.manifest)).toHold(/port: 808\n/);
      await caretBehind(box(page, words.manifest), "PreferDualStack");
      for (let at = 0; at < "PreferDualStack".length; at += 1) await page.keyboard.press("Backspace");
      await page.keyboard.type("SingleStack");
      await expect(answer).toContainText("422");

      await pane(0);
      await box(page, words.flags).fill("--service-cluster-ip-range=10.96.0.0/16\n# 单栈集群\n");
      await pane(1);
      await expect(box(page, words.manifest)).toHaveAttribute("aria-invalid", "true");
      await pane(2);
      const stored = page.getByRole("region", { name: words.stored, exact: true });
      await expect(stored).toContainText("ipFamilyPolicy");
    });
  }
}

test("the names and the roles of the boxes stay", async ({ page }) => {
  await open(page);
  for (const name of [WORDS.en.manifest, ...COMPONENTS.map((component) => `${component} flags`)]) {
    await expect(box(page, name)).toHaveCount(1);
    await expect(box(page, name)).toHaveAttribute("lang", "en");
    await expect(box(page, name)).toHaveAttribute("spellcheck", "false");
  }
});

test("two hundred lines are held from the first to the last", async ({ page }) => {
  await open(page);
  const manifest = box(page, "Manifest");
  const one = (at: number) => `apiVersion: v1\nkind: Service\nmetadata:\n  name: s${at}\nspec:\n  ports:\n  - port: 80\n`;
  const text = [...Array(25).keys()].map(one).join("---\n");
  await manifest.fill(text);
  await expect(manifest).toHold(text);
  await manifest.press("Control+End");
  await page.keyboard.type("  - port: 81");
  await manifest.press("Control+Home");
  await page.keyboard.insertText("# 第一行\n");
  expect(await textOf(manifest)).toBe(`# 第一行\n${text}  - port: 81`);
});
