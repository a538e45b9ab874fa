// The page in a frame of another page.
import AxeBuilder from "@axe-core/playwright";
import type { Frame, Page } from "@playwright/test";
import { expect, OPENING_ADDRESSES, test } from "./fixtures";

const SVC = "#/s/dual-stack-preferred-svc";

/** A page of somebody else with a frame in it. */
async function host(page: Page, fragment: string, attributes = "", origin = "") {
  const source = `${origin}/some/sub-path/${fragment}`.replace(/&/g, "&amp;");
  const body = `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>host</title><body style="margin:0"><iframe title="playground" ${attributes} style="border:0;width:100%;height:840px" src="${source}"></iframe>`;
  await page.route("**/host.html", (route) => route.fulfill({ contentType: "text/html", body }));
  await page.goto("./host.html");
  await expect.poll(() => page.frames().length).toBe(2);
  const frame = page.frames()[1];
  await frame.locator("html[data-started]").waitFor({ state: "attached" });
  return frame;
}

const answer = (frame: Frame | Page) => frame.getByRole("region", { name: "Answer", exact: true });
const reset = (frame: Frame | Page) => frame.getByRole("button", { name: "Reset", exact: true });
const way = (frame: Frame | Page) => frame.getByRole("link", { name: "Open in the playground" });
const preset = (frame: Frame | Page, name: string) =>
  frame.getByRole("group", { name: "IP families", exact: true }).getByRole("button", { name, exact: true });

/** Looks through the page and the frame in it; what a frame of a page like this has to lack is known. */
async function clean(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const known = ["landmark-one-main", "page-has-heading-one", "region"];
  expect(
    violations.filter(({ id }) => !known.includes(id)).flatMap(({ id, nodes }) => nodes.map((node) => `${id} ${node.html}`)),
  ).toEqual([]);
}

const PANES: Record<string, string[]> = {
  all: ["Cluster", "Manifest", "Result", "Stored object", "Timeline"],
  editor: ["Cluster", "Manifest"],
  result: ["Result", "Stored object"],
  mini: [],
};

for (const height of [640, 300]) {
  for (const view of ["result", "mini", "all"]) {
    test(`a frame of ${height} pixels in height has the whole answer in ${view} at every width`, async ({ page }) => {
      const frame = await host(page, `${SVC}?lang=en&view=${view}`, `style="height:${height}px"`);
      const verdict = frame.locator(".verdict");
      for (const width of [280, 390, 520, 521, 600, 699, 700, 800]) {
        await page.setViewportSize({ width, height: 860 });
        await expect(verdict).toContainText("two cluster IPs");
        // As high as its text, and no higher.
        const rest = () =>
          verdict.evaluate((it) => {
            const text = it.lastElementChild!.getBoundingClientRect();
            return Math.abs(it.getBoundingClientRect().height - text.height);
          });
        await expect.poll(rest, `${width} pixels`).toBeLessThan(4);
      }
    });
  }
}

