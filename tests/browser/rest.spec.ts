// The program comes in two files. Does the page begin with the first, and does the second come in time?
import type { Page, Request } from "@playwright/test";
import { button, expect, manifestBox, OPENING_ADDRESSES, open, refuse, region, REFUSAL, started, test } from "./fixtures";

const REST = "**/rest-*.wasm";
const whole = (page: Page) => page.locator("html[data-rest=ready]");
const events = (page: Page) => page.getByRole("list", { name: "Events", exact: true }).getByRole("listitem");
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

test("typing needs no rest, whatever it leads to", async ({ page }) => {
  await holdRest(page);
  const how = asking(page);
  await open(page);
  const box = manifestBox(page);
  await box.press("Control+End");
  await page.keyboard.insertText("  type: NodePort\n");
  await expect(answer(page)).toContainText("It is open on every node at port");
  for (const letter of "  externalTrafficPolicy: Local\n") await page.keyboard.insertText(letter);
  await expect(region(page, "Stored object")).toContainText("externalTrafficPolicy: Local");
  await page.keyboard.insertText("  sessionAffinity: Nobody\n");
  await expect(region(page, "Stored object")).toContainText('Unsupported value: "Nobody"');
  await expect(region(page, "Why")).toBeVisible();
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

test("what begins with other work asks for the rest at once", async ({ page }) => {
  await open(page);
  await patch(page);
  await expect(events(page)).toHaveCount(3);
  const asked = page.waitForRequest(/\/rest-/);
  // The program comes when the rest was asked for, or never.
  await page.route("**/dualstack-web-*.wasm", (route) => asked.then(() => route.continue()));
  await page.reload();
  await started(page);
  await expect(events(page)).toHaveCount(3);
  await expect(answer(page)).toContainText("SingleStack");
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
    const kept = page.getByRole("alert").getByRole("textbox", { name: "Your text", exact: true });
    await expect(kept).toHaveValue(/\n---\n# kept\napiVersion: v1\n/);
    await page.unroute(REST);
    await page.getByRole("alert").getByRole("button", { name: "Reload", exact: true }).click();
    await started(page);
    await expect(manifestBox(page)).toHold(/^# kept\n/);
  });
});
