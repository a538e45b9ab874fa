import type { Page } from "@playwright/test";
import {
  caretBehind,
  expect,
  families,
  flagsBox,
  manifestBox,
  OPENING_ADDRESSES,
  open,
  REFUSAL,
  region,
  step,
  test,
} from "./fixtures";

const terminal = (page: Page) =>
  region(page, "Stored object").getByRole("group", { name: "What kubectl prints" }).locator("pre");

const addresses = (page: Page) => region(page, "Answer").getByRole("listitem").locator("code");

async function expectRefusal(page: Page) {
  await expect(terminal(page).first()).toContainText(REFUSAL);
  await expect(terminal(page).last()).toHaveText(
    'Error from server (NotFound): services "my-service" not found',
  );
  await expect(region(page, "Manifest").getByRole("listitem").getByText(REFUSAL)).toBeVisible();
  await expect(addresses(page)).toHaveCount(0);
  await expect(region(page, "Stored object").getByText("Before your last edit")).toBeVisible();
}

async function press(page: Page, key: string, times: number) {
  for (let at = 0; at < times; at += 1) await page.keyboard.press(key);
}

test("two clicks end in the API server's own words", async ({ page }) => {
  await open(page);
  await step(page).click();
  await expect(manifestBox(page)).toHold(/ipFamilyPolicy: RequireDualStack\n/);
  await expect(addresses(page)).toHaveText(OPENING_ADDRESSES);
  await families(page, "IPv4").click();
  await expect(families(page, "IPv4")).toHaveAttribute("aria-pressed", "true");
  await expectRefusal(page);
});

test("the keyboard alone ends in the same words", async ({ page }) => {
  await open(page);
  await caretBehind(manifestBox(page), "PreferDualStack");
  await press(page, "Backspace", "PreferDualStack".length);
  await page.keyboard.type("RequireDualStack");
  await expect(addresses(page)).toHaveText(OPENING_ADDRESSES);
  await caretBehind(flagsBox(page), "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112");
  await press(page, "Backspace", ",fd00:10:96::/112".length);
  await expectRefusal(page);
});

test("one keystroke changes the answer and the caret stays", async ({ page }) => {
  await open(page);
  await caretBehind(manifestBox(page), "port: 80");
  await page.keyboard.type("81");
  await expect(manifestBox(page)).toHold(/port: 8081\n/);
  await expect(region(page, "Stored object")).toContainText("port: 8081");
});

test("IPv6 first needs an IPv6 advertise address", async ({ page }) => {
  await open(page);
  await families(page, "IPv6 + IPv4").click();
  await expect(flagsBox(page)).toHold(/\n--advertise-address=2001:db8::10$/);
  await expect(addresses(page)).toHaveCount(2);
  await caretBehind(flagsBox(page), "--advertise-address=2001:db8::10");
  await press(page, "Backspace", "\n--advertise-address=2001:db8::10".length);
  const words =
    'service IP family "fd00:10:96::/112" must match public address family "192.0.2.10"';
  await expect(region(page, "Cluster").getByText(words)).toBeVisible();
  // Under its own command the program that does not start, then kubectl.
  await expect(terminal(page).first()).toContainText(words);
  await expect(terminal(page).last()).toContainText("The connection to the server");
  await expect(addresses(page)).toHaveCount(0);
});

test("half-typed YAML has no addresses, and what was stored before is folded", async ({ page }) => {
  await open(page);
  await caretBehind(manifestBox(page), "app.kubernetes.io/name: MyApp\nspec:");
  await page.keyboard.type("\n  ipFamilies: [IPv6, ");
  await expect(region(page, "Manifest").getByRole("listitem").first()).toBeVisible();
  await expect(addresses(page)).toHaveCount(0);
  await expect(region(page, "Stored object").getByText("Before your last edit")).toBeVisible();
});

test("an empty manifest is no accident", async ({ page }) => {
  await open(page);
  await manifestBox(page).fill("");
  await expect(manifestBox(page)).toHold("");
  await expect(region(page, "Answer")).not.toBeEmpty();
});

test("a comment in Chinese is as good as any", async ({ page }) => {
  await open(page);
  await manifestBox(page).press("Control+Home");
  await page.keyboard.insertText("# 双栈服务：先 IPv6 👋\n");
  await expect(manifestBox(page)).toHold(/^# 双栈服务：先 IPv6 👋\napiVersion/);
  await expect(addresses(page)).toHaveText(OPENING_ADDRESSES);
  await expect(page.getByText("Before your last edit")).toHaveCount(0);
  await manifestBox(page).press("ArrowUp");
  await manifestBox(page).press("End");
  await page.keyboard.insertText("好");
  await expect(manifestBox(page)).toHold(/👋好\n/);
});
