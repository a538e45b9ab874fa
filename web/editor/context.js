// What may stand at a place, and what does it mean? By the catalogue of web/src/catalogue.rs and the lines around the
// place, which can be read at any moment of typing, when a parser would find only errors.
import { fields, flags, words } from "catalogue";

// An entry is [English, Chinese, releases as bits, what it holds, values].
const language = () => (document.documentElement.lang === "zh-CN" ? 1 : 0);
/** What the editor and CodeMirror say, in the language of the page. */
export const word = (name) => words[name][language()];
export const phrases = () => Object.fromEntries(Object.keys(words).map((name) => [name, word(name)]));
const below = (path, name) => (path ? `${path}.${name}` : name);

/** Where line `number` of a manifest stands, were `own` its text. */
const fieldAt = (doc, number, own) => {
  let [lines, open] = [[], []];
  for (let at = 1; at <= doc.lines; at += 1) {
    const text = at === number ? own : doc.line(at).text;
    if (text.startsWith("---") && at > number) break;
    if (text.startsWith("---")) [lines, open] = [[], []];
    else if (at === number || !/^\s*(#|$)/.test(text)) {
      const [head, dash = "", key = ""] = /^\s*(- +)?([\w./-]+(?=:(?:\s|$)))?/.exec(text);
      const column = head.length - key.length;
      // An entry of a list may stand at the column of the key that it belongs to.
      const begins = dash ? column - dash.length + 0.5 : column;
      open = open.filter((outer) => outer.column < begins);
      if (dash) open.push({ column: begins, path: `${open.at(-1)?.path ?? ""}[${at}]` });
      const parent = open.at(-1)?.path ?? "";
      if (key) open.push({ column, path: below(parent, key) });
      lines.push({ at, text, key, column, parent });
    }
  }
  const { key = "", column, parent = "" } = lines.find((line) => line.at === number) ?? {};
  const known = fields[lines.find((line) => line.key === "kind" && !line.parent)?.text.slice(5).trim()] ?? fields.Service;
  const path = parent.replace(/\[\d+\]/g, "");
  const beside = lines.filter((line) => line.at !== number && line.parent === parent).map((line) => line.key);
  // In a list, but not behind a dash.
  const dash = known[path]?.[3] === "[]" && !parent.endsWith("]") ? "- " : "";
  return { known, path, key, column, beside, dash };
};

/** The flags of the component that is named last before `at`, else of the one whose box it is. */
const flagsAt = (doc, at, kind) => {
  const named = doc.sliceString(0, at).matchAll(/(?:^|[^\w-])(kube-apiserver|kube-controller-manager|kube-proxy|kubelet)(?![\w-])/g);
  return flags[[...named].pop()?.[1] ?? kind];
};

const option = (label, entry, inserts) => ({ label, entry, inserts, detail: entry[language()] });
const options = (entries) => Object.entries(entries ?? {}).map(([label, entry]) => option(label, entry));
const flagOptions = (doc, at, before, kind) => {
  const known = flagsAt(doc, at, kind);
  const [, flag, value] = /(?:^|\s)(--[\w-]+)[= ]"?(?:[^\s",]*,)*([^\s",]*)$/.exec(before) ?? [];
  if (flag) return [value, options(known[flag]?.[4])];
  const [, typed] = /(?:^|\s)(--[\w-]*)$/.exec(before) ?? [];
  return typed && [typed, options(known).map(({ label, entry }) => option(label, entry, `${label}=`))];
};

const fieldOptions = (doc, line, before, behind) => {
  const [, typed] = /^\s*(?:- +)?([\w.-]*)$/.exec(before) ?? [];
  const { known, path, key, column, beside, dash } = fieldAt(doc, line.number, typed === undefined ? line.text : before);
  const [, value] = /^[\s-]*[\w./-]+:\s+(?:\[(?:[^\]]*,)?\s*)?["']?([\w./]*)$/.exec(before) ?? [];
  if (typed === undefined) return value !== undefined && [value, options(known[below(path, key)]?.[4])];
  const values = options(known[path]?.[4]);
  if (values.length > 0) return [typed, values.map(({ label, entry }) => option(label, entry, dash + label))];
  const start = below(path, "");
  const inside = Object.keys(known).filter((name) => name.startsWith(start) && !name.includes(".", start.length));
  const indented = `:\n${" ".repeat(column + dash.length + 2)}`;
  const ends = /^[\w.-]*:/.test(behind) ? {} : { "": ": ", "[]": `${indented}- `, "{}": indented };
  // What stands there already comes last.
  const names = inside.map((name) => name.slice(start.length)).sort((one, next) => beside.includes(one) - beside.includes(next));
  return [typed, names.map((name) => option(name, known[start + name], dash + name + (ends[known[start + name][3]] ?? "")))];
};

/** What may be written at a place, in the catalogue's order; where nothing of it is typed yet, only if it was asked for. */
export const optionsAt = ({ state: { doc }, pos, explicit }, kind, release, apply) => {
  const line = doc.lineAt(pos);
  const [before, behind] = [line.text.slice(0, pos - line.from), line.text.slice(pos - line.from)];
  if (!kind || /(^|\s)#/.test(before)) return null;
  const [typed, found] = (kind in flags ? flagOptions(doc, pos, before, kind) : fieldOptions(doc, line, before, behind)) || ["", []];
  const known = found.filter(({ entry }) => entry[2] & release).map((it, order) => ({ ...it, apply, boost: -order }));
  return known.length > 0 && (explicit || typed) ? { from: pos - typed.length, options: known, validFor: /^[\w.=/-]*$/ } : null;
};

/** What it is for that stands at a place; of a value also what it means. */
export const helpAt = (state, at, kind) => {
  const { from, text, number } = state.doc.lineAt(at);
  const until = text.slice(0, at - from) + /^\S*/.exec(text.slice(at - from))[0];
  const flag = () => ({ known: flagsAt(state.doc, at, kind), key: /(--[\w-]+)(?:[= ]\S*)?$/.exec(until)?.[1] });
  const { known, path, key } = kind in flags ? flag() : fieldAt(state.doc, number, text);
  const name = key ? below(path, key) : path;
  const value = state.sliceDoc(state.wordAt(at)?.from ?? at, state.wordAt(at)?.to ?? at);
  const meanings = known[name]?.[4] ?? {};
  const found = [[name, known[name]], [value, meanings[value] ?? meanings[`${value}=true`]]].filter(([, entry]) => entry);
  return found.map(([it, entry]) => `${it}: ${entry[language()]}`).join("\n");
};
