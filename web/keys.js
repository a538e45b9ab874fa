// The keys of the page (web/src/commands.rs): a chord or a letter of the sheet presses the button that it is named after.
// The sheets stand in the page, one for each language. Nothing here may throw where storage is forbidden.
(() => {
  "use strict";
  const SINGLE = "dualstack.keys";
  const root = document.documentElement;
  const sheets = [...document.querySelectorAll("dialog.sheet")];
  const isOff = () => { try { return localStorage.getItem(SINGLE) !== null; } catch { return false; } };
  let single = !isOff();
  const showSingle = () => sheets.forEach((sheet) => { sheet.querySelector("[data-single]").ariaPressed = String(single); });
  showSingle();

  const open = () => {
    const sheet = sheets.find((it) => it.lang === root.lang);
    if (sheet && !document.querySelector("dialog[open]")) sheet.showModal();
  };
  const press = (id) => document.getElementById(id)?.click();
  const act = (item) => {
    item.closest("dialog").close();
    if (item.dataset.press) press(item.dataset.press);
    else document.getElementById(item.dataset.focus)?.focus();
  };

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey) return;
    const key = event.key.toLowerCase();
    const chord = event.ctrlKey || event.metaKey;
    // What is typed into the editor stays within it.
    const inText = event.target.matches?.("input, textarea, select, [contenteditable]");
    const does = chord
      ? { z: () => press(event.shiftKey ? "redo" : "undo"), y: () => press("redo"), enter: () => press("apply-again") }[key]
      : key === "?" && single && !inText && open;
    if (!does || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    does();
  });
  // An undo from a menu.
  document.addEventListener("beforeinput", (event) => {
    const id = { historyUndo: "undo", historyRedo: "redo" }[event.inputType];
    if (!id) return;
    event.preventDefault();
    press(id);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#keys")) open();
  });

  // The panel to share (web/src/browser/panel.rs). What is in it comes from the second program; a button in it copies a text,
  // or selects it where the page may not copy.
  const panel = document.getElementById("panel");
  window.fillPanel = (html, opens) => {
    panel.innerHTML = html;
    if (opens && !panel.open) panel.showModal();
  };
  panel.addEventListener("click", async ({ target }) => {
    const { copy, copied, byHand } = target.dataset;
    const area = document.getElementById(copy);
    if (!area) return;
    const status = panel.querySelector("[role=status]");
    try {
      await navigator.clipboard.writeText(area.value);
      status.textContent = copied;
    } catch {
      area.select();
      status.textContent = byHand;
    }
  });

  for (const sheet of sheets) {
    const items = [...sheet.querySelectorAll("[role=menuitem]")];
    sheet.addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      if (!button) return;
      if (items.includes(button)) act(button);
      else if ("close" in button.dataset) sheet.close();
      else {
        single = !single;
        showSingle();
        try { if (single) localStorage.removeItem(SINGLE); else localStorage.setItem(SINGLE, "off"); } catch { /* only this visit */ }
      }
    });
    sheet.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const item = items.find((it) => it.querySelector("kbd").textContent === event.key);
      if (step) items.at((items.indexOf(document.activeElement) + step) % items.length).focus();
      else if (item) act(item);
      else return;
      event.preventDefault();
    });
  }
})();
