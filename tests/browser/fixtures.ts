import { expect, test as base, type Locator, type Page } from "@playwright/test";

type Options = {
  /** Set for tests in which the page is meant to fail. */
  troubleIsExpected: boolean;
};

/** A page that fails its test on errors, violations of its policy and requests to elsewhere. */
export const test = base.extend<Options>({
  troubleIsExpected: [false, { option: true }],
  page: async ({ page, baseURL, troubleIsExpected }, use) => {
    const trouble: string[] = [];
    const origin = new URL(baseURL!).origin;
    page.on("console", (message) => {
      if (message.type() === "error") trouble.push(`console: ${message.text()}`);
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

export { expect };

/** Waits until the program has taken over from the static example. */
export async function started(page: Page) {
  await page.locator("html[data-started]").waitFor({ state: "attached" });
}

/** Opens the page and waits until it has started. */
export async function open(page: Page, query = "") {
  await page.goto(`./${query}`);
  await started(page);
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

export const flagsBox = (page: Page): Locator =>
  page
    .getByRole("group", { name: "Cluster flags", exact: true })
    .getByRole("textbox", { name: "kube-apiserver flags", exact: true });

export const families = (page: Page, name: string): Locator =>
  page
    .getByRole("group", { name: "IP families", exact: true })
    .getByRole("button", { name, exact: true });

export const button = (page: Page, name: string): Locator =>
  page.getByRole("button", { name, exact: true });

/** Addresses of the opening example: IPv6 first. */
export const OPENING_ADDRESSES = ["fd00:10:96::980e", "10.96.241.233"];

export const REFUSAL =
  'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services';

/** Makes the cluster refuse the opening example. */
export async function refuse(page: Page, words = "RequireDualStack", family = "IPv4") {
  await button(page, words).click();
  const cluster = button(page, family);
  // A phone shows one pane at a time.
  if (!(await cluster.isVisible())) {
    await page.getByRole("navigation").getByRole("button").first().click();
  }
  await cluster.click();
}
