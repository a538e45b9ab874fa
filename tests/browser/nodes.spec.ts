import type { Locator, Page } from "@playwright/test";
import { button, choose, events, expect, findings, open, openTab, region, tab, test } from "./fixtures";

const pane = (page: Page) => region(page, "Nodes and Pods");

const list = (page: Page, name: string) => pane(page).getByRole("list", { name, exact: true });

/** The row of a node, or of a Pod in a list. */
const row = (within: Locator, name: string | RegExp) =>
  within.locator("> li").filter({ has: within.page().getByRole("button", { name, exact: true }) });

/** Shows the pane. */
async function show(page: Page, name = "Nodes and Pods") {
  await openTab(page, "nodes");
  await expect(region(page, name)).toBeVisible();
}

/** Opens an example at its last event, and the pane. */
async function openExample(page: Page, id: string) {
  await open(page);
  await choose(page, id);
  await events(page).last().getByRole("button").click();
  await show(page);
}

/** Goes back in the session, so many events. */
async function back(page: Page, count: number) {
  for (let at = 0; at < count; at += 1) await button(page, "Previous action").click();
}

/** Nothing sticks out sideways, and axe finds nothing in the pane. */
async function check(page: Page) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect.soft(wide).toBeLessThanOrEqual(0);
  expect.soft(await findings(page, "#result-panel")).toEqual([]);
}

for (const width of [1440, 390]) {
  test.describe(`at ${width} pixels`, () => {
    test.use({ viewport: { width, height: 844 } });

    test("nodes get their ranges in turn, and a Pod an address of each family", async ({ page }) => {
      await openExample(page, "nodes-get-ranges-in-turn");
      const nodes = list(page, "Nodes");
      await expect(row(nodes, "node-1")).toContainText("10.244.0.0/24");
      await expect(row(nodes, "node-1")).toContainText("fd00:10:244::/64");
      // The block of node-2, which is gone, is not the next one.
      await expect(row(nodes, "node-4")).toContainText("10.244.3.0/24");
      await expect(row(nodes, "node-2")).toHaveCount(0);
      await expect(list(page, "Changes")).toContainText("created");
      await expect(pane(page)).toContainText("Unchanged: Nodes 2, Pods 4.");
      await nodes.getByRole("button", { name: "node-1", exact: true }).click();
      const pods = list(page, "Pods on this node");
      await expect(pods).toContainText("podIPs");
      await expect(pods).toContainText("hostIPs");
      await expect(list(page, "Reasons").first()).toContainText("next free node Pod CIDR");
      await check(page);
      // What is open stays open behind another tab.
      for (const name of ["why", "nodes"]) await tab(page, name).click();
      await expect(pods).toContainText("podIPs");
    });

    test("ranges run out, blocks are burnt, and a node that goes makes room", async ({ page }) => {
      await openExample(page, "node-ranges-run-out");
      await expect(row(list(page, "Nodes"), "node-3")).toContainText("10.244.4.0/24");
      await back(page, 1);
      const waits = row(list(page, "Nodes"), "node-3");
      await expect(waits).toContainText("CIDRNotAvailable");
      await expect(waits).toContainText("Node node-3 status is now: CIDRNotAvailable");
      await waits.getByRole("button", { name: "node-3", exact: true }).click();
      await expect(waits).toContainText("is not released");
      await expect(waits).toContainText("no IP ranges specified");
      await check(page);
    });

    test("Pods on Windows have two families, one, or are refused", async ({ page }) => {
      await openExample(page, "pods-on-windows-nodes");
      const nodes = list(page, "Nodes");
      await nodes.getByRole("button", { name: "windows-1", exact: true }).click();
      await expect(row(nodes, "windows-1")).toContainText("PodOSNotSupported");
      await nodes.getByRole("button", { name: "windows-2", exact: true }).click();
      const overlay = row(nodes, "windows-2");
      await expect(overlay).toContainText("Winoverlay does not support dual-stack, falling back to single-stack");
      await expect(overlay).toContainText("supports only single-stack Services");
      await check(page);
    });

    test("dual-stack comes step by step, and each step says what it leaves", async ({ page }) => {
      await openExample(page, "dual-stack-step-by-step");
      await expect(row(list(page, "Nodes"), "node-1")).toContainText("fd00:10:244::/64");
      await back(page, 2);
      await expect(pane(page)).toContainText("Unchanged: Nodes 1, Pods 2.");
      await expect(row(list(page, "Nodes"), "node-1")).not.toContainText("fd00:10:244::/64");
      await list(page, "Nodes").getByRole("button", { name: "node-1", exact: true }).click();
      await expect(row(list(page, "Nodes"), "node-1")).toContainText("never gets the second");
      await back(page, 1);
      await expect(list(page, "Changes")).toContainText("status.podIPs");
      await check(page);
    });

    test("in the wrong order a node keeps to one family", async ({ page }) => {
      await openExample(page, "dual-stack-in-the-wrong-order");
      await back(page, 1);
      const refusal = 'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid';
      await tab(page, "terminal").click();
      await expect(region(page, "Result").getByText(refusal)).toBeVisible();
      await tab(page, "nodes").click();
      await expect(row(list(page, "Nodes"), "node-2")).not.toContainText("fd00:");
      await check(page);
    });

    test("going back is refused while a node has two ranges", async ({ page }) => {
      await openExample(page, "going-back-to-one-family");
      await expect(list(page, "Not running")).toHaveCount(0);
      await back(page, 3);
      await expect(list(page, "Not running")).toContainText(
        "node:node-1 has an allocated cidr: fd00:10:244::/64 at index:1 that does not exist in cluster cidrs configuration",
      );
      await expect(pane(page)).toContainText("Unchanged:");
      await check(page);
    });
  });
}

