// The keys (web/src/shortcuts.rs): each presses a button of the page. The sheets of keys stand in the page, one for each
// language. Nothing here may throw where storage is forbidden.
(() => {
  "use strict";
  const SINGLE = "dualstack.keys";
  const root = document.documentElement;
  const sheets = [...document.querySelectorAll("dialog.sheet")];
  const isOff = () => { try { return localStorage.getItem(SINGLE) !== null; } catch { return false; } };
  let single = !isOff();
  const showSingle = () => sheets.forEach((sheet) => { sheet.querySelector("[data-single]").ariaPressed = String(single); });
  showSingle();

  const here = () => sheets.find((it) => it.lang === root.lang) ?? sheets[0];
  const open = () => {
    if (!document.querySelector("dialog[open]")) here().showModal();
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
  document.addEventListener("click", ({ target }) => {
    // In the static example the Chinese page has ids of its own.
    if (target.closest?.("#keys, #keys-zh")) open();
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
