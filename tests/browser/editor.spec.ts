// What does CodeMirror add to a text box, and does it take its place without anybody noticing?
import type { CDPSession, Locator, Page, Route } from "@playwright/test";
import { button, caretBehind, EDITOR, expect, families, findings, flagsBox, manifestBox, open, OPENING_ADDRESSES, region, started, step, test } from "./fixtures";

const options = (page: Page) => page.getByRole("listbox").getByRole("option");
const tooltip = (page: Page) => page.getByRole("tooltip").or(page.locator(".cm-tooltip-hover"));
/** Listens to what is announced to screen readers; the editor takes an announcement away soon after. */
async function listen(box: Locator): Promise<(text: string) => Promise<void>> {
  const heard = await box.evaluateHandle((element) => {
    const heard: string[] = [];
    const region = (element.getRootNode() as ShadowRoot).querySelector("[aria-live=polite]")!;
    new MutationObserver(() => heard.push(region.textContent ?? "")).observe(region, { childList: true, subtree: true });
    return heard;
  });
  return (text) => expect.poll(async () => (await heard.jsonValue()).join("\n"), { message: "heard" }).toContain(text);
}

const START = "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n";

/** Fills the manifest and puts the caret at its end. */
async function write(page: Page, text: string): Promise<Locator> {
  const box = manifestBox(page);
  await box.fill(text);
  await box.press("Control+End");
  return box;
}

async function compose(session: CDPSession, text: string) {
  await session.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
}

/** Opens the page with the editor's file held back; what is returned lets it through. */
async function openBefore(page: Page) {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(EDITOR, async (route: Route) => {
    await held;
    await route.continue();
  });
  await page.goto("./");
  await page.locator("html[data-started]").waitFor({ state: "attached" });
  await expect(page.locator("textarea#manifest")).toBeVisible();
  return release;
}

test.describe("completion", () => {
  test("writes a field, its list and a value by keyboard alone", async ({ page }) => {
    await open(page);
    const box = await write(page, START);
    await page.keyboard.type("  ipFamilyP");
    await expect(options(page).first()).toContainText("ipFamilyPolicy");
    await expect(options(page).first()).toContainText("addresses of one address family or of both");
    await page.keyboard.press("Enter");
    await expect(options(page)).toHaveText([/^SingleStack/, /^PreferDualStack/, /^RequireDualStack/]);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect(box).toHold(`${START}  ipFamilyPolicy: PreferDualStack`);
    await page.keyboard.press("Enter");
    await page.keyboard.type("ipFamilies");
    await expect(options(page).first()).toContainText("ipFamilies");
    await page.keyboard.press("Enter");
    await expect(options(page)).toHaveText([/^IPv4/, /^IPv6/]);
    await page.keyboard.press("Enter");
    await expect(box).toHold(`${START}  ipFamilyPolicy: PreferDualStack\n  ipFamilies:\n    - IPv4`);
    await expect(region(page, "Stored object")).toContainText("PreferDualStack");
  });

  test("speaks Chinese where the page does", async ({ page }) => {
    await open(page, "?lang=zh-CN");
    const box = page.getByRole("textbox", { name: "清单", exact: true });
    await box.fill(`${START}  type: `);
    await box.press("Control+End");
    await page.keyboard.press("Alt+/");
    await expect(page.getByRole("listbox", { name: "补全" })).toBeVisible();
    await expect(options(page).nth(1)).toContainText("还可通过每个节点的一个端口。");
    await page.keyboard.press("Escape");
    await expect(options(page)).toHaveCount(0);
  });

  test("knows flags, gates and the release", async ({ page }) => {
    await open(page);
    const box = flagsBox(page);
    await box.fill("kube-apiserver\n");
    await box.press("Control+End");
    await page.keyboard.type("--feat");
    await expect(options(page).first()).toContainText("--feature-gates");
    await page.keyboard.press("Enter");
    await expect(options(page).filter({ hasText: "StrictIPCIDRValidation=false" })).toHaveCount(1);
    await expect(options(page).filter({ hasText: "IPv6DualStack" })).toHaveCount(0);
    await page.keyboard.press("Escape");
    await page.getByRole("combobox", { name: "Kubernetes version" }).selectOption("1.21");
    await box.focus();
    await page.keyboard.press("Alt+/");
    await expect(options(page).filter({ hasText: "IPv6DualStack=true" })).toHaveCount(1);
    await expect(options(page).filter({ hasText: "StrictIPCIDRValidation" })).toHaveCount(0);
    const kubelet = flagsBox(page, "kubelet");
    await kubelet.fill("# node-1\n");
    await kubelet.press("Control+End");
    await page.keyboard.type("--");
    await expect(options(page).first()).toContainText("--node-ip");
  });

  test("does not stand in the way of Enter", async ({ page }) => {
    await open(page);
    const box = await write(page, `${START}  ports:\n  - port: 80\n`);
    await page.keyboard.type("  type: NodePort");
    await expect(options(page)).toHaveText([/^NodePort/]);
    await page.keyboard.press("Enter");
    await expect(box).toHold(`${START}  ports:\n  - port: 80\n  type: NodePort\n  `);
    await page.keyboard.type("# kind");
    await page.waitForTimeout(300);
    await expect(options(page)).toHaveCount(0);
  });

  test("does not open behind a person who has left", async ({ page }) => {
    await open(page);
    const box = await write(page, `${START}  type: `);
    await page.keyboard.type("Node");
    await box.blur();
    await page.waitForTimeout(300);
    await expect(options(page)).toHaveCount(0);
    await box.focus();
    await page.keyboard.press("Alt+/");
    await expect(options(page).first()).toBeVisible();
  });

  test("inside a list of ports", async ({ page }) => {
    await open(page);
    const box = await write(page, `${START}  ports:\n  - name: http\n    `);
    await page.keyboard.press("Control+Space");
    await expect(options(page).last()).toContainText("name");
    await page.keyboard.type("proto");
    await page.keyboard.press("Enter");
    await expect(options(page)).toHaveText([/^TCP/, /^UDP/, /^SCTP/]);
    await page.keyboard.type("U");
    await page.keyboard.press("Enter");
    await expect(box).toHold(`${START}  ports:\n  - name: http\n    protocol: UDP`);
  });
});

