// The session in the address: links, drafts, Back and Forward, tabs.
import type { Page } from "@playwright/test";
import { button, choose, expect, findings, manifestBox, open, region, started, test, textOf } from "./fixtures";

const yaml = (name: string, policy = "SingleStack") =>
  `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\nspec:\n  ipFamilyPolicy: ${policy}\n  ports:\n  - port: 80\n`;

const words = {
  en: {
    box: "Manifest",
    draft: "Shared link",
    own: "Back to my work",
    replace: "Replace my work with this",
    keep: "Save as my work",
    looking: "You are viewing a shared link. Your own work hasn’t changed.",
  },
  "zh-CN": {
    box: "清单",
    draft: "分享的链接",
    own: "返回我的内容",
    replace: "用它替换我的内容",
    keep: "保存为我的内容",
    looking: "你正在查看分享的链接。 你自己的内容没有变化。",
  },
} as const;

const box = (page: Page, name: string = words.en.box) => page.getByRole("textbox", { name, exact: true });

const hash = (page: Page) => page.evaluate(() => location.hash);

/** The link in the address bar, once it is one and stays. */
async function link(page: Page): Promise<string> {
  await expect.poll(() => hash(page)).toMatch(/^#0/);
  let last = "";
  await expect
    .poll(async () => {
      const before = last;
      last = await hash(page);
      return last === before;
    }, { intervals: [900] })
    .toBe(true);
  return last;
}

/** Makes a link in a visit of its own. */
async function linkTo(page: Page, text: string): Promise<string> {
  const other = await page.context().browser()!.newContext();
  const visit = await other.newPage();
  await visit.goto(new URL("./", page.url()).href);
  await started(visit);
  await manifestBox(visit).fill(text);
  const made = await link(visit);
  await other.close();
  return made;
}

async function clean(page: Page) {
  expect(await findings(page)).toEqual([]);
}

for (const width of [1440, 390]) {
  for (const lang of ["en", "zh-CN"] as const) {
    // Each width and each language once.
    if ((width === 1440) !== (lang === "en")) continue;
    test(`a link is a draft beside one's own work, at ${width} pixels in ${lang}`, async ({ page }) => {
      await page.setViewportSize({ width, height: 844 });
      const said = words[lang];
      await open(page, `?lang=${lang}`);
      const theirs = await linkTo(page, yaml("theirs"));
      await box(page, said.box).fill(yaml("mine"));
      await link(page);

      await page.goto("about:blank");
      await open(page, `?lang=${lang}${theirs}`);
      const notice = region(page, said.draft);
      await expect(notice).toContainText(said.looking);
      await expect(box(page, said.box)).toHold(yaml("theirs"));
      await clean(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      // What becomes of it is not one's own work either.
      await box(page, said.box).fill(yaml("changed"));
      await expect.poll(() => page.evaluate(() => localStorage.getItem("dualstack.work"))).toContain("mine");
      await button(page, said.own).click();
      await expect(notice).toHaveCount(0);
      await expect(box(page, said.box)).toHold(yaml("mine"));
      // The draft is one step back, and can take the place of what is one's own; undo returns to that.
      await page.goBack();
      await expect(box(page, said.box)).toHold(yaml("changed"));
      await button(page, said.replace).click();
      await expect(notice).toHaveCount(0);
      await expect.poll(() => page.evaluate(() => localStorage.getItem("dualstack.work"))).toContain("changed");
      await page.keyboard.press("Control+z");
      await expect(box(page, said.box)).toHold(yaml("mine"));
    });
  }
}

test("the first visit of all can keep what a link shows", async ({ page }) => {
  await open(page);
  const theirs = await linkTo(page, yaml("theirs"));
  await page.goto("about:blank");
  await open(page, theirs);
  await expect(manifestBox(page)).toHold(yaml("theirs"));
  await expect(button(page, words.en.own)).toHaveCount(0);
  await button(page, words.en.keep).click();
  await page.goto("about:blank");
  await open(page);
  await expect(manifestBox(page)).toHold(yaml("theirs"));
});

test("one's own work is never seen before the link is read", async ({ page }) => {
  await open(page);
  const theirs = await linkTo(page, yaml("theirs"));
  await manifestBox(page).fill(yaml("mine"));
  await link(page);
  await page.addInitScript(() => {
    const seen: string[] = [];
    Object.assign(window, { seen });
    const look = () => {
      const app = document.getElementById("app");
      // The static example has the words, and is hidden.
      const shown = [...(app?.querySelectorAll<HTMLTextAreaElement>("textarea") ?? [])];
      const visible = shown.filter((area) => !area.closest("[data-lang]"));
      visible.forEach((area) => seen.push(area.value));
      requestAnimationFrame(look);
    };
    look();
  });
  await page.goto("about:blank");
  await open(page, theirs);
  await expect(manifestBox(page)).toHold(yaml("theirs"));
  const seen = await page.evaluate(() => (window as unknown as { seen: string[] }).seen);
  expect(seen.filter((text) => text.includes("mine"))).toEqual([]);
});

test("the address stays as it is until something is changed, and then follows at ease", async ({ page }) => {
  await page.addInitScript(() => {
    const writes: number[] = [];
    Object.assign(window, { writes });
    for (const name of ["pushState", "replaceState"] as const) {
      const write = history[name];
      history[name] = function (...given) {
        writes.push(performance.now());
        return write.apply(this, given);
      };
    }
  });
  await open(page);
  await page.waitForTimeout(1000);
  expect(await hash(page)).toBe("");
  const entries = await page.evaluate(() => history.length);
  await manifestBox(page).press("Control+Home");
  for (let at = 0; at < 12; at += 1) {
    await page.keyboard.insertText(`# ${at}\n`);
    await page.waitForTimeout(200);
  }
  const made = await link(page);
  expect(await page.evaluate(() => history.length)).toBe(entries);
  const writes = await page.evaluate(() => (window as unknown as { writes: number[] }).writes);
  const pauses = writes.slice(1).map((at, index) => at - writes[index]);
  expect(Math.min(...pauses)).toBeGreaterThan(700);
  // It is the session.
  const text = await textOf(manifestBox(page));
  const other = await page.context().newPage();
  await other.goto(new URL(made, page.url()).href);
  await started(other);
  await expect(manifestBox(other)).toHold(text);
  await expect(region(other, words.en.draft)).toHaveCount(0);
});

test("a reload right after typing keeps the text, of a link as well", async ({ page }) => {
  await open(page);
  const theirs = await linkTo(page, yaml("theirs"));
  await manifestBox(page).fill(yaml("last-words"));
  await page.reload();
  await started(page);
  await expect(manifestBox(page)).toHold(yaml("last-words"));
  await manifestBox(page).fill(yaml("last-words-again"));
  await link(page);
  await manifestBox(page).fill(yaml("very-last-words"));
  await page.reload();
  await started(page);
  await expect(manifestBox(page)).toHold(yaml("very-last-words"));

  await page.goto("about:blank");
  await open(page, theirs);
  await manifestBox(page).fill(yaml("edited-draft"));
  await page.reload();
  await started(page);
  await expect(manifestBox(page)).toHold(yaml("edited-draft"));
  await expect(region(page, words.en.draft)).toBeVisible();
  await button(page, words.en.own).click();
  await expect(manifestBox(page)).toHold(yaml("very-last-words"));
});

for (const width of [1440, 390]) {
  test(`Back and Forward move between events and scenarios, not keystrokes, at ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 });
    const show = async (pane: string) => {
      if (width < 700) await button(page, pane).click();
    };
    await open(page);
    const current = page.getByRole("list", { name: "Actions", exact: true }).locator("[aria-current]");
    await manifestBox(page).fill(yaml("typed"));
    await manifestBox(page).fill(yaml("typed-more"));
    await page.waitForTimeout(800);
    await choose(page, "node-port");
    await page.waitForTimeout(800);
    await show("Result");
    await button(page, "Delete").click();
    await page.waitForTimeout(800);
    await expect(current).toContainText("Delete");
    await page.goBack();
    await expect(current).not.toContainText("Delete");
    await show("Manifest");
    await expect(manifestBox(page)).toHold(/NodePort/);
    await page.goBack();
    await expect(manifestBox(page)).toHold(yaml("typed-more"));
    await page.goForward();
    await expect(manifestBox(page)).toHold(/NodePort/);
    await page.goForward();
    await show("Result");
    await expect(current).toContainText("Delete");
    // After a reload the sessions before are found in their addresses.
    await link(page);
    await page.reload();
    await started(page);
    await page.goBack();
    await page.goBack();
    await show("Manifest");
    await expect(manifestBox(page)).toHold(yaml("typed-more"));
    await expect(region(page, words.en.draft)).toHaveCount(0);
  });
}

test.describe("what cannot be read", () => {
  for (const lang of ["en", "zh-CN"] as const) {
    for (const [what, bad, message, chinese] of [
      ["damaged", "#0garbage", "This link is damaged", "此链接已损坏"],
      ["newer", "#9AAAA", "This link was created by a newer version of the playground", "此链接由更新版本"],
      ["too big", `#0${"A".repeat(1 << 20)}`, "too long for a link", "过长"],
    ] as const) {
      test(`a ${what} link says so and loses nothing, in ${lang}`, async ({ page }) => {
        await open(page, `?lang=${lang}`);
        await box(page, words[lang].box).fill(yaml("mine"));
        await link(page);
        await page.goto("about:blank");
        await open(page, `?lang=${lang}${bad}`);
        const alert = page.getByRole("alert");
        await expect(alert).toContainText(lang === "en" ? message : chinese);
        await expect(box(page, words[lang].box)).toHold(yaml("mine"));
        await clean(page);
        await alert.getByRole("button").click();
        await expect(alert).toHaveCount(0);
      });
    }
  }

  // How long it takes is measured by `cargo xtask bench`.
  test("a hostile link that is followed again and again is answered each time", async ({ page }) => {
    await open(page);
    await manifestBox(page).fill(yaml("mine"));
    await link(page);
    // Goes back to one's own work and forward to the link, again and again.
    const follow = () =>
      page.evaluate(async () => {
        const alert = () => document.querySelector("[role=alert]");
        const moved = () => new Promise((done) => addEventListener("popstate", done, { once: true }));
        const said = () =>
          new Promise<void>((done) => {
            const observer = new MutationObserver(() => {
              if (!alert()) return;
              observer.disconnect();
              alert()!.getBoundingClientRect();
              done();
            });
            observer.observe(document.body, { childList: true, subtree: true });
          });
        for (let at = 0; at < 5; at += 1) {
          alert()!.querySelector("button")!.click();
          const back = moved();
          history.back();
          await back;
          // The browser goes forward when it has come back.
          await new Promise((done) => setTimeout(done, 50));
          const forth = said();
          history.forward();
          await forth;
        }
      });
    const alert = page.getByRole("alert");
    for (const bad of ["#0garbage", `#0${"A".repeat(98_000)}`, `#0${"A".repeat(1 << 20)}`]) {
      await page.evaluate((bad) => { location.hash = bad; }, bad);
      await expect(alert).toBeVisible();
      await follow();
      await expect(manifestBox(page)).toHold(yaml("mine"));
      await alert.getByRole("button").click();
      await page.goBack();
    }
  });

  test("the address that could not be read is still there when one goes back", async ({ page }) => {
    await open(page);
    await page.goto("about:blank");
    await open(page, "#0garbage");
    await expect(page.getByRole("alert")).toBeVisible();
    await manifestBox(page).fill(yaml("mine"));
    await expect.poll(() => hash(page)).not.toBe("#0garbage");
    await page.goBack();
    await expect.poll(() => hash(page)).toBe("#0garbage");
    await expect(manifestBox(page)).toHold(yaml("mine"));
  });
});

