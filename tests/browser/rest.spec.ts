// The program comes in two files. Does the page begin with the first, and does the second come in time?
import type { Page, Request } from "@playwright/test";
import {
  button,
  COMPONENTS,
  events,
  expect,
  flagsBox,
  manifestBox,
  open,
  OPENING_ADDRESSES,
  REFUSAL,
  refuse,
  region,
  rescued,
  started,
  test,
} from "./fixtures";

const REST = "**/rest-*.wasm";
const whole = (page: Page) => page.locator("html[data-rest=ready]");
const answer = (page: Page) => region(page, "Answer");

/** How the rest is asked for from now on: `fetch` in its time, `xhr` where the program cannot go on without. */
function asking(page: Page): string[] {
  const how: string[] = [];
  page.on("request", (request: Request) => {
    if (/\/rest-/.test(request.url())) how.push(request.resourceType());
  });
  return how;
}

/** Keeps the rest from the page until it cannot go on without. */
const holdRest = (page: Page) =>
  page.route(REST, (route) => (route.request().resourceType() === "xhr" ? route.continue() : undefined));

/** Patches the Service of the example. */
const patch = (page: Page) => page.locator("#patch").click();

test("the rest comes once, when the page is there", async ({ page }) => {
  const how = asking(page);
  await open(page);
  await whole(page).waitFor({ state: "attached" });
  await patch(page);
  await expect(answer(page)).toContainText("SingleStack");
  expect(how).toEqual(["fetch"]);
});

test("typing into the example needs no rest", async ({ page }) => {
  test.slow();
  await holdRest(page);
  const how = asking(page);
  await open(page);
  const type = async (text: string) => {
    for (const letter of text) await page.keyboard.insertText(letter);
  };
  const manifest = manifestBox(page);
  await manifest.press("Control+Home");
  await type("# a remark\n");
  await manifest.press("Control+End");
  await type("  type: NodePort\n  externalTrafficPolicy: Local\n");
  await expect(answer(page)).toContainText("It is open on every node at port");
  await type("  externalIPs: [01.2.3.4, 'foo']\n  externalName: |\n    x\n  sessionAffinity: Nobody\n");
  await expect(region(page, "Stored object")).toContainText('Unsupported value: "Nobody"');
  await type("  x: y\n");
  await expect(region(page, "Stored object")).toContainText('unknown field "spec.x"');
  await type("---\napiVersion: v1\nkind: Servi");
  await expect(region(page, "Manifest").getByRole("group", { name: "Documents", exact: true })).toBeVisible();
  await manifest.press("Control+A");
  await page.keyboard.press("Backspace");
  await type("kind: Service\n\tapiVersion: v1\n");
  for (const component of COMPONENTS) {
    await flagsBox(page, component).press("Control+End");
    await type("\n# a remark\n--feature-gates=Foo=true what\n--service-cluster-ip-range=foo");
  }
  await expect(answer(page)).toContainText("kube-apiserver does not start");
  expect(how).toEqual(["fetch"]);
});

test("what needs the rest before it is there waits for it", async ({ page }) => {
  await holdRest(page);
  const how = asking(page);
  await open(page);
  await refuse(page);
  await expect(region(page, "Stored object")).toContainText(REFUSAL);
  await whole(page).waitFor({ state: "attached" });
  await button(page, "Undo").click();
  await patch(page);
  await expect(events(page)).toHaveCount(3);
  expect(how).toEqual(["fetch", "xhr"]);
});

test("a visit that begins with other work asks for the rest at once, and waits for it", async ({ page }) => {
  await open(page);
  await patch(page);
  await expect(events(page)).toHaveCount(3);
  const how = asking(page);
  const asked = page.waitForRequest(/\/rest-/);
  let come = () => {};
  const comes = new Promise<void>((resolve) => (come = resolve));
  // The program comes when the rest was asked for, or never.
  await page.route("**/dualstack-web-*.wasm", (route) => asked.then(() => route.continue()));
  await page.route(REST, (route) => comes.then(() => route.continue()));
  const arrived = page.waitForResponse(/dualstack-web-.*\.wasm/);
  await page.reload({ waitUntil: "commit" });
  await (await arrived).finished();
  await expect(page.locator("html[data-started]")).toHaveCount(0);
  come();
  await started(page);
  await expect(events(page)).toHaveCount(3);
  await expect(answer(page)).toContainText("SingleStack");
  expect(how).toEqual(["fetch"]);
});

test.describe("when the rest was not to be had", () => {
  test.use({ troubleIsExpected: true });

  test("it comes when the network is back", async ({ page }) => {
    await page.route(REST, (route) => route.abort());
    const failed = page.waitForEvent("requestfailed", (request) => /\/rest-/.test(request.url()));
    await open(page);
    await failed;
    await page.unroute(REST);
    await expect(async () => {
      await page.evaluate(() => void dispatchEvent(new Event("online")));
      await expect(whole(page)).toBeAttached({ timeout: 500 });
    }).toPass();
    await patch(page);
    await expect(answer(page)).toContainText("SingleStack");
  });
});

test.describe("without the rest", () => {
  test.use({ troubleIsExpected: true });

  test("one can begin, and what is written outlives what cannot be done", async ({ page }) => {
    await page.route(REST, (route) => route.abort());
    await open(page);
    await manifestBox(page).press("Control+Home");
    await page.keyboard.insertText("# kept\n");
    await expect(answer(page).getByText(OPENING_ADDRESSES[0])).toBeVisible();
    await patch(page);
    await expect(rescued(page)).toHaveValue(/\n---\n# kept\napiVersion: v1\n/);
    await page.unroute(REST);
    await page.getByRole("alert").getByRole("button", { name: "Reload", exact: true }).click();
    await started(page);
    await expect(manifestBox(page)).toHold(/^# kept\n/);
  });
});
