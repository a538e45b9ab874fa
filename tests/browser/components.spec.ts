// Each component has a box for its flags; between two boxes stands in one line where they disagree, and in full, with what
// each of them says, in the messages of the pane.
import type { Page } from "@playwright/test";
import { button, caretBehind, choose, COMPONENTS, expect, findings, flagsBox, open, openTab, region, show, test, textOf } from "./fixtures";

const WORDS = {
  en: { flags: "flags", pane: "Cluster", group: "Cluster flags", messages: "Messages", firsts: "Primary families", node: "Node", mend: "Fix", agree: "They agree." },
  "zh-CN": { flags: "标志", pane: "集群", group: "集群标志", messages: "消息", firsts: "主地址族", node: "节点", mend: "修复", agree: "相互一致。" },
} as const;
type Lang = keyof typeof WORDS;

const box = (page: Page, lang: Lang, component: string) =>
  page.getByRole("textbox", { name: `${component} ${WORDS[lang].flags}`, exact: true });

/** Opens the page on the Cluster pane. */
async function start(page: Page, lang: Lang, width: number, scenario?: string) {
  await page.setViewportSize({ width, height: 900 });
  await open(page, `?lang=${lang}`);
  if (scenario) await choose(page, scenario);
  await show(page, 0);
  const group = (name: string) => region(page, WORDS[lang].pane).getByRole("group", { name, exact: true });
  return { boxes: group(WORDS[lang].group), messages: group(WORDS[lang].messages) };
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
      const { boxes, messages } = await start(page, lang, width, "components-disagree-in-order");
      const lines = messages.getByRole("listitem").filter({ has: page.locator("summary") });
      await expect(lines).toHaveCount(2);
      const names = "kube-apiserver – kube-controller-manager";
      const order = lines.filter({ hasText: names });
      const wire = boxes.getByRole("button", { name: names });
      await expect(wire).toContainText(await order.locator("summary > span").last().innerText());
      await wire.click();
      await expect(order.locator("summary")).toBeFocused();
      await page.keyboard.press("Enter");
      await expect(order).toContainText("fd00:10:96::/112");
      const mend = order.getByRole("button", { name: words.mend });
      await expect(mend).toContainText(
        "kube-controller-manager --cluster-cidr: 10.244.0.0/16,fd00:10:244::/56 → fd00:10:244::/56,10.244.0.0/16",
      );
      await isAccessible(page);
      await mend.click();
      await expect(lines).toHaveCount(1);
      await expect(box(page, lang, "kube-controller-manager")).toHold(/--cluster-cidr=fd00:10:244::\/56,10\.244\.0\.0\/16\n/);
      await expect(wire).toHaveCount(0);
      await expect(boxes.getByText(words.agree).first()).toBeVisible();
    });

    test(`a component that exits says so in the messages at ${width} pixels in ${lang}`, async ({ page }) => {
      const { messages } = await start(page, lang, width, "node-ips-of-one-family");
      const message = 'bad --node-ip "192.0.2.12,192.0.2.13": must contain either a single IP or a dual-stack pair of IPs';
      await expect(messages.getByText(message, { exact: true })).toBeVisible();
      await expect(messages.getByRole("listitem").first()).toContainText("node-2");
      await isAccessible(page);
      await messages.getByRole("button", { name: "--node-ip" }).click();
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
      await openTab(page, "why");
      const firsts = region(page, words.firsts);
      const cards = firsts.getByRole("list").first().locator("> li");
      await expect(cards).toHaveCount(5);
      const families = firsts.locator(".is");
      await expect(families).toHaveText(["IPv6", "IPv4", "IPv4", "IPv6", "IPv4"]);
      await firsts.getByRole("button", { name: "glibc" }).click();
      await expect(families.last()).toHaveText("IPv6");
      // Two to a row, and all of them where the pane has room.
      const rows = () => cards.evaluateAll((all) => new Set(all.map((it) => it.getBoundingClientRect().top)).size);
      expect(await rows()).toBe(width < 700 ? 5 : 3);
      if (width > 700) {
        await page.setViewportSize({ width: 1920, height: 900 });
        expect(await rows()).toBe(1);
      }
      const node = firsts.getByRole("combobox", { name: words.node, exact: true });
      await expect(node).toHaveCount(0);
      await show(page, 0);
      await box(page, lang, "kubelet").fill("kubelet · node-1\n--node-ip=192.0.2.11\n\nkubelet · node-2\n--node-ip=2001:db8::12\n");
      await show(page, 2);
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
  const { messages } = await start(page, "en", 1440, "kube-proxy-mode-is-gone");
  await expect(messages.getByText(/must be iptables, ipvs, nftables or blank/)).toBeVisible();
  await page.getByRole("combobox", { name: "Kubernetes version" }).selectOption("1.25");
  await expect(messages.getByText(/must be iptables/)).toHaveCount(0);
  await expect(messages).not.toContainText("kube-proxy does not start");
});