test.describe("help", () => {
  test("stands at the caret on F2, is spoken, and goes with Escape", async ({ page }) => {
    await open(page);
    const hears = await listen(manifestBox(page));
    await caretBehind(manifestBox(page), "PreferDual");
    await page.keyboard.press("F2");
    const sentences = ["Whether the Service has addresses of one address family or of both.", "Both address families if the cluster supports both, otherwise one."];
    for (const text of sentences) {
      await expect(tooltip(page)).toContainText(text);
      await hears(text);
    }
    await page.keyboard.press("Escape");
    await expect(tooltip(page)).toHaveCount(0);
    await expect(manifestBox(page)).toBeFocused();
    await flagsBox(page).press("Control+Home");
    await page.keyboard.type("# mine\n");
    await caretBehind(flagsBox(page), "--service-cluster");
    await page.keyboard.press("F2");
    await expect(tooltip(page)).toContainText("The Service CIDRs: one, or one per address family");
    await page.keyboard.press("ArrowUp");
    await expect(tooltip(page)).toHaveCount(0);
    const hearsOfFlags = await listen(flagsBox(page));
    await page.keyboard.press("F2");
    await hearsOfFlags("No help is available here.");
  });

  test("shows the API server's words at the place on F8", async ({ page }) => {
    await open(page);
    const box = await write(page, `${START}  type: Nodeport\n  ports:\n  - port: 80\n`);
    await expect(box).toHaveAttribute("aria-invalid", "true");
    const hears = await listen(box);
    await page.keyboard.press("F8");
    const words = 'spec.type: Unsupported value: "Nodeport": supported values: "ClusterIP"';
    await expect(tooltip(page)).toContainText(words);
    await hears(words);
    await page.keyboard.type("NodePort");
    await expect(box).toHold(/type: NodePort\n/);
    await expect(box).not.toHaveAttribute("aria-invalid");
    await expect(tooltip(page)).toHaveCount(0);
  });
});

for (const [lang, find, close, name] of [
  ["en", "Find", "close", "Manifest"],
  ["zh-CN", "查找", "关闭", "清单"],
] as const) {
  test(`search finds and replaces, in ${lang}`, async ({ page }) => {
    await open(page, `?lang=${lang}`);
    const box = page.getByRole("textbox", { name, exact: true });
    await box.focus();
    await page.keyboard.press("Control+f");
    await expect(page.getByRole("textbox", { name: find })).toBeFocused();
    await page.keyboard.type("MyApp?");
    await page.keyboard.press("Backspace");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("button", { name: close })).toHaveCount(0);
    await expect(box).toBeFocused();
    await page.keyboard.type("Mine");
    await expect(box).toHold(/name: Mine\n/);
  });
}