test("hostile links are refused before anybody notices", async ({ page }) => {
  await open(page);
  await manifestBox(page).fill(yaml("mine"));
  await link(page);
  for (const hostile of ["0", "garbage", `0${"A".repeat(98_000)}`, "9AAAA", "0%F0%9F"]) {
    // With the refusal drawn; a link that costs more than a moment is not refused but read.
    const took = await page.evaluate(async (hostile) => {
      const start = performance.now();
      location.hash = hostile;
      while (!document.querySelector("[role=alert]")) await new Promise((drawn) => setTimeout(drawn));
      return performance.now() - start;
    }, hostile);
    expect(took, `${hostile.length} characters`).toBeLessThan(1000);
    await expect(page.getByRole("alert")).toContainText("This link");
    await expect(manifestBox(page)).toHold(yaml("mine"));
    await page.getByRole("alert").getByRole("button").click();
  }
});

test("two tabs do not overwrite each other", async ({ page, context }) => {
  await open(page);
  const other = await context.newPage();
  await other.goto(page.url());
  await started(other);
  await manifestBox(page).fill(yaml("first"));
  await manifestBox(other).fill(yaml("second"));
  await link(page);
  await link(other);
  await page.reload();
  await started(page);
  await expect(manifestBox(page)).toHold(yaml("first"));
  await other.reload();
  await started(other);
  await expect(manifestBox(other)).toHold(yaml("second"));
});

