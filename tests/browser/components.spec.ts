// Each component has a box for its flags; under it stands what it says, and between two boxes where they disagree.
import type { Page } from "@playwright/test";
import { button, caretBehind, choose, COMPONENTS, expect, findings, flagsBox, open, region, test, textOf } from "./fixtures";

const WORDS = {
  en: { flags: "flags", group: "Cluster flags", components: "Components", firsts: "Primary families", node: "Node", mend: "Fix", agree: "They agree." },
  "zh-CN": { flags: "标志", group: "集群标志", components: "组件", firsts: "主地址族", node: "节点", mend: "修复", agree: "相互一致。" },
} as const;
type Lang = keyof typeof WORDS;

const box = (page: Page, lang: Lang, component: string) =>
  page.getByRole("textbox", { name: `${component} ${WORDS[lang].flags}`, exact: true });

/** Opens the page on the Cluster pane. */
async function start(page: Page, lang: Lang, width: number, scenario?: string) {
  await page.setViewportSize({ width, height: 900 });
  await open(page, `?lang=${lang}`);
  if (scenario) await choose(page, scenario);
  if (width < 700) await page.getByRole("navigation").getByRole("button").first().click();
  return page.getByRole("group", { name: WORDS[lang].group, exact: true });
}

async function isAccessible(page: Page) {
  expect(await findings(page)).toEqual([]);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(wide, "nothing is wider than the page").toBeLessThanOrEqual(0);
}

for (const width of [1440, 390]) {
  for (const lang of ["en", "zh-CN"] as const) {
    // Each width and each language once.
    if ((width === 1440) !== (lang === "en")) continue;
    const words = WORDS[lang];

    test(`components that disagree are connected by a broken line at ${width} pixels in ${lang}`, async ({ page }) => {
      const group = await start(page, lang, width, "components-disagree-in-order");
      const lines = group.getByRole("listitem").filter({ has: page.locator("summary") });
      await expect(lines).toHaveCount(2);
      const order = lines.filter({ hasText: "kube-apiserver – kube-controller-manager" });
      await order.locator("summary").click();
      await expect(order).toContainText("fd00:10:96::/112");
      const mend = order.getByRole("button", { name: words.mend });
      await expect(mend).toContainText(
        "kube-controller-manager --cluster-cidr: 10.244.0.0/16,fd00:10:244::/56 → fd00:10:244::/56,10.244.0.0/16",
      );
      await isAccessible(page);
      await mend.click();
      await expect(lines).toHaveCount(1);
      await expect(box(page, lang, "kube-controller-manager")).toHold(/--cluster-cidr=fd00:10:244::\/56,10\.244\.0\.0\/16\n/);
      await expect(group.getByText(words.agree).first()).toBeVisible();
    });

    test(`a component that exits says so under its box at ${width} pixels in ${lang}`, async ({ page }) => {
      const group = await start(page, lang, width, "node-ips-of-one-family");
      const message = 'bad --node-ip "192.0.2.12,192.0.2.13": must contain either a single IP or a dual-stack pair of IPs';
      await expect(group.getByText(message, { exact: true })).toBeVisible();
      const components = page.getByRole("region", { name: words.components, exact: true });
      await expect(components.getByRole("listitem").first()).toContainText("node-2");
      await isAccessible(page);
      await group.getByRole("button", { name: "--node-ip" }).click();
      await expect(box(page, lang, "kubelet")).toBeFocused();
      await page.keyboard.type("3");
      await expect(box(page, lang, "kubelet")).toHold(/--node-ip=192\.0\.2\.12,192\.0\.2\.133$/);
      const kubelet = box(page, lang, "kubelet");
      await expect(kubelet).toHaveAttribute("aria-invalid", "true");
      await expect(kubelet.locator(".err").first()).toContainText("192.0.2.133");
      await expect(box(page, lang, "kube-proxy")).not.toHaveAttribute("aria-invalid");
      await kubelet.fill("--node-ip=192.0.2.12\n");
      await expect(kubelet).not.toHaveAttribute("aria-invalid");
      await expect(kubelet.locator(".err")).toHaveCount(0);
    });

    test(`the five firsts stand side by side at ${width} pixels in ${lang}`, async ({ page }) => {
      await start(page, lang, width, "components-disagree-in-order");
      const firsts = page.getByRole("region", { name: words.firsts, exact: true });
      const cards = firsts.getByRole("list").first().locator("> li");
      await expect(cards).toHaveCount(5);
      const families = firsts.locator(".is");
      await expect(families).toHaveText(["IPv6", "IPv4", "IPv4", "IPv6", "IPv4"]);
      await firsts.getByRole("button", { name: "glibc" }).click();
      await expect(families.last()).toHaveText("IPv6");
      const tops = await cards.evaluateAll((all) => new Set(all.map((it) => it.getBoundingClientRect().top)).size);
      expect(tops).toBe(width < 700 ? 5 : 1);
      const node = firsts.getByRole("combobox", { name: words.node, exact: true });
      await expect(node).toHaveCount(0);
      await box(page, lang, "kubelet").fill("kubelet · node-1\n--node-ip=192.0.2.11\n\nkubelet · node-2\n--node-ip=2001:db8::12\n");
      await node.selectOption("node-2");
      await expect(families.nth(2)).toHaveText("IPv6");
      await expect(cards.nth(2)).toContainText("2001:db8::12");
      await isAccessible(page);
    });
  }
}

