/** Templates of step inputs: `{{name}}` and `{% if name %}…{% endif %}`, no else and no nesting (reference 1.1). */

export type TemplateNode =
  | { kind: "text"; text: string }
  | { kind: "variable"; name: string; offset: number }
  | { kind: "if"; name: string; offset: number; body: TemplateNode[] };
export interface TemplateFault {
  message: string;
  /** Characters from the start of the template. */
  offset: number;
  severity: "error" | "warning";
}
export interface Template {
  nodes: TemplateNode[];
  faults: TemplateFault[];
}

// The tag's length is bounded so that a text full of openings stays linear to read.
const token = /\{\{\s*([A-Za-z0-9_]+)\s*\}\}|\{%([^%\n]{0,200})%\}/g;
const condition = /^\s*if\s+([A-Za-z0-9_]+)\s*$/;
const oddVariable = /\{\{\s{0,8}[A-Za-z_][\w.\-[\]'" |]{0,80}\}\}/g;

interface Reader {
  top: TemplateNode[];
  open: (TemplateNode & { kind: "if" }) | null;
  faults: TemplateFault[];
}

function readTag(reader: Reader, tag: { text: string; inner: string; offset: number }): void {
  const { text, inner, offset } = tag;
  const fault = (message: string) => reader.faults.push({ message, offset, severity: "error" });
  const name = condition.exec(inner)?.[1];
  if (name !== undefined && !reader.open) {
    reader.open = { kind: "if", name, offset, body: [] };
    reader.top.push(reader.open);
    return;
  }
  if (inner.trim() === "endif" && reader.open) {
    reader.open = null;
    return;
  }
  (reader.open?.body ?? reader.top).push({ kind: "text", text });
  if (name !== undefined) {
    fault(`\`${text}\` stands inside \`{% if ${reader.open?.name} %}\`; conditions cannot be nested.`);
  } else if (inner.trim() === "endif") {
    fault("`{% endif %}` has no `{% if name %}` before it.");
  } else {
    fault(`\`${text}\` is not known; a template has \`{% if name %}\` and \`{% endif %}\` only.`);
  }
}

function oddVariables(template: string): TemplateFault[] {
  return [...template.matchAll(oddVariable)]
    .filter(([text]) => !/^\{\{\s*[A-Za-z0-9_]+\s*\}\}$/.test(text))
    .map((match) => ({
      message: `\`${match[0]}\` is no variable and stays as it is; a name has letters, digits and _ only.`,
      offset: match.index,
      severity: "warning",
    }));
}

/** Reads a template; what is faulty stays in it as plain text. Never throws. */
export function parseTemplate(template: string): Template {
  const reader: Reader = { top: [], open: null, faults: [] };
  let end = 0;
  for (const match of template.matchAll(token)) {
    const body = reader.open?.body ?? reader.top;
    if (match.index > end) {
      body.push({ kind: "text", text: template.slice(end, match.index) });
    }
    end = match.index + match[0].length;
    if (match[1] !== undefined) {
      body.push({ kind: "variable", name: match[1], offset: match.index });
    } else {
      readTag(reader, { text: match[0], inner: match[2] ?? "", offset: match.index });
    }
  }
  if (end < template.length) {
    (reader.open?.body ?? reader.top).push({ kind: "text", text: template.slice(end) });
  }
  if (reader.open) {
    const { name, offset } = reader.open;
    reader.faults.push({
      message: `\`{% if ${name} %}\` is never closed; add \`{% endif %}\`.`,
      offset,
      severity: "error",
    });
  }
  return { nodes: reader.top, faults: [...reader.faults, ...oddVariables(template)] };
}

export interface Rendered {
  text: string;
  /** Variables that were asked for and not there, each once. */
  missing: string[];
}

/**
 * Fills a template. Values go in as they are and are never read as template themselves; what is missing becomes nothing
 * and is listed; a condition holds when its variable has more than blanks. Never throws.
 */
export function renderTemplate(template: string, variables: Readonly<Record<string, string>>): Rendered {
  const missing = new Set<string>();
  const lookUp = (name: string): string | undefined => {
    const value: unknown = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return typeof value === "string" ? value : undefined;
  };
  const render = (nodes: TemplateNode[]): string =>
    nodes
      .map((node) => {
        if (node.kind === "text") {
          return node.text;
        }
        const value = lookUp(node.name);
        if (node.kind === "if") {
          return value?.trim() ? render(node.body) : "";
        }
        if (value === undefined) {
          missing.add(node.name);
        }
        return value ?? "";
      })
      .join("");
  const text = render(parseTemplate(template).nodes);
  return { text, missing: [...missing] };
}
