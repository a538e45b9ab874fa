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

  // A control that goes, or can no longer be used, hands the focus on: to its neighbour in the same part of the page, else
  // to the next one.
  const PARTS = "section, dialog, form, header, footer, nav, [role=group], [role=tabpanel], .notice";
  const CONTROLS = "a[href], button, select, summary, [tabindex='0'], section[tabindex]";
  let held = null;
  document.addEventListener("focusin", ({ target }) => {
    const all = [...document.querySelectorAll(CONTROLS)];
    const at = (it) => target.compareDocumentPosition(it) & Node.DOCUMENT_POSITION_FOLLOWING;
    const inOrder = [...all.filter(at), ...all.filter((it) => !at(it)).reverse()].filter((it) => it !== target);
    const part = target.closest(PARTS);
    held = { target, near: [...inOrder.filter((it) => part?.contains(it)), ...inOrder] };
  });
  document.addEventListener("focusout", () => queueMicrotask(() => {
    // The person has left it.
    if (held?.target.isConnected && !held.target.disabled && document.activeElement !== held.target) held = null;
  }));
  new MutationObserver(() => {
    if (!held || (held.target.isConnected && !held.target.disabled)) return;
    const { target, near } = held;
    held = null;
    if (document.activeElement !== document.body && document.activeElement !== target) return;
    near.find((it) => it.isConnected && !it.disabled && (it.checkVisibility?.() ?? true))?.focus({ preventScroll: true });
  }).observe(document.body, { childList: true, subtree: true, attributeFilter: ["disabled"] });

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
      // Without one, the arrows lead to the first and to the last.
      const at = items.indexOf(document.activeElement);
      if (step) items.at((at < 0 && step < 0 ? -1 : at + step) % items.length).focus();
      else if (item) act(item);
      else return;
      event.preventDefault();
    });
  }
})();