test("Tab leaves, unless it was asked to indent", async ({ page }) => {
  await open(page);
  const box = await write(page, START);
  const hears = await listen(box);
  await page.keyboard.press("Control+m");
  await hears("Tab indents.");
  await page.keyboard.press("Tab");
  await expect(box).toHold(`${START}  `);
  await page.keyboard.press("Shift+Tab");
  await expect(box).toHold(START);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await expect(box).not.toBeFocused();
  await box.focus();
  await page.keyboard.press("Control+m");
  await page.keyboard.press("Tab");
  await expect(box).not.toBeFocused();
  await expect(box).toHold(START);
});

test("undo and redo are the page's, which hears of them", async ({ page }) => {
  await open(page);
  const heard = await page.evaluateHandle(() => {
    const heard: string[] = [];
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey && /^[zy]$/i.test(event.key)) heard.push(`${event.shiftKey} ${event.key} ${event.defaultPrevented}`);
    });
    return heard;
  });
  const box = manifestBox(page);
  await caretBehind(box, "port: 80");
  await page.keyboard.type("8");
  for (const key of ["z", "Shift+Z", "y"]) await page.keyboard.press(`Control+${key}`);
  await expect(box).toHold(/port: 808\n/);
  expect(await heard.jsonValue()).toEqual(["false z true", "true Z true", "false y true"]);
  // An undo from a menu comes without a key.
  await box.evaluate((element) => {
    const options = { inputType: "historyUndo", bubbles: true, cancelable: true, composed: true };
    element.dispatchEvent(new InputEvent("beforeinput", options));
  });
  await expect(box).toHold(/port: 80\n/);
});

test("what the page writes shows, and the caret stays in its word", async ({ page }) => {
  await open(page);
  const box = manifestBox(page);
  await caretBehind(box, "port: 80");
  await step(page).click();
  await expect(box).toHold(/ipFamilyPolicy: RequireDualStack\n/);
  await box.focus();
  await page.keyboard.type("8");
  await expect(box).toHold(/port: 808\n/);
  await button(page, "中文").click();
  await expect(page.getByRole("textbox", { name: "清单", exact: true })).toHold(/port: 808\n/);
});

