/** What a schema or the server says about a field, as a sentence; undefined where nothing is wrong. */
export function problem(error: { message?: string | undefined } | undefined): string | undefined {
  const text = error?.message?.trim();
  if (!text) {
    return undefined;
  }
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`;
}
