// What is left on the screen when the program cannot start, or dies?
import type { Page } from "@playwright/test";
import {
  expect,
  manifestBox,
  OPENING_ADDRESSES,
  open,
  region,
  rescued,
  save,
  started,
  test,
} from "./fixtures";

/**
 * Lets the program trap in the middle of its next run once `trap` is set on the window: everything
 * that it asks of the browser after it has marked the run as begun throws what a trap throws.
 */
async function prepareTrap(page: Page) {
  await page.addInitScript(() => {
    let dead = false;
    const setItem = Storage.prototype.setItem;
    Storage.prototype.setItem = function (key, value) {
      setItem.call(this, key, value);
      if ("trap" in window && key === "dualstack.running") dead = true;
    };
    const mortal = (imports: WebAssembly.Imports): WebAssembly.Imports =>
      Object.fromEntries(
        Object.entries(imports).map(([module, values]) => [
          module,
          Object.fromEntries(
            Object.entries(values).map(([name, value]) => [
              name,
              typeof value === "function"
                ? (...given: unknown[]) => {
                    if (dead) throw new WebAssembly.RuntimeError("unreachable");
                    return (value as (...given: unknown[]) => unknown)(...given);
                  }
                : value,
            ]),
          ),
        ]),
      );
    const { instantiateStreaming } = WebAssembly;
    WebAssembly.instantiateStreaming = (source, imports) =>
      instantiateStreaming(source, mortal(imports ?? {}));
  });
}

test.describe("when the program dies", () => {
  test.use({ troubleIsExpected: true });

  test("a trap in the middle of a run keeps the text, and the next visit does not run it", async ({
    page,
  }) => {
    await prepareTrap(page);
    await open(page);
    // Of runs that follow each other within a moment, the first sets the mark.
    await expect.poll(() => page.evaluate(() => localStorage.getItem("dualstack.running"))).toBeNull();
    await page.evaluate(() => Object.assign(window, { trap: true }));
    await manifestBox(page).press("Control+Home");
    await page.keyboard.insertText("# the last words\n");
    await expect(rescued(page)).toHaveValue(/\n---\n# the last words\napiVersion: v1\n/);
    await expect(rescued(page)).toHaveValue(/--service-cluster-ip-range=/);

    await page.getByRole("alert").getByRole("button", { name: "Reload", exact: true }).click();
    await started(page);
    await expect(manifestBox(page)).toHold(/^# the last words\napiVersion: v1\n/);
    await expect(region(page, "Stored object")).toHaveCount(0);
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await expect(region(page, "Answer").getByText(OPENING_ADDRESSES[0])).toBeVisible();
  });

  for (const [what, fail] of [
    ["an error that nobody handles", () => void setTimeout(() => { throw new Error("surprise"); })],
    ["a promise that nobody handles", () => void Promise.reject(new Error("surprise"))],
  ] as const) {
    test(`${what} keeps the text, and the next visit does not run it`, async ({ page }) => {
      await open(page);
      await manifestBox(page).press("Control+Home");
      await page.keyboard.insertText("# kept\n");
      await expect(region(page, "Answer").getByText(OPENING_ADDRESSES[0])).toBeVisible();
      // The mark of the run is gone: the program dies later, where it draws or waits.
      await expect.poll(() => page.evaluate(() => localStorage.getItem("dualstack.running"))).toBeNull();
      await page.evaluate(fail);
      await expect(rescued(page)).toHaveValue(/\n---\n# kept\napiVersion: v1\n/);
      await page.reload();
      await started(page);
      await expect(manifestBox(page)).toHold(/^# kept\napiVersion: v1\n/);
      await expect(page.getByRole("button", { name: "Run", exact: true })).toBeVisible();
    });
  }

  test("Copy puts the text into the clipboard", async ({ page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await open(page);
    await page.evaluate(() => void Promise.reject(new Error("surprise")));
    const text = await rescued(page).inputValue();
    expect(text).toContain("PreferDualStack");
    await page.getByRole("alert").getByRole("button", { name: "Copy", exact: true }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(text);
  });
});

test.describe("when the program cannot start", () => {
  test.use({ troubleIsExpected: true });

  test("its script is missing: the text is shown at once", async ({ page }) => {
    await page.route("**/dualstack-web-*.js", (route) => route.abort());
    await page.goto("./");
    await expect(rescued(page)).toHaveValue(/PreferDualStack/);
  });

  test("the wasm is damaged: the text is shown at once", async ({ page }) => {
    await page.route("**/*.wasm", (route) =>
      route.fulfill({ contentType: "application/wasm", body: "<html>not found</html>" }),
    );
    await page.goto("./");
    await expect(rescued(page)).toHaveValue(/PreferDualStack/);
  });

  for (const [lang, words] of [
    ["en", "The playground needs WebAssembly"],
    ["zh-CN", "本演练场需要 WebAssembly"],
  ]) {
    test(`a browser without WebAssembly is told so and shows the example, in ${lang}`, async ({
      page,
    }) => {
      await page.addInitScript(() => Reflect.deleteProperty(globalThis, "WebAssembly"));
      const gaveUp = page.waitForEvent("pageerror");
      await page.goto(`./?lang=${lang}`);
      await gaveUp;
      await expect(page.getByText(words)).toBeVisible();
      // The example is there in both languages; one of them shows.
      const example = page.locator(`[data-lang="${lang}"]`);
      for (const address of OPENING_ADDRESSES) {
        await expect(example.getByText(address, { exact: true }).first()).toBeVisible();
      }
      await expect(page.getByRole("alert")).toHaveCount(0);
    });
  }

  test("a browser that lost WebAssembly still shows the saved text", async ({ page }) => {
    await save(page, { "dualstack.work": JSON.stringify({ flags: "# flags", manifest: "# mine" }) });
    await page.addInitScript(() => Reflect.deleteProperty(globalThis, "WebAssembly"));
    await page.goto("./");
    await expect(rescued(page)).toHaveValue("# flags\n---\n# mine");
  });
});
