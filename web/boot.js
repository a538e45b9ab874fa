// Before the program is there: language, theme, and what is typed into the static example. After it: the editor is
// loaded, work is saved, and the text is shown should the program not start or die. Nothing here may throw where storage
// is forbidden.
(() => {
  "use strict";
  const root = document.documentElement;
  // A page in a frame is told behind the # what to be like.
  const query = new URLSearchParams(location.hash.split("?")[1] ?? location.search);
  const stored = (key, lasts = true) => { try { return (lasts ? localStorage : sessionStorage).getItem(key); } catch { return null; } };

  const asked = query.get("lang") || stored("dualstack.lang") || navigator.language || "en";
  root.lang = /^zh/i.test(asked) ? "zh-CN" : "en";
  const theme = query.get("theme") || stored("dualstack.theme");
  if (theme === "dark" || theme === "light") root.dataset.theme = theme;
  // The widths of the panes, as browser/sizes.rs remembers them.
  const sizes = stored("dualstack.sizes")?.split(" ") ?? [];
  ["--cluster", "--manifest", "--result"].forEach((name, at) => sizes[at] > 0 && root.style.setProperty(name, `${sizes[at]}fr`));
  // The example is not what this visit will show: keep its room, not its words.
  if (stored("dualstack.work") || location.hash.length > 1) root.dataset.other = "";

  const chinese = () => root.lang === "zh-CN";
  const started = () => "started" in root.dataset;
  // What the boxes hold: the flags of the components as one text, and the manifest. A box of flags is named after its
  // component, and that is its heading, unless its own is more (`kubelet · node-1`).
  const boxes = () => {
    const shown = document.querySelector(`#app [data-lang="${root.lang}"]`);
    if (!shown) return [];
    const areas = [...shown.querySelectorAll("textarea")];
    const manifest = areas.pop()?.value;
    const headed = (box) => {
      const [name] = box.getAttribute("aria-label").split(" ");
      return box.value.startsWith(`${name} `) ? box.value : `${name}\n${box.value}`;
    };
    return [areas.filter((box) => box.value).map(headed).join("\n\n"), manifest];
  };
  // What is typed before the program takes over is handed to it.
  document.addEventListener("input", () => {
    if (started()) return;
    const [flags, manifest] = boxes();
    if (manifest !== undefined) root.dataset.typed = JSON.stringify({ flags, manifest });
  });

  // Neither the program nor the editor takes the place of a box in the middle of a composition.
  document.addEventListener("compositionstart", () => { root.dataset.composing = "yes"; });
  document.addEventListener("compositionend", () => { delete root.dataset.composing; });
  // The program draws the page anew: what has the focus, and what is scrolled, is found again by its name.
  const named = (it) => `${it.localName} ${it.ariaLabel ?? it.className} ${it.matches("a, button, summary") ? it.textContent : ""}`;
  const placeIn = (shown) => {
    const [x, y, focused] = [scrollX, scrollY, document.activeElement];
    const { selectionStart, selectionEnd, selectionDirection } = focused;
    const touched = [...shown?.querySelectorAll("*") ?? []].filter((it) => it === focused || it.scrollTop || it.scrollLeft);
    const kept = touched.map((it) => [named(it), it.scrollTop, it.scrollLeft, it === focused]);
    return () => {
      if (x || y) scrollTo(x, y);
      if (kept.length === 0) return;
      const now = new Map([...document.querySelectorAll("#app *")].reverse().map((it) => [named(it), it]));
      for (const [name, top, left, isFocused] of kept) {
        const it = now.get(name);
        if (!it) continue;
        if (isFocused) it.focus({ preventScroll: true });
        if (isFocused && it.localName === "textarea") it.setSelectionRange(selectionStart, selectionEnd, selectionDirection);
        [it.scrollTop, it.scrollLeft] = [top, left];
      }
    };
  };
  window.handOver = (start) => {
    if ("composing" in root.dataset) {
      // The last input of a composition may come behind its end.
      document.addEventListener("compositionend", () => setTimeout(() => window.handOver(start)), { once: true });
      return;
    }
    const goBack = placeIn(document.querySelector(`#app [data-lang="${root.lang}"]`));
    start();
    // Yew draws in a microtask, which stands before this one.
    queueMicrotask(goBack);
  };

  // The editor comes when the page is there and has nothing to do; without it the text boxes stay.
  const editor = document.createElement("script");
  const idle = window.requestIdleCallback || ((work) => setTimeout(work, 500));
  new MutationObserver((_, observer) => {
    observer.disconnect();
    // There is nothing to edit.
    if (["mini", "result"].includes(query.get("view"))) return;
    idle(() => {
      editor.src = document.querySelector("meta[name=editor]").content;
      document.head.append(editor);
    });
  }).observe(root, { attributeFilter: ["data-started"] });

  const texts = ({ apply, restart, patch, delete: object }) =>
    apply ?? restart?.flags ?? (patch ? `# kubectl patch ${patch.service}\n${patch.body}` : `# kubectl delete ${object}`);
  const work = () => {
    for (const text of [root.dataset.work, root.dataset.typed, stored("dualstack.work")]) {
      try {
        const { flags, manifest, events } = JSON.parse(text);
        return (events ? events.map(texts) : [flags, manifest]).join("\n---\n");
      } catch { /* the next one */ }
    }
    return boxes().join("\n---\n");
  };

  // Work is saved before each run, with a mark: a page that finds one died while running. Storage takes its time: the mark
  // is taken away, and the copy for this tab alone is written, when typing stops or the page goes, unless the program died.
  // It says of which tab it is, and since when.
  const put = (lasts, key, value) => {
    // A full or forbidden storage loses nothing but the memory of this visit.
    try {
      const storage = lasts ? localStorage : sessionStorage;
      if (value === null) storage.removeItem(key);
      else storage.setItem(key, value);
      if (lasts && key === "dualstack.work") delete root.dataset.notKept;
    } catch {
      // The footer says so.
      if (lasts && key === "dualstack.work") root.dataset.notKept = "";
    }
  };
  let tab = stored("dualstack.tab", false) ?? "";
  // A mark of another tab that is fresh is that of a program that lives.
  const ended = (mark) => {
    const [whose, since] = (mark ?? "").split(" ");
    return mark !== null && (whose === tab || !(Date.now() - since < 1000));
  };
  if ([true, false].some((lasts) => ended(stored("dualstack.running", lasts)))) root.dataset.unfinished = "";
  let runs = false, whose = null, last = null, calm = 0, marked = 0;
  const mark = () => put(last === "person", "dualstack.running", `${tab} ${marked = Date.now()}`);
  const calmDown = () => {
    if (runs || !whose) return;
    if (whose === "person") put(false, "dualstack.work", root.dataset.work);
    put(whose === "person", "dualstack.running", null);
    whose = null;
  };
  window.keepWork = (work, owner) => {
    clearTimeout(calm);
    if (whose && whose !== owner) calmDown();
    // The screen of `rescue` shows it.
    root.dataset.work = work;
    runs = true;
    if (owner === "frame") return;
    const lasts = owner === "person";
    put(lasts, lasts ? "dualstack.work" : "dualstack.draft", work);
    if (!tab) put(false, "dualstack.tab", tab = Math.random().toString(36).slice(2));
    last = owner;
    if (!whose || Date.now() - marked > 500) mark();
    whose = owner;
  };
  window.workIsSafe = () => {
    runs = false;
    calm = setTimeout(calmDown, 300);
  };
  window.addEventListener("pagehide", calmDown);

  const able = typeof WebAssembly === "object";
  let rescued = false;
  const rescue = (why) => {
    // Without WebAssembly nothing has stopped, and the example may stay, unless there is work to show.
    if (rescued || (!able && !stored("dualstack.work"))) return;
    rescued = true;
    // What stopped the program is not run at the next visit until the person says so.
    clearTimeout(calm);
    whose = null;
    if (last) mark();
    const text = work();
    const words = chinese()
      ? { head: "演练场停止了。你的文本还在：", name: "你的文本", copy: "复制", reload: "重新加载" }
      : { head: "The playground stopped. Your text is still here:", name: "Your text", copy: "Copy", reload: "Reload" };
    // A sandboxed frame has no origin: each file is cross-origin.
    if (self.origin === "null" && parent !== self && !started()) {
      words.head = chinese()
        ? "演练场无法在此沙箱框架中启动：服务器须为脚本和 WebAssembly 发送标头 Access-Control-Allow-Origin: *，或者为框架加上 allow-same-origin。"
        : "The playground cannot start in this sandboxed frame: the server must send the header Access-Control-Allow-Origin: * with the scripts and the WebAssembly, or the frame needs allow-same-origin.";
    }
    const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
    const box = make("textarea", { value: text, readOnly: true, rows: 20 });
    box.setAttribute("aria-label", words.name);
    const copy = make("button", { textContent: words.copy, className: "btn primary", type: "button" });
    copy.onclick = () => {
      box.select();
      if (navigator.clipboard) navigator.clipboard.writeText(text).catch(() => {});
    };
    const reload = make("button", { textContent: words.reload, className: "btn", type: "button" });
    reload.onclick = () => location.reload();
    const section = make("section", { className: "rescue" });
    section.setAttribute("role", "alert");
    section.append(make("h1", { textContent: words.head }), box, copy, reload, make("pre", { textContent: why }));
    const main = make("main", {});
    main.append(section);
    const app = document.getElementById("app") || document.body;
    app.replaceChildren(main);
    delete root.dataset.other;
  };

  // Captured, because a script that cannot be loaded tells only its own element.
  window.addEventListener("error", (event) => {
    // What the editor is told and tells goes through the text boxes: the program works without it.
    if (event.target === editor || (editor.src && event.filename === editor.src)) return;
    if (event instanceof ErrorEvent || event.target instanceof HTMLScriptElement) {
      rescue(root.dataset.died || event.message || "the program could not be loaded");
    }
  }, true);
  window.addEventListener("unhandledrejection", (event) => rescue(root.dataset.died || String(event.reason)));
  document.addEventListener("DOMContentLoaded", () => {
    if (able) return;
    const note = document.createElement("p");
    note.className = "notice";
    note.textContent = chinese()
      ? "本演练场需要 WebAssembly，而此浏览器不支持或已禁用。下面是第一个示例。"
      : "The playground needs WebAssembly, which this browser does not support or has disabled. The first example is shown below.";
    document.body.prepend(note);
  });
  // A program that neither starts nor fails within this time will not come.
  window.addEventListener("load", () => setTimeout(() => { if (!started()) rescue("the program did not start"); }, 60000));
})();
