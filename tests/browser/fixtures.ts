import AxeBuilder from "@axe-core/playwright";
import { expect as baseExpect, test as base, type Locator, type Page } from "@playwright/test";

export type Options = {
  /** Set for tests in which the page is meant to fail. */
  troubleIsExpected: boolean;
  /** Whether the editor can be had; if not, the text boxes stay. */
  editor: "there" | "blocked";
};

export const EDITOR = "**/editor-*.js";
const withoutEditor = new WeakSet<Page>();

/** A page that fails its test on errors, violations of its policy and requests to elsewhere. */
export const test = base.extend<Options>({
  troubleIsExpected: [false, { option: true }],
  editor: ["there", { option: true }],
  page: async ({ page, baseURL, troubleIsExpected, editor }, use) => {
    const trouble: string[] = [];
    const origin = new URL(baseURL!).origin;
    if (editor === "blocked") {
      withoutEditor.add(page);
      await page.route(EDITOR, (route) => route.abort());
    }
    page.on("console", (message) => {
      const isBlock = editor === "blocked" && /\/editor-[^/]*$/.test(message.location().url);
      if (message.type() === "error" && !isBlock) trouble.push(`console: ${message.text()}`);
      if (message.text().startsWith("csp-violation ")) trouble.push(message.text());
    });
    page.on("pageerror", (error) => trouble.push(`page error: ${error.message}`));
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (!["data:", "blob:"].includes(url.protocol) && url.origin !== origin) {
        trouble.push(`request to ${url.href}`);
      }
    });
    await page.addInitScript(() => {
      addEventListener("securitypolicyviolation", (event) => {
        console.log(`csp-violation ${event.violatedDirective} ${event.blockedURI}`);
      });
    });
    await use(page);
    if (!troubleIsExpected) expect(trouble, "the page has no trouble").toEqual([]);
  },
});

/** The text that a text box or an editor shows. An editor draws only the lines in sight: it is asked itself. */
export const textOf = (box: Locator): Promise<string> =>
  box.evaluate((element) => {
    if (element instanceof HTMLTextAreaElement) return element.value;
    const { host } = element.getRootNode() as ShadowRoot;
    return (host as unknown as { view: { state: { doc: object } } }).view.state.doc.toString();
  });

export const expect = baseExpect.extend({
  /** Whether a text box or an editor comes to hold a text, or one that matches. */
  async toHold(box: Locator, expected: string | RegExp) {
    let text = "";
    const holds = () => (typeof expected === "string" ? text === expected : expected.test(text));
    try {
      await baseExpect(async () => {
        text = await textOf(box);
        baseExpect(holds()).toBe(true);
      }).toPass({ timeout: 5000, intervals: [50, 100, 250] });
    } catch {
      // Told below.
    }
    return { pass: holds(), message: () => `expected to hold ${expected}, but it holds:\n${text}` };
  },
});

/** Waits until the program has taken over from the static example, and the editor from the text boxes if it can. */
export async function started(page: Page) {
  await page.locator("html[data-started]").waitFor({ state: "attached" });
  if (!withoutEditor.has(page)) await page.locator("html[data-editor]").waitFor({ state: "attached" });
}

/** Opens the page and waits until it has started. */
export async function open(page: Page, query = "") {
  await page.goto(`./${query}`);
  await started(page);
}

/** Puts the caret behind a word of a text box or an editor. */
export async function caretBehind(box: Locator, word: string) {
  await box.focus();
  await box.evaluate((element, word) => {
    const root = element.getRootNode();
    const area = (root instanceof ShadowRoot ? root.host : element.parentElement)!.querySelector("textarea")!;
    const at = area.value.indexOf(word) + word.length;
    area.setSelectionRange(at, at);
  }, word);
}

/** Puts items into the storage of the page before it is opened. */
export async function save(page: Page, items: Record<string, string>) {
  const blank = "**/blank.html";
  const body = '<!doctype html><link rel="icon" href="data:,"><title>blank</title>';
  await page.route(blank, (route) => route.fulfill({ contentType: "text/html", body }));
  await page.goto("./blank.html");
  await page.evaluate((items) => {
    for (const [key, value] of Object.entries(items)) localStorage.setItem(key, value);
  }, items);
  await page.unroute(blank);
}

export const region = (page: Page, name: string): Locator =>
  page.getByRole("region", { name, exact: true });

export const manifestBox = (page: Page): Locator =>
  page.getByRole("textbox", { name: "Manifest", exact: true });

export const COMPONENTS = ["kube-apiserver", "kube-controller-manager", "kube-proxy", "kubelet"] as const;

/** The box of the flags of a component. A text that is filled in goes to the boxes that its headings name. */
export const flagsBox = (page: Page, component: (typeof COMPONENTS)[number] = "kube-apiserver"): Locator =>
  page
    .getByRole("group", { name: "Cluster flags", exact: true })
    .getByRole("textbox", { name: `${component} flags`, exact: true });

export const families = (page: Page, name: string): Locator =>
  page
    .getByRole("group", { name: "IP families", exact: true })
    .getByRole("button", { name, exact: true });

/** Opens an example by its name. */
export async function choose(page: Page, id: string): Promise<void> {
  await page.locator("#examples").click();
  await page.locator(`#example-${id}`).click();
}

export const button = (page: Page, name: string): Locator =>
  page.getByRole("button", { name, exact: true });

/** The events of the session, in the Timeline. */
export const events = (page: Page): Locator =>
  page.getByRole("list", { name: "Actions", exact: true }).getByRole("listitem");

/** The text on the screen that comes when the program has died. */
export const rescued = (page: Page): Locator =>
  page.getByRole("alert").getByRole("textbox", { name: "Your text", exact: true });

/** Addresses of the opening example: IPv6 first. */
export const OPENING_ADDRESSES = ["fd00:10:96::980e", "10.96.241.233"];

export const REFUSAL =
  'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services';

/** A tab of the result pane, by the name that an address has for it. */
export const tab = (page: Page, name: string): Locator => page.locator(`#tab-${name}`);

/** Shows a pane, which a phone has one of at a time. */
export async function show(page: Page, pane: 0 | 1 | 2): Promise<void> {
  const buttons = page.locator(".phone-bar").getByRole("button");
  if (await buttons.first().isVisible()) await buttons.nth(pane).click();
}

/** Shows a tab of the result pane. */
export async function openTab(page: Page, name: string): Promise<void> {
  await show(page, 2);
  await tab(page, name).click();
}

/** The first of the steps that the example says to try and that are not done yet. */
export const step = (page: Page): Locator => page.locator(".invitation .link").first();

/** Makes the cluster refuse the opening example, by both steps that it says to try. */
export async function refuse(page: Page) {
  await step(page).click();
  await step(page).click();
}

/**
 * What axe finds on the page, or in a part of it: the rule, the element and what would mend it. Of a page without frames:
 * to look into those it opens a page more, which takes as long as the look itself.
 */
export async function findings(page: Page, part?: string): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode();
  // The rules of WCAG 2.2 are off unless they are asked for.
  axe.options({ resultTypes: ["violations"], rules: { "target-size": { enabled: true } } });
  if (part) axe.include(part);
  const { violations } = await axe.analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}: ${node.failureSummary ?? ""}`));
}
