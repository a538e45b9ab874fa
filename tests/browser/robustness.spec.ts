import {
  button,
  expect,
  families,
  flagsBox,
  manifestBox,
  OPENING_ADDRESSES,
  open,
  REFUSAL,
  region,
  rescued,
  save,
  started,
  step,
  test,
} from "./fixtures";

const WORK = {
  flags: "kube-apiserver\n--service-cluster-ip-range=10.96.0.0/16\n# my flags\n",
  manifest:
    "# my manifest\napiVersion: v1\nkind: Service\nmetadata:\n  name: mine\nspec:\n  ports:\n  - port: 80\n",
};

test("the page works where storage is forbidden", async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, "localStorage", {
      get() {
        throw new DOMException("forbidden", "SecurityError");
      },
    });
  });
  await open(page);
  await expect(region(page, "Answer").getByText(OPENING_ADDRESSES[0])).toBeVisible();
  await step(page).click();
  await families(page, "IPv4").click();
  await expect(region(page, "Manifest").getByText(REFUSAL)).toBeVisible();
  await button(page, "Theme").click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});

test("typed text survives a reload", async ({ page }) => {
  await open(page);
  await manifestBox(page).fill(WORK.manifest);
  await flagsBox(page).fill(WORK.flags);
  await expect(region(page, "Stored object")).toContainText("name: mine");
  await page.reload();
  await started(page);
  await expect(manifestBox(page)).toHold(WORK.manifest);
  await expect(flagsBox(page)).toHold(WORK.flags);
  await expect(region(page, "Stored object")).toContainText("name: mine");
});

test("after a run that never ended the text is shown, not run, until asked", async ({ page }) => {
  await save(page, { "dualstack.work": JSON.stringify(WORK), "dualstack.running": "1" });
  await open(page);
  await expect(manifestBox(page)).toHold(WORK.manifest);
  await expect(flagsBox(page)).toHold(WORK.flags.replace(/^kube-apiserver\n|\n$/g, ""));
  await expect(region(page, "Stored object")).toHaveCount(0);
  await manifestBox(page).press("Control+End");
  await page.keyboard.type("# edited\n");
  await button(page, "Run").click();
  await expect(region(page, "Stored object")).toContainText("name: mine");
  await expect(manifestBox(page)).toHold(`${WORK.manifest}# edited\n`);
  await expect.poll(() => page.evaluate(() => localStorage.getItem("dualstack.running"))).toBeNull();
});

const GARBAGE = ["", "not json", "{", "null", "[]", '{"flags":1}', '{"flags":""', "\u0000\ud800"];

test("saved work that cannot be read is not an accident", async ({ page }) => {
  for (const garbage of GARBAGE) {
    await save(page, { "dualstack.work": garbage });
    await open(page);
    for (const address of OPENING_ADDRESSES) {
      const shown = region(page, "Answer").getByText(address, { exact: true });
      await expect(shown, JSON.stringify(garbage)).toBeVisible();
    }
  }
});

test("a very long manifest does not stop the page", async ({ page }) => {
  await open(page);
  await manifestBox(page).fill("a: [".repeat(20_000));
  await expect(manifestBox(page)).toHaveAttribute("aria-invalid", "true");
  await manifestBox(page).fill(WORK.manifest);
  await expect(region(page, "Stored object")).toContainText("name: mine");
});

test.describe("when the program cannot be loaded", () => {
  test.use({ troubleIsExpected: true });

  for (const [lang, name, copy, reload] of [
    ["en", "Your text", "Copy", "Reload"],
    ["zh-CN", "你的文本", "复制", "重新加载"],
  ]) {
    test(`the saved text is still there, in ${lang}`, async ({ page }) => {
      await save(page, { "dualstack.work": JSON.stringify(WORK) });
      await page.route("**/*.wasm", (route) => route.abort());
      await page.goto(`./?lang=${lang}`);
      const alert = page.getByRole("alert");
      const text = alert.getByRole("textbox", { name, exact: true });
      await expect(text).toHaveValue(`${WORK.flags}\n---\n${WORK.manifest}`);
      await expect(text).not.toBeEditable();
      await expect(alert.getByRole("button", { name: copy, exact: true })).toBeVisible();

      await page.unroute("**/*.wasm");
      await alert.getByRole("button", { name: reload, exact: true }).click();
      await started(page);
      await expect(page.locator("#manifest")).toHaveValue(WORK.manifest);
    });
  }

  test("without saved text the example is still there", async ({ page }) => {
    await page.route("**/*.wasm", (route) => route.abort());
    await page.goto("./");
    await expect(rescued(page)).toHaveValue(/PreferDualStack/);
  });
});
