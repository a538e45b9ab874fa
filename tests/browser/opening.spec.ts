import { expect, OPENING_ADDRESSES, open, region, started, test } from "./fixtures";

const REGIONS = ["Answer", "Timeline", "Cluster", "Manifest", "Result", "Stored object"];

test("the opening example answers with two addresses", async ({ page }) => {
  await open(page);
  await expect(region(page, "Answer").getByRole("listitem").locator("code")).toHaveText(
    OPENING_ADDRESSES,
  );
});

test("every region has its name once the page has started", async ({ page }) => {
  await open(page);
  for (const name of REGIONS) await expect(region(page, name)).toBeVisible();
});

test("the example can be read before the program is there, and nothing moves when it comes", async ({
  page,
}) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/*.wasm", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto("./", { waitUntil: "commit" });
  for (const address of OPENING_ADDRESSES) {
    await expect(region(page, "Answer").getByText(address, { exact: true })).toBeVisible();
  }
  for (const name of REGIONS) await expect(region(page, name)).toBeVisible();
  await page.waitForLoadState("domcontentloaded");
  await expect(page.locator("html[data-started]")).toHaveCount(0);

  const boxes = () => Promise.all(REGIONS.map((name) => region(page, name).boundingBox()));
  const before = await boxes();
  release();
  await started(page);
  const after = await boxes();
  for (const [at, name] of REGIONS.entries()) {
    for (const side of ["x", "y", "width", "height"] as const) {
      const moved = Math.abs(before[at]![side] - after[at]![side]);
      expect.soft(moved, `${name}: ${side}`).toBeLessThanOrEqual(1);
    }
  }
});

test("what is typed before the program is there is kept", async ({ page }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/*.wasm", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto("./", { waitUntil: "commit" });
  const box = page.getByRole("textbox", { name: "Manifest", exact: true });
  await box.press("Control+Home");
  await page.keyboard.type("# early\n");
  release();
  await started(page);
  await expect(box).toHold(/^# early\napiVersion: v1\n/);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the page says what it needs and shows the example", async ({ page }) => {
    await page.goto("./");
    const notices = page.locator("noscript p");
    await expect(notices.first()).toBeVisible();
    await expect(notices).toHaveText([
      "The playground runs in your browser and needs JavaScript and WebAssembly. The first example is shown below.",
      "本演练场在浏览器中运行，需要 JavaScript 和 WebAssembly。下面是第一个示例。",
    ]);
    for (const address of OPENING_ADDRESSES) {
      await expect(region(page, "Answer").getByText(address, { exact: true })).toBeVisible();
    }
  });
});
