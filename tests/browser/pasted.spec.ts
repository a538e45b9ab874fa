import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { expect, open, region, test } from "./fixtures";

const kept = (name: string): string => readFileSync(new URL(`../cases/${name}`, import.meta.url), "utf8");

const KUBEADM = `apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
networking:
  podSubnet: 10.244.0.0/16,2001:db8:42:0::/56
  serviceSubnet: 10.96.0.0/16,2001:db8:42:1::/112
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: 10.100.0.1
`;
const UNIT = `[Service]
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet --kubeconfig=/etc/kubernetes/kubelet.conf \\
  --node-ip=192.0.2.11,2001:db8::11 \\
  --network-plugin=cni
`;
const K3S = `cluster-cidr: "10.42.0.0/16,2001:db8:42::/56"
service-cidr: "10.43.0.0/16,2001:db8:43::/112"
`;
const KIND = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnetworking:\n  ipFamily: ipv5\n";

/** What is pasted, the id of its box, and what the answer says in each language. */
const FORMS: [string, string, string, [RegExp, RegExp]][] = [
  ["a list of processes", "flags", kept("14-process-list/flags.txt"), [/no flag --insecure-port/, /没有标志 --insecure-port/]],
  ["a unit file", "flags-kubelet", UNIT, [/unknown flag: --network-plugin/, /unknown flag: --network-plugin/]],
  ["a static Pod", "flags-controller-manager", kept("13-quotes-inside-a-list-item/flags.txt"), [/strconv\.ParseBool/, /strconv\.ParseBool/]],
  ["a config of kubeadm", "flags", KUBEADM, [/two cluster IPs/, /两个集群 IP/]],
  ["a config of k3s", "flags", K3S, [/two cluster IPs/, /两个集群 IP/]],
  ["a config of kind that it refuses", "flags", KIND, [/kind refuses its configuration/, /kind 拒绝其配置/]],
  ["a list", "manifest", kept("03-kind-list/manifest.yaml"), [/gossip gets one cluster IP/, /gossip 获得一个集群 IP/]],
  ["a broken document in the middle", "manifest", kept("20-broken-document-in-the-middle/manifest.yaml"), [/Line 27 is not YAML/, /第 27 行/]],
  ["an exported Service, which exists", "manifest", kept("04-exported-load-balancer/manifest.yaml"), [/edge gets two cluster IPs/, /edge 获得两个集群 IP/]],
];

/** Pastes a text over all that a box holds, as the clipboard does. */
async function paste(page: Page, id: string, text: string) {
  const box = page.locator(`text-editor:has(#${id}) .cm-content`);
  await box.focus();
  await page.keyboard.press("Control+a");
  await box.evaluate((element, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

for (const [number, lang] of (["en", "zh-CN"] as const).entries()) {
  for (const [what, id, text, says] of FORMS) {
    test(`${what} is pasted where it belongs (${lang})`, async ({ page }) => {
      await open(page, `?lang=${lang}`);
      await paste(page, id, text);
      const answer = region(page, number === 0 ? "Answer" : "答案");
      await expect(answer).toContainText(says[number]);
      await expect(answer).toBeInViewport({ ratio: 1 });
    });
  }
}