test.describe("the swap", () => {
  test("keeps text, focus, selection and scroll, and loses no key", async ({ page }) => {
    await page.setViewportSize({ width: 1440, height: 500 });
    const release = await openBefore(page);
    await caretBehind(manifestBox(page), "port: 80");
    await page.keyboard.type("8");
    await page.keyboard.press("Shift+ArrowLeft");
    await page.keyboard.press("Shift+ArrowLeft");
    await page.evaluate(() => scrollTo(0, 150));
    release();
    await started(page);
    expect(await page.evaluate(() => scrollY)).toBe(150);
    await expect(manifestBox(page)).toBeFocused();
    await expect(page.locator("textarea#manifest")).toBeHidden();
    await page.keyboard.type("9");
    await expect(manifestBox(page)).toHold(/port: 89\n/);
    await expect(region(page, "Stored object")).toContainText("port: 89");
  });

  test("moves nothing", async ({ page }) => {
    const release = await openBefore(page);
    const regions = () => Promise.all(["Cluster", "Manifest", "Stored object"].map((name) => region(page, name).boundingBox()));
    const before = await regions();
    release();
    await started(page);
    expect(await regions()).toEqual(before);
  });

  test("happens while somebody types", async ({ page }) => {
    const release = await openBefore(page);
    await manifestBox(page).press("Control+Home");
    setTimeout(release, 100);
    await page.keyboard.type("# one two three four five six seven\n", { delay: 15 });
    await started(page);
    await expect(manifestBox(page)).toHold(/^# one two three four five six seven\napiVersion/);
  });

  test("keeps keys that the page has not answered yet", async ({ page }) => {
    const release = await openBefore(page);
    await manifestBox(page).press("Control+Home");
    await page.locator("textarea#manifest").evaluate((box: HTMLTextAreaElement) => {
      box.setRangeText("# o", 0, 0, "end");
    });
    release();
    await started(page);
    await expect(manifestBox(page)).toHold(/^# oapiVersion/);
    await page.keyboard.type("n\n");
    await expect(manifestBox(page)).toHold(/^# on\napiVersion/);
    await expect(page.locator("text-editor").last()).toHaveAttribute("text", /^# on\napiVersion/);
  });

  test("waits for the end of a composition", async ({ page }) => {
    const release = await openBefore(page);
    await manifestBox(page).press("Control+Home");
    await page.keyboard.type("# ");
    const session = await page.context().newCDPSession(page);
    await compose(session, "shuang");
    release();
    const flags = page.locator("text-editor").first();
    await expect.poll(() => flags.evaluate((element) => element.shadowRoot !== null)).toBe(true);
    await compose(session, "双");
    await expect(page.locator("textarea#manifest")).toBeVisible();
    await session.send("Input.insertText", { text: "双栈" });
    await started(page);
    await expect(manifestBox(page)).toBeFocused();
    await page.keyboard.type("\n");
    await expect(manifestBox(page)).toHold(/^# 双栈\napiVersion/);
  });

  test.describe("that fails", () => {
    test.use({ troubleIsExpected: true });

    for (const body of ["throw new Error('damaged')", "not a program"]) {
      test(`leaves the text boxes: ${body}`, async ({ page }) => {
        await page.route(EDITOR, (route) => route.fulfill({ contentType: "text/javascript", body }));
        const gaveUp = page.waitForEvent("pageerror");
        await page.goto("./");
        await gaveUp;
        await caretBehind(manifestBox(page), "port: 80");
        await page.keyboard.type("8");
        await expect(region(page, "Stored object")).toContainText("port: 808");
        await expect(page.getByRole("alert")).toHaveCount(0);
      });
    }
  });
});

test("Chinese is composed undisturbed by what the page answers", async ({ page }) => {
  await open(page);
  const box = manifestBox(page);
  await box.press("Control+Home");
  await page.keyboard.insertText("# \n");
  await box.press("ArrowUp");
  await box.press("End");
  const session = await page.context().newCDPSession(page);
  for (const text of ["s", "sh", "shu", "双"]) await compose(session, text);
  // The page changes language, and with it every word around the text.
  await page.evaluate(() => [...document.querySelectorAll("button")].find((it) => it.textContent === "中文")?.click());
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
  await compose(session, "双栈");
  await session.send("Input.insertText", { text: "双栈" });
  const chinese = page.getByRole("textbox", { name: "清单", exact: true });
  await expect(chinese).toHold(/^# 双栈\napiVersion/);
  for (const text of ["f", "fu"]) await compose(session, text);
  await session.send("Input.insertText", { text: "服务" });
  await expect(chinese).toHold(/^# 双栈服务\napiVersion/);
  const answer = page.getByRole("region", { name: "答案", exact: true });
  await expect(answer.getByText(OPENING_ADDRESSES[0])).toBeVisible();
});

test("a coloured selection is replaced by what is composed", async ({ page }) => {
  await open(page);
  const box = manifestBox(page);
  await box.press("Control+Home");
  await box.press("Shift+End");
  const session = await page.context().newCDPSession(page);
  await compose(session, "zhu");
  await session.send("Input.insertText", { text: "# 注" });
  await expect(box).toHold(/^# 注\nkind: Service\n/);
});

for (const lang of ["en", "zh-CN"]) {
  for (const theme of ["light", "dark"]) {
    test(`what opens in the editor has no findings, in ${lang}, ${theme}`, async ({ page }) => {
      // Each state is looked through as a whole.
      test.slow();
      await open(page, `?lang=${lang}&theme=${theme}`);
      const box = page.locator("text-editor[kind=manifest] [role=textbox]");
      const look = async (what: string) => {
        expect.soft(await findings(page), what).toEqual([]);
      };
      await caretBehind(box, "ipFamilyPolicy: ");
      await page.keyboard.press("Alt+/");
      await expect(options(page).first()).toBeVisible();
      await look("completion");
      await page.keyboard.press("Escape");
      await page.keyboard.press("F2");
      await look("help");
      await page.keyboard.press("Escape");
      await page.keyboard.press("Control+f");
      await page.keyboard.type("my");
      await look("search");
    });
  }
}
