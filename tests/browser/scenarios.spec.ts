import { expect, manifestBox, open, region, test } from "./fixtures";

test("every scenario of the picker loads and is answered", async ({ page }) => {
  await open(page);
  const picker = page.getByRole("combobox", { name: "Scenario", exact: true });
  const ids = await picker
    .locator("option")
    .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
  expect(ids.length).toBeGreaterThan(20);
  const texts = new Set<string>();
  for (const id of ids) {
    await picker.selectOption(id);
    await expect(picker, id).toHaveValue(id);
    await expect(region(page, "Answer"), id).toContainText(/\w{3}/);
    await expect(manifestBox(page), id).toHaveValue(/apiVersion/);
    texts.add(
      (await manifestBox(page).inputValue()) +
        (await page.getByRole("textbox", { name: "kube-apiserver flags" }).inputValue()),
    );
  }
  expect(texts.size, "no two scenarios are the same").toBe(ids.length);
});

test("a scenario that was edited is no longer named", async ({ page }) => {
  await open(page);
  const picker = page.getByRole("combobox", { name: "Scenario", exact: true });
  await picker.selectOption("node-port");
  await manifestBox(page).press("Control+End");
  await page.keyboard.type("# mine");
  await expect(picker).toHaveValue("");
  await picker.selectOption("node-port");
  await expect(manifestBox(page)).not.toHaveValue(/# mine/);
});
