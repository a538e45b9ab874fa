// What does a first visit load, and can all of it be reached by keyboard?
import { expect, open, test } from "./fixtures";

test("a first visit makes at most eight requests, all answered and below the page's own path", async ({
  page,
  baseURL,
}) => {
  const asked: string[] = [];
  const failed: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("response", (response) => {
    if (response.status() !== 200) failed.push(`${response.status()} ${response.url()}`);
  });
  await open(page);
  await page.waitForLoadState("load");
  // The editor comes when the page is there already and has nothing to do.
  const first = asked.filter((url) => !/\/editor-/.test(url));
  expect(first.length, first.join("\n")).toBeLessThanOrEqual(8);
  expect(new Set(asked).size, "nothing is asked for twice").toBe(asked.length);
  expect(first.filter((url) => url.endsWith(".wasm"))).toHaveLength(1);
  expect(asked.filter((url) => !url.startsWith(baseURL!))).toEqual([]);
  expect(failed).toEqual([]);
});

test("Tab reaches every control, in the order they are read", async ({ page }) => {
  await open(page);
  const controls = await page.evaluate(() => {
    const all = document.querySelectorAll("a[href], button, select, input, textarea, summary, text-editor, [tabindex='0']");
    // Arrows lead to the tabs and to the events that are not chosen.
    const isControl = (control: Element) =>
      (control.localName !== "text-editor" || control.shadowRoot) &&
      !control.matches("[role=tab][aria-selected=false], .event button:not([aria-current])");
    const visible = [...all].filter((control) => control.checkVisibility() && isControl(control));
    visible.forEach((control, at) => control.setAttribute("data-at", String(at)));
    return visible.length;
  });
  const reached: number[] = [];
  for (let at = 0; at < controls; at += 1) {
    await page.keyboard.press("Tab");
    reached.push(
      await page.evaluate(() => Number(document.activeElement?.getAttribute("data-at") ?? -1)),
    );
  }
  expect(reached).toEqual([...Array(controls).keys()]);
});
