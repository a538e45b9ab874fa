// What holds on the whole page: the focus after a button, what is spoken, what is printed, frames, storage, zoom.
import type { Page } from "@playwright/test";
import { button, expect, manifestBox, open, openTab, refuse, region, rescued, started, test } from "./fixtures";

const focused = (page: Page) => page.evaluate(() => document.activeElement?.localName);

for (const part of ["page", "object", "picture", "why", "nodes", "addresses", "changes", "terminal"]) {
  test(`the focus stays in the page after every button: ${part}`, async ({ page }) => {
    test.slow();
    await open(page);
    await refuse(page);
    await button(page, "Patch").click();
    if (part !== "page") await openTab(page, part);
    const place = part === "page" ? "#app :not(.panel *)" : "#result-panel *";
    const buttons = page.locator(`${place}:is(button, summary):visible`);
    const lost: string[] = [];
    // Buttons come and go as they are pressed: one after the other, however many there are by then.
    for (let at = 0; at < (await buttons.count()); at += 1) {
      const one = buttons.nth(at);
      const name = await one.evaluate((it) => it.getAttribute("aria-label") ?? it.textContent ?? "");
      await one.focus();
      await page.keyboard.press("Enter");
      // Until what follows is drawn, and the focus is where it is put then.
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50)))));
      if ((await focused(page)) === "body") lost.push(name);
      while ((await page.locator("dialog[open]").count()) > 0) await page.keyboard.press("Escape");
    }
    expect(lost).toEqual([]);
  });
}

for (const [lang, answer] of [["en", "Answer"], ["zh-CN", "答案"]] as const) {
  test(`the verdict is spoken with its reason, in ${lang}`, async ({ page }) => {
    await open(page);
    await refuse(page);
    if (lang === "zh-CN") await button(page, "中文").click();
    // The reason stands behind the verdict.
    const shown = await region(page, answer).locator(".verdict > span").last().innerText();
    await expect(page.locator("#spoken")).toContainText(shown.trim().slice(-20));
  });
}

for (const [lang, words] of [
  ["en", "The playground cannot start in this sandboxed frame: the server must send the header Access-Control-Allow-Origin: *"],
  ["zh-CN", "演练场无法在此沙箱框架中启动：服务器须为脚本和 WebAssembly 发送标头 Access-Control-Allow-Origin: *"],
] as const) {
  for (const files of [/\.(js|wasm)$/, /\.wasm$/]) {
    test.describe(() => {
      test.use({ troubleIsExpected: true });

      test(`a sandboxed frame without the header for ${files} says which one, in ${lang}`, async ({ page }) => {
        await page.route(files, async (route) => {
          const response = await route.fetch();
          // Left out, Playwright would put it in.
          const headers = { ...response.headers(), "access-control-allow-origin": "https://elsewhere.example" };
          await route.fulfill({ response, headers });
        });
        const body = `<!doctype html><link rel="icon" href="data:,"><title>host</title><iframe title="playground" sandbox="allow-scripts" src="/some/sub-path/#/s/dual-stack-preferred-svc?lang=${lang}&view=editor"></iframe>`;
        await page.route("**/host.html", (route) => route.fulfill({ contentType: "text/html", body }));
        await page.goto("./host.html");
        await expect(page.frameLocator("iframe").getByRole("alert")).toContainText(words);
        await page.unrouteAll({ behavior: "ignoreErrors" });
      });
    });
  }
}

test("notices in a frame are one line, which opens", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 700 });
  await page.goto("./#/s/nowhere?lang=en&view=mini&colour=red");
  await page.locator("html[data-started]").waitFor({ state: "attached" });
  const notice = page.locator(".notice");
  await expect(notice).toHaveCount(1);
  const height = async () => (await notice.boundingBox())!.height;
  expect(await height()).toBeLessThan(44);
  await notice.locator("summary").click();
  expect(await height()).toBeGreaterThan(44);
  await expect(notice).toContainText("The unknown parameter colour=red was ignored.");
});

