// What takes the place of a text box? CodeMirror, in a shadow root: there its styles are no <style>, which the page's
// policy forbids. The text box stays behind it and is the page's side: the page hears and speaks through it.
import { acceptCompletion, autocompletion, closeCompletion, insertCompletionText, selectedCompletion, startCompletion } from "@codemirror/autocomplete";
import { indentWithTab, standardKeymap, toggleComment } from "@codemirror/commands";
import { indentService } from "@codemirror/language";
import { nextDiagnostic, previousDiagnostic, setDiagnostics } from "@codemirror/lint";
import { closeSearchPanel, openSearchPanel, search } from "@codemirror/search";
import { Annotation, Compartment, EditorState, Prec, StateEffect, StateField } from "@codemirror/state";
import { activateHover, closeHoverTooltips, Decoration, EditorView, hasHoverTooltips, hoverTooltip, keymap, lineNumbers } from "@codemirror/view";
import { helpAt, optionsAt, phrases, word } from "./context.js";
import css from "../editor.css";

const page = document.documentElement;
const style = new CSSStyleSheet();
style.replaceSync(css);
const make = (name, properties) => Object.assign(document.createElement(name), properties);

/** Stretches with classes, written as `from to class,…`. */
const setMarks = StateEffect.define();
const marks = StateField.define({
  create: () => Decoration.none,
  update: (old, { changes, effects }) => effects.find((it) => it.is(setMarks))?.value ?? old.map(changes),
  provide: (field) => EditorView.decorations.from(field),
});
// What is typed at the end of a stretch mostly belongs to it.
const kinds = {};
const kind = (name) => (kinds[name] ??= Decoration.mark({ class: name, inclusiveEnd: true }));
const decorations = (text, length) => {
  const written = [...text.matchAll(/(\d+) (\d+) ([^,]+)/g)].filter(([, from, to]) => +from < +to && +to <= length);
  return Decoration.set(written.map(([, from, to, name]) => kind(name).range(+from, +to)), true);
};

/** Whether two sets of marks are the same. (RangeSet.eq looks at widgets only.) */
const isSame = (one, other) => {
  const [a, b] = [one.iter(), other.iter()];
  for (; a.value && a.value === b.value && a.from === b.from && a.to === b.to; a.next()) b.next();
  return !a.value && !b.value;
};

const fromPage = Annotation.define();
/** The smallest change that makes one text of another. */
const difference = (old, text) => {
  let [from, to, end] = [0, old.length, text.length];
  while (from < Math.min(to, end) && old[from] === text[from]) from += 1;
  while (Math.min(to, end) > from && old[to - 1] === text[end - 1]) [to, end] = [to - 1, end - 1];
  return { from, to, insert: text.slice(from, end) };
};

/** A new line is indented as the one before it, and more behind a key without a value and in an entry of a list. */
const indent = ({ state }, at) => {
  const { text } = state.doc.lineAt(Math.max(0, at - 1));
  return text.search(/\S|$/) + (/:\s*$/.test(text) ? 2 : 0) + (/^\s*- +[\w./-]+:/.test(text) ? 2 : 0);
};

/** Writes a choice, and offers what may follow it. */
const apply = (view, { label, inserts }, from, to) => {
  view.dispatch(insertCompletionText(view.state, inserts ?? label, from, to));
  if (inserts) startCompletion(view);
};
/** Enter takes the choice, unless it is typed in full already: then it ends the line. */
const enter = (view) => {
  const { label, inserts = label } = selectedCompletion(view.state) ?? {};
  const { head } = view.state.selection.main;
  if (label && view.state.sliceDoc(head - inserts.length, head) === inserts) closeCompletion(view);
  return acceptCompletion(view);
};

// A browser keeps the colours of what is typed over as inline styles, which the policy forbids: what is composed over is
// pale first, and the rest is replaced here.
const pale = (view) => view.dispatch({ effects: setMarks.of(Decoration.none) }, setDiagnostics(view.state, []));
const replace = ({ inputType, data, cancelable }, view) => {
  const chosen = view.root.getSelection?.();
  if (!cancelable || !chosen?.anchorNode) return false;
  const ends = [view.posAtDOM(chosen.anchorNode, chosen.anchorOffset), view.posAtDOM(chosen.focusNode, chosen.focusOffset)];
  const [from, to] = ends.sort((one, next) => one - next);
  const types = inputType === "insertText" && (from < to || data.includes("\n"));
  if (!types && !(inputType.startsWith("delete") && from < to)) return false;
  const insert = view.state.toText(types ? data : "");
  const change = { changes: { from, to, insert }, selection: { anchor: from + insert.length }, scrollIntoView: true };
  view.dispatch({ ...change, userEvent: types ? "input.type" : "delete" });
  return true;
};

