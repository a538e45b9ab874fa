// One screen: the answer and the strip are always in sight, and nothing moves in the pane where a person types.
import type { Page } from "@playwright/test";
import { caretBehind, choose, events, expect, flagsBox, manifestBox, open, openTab, refuse, region, show, started, tab, test } from "./fixtures";

const LANGS = ["en", "zh-CN"];
const ALWAYS = ["header", ".answer", ".strip"];
const PANES = ["main > .cluster", "main > .manifest", "main > .result"];
const OTHERS = [".invitation", "footer", ".phone-bar"];

type Box = { name: string; left: number; top: number; right: number; bottom: number };

/** The parts of the page that are there, without what is in them. */
const boxes = (page: Page): Promise<Box[]> =>
  page.evaluate(
    (names) =>
      names.flatMap((name) => {
        const { left, top, right, bottom } = document.querySelector(`.page > ${name}`)!.getBoundingClientRect();
        return right > left && bottom > top ? [{ name, left, top, right, bottom }] : [];
      }),
    [...ALWAYS, ...PANES, ...OTHERS],
  );

/** Pairs of parts that share more than an edge. */
const overlaps = (all: Box[]) =>
  all.flatMap((one, at) =>
    all
      .slice(at + 1)
      .filter((it) => Math.min(one.right, it.right) - Math.max(one.left, it.left) > 0.5 && Math.min(one.bottom, it.bottom) - Math.max(one.top, it.top) > 0.5)
      .map((it) => `${one.name} and ${it.name}`),
  );

/** How far the page can be scrolled. */
const scrolls = (page: Page) =>
  page.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.scrollingElement!;
    return [scrollWidth - innerWidth, scrollHeight - innerHeight].map((it) => Math.max(0, it));
  });

const outside = (all: Box[], width: number, height: number) =>
  all.filter((it) => it.left < -0.5 || it.top < -0.5 || it.right > width + 0.5 || it.bottom > height + 0.5).map(({ name }) => name);

for (const [width, height, panes] of [[1440, 900, 3], [1280, 720, 3], [1100, 640, 3], [900, 700, 3], [390, 844, 1], [320, 640, 1]]) {
  for (const lang of LANGS) {
    test(`all is on one screen of ${width} by ${height} pixels in ${lang}`, async ({ page }) => {
      await page.setViewportSize({ width, height });
      await open(page, `?lang=${lang}`);
      for (const state of ["opened", "refused"]) {
        if (state === "refused") await refuse(page);
        const all = await boxes(page);
        const names = all.map(({ name }) => name);
        expect.soft(await scrolls(page), state).toEqual([0, 0]);
        expect.soft(outside(all, width, height), state).toEqual([]);
        expect.soft(overlaps(all), state).toEqual([]);
        expect(names, state).toEqual(expect.arrayContaining(ALWAYS));
        const shown = all.filter(({ name }) => PANES.includes(name));
        expect(shown, state).toHaveLength(panes);
        for (const pane of shown) expect(pane.bottom - pane.top, `${state}: ${pane.name}`).toBeGreaterThan(40);
        // Where there is no room for three columns, two of them share one.
        const columns = new Set(shown.map(({ left }) => Math.round(left))).size;
        expect(columns, state).toBe(width >= 1100 ? 3 : Math.min(2, panes));
      }
    });
  }
}

for (const lang of LANGS) {
  test(`at four times the size nothing overlaps in ${lang}`, async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 256 });
    await open(page, `?lang=${lang}`);
    await expect(page.locator(".verdict")).toBeInViewport({ ratio: 1 });
    for (const pane of [0, 1, 2] as const) {
      await show(page, pane);
      expect.soft(overlaps(await boxes(page)), `pane ${pane}`).toEqual([]);
      expect.soft((await scrolls(page))[0], `pane ${pane}`).toBe(0);
    }
  });
}