const WHOLE = `kube-apiserver
--service-cluster-ip-range=10.96.0.0/16

kube-controller-manager
--allocate-node-cidrs=true
--cluster-cidr=10.244.0.0/16

kube-proxy
--cluster-cidr=10.244.0.0/16

kubelet · node-1
--node-ip=192.0.2.11

kubelet · node-2
--node-ip=192.0.2.12`;

test("a whole text that is pasted into any box goes to the boxes that it names", async ({ page }) => {
  await open(page);
  await flagsBox(page, "kube-proxy").fill(WHOLE);
  const parts = WHOLE.split("\n\n");
  await expect(flagsBox(page, "kube-apiserver")).toHold(parts[0].replace(/^.*\n/, ""));
  await expect(flagsBox(page, "kube-controller-manager")).toHold(parts[1].replace(/^.*\n/, ""));
  await expect(flagsBox(page, "kube-proxy")).toHold("--cluster-cidr=10.244.0.0/16");
  await expect(flagsBox(page, "kubelet")).toHold(parts.slice(3).join("\n\n"));
  // Once more: the box comes to hold the same as before.
  await flagsBox(page, "kube-proxy").fill(WHOLE);
  await expect(flagsBox(page, "kube-proxy")).toHold("--cluster-cidr=10.244.0.0/16");
});

test("what is typed in a box stays in it, and is undone there", async ({ page }) => {
  await open(page);
  const before = await Promise.all(COMPONENTS.map((component) => textOf(flagsBox(page, component))));
  await caretBehind(flagsBox(page, "kube-controller-manager"), "--node-cidr-mask-size-ipv4=24");
  await page.keyboard.type("\n# mine\n--v=2");
  const after = before.with(1, before[1].replace("ipv4=24", "ipv4=24\n# mine\n--v=2"));
  for (const [at, component] of COMPONENTS.entries()) await expect(flagsBox(page, component)).toHold(after[at]);
  await flagsBox(page, "kubelet").fill("");
  await flagsBox(page, "kubelet").press("-");
  await expect(flagsBox(page, "kubelet")).toHold("-");
  // How much is undone at once hangs on how fast it was typed.
  for (let at = 0; at < 9 && (await button(page, "Undo").isEnabled()); at += 1) await button(page, "Undo").click();
  for (const [at, component] of COMPONENTS.entries()) await expect(flagsBox(page, component)).toHold(before[at]);
});

test("a release decides whether kube-proxy starts", async ({ page }) => {
  const group = await start(page, "en", 1440, "kube-proxy-mode-is-gone");
  await expect(group.getByText(/must be iptables, ipvs, nftables or blank/)).toBeVisible();
  await page.getByRole("combobox", { name: "Kubernetes version" }).selectOption({ label: "Kubernetes 1.25" });
  await expect(group.getByText(/must be iptables/)).toHaveCount(0);
  await expect(region(page, "Components")).not.toContainText("kube-proxy does not start");
});