const say = (view, text) => view.dispatch({ effects: EditorView.announce.of(text) }) ?? true;
const sayTooltip = (view) => say(view, view.dom.querySelector(".cm-tooltip-hover")?.innerText ?? word("nothing"));
/** Shows what is known of the place at the caret, until the caret moves. */
const explain = (view) => {
  const { head } = view.state.selection.main;
  const side = /\S/.test(view.state.sliceDoc(head, head + 1)) ? 1 : -1;
  activateHover(view, head, side, { until: ({ docChanged, selection }) => docChanged || selection });
  return sayTooltip(view);
};
const escape = (view) => hasHoverTooltips(view.state) && (view.dispatch({ effects: closeHoverTooltips }) ?? true);

/**
 * At the end of a wrapped line CodeMirror moves the browser's selection and asks where it is. Behind a dialog, and where
 * nothing can be selected, there is none, and no node to ask for: the caret is where it was.
 */
const withoutSelection = ({ docView }) => {
  const places = Object.getPrototypeOf(docView);
  const { posFromDOM } = places;
  places.posFromDOM = function (node, offset) {
    return node ? posFromDOM.call(this, node, offset) : this.view.state.selection.main.head;
  };
};
let toleratesNoSelection = false;

class TextEditor extends HTMLElement {
  words = new Compartment();
  about = make("p", { id: "about", hidden: true });
  tabLeaves = true;
  // What the page was told and has not said back yet.
  told = [];

  connectedCallback() {
    // The page puts the box in when this is in its place.
    queueMicrotask(() => {
      this.box = this.querySelector("textarea");
      // What is being composed belongs to the box until it is done; boot.js has watched from the start.
      if (page.dataset.composing && document.activeElement === this.box) {
        document.addEventListener("compositionend", () => setTimeout(() => this.connectedCallback()), { once: true });
      } else if (this.isConnected && !this.view) this.swap(this.box);
    });
  }

  disconnectedCallback() {
    this.observer?.disconnect();
    this.view = this.view?.destroy();
  }

