import type { Page } from "@playwright/test";
import { choose, expect, findings, flagsBox, open, openTab, region, test, textOf } from "./fixtures";

const planning = (page: Page, name = "Address planning") => region(page, name);
const field = (page: Page) => planning(page).getByRole("textbox", { name: "CIDR", exact: true });
const press = (page: Page, name: string | RegExp) =>
  planning(page).getByRole("button", { name, exact: typeof name === "string" });

/** The pane of a tab. */
async function show(page: Page, tab: string, name: string) {
  await openTab(page, tab);
  await expect(region(page, name)).toBeVisible();
}

/** The page with an example, and the pane. */
async function planned(page: Page, example = "", lang = "en") {
  await open(page, `?lang=${lang}`);
  if (example) await choose(page, example);
  await show(page, "addresses", lang === "en" ? "Address planning" : "地址规划");
}

test("a range is explained while it is typed", async ({ page }) => {
  await planned(page);
  const pane = planning(page);
  // It begins with a range of the cluster's own.
  await expect(field(page)).toHaveValue("fd00:10:244::/56");
  await field(page).fill("fdXY:IJKL:MNOP:15::/64");
  await expect(pane).toContainText("is a format, not an address");
  await press(page, "Fill in random digits").click();
  await expect(field(page)).toHaveValue(/^fd[0-9a-f]{2}:[0-9a-f]{4}:[0-9a-f]{4}:15::\/64$/);
  await expect(pane).toContainText("fd is followed by the 40-bit global ID");

  await field(page).fill("10.244.5.7/16");
  await expect(pane).toContainText("must not have bits set beyond the prefix length");
  await expect(pane).toContainText("RFC 1918");
  await expect(pane).toContainText("256 Nodes");
  await expect(pane).toContainText("65,534 Services");

  await field(page).fill("10.244/16");
  await expect(field(page)).toHaveAttribute("aria-invalid", "true");
  await press(page, "Replace with 10.244.0.0/16").click();
  await expect(field(page)).toHaveValue("10.244.0.0/16");
  await expect(field(page)).toHaveAttribute("aria-invalid", "false");

  // What was typed is still there after a look at another pane.
  await show(page, "nodes", "Prerequisites");
  await show(page, "addresses", "Address planning");
  await expect(field(page)).toHaveValue("10.244.0.0/16");
});

test("a plan of one's own comes into the flags, and Undo takes it back", async ({ page }) => {
  await planned(page);
  const before = await textOf(flagsBox(page));
  await press(page, "Generate a ULA plan").click();
  await expect(planning(page)).toContainText("is the site prefix: fd and 40 random bits");
  await press(page, "Write the plan to the flags").click();
  await expect(flagsBox(page)).toHold(/--service-cluster-ip-range=\S*fd[0-9a-f]{2}:[0-9a-f:]+::\/112/);
  const after = await textOf(flagsBox(page));
  expect(after).not.toContain("fd00:10:96::");
  await expect(planning(page)).toContainText("No ranges of different use overlap.");
  await expect(region(page, "Cluster")).toContainText("All components start, and their flags agree.");

  // Another press, another plan.
  await press(page, "Generate a ULA plan").click();
  await press(page, "Write the plan to the flags").click();
  await expect(async () => expect(await textOf(flagsBox(page))).not.toBe(after)).toPass();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(flagsBox(page)).toHold(after);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(flagsBox(page)).toHold(before);
});

test("the slider has an error at either end and Nodes between", async ({ page }) => {
  await planned(page);
  const slider = planning(page).getByRole("slider");
  const sizes = planning(page).getByRole("group", { name: "From /47 to /65", exact: true });
  await expect(sizes).toContainText("256 Nodes");
  await slider.focus();
  await page.keyboard.press("Home");
  await expect(sizes).toContainText("/47");
  await expect(sizes).toContainText("New CIDR set failed; the node CIDR size is too big");
  await page.keyboard.press("ArrowRight");
  await expect(sizes).toContainText("65,536 Nodes");
  await page.keyboard.press("End");
  await expect(sizes).toContainText(
    "Controller: Invalid --cluster-cidr, mask size of cluster CIDR must be less than or equal to " +
      "--node-cidr-mask-size configured for CIDR family",
  );
  await page.keyboard.press("ArrowLeft");
  await expect(sizes).toContainText("1 Nodes");
});

test("ranges that meet are named, and the ruler goes down to one address by keys", async ({ page }) => {
  await planned(page, "ranges-that-overlap");
  const pane = planning(page);
  await expect(pane).toContainText("overlap in 10.96.0.0/16: an address there can be allocated twice");
  const show = pane.getByRole("button", { name: "10.96.0.0/16", exact: true });
  const row = pane.getByRole("row", { name: /^10\.96\.0\.0\/16/ });
  await expect(row).toContainText("overlap: 10.0.0.0/8");

  const face = pane.getByRole("group", { name: /^All ranges on one scale IPv4/ });
  await face.focus();
  await expect(pane).toContainText("Shown 10.0.0.0/8");
  for (const window of ["10.0.0.0/12", "10.0.0.0/16", "10.0.0.0/20"]) {
    await page.keyboard.press("Enter");
    await expect(pane).toContainText(`Shown ${window}`);
  }
  await page.keyboard.press("ArrowRight");
  await expect(pane).toContainText("Marked 10.0.1.0/24 (2/16): Pods");
  for (let at = 0; at < 3; at += 1) await page.keyboard.press("Enter");
  await expect(pane).toContainText("Shown 10.0.1.0/32");
  await page.keyboard.press("Backspace");
  await expect(pane).toContainText("Shown 10.0.1.0/28");
  await page.keyboard.press("Home");
  await expect(pane).toContainText("Shown 10.0.0.0/8");
  await expect(face).toBeFocused();

  // By buttons, and by the table.
  await press(page, "Zoom in").first().click();
  await expect(pane).toContainText("Shown 10.0.0.0/12");
  await press(page, "Zoom out").first().click();
  await expect(pane).toContainText("Shown 10.0.0.0/8");
  await show.click();
  await expect(pane).toContainText("Shown 10.96.0.0/16");
});

for (const width of [1440, 390]) {
  for (const [lang, planningName, needsName] of [
    ["en", "Address planning", "Prerequisites"],
    ["zh-CN", "地址规划", "先决条件"],
  ]) {
    for (const theme of ["light", "dark"]) {
      test(`the panes have no findings and fit into ${width} pixels in ${lang}, ${theme}`, async ({ page }) => {
        await page.setViewportSize({ width, height: 844 });
        await page.emulateMedia({ colorScheme: theme as "light" | "dark" });
        for (const example of ["ranges-that-overlap", "provider-without-ipv6"]) {
          await planned(page, example, lang);
          const pane = planning(page, planningName);
          await pane.getByRole("button", { name: /ULA/ }).first().click();
          await expect(pane.getByRole("button", { name: /标志|flags/ })).toBeVisible();
          for (const [tab, name] of [["addresses", planningName], ["nodes", needsName]]) {
            await show(page, tab, name);
            expect.soft(await findings(page, "#result-panel"), `${example}, ${name}`).toEqual([]);
            const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
            expect.soft(over, `${example}, ${name} fits`).toBeLessThanOrEqual(0);
          }
          await page.evaluate(() => {
            localStorage.clear();
            sessionStorage.clear();
          });
        }
      });
    }
  }
}
