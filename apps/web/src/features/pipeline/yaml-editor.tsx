"use client";
import { autocompletion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import type { PipelineProblem } from "@djinnbot/contracts";
import { tags } from "@lezer/highlight";
import CodeMirror, {
  Decoration,
  EditorState,
  EditorView,
  type Extension,
  type ReactCodeMirrorRef,
  StateEffect,
  StateField,
} from "@uiw/react-codemirror";
import { type Ref, useEffect, useImperativeHandle, useMemo, useRef } from "react";
import { completeAt } from "./completion.ts";

export type YamlEditorHandle = { goTo: (line: number, column?: number) => void };

export type YamlEditorProps = {
  text: string;
  onChange: (text: string) => void;
  readOnly: boolean;
  problems: readonly PipelineProblem[];
  /** Lines of the selected step, counted from 1. */
  marked: { from: number; to: number } | null;
  /** The line the reader has gone to. */
  onLine: (line: number) => void;
  ref?: Ref<YamlEditorHandle>;
};

// Constants: another object would set the editor up anew and close its search.
const WRITING = { autocompletion: false };
const READING = { autocompletion: false, highlightActiveLine: false, highlightActiveLineGutter: false };

/** A YAML editor with problems marked where they are. It is large; load it when it is needed. */
export default function YamlEditor(props: YamlEditorProps) {
  const { text, onChange, readOnly, problems, marked } = props;
  const editor = useRef<ReactCodeMirrorRef>(null);
  useImperativeHandle(props.ref, () => ({ goTo: (line, column) => goTo(editor.current?.view, line, column) }), []);

  const latest = useRef(props);
  latest.current = props;
  const extensions = useMemo(() => extensionsFor(readOnly, latest), [readOnly]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: positions are read anew in the changed text
  useEffect(() => showProblems(editor.current?.view, problems), [problems, text, readOnly]);
  useEffect(() => showMarked(editor.current?.view, marked), [marked]);
  return (
    <CodeMirror
      ref={editor}
      value={text}
      onChange={onChange}
      onCreateEditor={(created) => {
        showProblems(created, latest.current.problems);
        showMarked(created, latest.current.marked);
      }}
      readOnly={readOnly}
      theme="none"
      height="100%"
      extensions={extensions}
      basicSetup={readOnly ? READING : WRITING}
      className="h-full min-h-0 flex-1 overflow-hidden"
    />
  );
}

function extensionsFor(readOnly: boolean, latest: { current: YamlEditorProps }): Extension[] {
  return [
    yaml(),
    EditorState.tabSize.of(2),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({
      tabindex: "0",
      "aria-label": readOnly
        ? "YAML of the pipeline, read only"
        : "YAML of the pipeline. Ctrl-Space proposes; Escape, then Tab leaves it.",
    }),
    ...(readOnly ? [] : [autocompletion({ override: [proposals], icons: false })]),
    LOOK,
    syntaxHighlighting(COLOURS),
    lintGutter(),
    markedLines,
    EditorView.updateListener.of((update) => {
      // Only a step of the reader counts, not one that follows from a selection in the diagram.
      if (update.selectionSet && update.transactions.some((change) => change.isUserEvent("select"))) {
        const { number } = update.state.doc.lineAt(update.state.selection.main.head);
        // What follows may write to the editor, which it refuses before this update is done.
        queueMicrotask(() => latest.current.onLine(number));
      }
    }),
  ];
}

/** Asked with each letter of a word, and by Ctrl-Space anywhere. */
function proposals(context: CompletionContext): CompletionResult | null {
  const found = completeAt(context.state.doc.toString(), context.pos);
  if (found === null || (!context.explicit && found.from === context.pos)) {
    return null;
  }
  const { from, options } = found;
  return { from, options: options.map((option) => ({ ...option, type: option.detail })), validFor: /^[\w-]*$/ };
}

function goTo(view: EditorView | undefined, line: number, column = 1): void {
  if (view) {
    const target = view.state.doc.line(Math.min(Math.max(1, line), view.state.doc.lines));
    const at = Math.min(target.from + Math.max(0, column - 1), target.to);
    view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
    view.focus();
  }
}

function showProblems(view: EditorView | undefined, problems: readonly PipelineProblem[]): void {
  if (view) {
    view.dispatch(
      setDiagnostics(
        view.state,
        problems.map((problem) => diagnosticOf(view.state, problem)),
      ),
    );
  }
}

function diagnosticOf(state: EditorState, problem: PipelineProblem): Diagnostic {
  const line = state.doc.line(Math.min(Math.max(1, problem.line), state.doc.lines));
  const from = Math.min(line.from + Math.max(0, problem.column - 1), line.to);
  const word = /^\S+/.exec(line.text.slice(from - line.from))?.[0].length ?? 0;
  return {
    from,
    to: Math.min(line.to, from + Math.max(1, word)),
    severity: problem.severity,
    message: problem.message,
  };
}

type Marked = { from: number; to: number } | null;

const setMarked = StateEffect.define<Marked>();
const markedLine = Decoration.line({ class: "cm-marked" });
const markedLines = StateField.define({
  create: () => Decoration.none,
  update(decorations, change) {
    for (const effect of change.effects) {
      if (effect.is(setMarked)) {
        return decorate(change.state, effect.value);
      }
    }
    return decorations.map(change.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

function decorate(state: EditorState, marked: Marked) {
  if (marked === null) {
    return Decoration.none;
  }
  const ranges = [];
  for (let line = marked.from; line <= Math.min(marked.to, state.doc.lines); line += 1) {
    ranges.push(markedLine.range(state.doc.line(line).from));
  }
  return Decoration.set(ranges);
}

/** Marks the lines, and brings the first into sight unless the reader is writing. */
function showMarked(view: EditorView | undefined, marked: Marked): void {
  if (view) {
    const effects: StateEffect<unknown>[] = [setMarked.of(marked)];
    if (marked !== null && !view.hasFocus) {
      const start = view.state.doc.line(Math.min(marked.from, view.state.doc.lines)).from;
      effects.push(EditorView.scrollIntoView(start, { y: "start", yMargin: 40 }));
    }
    view.dispatch({ effects });
  }
}

const LOOK = EditorView.theme({
  "&": { backgroundColor: "transparent", color: "var(--fg)", fontSize: "0.75rem", height: "100%" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono, monospace)", lineHeight: "1.6" },
  ".cm-content": { caretColor: "var(--fg)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--fg)" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--faint)", border: "none" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--hover) 45%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--fg)" },
  ".cm-marked": {
    boxShadow: "inset 2px 0 var(--accent-text)",
    backgroundColor: "color-mix(in srgb, var(--accent-soft) 60%, transparent)",
  },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--accent) 28%, transparent) !important",
  },
  ".cm-foldPlaceholder": { backgroundColor: "var(--sunken)", borderColor: "var(--line)", color: "var(--muted)" },
  ".cm-tooltip, .cm-panels": { backgroundColor: "var(--surface)", color: "var(--fg)", borderColor: "var(--line)" },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-mono, monospace)" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent-soft)", color: "var(--fg)" },
  ".cm-completionDetail": { color: "var(--muted)", fontStyle: "normal" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "600" },
  ".cm-panels": { borderTop: "1px solid var(--line)" },
  ".cm-textfield": { backgroundColor: "var(--surface)", color: "var(--fg)", borderColor: "var(--line-control)" },
  ".cm-button": {
    backgroundImage: "none",
    backgroundColor: "var(--surface)",
    color: "var(--fg)",
    borderColor: "var(--line-control)",
  },
  ".cm-searchMatch": { backgroundColor: "var(--warn-soft)", outline: "1px solid var(--warn-line)" },
  ".cm-diagnostic": { whiteSpace: "pre-wrap", maxWidth: "32rem" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--danger)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warn)" },
});

const COLOURS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--accent-text)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--ok)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: "var(--info)" },
  { tag: tags.comment, color: "var(--faint)", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: "var(--muted)" },
  { tag: [tags.labelName, tags.typeName], color: "var(--warn)" },
]);