for (const width of [1440, 390, 280]) {
  for (const view of Object.keys(PANES)) {
    test(`a frame of ${width} pixels shows ${view}`, async ({ page }) => {
      await page.setViewportSize({ width, height: 860 });
      const frame = await host(page, `${SVC}?lang=en&view=${view}`);
      await expect(answer(frame)).toContainText("two cluster IPs");
      for (const name of PANES.all) {
        await expect(frame.getByRole("region", { name, exact: true })).toBeVisible({ visible: PANES[view].includes(name) });
      }
      await expect(frame.getByRole("banner")).toHaveCount(0);
      await expect(frame.getByRole("navigation")).toHaveCount(0);
      await expect(reset(frame)).toBeVisible();
      await expect(way(frame)).toBeVisible();
      expect(await frame.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      await clean(page);
      if (!PANES[view].includes("Result")) return;
      await frame.getByRole("tab", { name: "Why", exact: true }).click();
      await expect(frame.getByRole("region", { name: "Why", exact: true })).toBeVisible();
      expect(await frame.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      await clean(page);
    });
  }
}

test("the parameters are done: release, families, language, theme", async ({ page }) => {
  const frame = await host(page, `${SVC}?k8s=1.20&families=IPv6,IPv4&lang=zh-CN&view=all&theme=dark`);
  await expect(frame.locator("html")).toHaveAttribute("lang", "zh-CN");
  await expect(frame.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect(frame.getByRole("region", { name: "答案", exact: true })).toBeVisible();
  const pressed = frame.getByRole("group", { name: "IP 地址族", exact: true }).getByRole("button", { pressed: true });
  await expect(pressed).toHaveText("IPv6 + IPv4");
  await expect(frame.getByRole("button", { name: "重置", exact: true })).toBeVisible();
  await expect(frame.getByRole("link", { name: "在演练场中打开" })).toBeVisible();
});

for (const [lang, scenario, parameter] of [
  ["en", "No example is named nowhere. Showing the first example instead.", "The unknown parameter colour=red was ignored."],
  ["zh-CN", "没有名为 nowhere 的示例。现在显示第一个示例。", "已忽略无法识别的参数 colour=red。"],
] as const) {
  test(`what is not known gets a remark, in ${lang}`, async ({ page }) => {
    const frame = await host(page, `#/s/nowhere?lang=${lang}&view=mini&colour=red`);
    const remarks = frame.locator(".notice");
    await expect(remarks).toHaveText(`${scenario} ${parameter}`);
    await expect(frame.getByText(OPENING_ADDRESSES[0]).first()).toBeVisible();
  });
}

test("a mini frame does not load the editor", async ({ page }) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  const frame = await host(page, `${SVC}?lang=en&view=mini`);
  await preset(frame, "IPv4").click();
  await expect(answer(frame)).toContainText("prefers dual-stack, but does not require it");
  await page.waitForTimeout(1500);
  expect(asked.filter((url) => /\/editor-/.test(url))).toEqual([]);
});

for (const [what, attributes] of [
  ["a frame", ""],
  ["a frame that may only run scripts and open windows", 'sandbox="allow-scripts allow-popups"'],
] as const) {
  test(`${what} opens its present state in the playground, starts anew, and keeps its address`, async ({ page, context }) => {
    const frame = await host(page, `${SVC}?lang=en&view=editor`, attributes);
    const address = frame.url();
    await preset(frame, "IPv6 + IPv4").click();
    await expect(answer(frame)).toContainText("IPv6 comes first");
    const opened = context.waitForEvent("page");
    await way(frame).click();
    const visit = await opened;
    await visit.locator("html[data-started]").waitFor({ state: "attached" });
    await expect(visit.getByRole("banner")).toBeVisible();
    await expect(preset(visit, "IPv6 + IPv4")).toHaveAttribute("aria-pressed", "true");
    expect(visit.url()).toMatch(/\/some\/sub-path\/\?lang=en#0/);
    await reset(frame).click();
    await expect(preset(frame, "IPv4 + IPv6")).toHaveAttribute("aria-pressed", "true");
    await page.waitForTimeout(1000);
    expect(await frame.evaluate(() => location.href)).toBe(address);
    expect(frame.url()).toBe(address);
  });
}

test("a frame that may only run scripts works, without storage", async ({ page }) => {
  const frame = await host(page, `${SVC}?lang=en&view=all`, 'sandbox="allow-scripts"');
  const throws = () => frame.evaluate(() => { try { return !localStorage; } catch { return true; } });
  expect(await throws()).toBe(true);
  await preset(frame, "IPv4").click();
  await expect(answer(frame)).toContainText("prefers dual-stack, but does not require it");
  await reset(frame).click();
  await expect(answer(frame)).toContainText("two cluster IPs");
});

test("a frame of a page elsewhere works where storage throws, and touches none", async ({ context, baseURL }) => {
  const there = new URL(baseURL!);
  const page = await context.newPage();
  const trouble: string[] = [];
  page.on("pageerror", (error) => trouble.push(error.message));
  await page.addInitScript(() => {
    if (window === top) return;
    for (const name of ["localStorage", "sessionStorage"]) {
      Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError"); } });
    }
  });
  // A page of this server by its other name: browsers keep pages of the network from what is local.
  await page.goto(`http://localhost:${there.port}/some/sub-path/third-party.txt`);
  await page.evaluate((source) => {
    const frame = document.createElement("iframe");
    Object.assign(frame, { src: source, title: "playground", width: "600", height: "700" });
    document.body.replaceChildren(frame);
  }, `${baseURL}${SVC}?lang=en&view=all`);
  await expect.poll(() => page.frames().length).toBe(2);
  const frame = page.frames()[1];
  await frame.locator("html[data-started]").waitFor({ state: "attached" });
  await preset(frame, "IPv4").click();
  await expect(answer(frame)).toContainText("prefers dual-stack, but does not require it");
  const opened = context.waitForEvent("page");
  await way(frame).click();
  const visit = await opened;
  await visit.locator("html[data-started]").waitFor({ state: "attached" });
  await expect(preset(visit, "IPv4")).toHaveAttribute("aria-pressed", "true");
  expect(trouble).toEqual([]);
});

test("a frame leaves one's own work alone", async ({ page }) => {
  const frame = await host(page, `${SVC}?lang=zh-CN&theme=dark&view=editor`);
  await frame.getByRole("group", { name: "IP 地址族", exact: true }).getByRole("button", { name: "IPv4", exact: true }).click();
  const kept = await frame.evaluate(() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)]);
  expect(kept).toEqual([]);
});

test("a link is shown in a frame as well", async ({ page }) => {
  const frame = await host(page, `${SVC}?lang=en&view=mini`);
  await preset(frame, "IPv6").click();
  const [visit] = await Promise.all([page.context().waitForEvent("page"), way(frame).click()]);
  await visit.locator("html[data-started]").waitFor({ state: "attached" });
  const link = new URL(visit.url()).hash;
  const other = await host(page, `${link}?view=mini&lang=en`);
  await expect(preset(other, "IPv6")).toHaveAttribute("aria-pressed", "true");
  const damaged = await host(page, "#0garbage?view=mini&lang=en");
  await expect(damaged.locator(".notice")).toContainText("This link is damaged");
});