for (const [what, fail] of [
  ["blocked", () => { Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no", "SecurityError"); } }); }],
  ["full", () => { Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); }; }],
] as const) {
  test(`a storage that is ${what} is told quietly`, async ({ page }) => {
    await page.addInitScript(fail);
    await open(page);
    await manifestBox(page).press("Control+Home");
    await page.keyboard.type("# mine\n");
    await expect(page.getByText("Your work is not kept in this browser")).toHaveCount(1);
    await expect(page.locator(".not-kept")).toBeVisible();
    await expect(page.getByRole("alert")).toHaveCount(0);
  });
}

test("a storage that keeps the work is not spoken of", async ({ page }) => {
  await open(page);
  await manifestBox(page).press("Control+Home");
  await page.keyboard.type("# mine\n");
  await expect.poll(() => page.evaluate(() => localStorage.getItem("dualstack.work"))).toContain("# mine");
  await expect(page.locator(".not-kept")).toBeHidden();
});

test("an error of the editor does not stop the page", async ({ browser, baseURL }) => {
  const page = await (await browser.newContext()).newPage();
  await page.goto(baseURL!);
  await started(page);
  await page.evaluate(() => {
    const { view } = document.querySelector("text-editor") as unknown as { view: { requestMeasure(request: object): void } };
    view.requestMeasure({ read() { throw new Error("surprise"); } });
  });
  await page.waitForTimeout(300);
  await expect(rescued(page)).toHaveCount(0);
  await expect(region(page, "Answer")).toBeVisible();
  await page.context().close();
});

test("what is printed is light, without buttons, and whole", async ({ page }) => {
  await open(page, "?theme=dark");
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  const seen = await page.evaluate(() => {
    const visible = (it: Element) => it.checkVisibility();
    const buttons = [...document.querySelectorAll("#app :is(button, select, input)")].filter((it) => !it.closest(".event"));
    return {
      background: getComputedStyle(document.documentElement).getPropertyValue("--panel"),
      buttons: buttons.filter(visible).map((it) => it.outerHTML),
      cut: [...document.querySelectorAll("#app section")].filter((it) => visible(it) && it.scrollHeight > it.clientHeight + 2).map((it) => it.ariaLabel),
    };
  });
  expect(seen).toEqual({ background: "#fff", buttons: [], cut: [] });
  for (const name of ["Answer", "Manifest", "Stored object"]) await expect(region(page, name)).toBeVisible();
  const pdf = await page.pdf({ format: "A4" });
  const pages = pdf.toString("latin1").match(/\/Type \/Page\b/g)!.length;
  expect(pages).toBeLessThanOrEqual(5);
});

test("at 400 % zoom the answer is in sight and nothing lies over it", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 256 });
  await open(page);
  const verdict = region(page, "Answer").locator(".verdict");
  await verdict.scrollIntoViewIfNeeded();
  const isOnTop = await verdict.evaluate((it) => {
    const { left, top } = it.getBoundingClientRect();
    return it.contains(document.elementFromPoint(left + 60, Math.max(top, 0) + 12));
  });
  expect(isOnTop).toBe(true);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  const fixed = await page.evaluate(() =>
    [...document.querySelectorAll("#app *")].filter((it) => it.checkVisibility() && ["fixed", "sticky"].includes(getComputedStyle(it).position)).map((it) => it.className),
  );
  expect(fixed).toEqual([]);
});

test("a dialog over an editor whose caret stands at the end of a wrapped line is no error", async ({ page }) => {
  await page.setViewportSize({ width: 900, height: 800 });
  await open(page);
  await manifestBox(page).press("Control+Home");
  await page.keyboard.insertText(`# ${"long words ".repeat(60)}\n`);
  await page.keyboard.press("Control+Home");
  // Before the editor measures again.
  await page.evaluate(() => {
    const { view } = [...document.querySelectorAll("text-editor")].at(-1) as unknown as {
      view: { dispatch(change: object): void; moveToLineBoundary(range: object, forward: boolean): object; state: { selection: { main: object } } };
    };
    view.dispatch({ selection: view.moveToLineBoundary(view.state.selection.main, true) });
    const create = view.state.selection.constructor as unknown as { create(ranges: object[]): object };
    view.dispatch({ selection: create.create([view.moveToLineBoundary(view.state.selection.main, true)]) });
    document.querySelector("dialog")!.showModal();
  });
  await page.waitForTimeout(300);
});
