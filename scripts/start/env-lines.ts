// Lines of an env file that Node's parser skips in silence.

/** Numbers of the lines that are neither empty, nor a comment, nor NAME=value, nor inside a quoted value. */
export function nonsenseLines(text: string): number[] {
  const found: number[] = [];
  let quote: string | undefined;
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (quote !== undefined) {
      if (line.includes(quote)) quote = undefined;
      continue;
    }
    if (/^\s*(#|$)/.test(line)) continue;
    const value = /^\s*(?:export\s+)?[\w.-]+\s*=\s*(.*)$/.exec(line)?.[1];
    if (value === undefined) found.push(at + 1);
    else if (/^["'`]/.test(value) && !value.slice(1).includes(value.charAt(0))) quote = value.charAt(0);
  }
  return found;
}
