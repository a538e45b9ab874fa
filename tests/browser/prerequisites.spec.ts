import type { Page } from "@playwright/test";
import { choose, expect, flagsBox, open, openTab, region, test } from "./fixtures";

const needs = (page: Page, name: string) =>
  region(page, "Prerequisites").getByRole("group", { name, exact: true }).first();

async function opened(page: Page, example: string) {
  await open(page, "?lang=en");
  await choose(page, example);
  await openTab(page, "nodes");
  await expect(region(page, "Prerequisites")).toBeVisible();
}

test("a network plugin of one family, and the edit that mends it", async ({ page }) => {
  await opened(page, "network-plugin-without-ipv6");
  const plugin = needs(page, "Network plugin");
  await expect(plugin).toContainText("✕ Not met");
  await expect(plugin).toContainText("assigns Pods no IPv6 address");
  await expect(plugin).toContainText("IPv6 cluster IPs have no endpoints");
  await expect(plugin).toContainText("kube-controller-manager --cluster-cidr fd00:10:244::/56");
  await plugin.getByRole("button", { name: "Turn on", exact: true }).click();
  await expect(plugin).toContainText("✓ Met");
  await expect(flagsBox(page)).toHold(/^[^#]*$/);
});

test("without a plugin Nodes stay NotReady, in the words of the kubelet", async ({ page }) => {
  await opened(page, "dual-stack-preferred-svc");
  const plugin = needs(page, "Network plugin");
  await expect(plugin).toContainText("✓ Met");
  await plugin.getByRole("button", { name: "none", exact: true }).click();
  await expect(flagsBox(page)).toHold(/# network plugin: none/);
  await expect(plugin).toContainText(
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady " +
      "message:Network plugin returns error: cni plugin not initialized",
  );
  await plugin.getByRole("button", { name: "dual-stack", exact: true }).click();
  await expect(flagsBox(page)).toHold(/^[^#]*$/);
  await expect(plugin).toContainText("✓ Met");
});

test("a provider of one family leaves the node without an address, in the words of the kubelet", async ({ page }) => {
  await opened(page, "provider-without-ipv6");
  const provider = needs(page, "Cloud provider");
  await expect(provider).toContainText(
    'failed to validate secondaryNodeIP: node IP: "2001:db8::11" not found in the host\'s network interfaces',
  );
  await provider.getByRole("button", { name: "dual-stack", exact: true }).focus();
  await page.keyboard.press("Enter");
  await expect(provider).toContainText("✓ Met");
});

test("the release is a switch, and what it lacks follows", async ({ page }) => {
  await opened(page, "dual-stack-preferred-svc");
  const release = needs(page, "Version");
  await expect(release).toContainText("✓ Met");
  await release.getByRole("combobox", { name: "Version", exact: true }).selectOption("1.20");
  await expect(release).toContainText("✕ Not met");
  await expect(release).toContainText("kube-apiserver exits because of this");
  await release.getByRole("button", { name: "Turn on", exact: true }).click();
  await expect(flagsBox(page)).toHold(/--feature-gates=IPv6DualStack=true/);
  await expect(release).toContainText("✓ Met");
  const badge = region(page, "Prerequisites").getByText("Why does the page say v1.27 [alpha]?");
  await badge.click();
  await expect(region(page, "Prerequisites")).toContainText("In 1.20 that feature gate does not exist yet.");
});
