// The panel to share: link, code, Markdown, file, frame.
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { button, expect, findings, manifestBox, open, refuse, region, started, step, test, textOf } from "./fixtures";

const words = {
  en: { share: "Share", link: "Link", copy: "Copy link", code: "QR code of the link", markdown: "Markdown with the result", frame: "HTML to embed", file: "Download YAML", close: "Close" },
  "zh-CN": { share: "分享", link: "链接", copy: "复制链接", code: "链接的二维码", markdown: "含结果的 Markdown", frame: "嵌入其他网页的 HTML", file: "下载 YAML 文件", close: "关闭" },
} as const;

const panel = (page: Page, name: string = words.en.share) => page.getByRole("dialog", { name, exact: true });

for (const width of [1440, 390]) {
  for (const lang of ["en", "zh-CN"] as const) {
    for (const theme of ["light", "dark"]) {
      test(`everything is given away at ${width} pixels in ${lang}, ${theme}`, async ({ page }) => {
        await page.setViewportSize({ width, height: 844 });
        await open(page, `?lang=${lang}&theme=${theme}`);
        const said = words[lang];
        await step(page).click();
        await button(page, said.share).click();
        const dialog = panel(page, said.share);
        const value = (name: string) => dialog.getByRole("textbox", { name, exact: true }).inputValue();
        const link = await value(said.link);
        expect(link).toMatch(/\/some\/sub-path\/\?lang=.*#0[-_\w]*[A-Za-z0-9]$/);
        await expect.poll(() => page.url()).toBe(link);
        await expect(dialog.getByRole("img", { name: said.code })).toBeVisible();
        const markdown = await value(said.markdown);
        expect(markdown).toContain("```yaml\napiVersion: v1\n");
        expect(markdown).toContain(`](${link})`);
        expect(markdown).toMatch(/^✓ `my-service` (gets two cluster IPs\. It requests|获得两个集群 IP。它请求)/);
        expect(markdown).toContain("- IPv6: `fd00:10:96::980e`\n- IPv4: `10.96.241.233`\n");
        expect(await value(said.frame)).toMatch(/^<iframe src="http:\/\/[^"]*#0[^"]*\?view=all&amp;lang=[^"]*" title="[^"]+" .*<\/iframe>$/);
        expect(await findings(page)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
        const download = page.waitForEvent("download");
        await dialog.getByRole("link", { name: said.file }).click();
        const file = await download;
        expect(file.suggestedFilename()).toBe("manifest.yaml");
        const text = await readFile(await file.path(), "utf8");
        expect(text).toContain("ipFamilyPolicy: RequireDualStack");
        // Escape closes it, and the focus returns.
        await page.keyboard.press("Escape");
        await expect(dialog).toBeHidden();
        await expect(button(page, said.share)).toBeFocused();
        // The link leads to what was shared.
        const other = await page.context().browser()!.newContext();
        const visit = await other.newPage();
        await visit.goto(link);
        await started(visit);
        expect(await textOf(visit.locator("#manifest"))).toBe(text);
        await other.close();
      });
    }
  }
}

test("copying puts the text into the clipboard", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page);
  await button(page, "Share").click();
  const boxes = panel(page).getByRole("textbox");
  await expect(boxes).toHaveCount(3);
  for (const [at, name] of ["Copy link", "Copy Markdown", "Copy HTML"].entries()) {
    await button(page, name).click();
    await expect(panel(page).getByRole("status")).toHaveText("Copied.");
    const text = await boxes.nth(at).inputValue();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(text);
  }
});

test("where the page may not copy, it selects the text", async ({ page }) => {
  await page.addInitScript(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });
  await open(page);
  await button(page, "Share").click();
  await button(page, "Copy Markdown").click();
  await expect(panel(page).getByRole("status")).toContainText("The text is selected");
  const box = panel(page).getByRole("textbox", { name: "Markdown with the result" });
  await expect(box).toBeFocused();
  const selected = await box.evaluate((area: HTMLTextAreaElement) => area.value.slice(area.selectionStart, area.selectionEnd));
  expect(selected).toBe(await box.inputValue());
});

test("the panel opens by key, and its own button closes it", async ({ page }) => {
  await open(page);
  await page.keyboard.press("?");
  await page.keyboard.press("o");
  await expect(panel(page)).toBeVisible();
  // An example is framed by its name.
  await expect(panel(page).getByRole("textbox", { name: "HTML to embed" })).toHaveValue(/#\/s\/dual-stack-preferred-ipfamilies-svc\?view=all&amp;lang=en"/);
  await panel(page).getByRole("button", { name: "Close", exact: true }).click();
  await expect(panel(page)).toBeHidden();
  // Again, and after a change, it is the new state.
  await step(page).click();
  await button(page, "Share").click();
  await expect(panel(page).getByRole("textbox", { name: "Markdown with the result" })).toHaveValue(/RequireDualStack/);
});

test("a refusal is given away with its reason", async ({ page }) => {
  await open(page);
  await refuse(page);
  await button(page, "Share").click();
  await expect(panel(page).getByRole("textbox", { name: "Markdown with the result" })).toHaveValue(/^✕ .*rejected/);
});

test("what is too long for a link has the other forms", async ({ page }) => {
  await open(page);
  await manifestBox(page).fill(`# ${"x".repeat(70_000)}\na: 1\n`);
  await button(page, "Share").click();
  await expect(panel(page)).toContainText("This session is too long for a link");
  await expect(panel(page).getByRole("link", { name: "Download YAML" })).toHaveAttribute("href", /a%3A%201%0A$/);
  await expect(panel(page).getByRole("textbox")).toHaveCount(1);
  await page.keyboard.press("Escape");
  await page.reload();
  await started(page);
  await expect(region(page, "Answer")).toBeVisible();
  await expect(manifestBox(page)).toHold(/x{70000}/);
});
