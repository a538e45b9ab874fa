// What buttons do without the program: keys press them (web/src/commands.rs), and they copy. The sheets of keys stand in
// the page, one for each language. Nothing here may throw where storage or the clipboard is forbidden.
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
  const panel = document.getElementById("panel");
  const say = (text) => {
    const place = (panel.open && panel.querySelector("[role=status]")) || document.getElementById("spoken");
    if (place) place.textContent = text;
  };
  /** Shows a text that could not be copied, selected. */
  const byHand = (text) => {
    const { byHand, done } = here().dataset;
    const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
    const box = make("textarea", { readOnly: true, rows: 12, value: text, ariaLabel: byHand, lang: "en" });
    const close = make("button", { type: "button", className: "btn primary", textContent: done, onclick: () => panel.close() });
    panel.replaceChildren(make("p", { id: "panel-title", textContent: byHand }), box, close);
    panel.showModal();
    box.focus();
    box.select();
  };
  /** Copies the text of the box that a button names, or the one that it holds. */
  const copy = async ({ dataset }) => {
    const box = document.getElementById(dataset.copy);
    try {
      await navigator.clipboard.writeText(box ? box.value : dataset.text);
      say(here().dataset.copied);
    } catch {
      if (!box) return byHand(dataset.text);
      box.focus();
      box.select();
      say(here().dataset.byHand);
    }
  };
  document.addEventListener("click", ({ target }) => {
    // In the static example the Chinese page has ids of its own.
    if (target.closest?.("#keys, #keys-zh")) open();
    const button = target.closest?.("[data-copy]");
    if (button) copy(button);
  });

  // The panel to share (web/src/browser/panel.rs). What is in it comes from the second program.
  window.fillPanel = (html, opens) => {
    panel.innerHTML = html;
    if (opens && !panel.open) panel.showModal();
  };

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