/** Sums up by how much the places move that belong to a pane and to its box, from frame to frame. */
const watch = (page: Page, pane: string, id: string) =>
  page.evaluate(
    ([pane, id]) => {
      const editor = document.querySelector(`text-editor:has(#${id})`)!;
      const places = () => {
        const line = editor.shadowRoot?.querySelector(".cm-line") ?? editor;
        const parts = [".answer", ".strip", pane, `${pane} > h2`, `${pane} > .slot`].map((it) => document.querySelector(it)!);
        return [...parts, editor, line].map((it) => it.getBoundingClientRect()).flatMap(({ left, top }) => [left, top]);
      };
      const first = places();
      const moved: string[] = [];
      let last = first;
      const look = () => {
        const now = places();
        const by = now.map((it, at) => it - last[at]);
        if (by.some((it) => it !== 0)) moved.push(by.join(" "));
        last = now;
        requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
      Object.assign(globalThis, { moved });
    },
    [pane, id],
  );

const moved = (page: Page) =>
  page.evaluate(() => new Promise<string[]>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done((globalThis as unknown as { moved: string[] }).moved)))));

const TYPED = {
  manifest: [
    "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ipFamilyPolicy: RequireDualStack, ports: [{port: 80}]}\n",
    "---\nkind: Deployment\n---\n\tkind: Service\nspec: {ipFamilies: [Req",
  ],
  "flags-kubelet": ["--node-ip=192.0.2.1,2001:db8::1\n", "--node-ip=oops\n--no-such-flag"],
};

for (const editor of ["there", "blocked"] as const) {
  test.describe(`where the editor is ${editor}`, () => {
    test.use({ editor });

    for (const width of [1440, 390]) {
      test(`nothing moves where a person types at ${width} pixels`, async ({ page }) => {
        test.slow();
        await page.setViewportSize({ width, height: 900 });
        for (const [id, [first, second]] of Object.entries(TYPED)) {
          await open(page);
          await page.locator("#preset-0").evaluate((it: HTMLElement) => it.click());
          await show(page, id === "manifest" ? 1 : 0);
          const box = id === "manifest" ? manifestBox(page) : flagsBox(page, "kubelet");
          await box.click();
          await page.keyboard.press("Control+a");
          await watch(page, id === "manifest" ? ".manifest" : ".cluster", id);
          const press = async (key: string) => {
            await page.keyboard.press(key);
            expect(await moved(page), `${id}, ${key}`).toEqual([]);
          };
          const type = async (text: string) => {
            for (const key of text) {
              // What is offered meanwhile is not taken.
              if (key === "\n") await press("Escape");
              await press(key === "\n" ? "Enter" : key === "\t" ? "Space" : key);
            }
          };
          await type(first);
          // Fixes come after a rest. There are none for the flags: that they do not come cannot be waited for.
          if (id === "manifest") await expect(page.locator(".manifest > .slot [id^=fix-]").first()).toBeVisible();
          else await page.waitForTimeout(900);
          expect(await moved(page), `${id}, after a rest`).toEqual([]);
          await type(second);
          for (let at = 0; at < 25; at += 1) await press("Backspace");
          await page.keyboard.press("Control+a");
          await press("Delete");
          await type("a: ");
          await page.evaluate(() => localStorage.clear());
        }
      });
    }
  });
}