  swap(box) {
    const focused = document.activeElement === box;
    const ends = [box.selectionStart, box.selectionEnd];
    const [anchor, head] = box.selectionDirection === "backward" ? ends.reverse() : ends;
    // What the editor has not measured yet may be lower, and what is scrolled around it would move.
    this.style.minHeight = `${this.offsetHeight}px`;
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const state = EditorState.create({ doc: box.value, selection: { anchor, head }, extensions: this.extensions(box) });
    this.view = new EditorView({ state, root, parent: root });
    // All views share it.
    if (!toleratesNoSelection) withoutSelection(this.view);
    toleratesNoSelection = true;
    this.view.setTabFocusMode(true);
    root.append(this.about);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, style];
    // Typing is no command of the page.
    root.addEventListener("keydown", (event) => event.key.length === 1 && !event.ctrlKey && !event.metaKey && event.stopPropagation());
    const described = box.getAttribute("aria-describedby").split(" ").map((id) => document.getElementById(id));
    this.view.contentDOM.ariaDescribedByElements = [...described, this.about];
    box.focus = () => this.view.focus();
    box.setSelectionRange = (from, to) => {
      this.update();
      const [anchor, head] = [from, to].map((at) => Math.min(at, this.view.state.doc.length));
      this.view.dispatch({ selection: { anchor, head }, scrollIntoView: true });
    };
    // A page that is busy has not answered the last keys yet: they stay, and the caret behind them.
    this.said = this.wanted();
    if (box.value !== this.said) this.told = [box.value];
    this.observer = new MutationObserver(() => this.update());
    this.observer.observe(this, { attributes: true, subtree: true });
    this.observer.observe(page, { attributeFilter: ["lang"] });
    this.update();
    if (focused) this.view.focus();
    this.view.requestMeasure({ read() {}, write: () => { this.style.minHeight = ""; } });
    if ([...document.querySelectorAll(this.localName)].every(({ view }) => view)) page.dataset.editor = "";
  }

  extensions(box) {
    const toggleTab = (view) => {
      view.setTabFocusMode((this.tabLeaves = !this.tabLeaves));
      return say(view, word(this.tabLeaves ? "leaves" : "indents"));
    };
    const keys = [
      ["Mod-f", openSearchPanel], ["Mod-/", toggleComment], ["Alt-/", startCompletion], ["Ctrl-m", toggleTab], ["F2", explain],
      ["F8", (view) => nextDiagnostic(view) && sayTooltip(view)], ["Shift-F8", (view) => previousDiagnostic(view) && sayTooltip(view)],
    ].map(([key, run]) => ({ key, run, preventDefault: true, stopPropagation: true }));
    const holds = () => this.getAttribute("kind");
    const source = (context) => optionsAt(context, holds(), this.getAttribute("release"), apply);
    const help = ({ state }, pos) => {
      const text = helpAt(state, pos, holds());
      return text ? { pos, create: () => ({ dom: make("div", { className: "help", textContent: text }) }) } : null;
    };
    const attributes = { "aria-describedby": "about", lang: "en" };
    const named = () => ({ ...attributes, "aria-label": box.ariaLabel, ...(box.ariaInvalid && { "aria-invalid": box.ariaInvalid }) });
    return [
      Prec.highest(keymap.of([{ key: "Enter", run: enter }])),
      autocompletion({ override: [source], icons: false, interactionDelay: 0 }),
      keymap.of([...keys, { key: "Escape", run: escape }, indentWithTab, ...standardKeymap]),
      keymap.of([{ key: "Escape", run: closeSearchPanel, scope: "editor search-panel" }]),
      [hoverTooltip(help, { hideOnChange: true, hoverTime: 600 }), search({ top: true }), indentService.of(indent), marks],
      [EditorView.lineWrapping, EditorState.tabSize.of(8), this.classList.contains("numbers") ? lineNumbers() : []],
      EditorState.languageData.of(() => [{ commentTokens: { line: "#" } }]),
      [EditorView.contentAttributes.of(named), this.words.of([]), EditorView.updateListener.of((update) => this.tell(update))],
      EditorView.domEventHandlers({
        // Undo and redo are the page's, which has one history of all its texts and hears the same events.
        beforeinput: (event, view) => event.inputType.startsWith("history") || replace(event, view),
        compositionstart: (_, view) => void (view.state.selection.main.empty || pale(view)),
        compositionend: () => void setTimeout(() => this.view && this.update(), 60),
        // What was still being looked up when the person left would open over the rest of the page.
        blur: (_, view) => void setTimeout(() => view.hasFocus || closeCompletion(view), 10),
      }),
    ];
  }

  /** The person changed the text or moved the caret: tells the page as the box would. */
  tell({ state, docChanged, selectionSet, transactions }) {
    const { box } = this;
    if (!docChanged && !selectionSet) return;
    if (docChanged) box.value = state.doc.toString();
    [box.selectionStart, box.selectionEnd] = [state.selection.main.from, state.selection.main.to];
    if (transactions.some((it) => it.annotation(fromPage))) return;
    if (docChanged) {
      this.told = box.value === this.said ? [] : [...this.told, box.value];
      box.dispatchEvent(new InputEvent("input", { bubbles: true }));
      // The page may answer with the text from before: what was pasted went to other boxes.
      setTimeout(() => this.view && box.value !== this.view.state.doc.toString() && this.update((this.told = [])));
    }
    // The box tells of its caret when a key comes up.
    box.dispatchEvent(new KeyboardEvent("keyup", { bubbles: true }));
  }

  /** The text that the page shows. */
  wanted() {
    return this.getAttribute("text").replace(/\r\n?/g, "\n");
  }

  /** The page changed the text, or what there is to see in it. */
  update() {
    const { view } = this;
    if (view.compositionStarted) return;
    const text = this.wanted();
    if (text !== this.said) this.told = this.told.slice(this.told.lastIndexOf(text) + 1 || this.told.length);
    this.said = text;
    // More was typed than the page has answered.
    if (this.told.length > 0) return;
    const doc = view.state.doc.toString();
    if (doc !== text) view.dispatch({ changes: difference(doc, text), annotations: fromPage.of(true) });
    const shown = [];
    // Mostly the marks have moved with the text to where they should be.
    const placed = decorations(this.getAttribute("marks"), text.length);
    if (!isSame(view.state.field(marks), placed)) shown.push({ effects: setMarks.of(placed) });
    const problems = this.getAttribute("problems");
    if (problems !== "[]" || this.problems !== "[]") {
      const read = ([from, to, severity, label, message]) => ({ from, to, severity, message: `${label}: ${message}` });
      const found = JSON.parse(problems).map(read).filter(({ from, to }) => from >= 0 && to <= text.length);
      shown.push(setDiagnostics(view.state, found));
    }
    if (this.language !== page.lang) {
      shown.push({ effects: this.words.reconfigure(EditorState.phrases.of(phrases())) });
      this.about.textContent = word("about");
    }
    [this.problems, this.language] = [problems, page.lang];
    if (shown.length > 0) view.dispatch(...shown);
  }
}

customElements.define("text-editor", TextEditor);