test("a link in a new tab leaves the work of the first alone, and shows it when it is asked for", async ({ page, context }) => {
  await open(page);
  const theirs = await linkTo(page, yaml("theirs"));
  await manifestBox(page).fill(yaml("mine"));
  await link(page);
  const other = await context.newPage();
  await other.goto(new URL(`./${theirs}`, page.url()).href);
  await started(other);
  await manifestBox(other).fill(yaml("edited-draft"));
  // Meanwhile the first goes on.
  await manifestBox(page).fill(yaml("mine-still"));
  await expect.poll(() => page.evaluate(() => localStorage.getItem("dualstack.work"))).toContain("mine-still");
  await button(other, words.en.own).click();
  await expect(manifestBox(other)).toHold(yaml("mine-still"));
});

test("two examples that are chosen at once each have an entry of the history", async ({ page }) => {
  await open(page);
  // Faster than a hand: both within the moment in which steps through one session share an entry.
  await page.evaluate(async () => {
    const until = async (is: () => boolean) => {
      while (!is()) await new Promise(requestAnimationFrame);
    };
    for (const id of ["node-port", "external-name"]) {
      document.getElementById("examples")!.click();
      await until(() => !!document.querySelector("dialog.examples[open]"));
      document.getElementById(`example-${id}`)!.click();
      await until(() => !document.querySelector("dialog.examples"));
    }
  });
  await expect(manifestBox(page)).toHold(/ExternalName/);
  await page.goBack();
  await expect(manifestBox(page)).toHold(/NodePort/);
  await page.goBack();
  await expect(page.locator("#examples small")).toHaveText("dual-stack-preferred-ipfamilies-svc.yaml");
});