for (const width of [1440, 1366, 1280, 900, 768, 390]) {
  test(`the first key of a first visit moves nothing at ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    for (const lang of LANGS) {
      await open(page, `?lang=${lang}`);
      await show(page, 1);
      const box = page.locator(".manifest").getByRole("textbox");
      await box.click();
      await page.keyboard.press("Control+Home");
      await watch(page, ".manifest", "manifest");
      await page.keyboard.press("#");
      // The button of the examples now says that the text is one's own.
      await expect(page.locator("#examples")).toContainText(lang === "en" ? "Your own" : "自定义");
      await page.waitForTimeout(900);
      expect(await moved(page), lang).toEqual([]);
      await page.evaluate(() => localStorage.clear());
    }
  });
}

test("the tabs are reached by keys, and the chosen one is in the address", async ({ page }) => {
  await open(page);
  await tab(page, "object").focus();
  await page.keyboard.press("ArrowRight");
  await expect(tab(page, "picture")).toBeFocused();
  await page.keyboard.press("End");
  await expect(tab(page, "terminal")).toBeFocused();
  await expect(page).toHaveURL(/&tab=terminal$/);
  await page.keyboard.press("Home");
  await expect(tab(page, "object")).toHaveAttribute("aria-selected", "true");
  await tab(page, "why").click();
  await expect(page).toHaveURL(/&tab=why$/);
  await page.keyboard.press("Tab");
  await expect(page.locator("#result-panel")).toBeFocused();
  const address = page.url();
  // An action that is chosen has an entry in the history, with its tab.
  await events(page).first().getByRole("button").click();
  await tab(page, "terminal").click();
  await expect(page).toHaveURL(/&tab=terminal$/);
  await page.goBack();
  await expect(tab(page, "why")).toHaveAttribute("aria-selected", "true");
  await expect(events(page).last().getByRole("button")).toHaveAttribute("aria-current", "step");
  await page.goForward();
  await expect(tab(page, "terminal")).toHaveAttribute("aria-selected", "true");
  await page.goto("about:blank");
  await page.goto(address);
  await started(page);
  await expect(tab(page, "why")).toHaveAttribute("aria-selected", "true");
  await expect(region(page, "Why")).toBeVisible();
});

test("the panes change their widths by drag and by keys, and keep them", async ({ page }) => {
  await open(page);
  const widths = async () => (await boxes(page)).filter(({ name }) => PANES.includes(name)).map(({ left, right }) => Math.round(right - left));
  const bars = page.getByRole("separator");
  const before = await widths();
  await bars.first().focus();
  for (let at = 0; at < 3; at += 1) await page.keyboard.press("ArrowRight");
  const byKeys = await widths();
  expect(byKeys[0] - before[0]).toBeGreaterThan(60);
  expect(byKeys[2]).toBe(before[2]);
  await expect(bars.first()).toHaveAttribute("aria-valuenow", "58");
  const bar = (await bars.last().boundingBox())!;
  await page.mouse.move(bar.x + bar.width / 2, bar.y + 20);
  await page.mouse.down();
  await page.mouse.move(bar.x + bar.width / 2 + 150, bar.y + 60, { steps: 5 });
  await page.mouse.up();
  const dragged = await widths();
  expect(Math.abs(dragged[1] - byKeys[1] - 150)).toBeLessThan(12);
  expect(dragged[0]).toBe(byKeys[0]);
  // Both bars say how much lies to their left: the first lost what the pane between them gained.
  const share = async (at: number) => Number(await bars.nth(at).getAttribute("aria-valuenow"));
  const wanted = (at: number) => Math.round((dragged[at] * 100) / (dragged[at] + dragged[at + 1]));
  for (const at of [0, 1]) await expect.poll(async () => Math.abs((await share(at)) - wanted(at))).toBeLessThan(3);
  await page.reload();
  await started(page);
  expect(await widths()).toEqual(dragged);
  await bars.first().dblclick();
  await expect.poll(widths).toEqual(before);
});

const service = (name: string, policy = "SingleStack") =>
  `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\nspec:\n  ipFamilyPolicy: ${policy}\n  ports:\n  - port: 80\n`;
const OTHER = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n";

test("several documents have one verdict and a row each", async ({ page }) => {
  await open(page);
  await page.locator("#preset-0").click();
  const texts = [service("s1"), service("s2"), service("s3", "RequireDualStack"), OTHER, service("s5"), service("s6"), service("s7")];
  await manifestBox(page).fill(texts.join("---\n"));
  const rows = page.getByRole("navigation", { name: "Objects in the manifest" }).getByRole("listitem");
  await expect(rows).toHaveText([/^Service\/s1 ✓/, /^Service\/s2 ✓/, /^Service\/s3 ✕/, /^ConfigMap\/c –/, /s5 ✓/, /s6 ✓/, /s7 ✓/]);
  await expect(region(page, "Answer")).toContainText(/5 Services stored, 1 rejected.*1 object/);
  await expect(rows.nth(6)).toBeInViewport();

  const pane = page.locator(".manifest > .grow");
  const scrolled = () => pane.evaluate(({ scrollTop }) => scrollTop);
  await caretBehind(manifestBox(page), "name: s1");
  await page.keyboard.press("End");
  await expect(rows.nth(0).getByRole("button")).toHaveAttribute("aria-current", "true");
  await rows.nth(6).getByRole("button").click();
  await expect(rows.nth(6).getByRole("button")).toHaveAttribute("aria-current", "true");
  await expect.poll(scrolled).toBeGreaterThan(200);
  await expect(region(page, "Stored object")).toContainText("name: s7");
  await caretBehind(manifestBox(page), "name: s2");
  await page.keyboard.press("End");
  await expect(rows.nth(1).getByRole("button")).toHaveAttribute("aria-current", "true");
  await expect(region(page, "Stored object")).toContainText("name: s2");

  const filter = page.getByRole("searchbox", { name: "Filter by kind or name" });
  await expect(filter).toHaveCount(0);
  await manifestBox(page).fill([...texts, service("s8")].join("---\n"));
  await expect(rows).toHaveCount(8);
  await filter.fill("configmap");
  await expect(rows).toHaveText(/ConfigMap\/c/);
  await filter.fill("");
  await page.getByRole("button", { name: "Rejected only" }).click();
  await expect(rows).toHaveText(/Service\/s3/);
});

test("after a refused create nothing is there", async ({ page }) => {
  await open(page);
  await refuse(page);
  const stored = region(page, "Stored object");
  await expect(stored.getByRole("group", { name: "What kubectl prints" })).toContainText('Error from server (NotFound): services "my-service" not found');
  await expect(region(page, "Answer").getByRole("listitem")).toHaveCount(0);
  await expect(stored.getByText("10.96.241.233")).toBeHidden();
  for (const name of ["picture", "why", "nodes", "addresses", "changes", "terminal"]) {
    await openTab(page, name);
    await expect(page.locator("#result-panel"), name).not.toContainText("10.96.241.233");
  }
  await expect(region(page, "Result")).toContainText("RequireDualStack");
});

for (const [width, height] of [[1920, 1080], [1440, 900], [1280, 720], [1100, 640], [900, 700], [390, 844], [320, 640]]) {
  for (const lang of LANGS) {
    test(`the sentence of the header is whole at ${width} pixels in ${lang}`, async ({ page }) => {
      await page.setViewportSize({ width, height });
      await open(page, `?lang=${lang}`);
      const sentence = page.locator("header > p");
      await expect(sentence).toBeInViewport({ ratio: 1 });
      const [over, lines] = await sentence.evaluate((it) => {
        const { lineHeight } = getComputedStyle(it);
        return [Math.max(it.scrollWidth - it.clientWidth, it.scrollHeight - it.clientHeight), it.clientHeight / parseFloat(lineHeight)];
      });
      expect(over).toBeLessThanOrEqual(1);
      expect(Math.round(lines)).toBeLessThanOrEqual(2);
    });
  }
}

for (const [width, height] of [[1440, 900], [900, 700], [390, 844]]) {
  test(`a place that a sentence names opens and has the focus at ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await open(page);
    await choose(page, "one-mask-for-two-families");
    await region(page, "Answer").getByRole("button", { name: "kube-controller-manager", exact: true }).click();
    await expect(flagsBox(page, "kube-controller-manager")).toBeFocused();
    await expect(flagsBox(page, "kube-controller-manager")).toBeInViewport();
    await choose(page, "provider-without-ipv6");
    const link = region(page, "About this example").getByRole("button", { name: "Prerequisites", exact: true });
    await link.focus();
    await link.press("Enter");
    await expect(tab(page, "nodes")).toHaveAttribute("aria-selected", "true");
    await expect(region(page, "Prerequisites")).toBeFocused();
    await expect(region(page, "Prerequisites")).toBeInViewport();
  });
}

test("a tab tells that the last edit changed its content, until it is shown", async ({ page }) => {
  await open(page);
  const news = page.getByRole("tab", { name: /, changed$/ });
  await expect(news).toHaveCount(0);
  await manifestBox(page).fill(service("other"));
  // What is typed without a pause is one edit.
  await expect(news).not.toHaveCount(0);
  await openTab(page, "why");
  await manifestBox(page).fill(service("another", "RequireDualStack"));
  await expect(region(page, "Answer")).toContainText("two cluster IPs");
  await expect(news).toHaveText([/^Stored object/, /^Picture/, /^Addresses/, /^Terminal/]);
  await openTab(page, "addresses");
  await expect(tab(page, "addresses")).not.toHaveAccessibleName(/changed/);
  await openTab(page, "why");
  await expect(tab(page, "addresses")).not.toHaveAccessibleName(/changed/);
});