test("buttons add nodes and Deployments and remove them, by keyboard alone", async ({ page }) => {
  await open(page);
  await show(page);
  const press = async (name: string) => {
    await pane(page).getByRole("button", { name, exact: true }).focus();
    await page.keyboard.press("Enter");
  };
  await press("Add a node");
  await expect(row(list(page, "Nodes"), "node-2")).toBeVisible();
  await press("Add a Windows node");
  await expect(row(list(page, "Nodes"), "windows-1")).toBeVisible();
  await pane(page).getByRole("spinbutton", { name: "Replicas", exact: true }).fill("5");
  await press("Add a Deployment");
  await expect(list(page, "Deployments")).toContainText("app-1");
  await expect(pane(page).getByRole("heading", { name: /Nodes: 3, Pods: 5/ })).toBeVisible();
  await press("Remove node/node-2");
  await expect(row(list(page, "Nodes"), "node-2")).toHaveCount(0);
  await press("Remove deployment/app-1 -n default");
  await expect(pane(page).getByRole("heading", { name: /Nodes: 2, Pods: 0/ })).toBeVisible();
  await button(page, "Undo").click();
  await expect(pane(page).getByRole("heading", { name: /Nodes: 2, Pods: 5/ })).toBeVisible();
});

test("of many Pods only those in sight are drawn", async ({ page }) => {
  await openExample(page, "nodes-get-ranges-in-turn");
  await pane(page).getByRole("spinbutton", { name: "Replicas", exact: true }).fill("300");
  await pane(page).getByRole("button", { name: "Add a Deployment", exact: true }).click();
  await expect(pane(page).getByRole("heading", { name: /Pods: 304/ })).toBeVisible();
  await list(page, "Nodes").getByRole("button", { name: "node-3", exact: true }).click();
  const pods = list(page, "Pods on this node");
  await expect(pods.locator("> li")).toHaveCount(25);
  await expect(pane(page)).toContainText(/Pods on this node 1 to 25 of 1\d\d/);
  await pane(page).getByText(/Pods on this node 1 to 25/).locator("..").getByRole("button", { name: "Next page" }).click();
  await expect(pane(page)).toContainText(/Pods on this node 26 to 50 of 1\d\d/);
});

test("the pane speaks Chinese", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, "?lang=zh-CN");
  await show(page, "节点和 Pod");
  const chinese = region(page, "节点和 Pod");
  await chinese.getByRole("button", { name: "添加节点", exact: true }).click();
  await chinese.getByRole("button", { name: "node-2", exact: true }).click();
  await expect(chinese).toContainText("来自清单");
  await expect(chinese.getByRole("list", { name: "原因", exact: true }).first()).toContainText("下一个空闲节点 Pod CIDR");
  await check(page);
});
