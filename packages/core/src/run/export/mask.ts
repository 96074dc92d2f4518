/** Takes out what looks like a key: an export is handed on to people who were not there. */

/** Each matches in one pass over the text, however it is made. */
const patterns: [RegExp, string][] = [
  [/-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[A-Za-z0-9+/=\s\\]{0,20000}-----END [A-Z ]{0,30}PRIVATE KEY-----/g, "[key]"],
  [/\bsk-[\w-]{20,}/g, "[key]"],
  [/\b[srp]k_(live|test)_\w{10,}/g, "[key]"],
  [/\b(gh[opsur]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,})/g, "[key]"],
  [/\bxox[abeprs]-[\w-]{10,}/g, "[key]"],
  [/\b(gsk_|xai-|hf_|npm_)[A-Za-z0-9]{20,}/g, "[key]"],
  [/\b(AKIA|ASIA)[0-9A-Z]{16}\b/g, "[key]"],
  [/\bAIza[\w-]{30,}/g, "[key]"],
  [/\bdj[br]_[\w-]{16,}/g, "[key]"],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g, "[key]"],
  [/\b(bearer\s{1,4})[\w.~+/=-]{12,}/gi, "$1[key]"],
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"]{1,100}:)[^\s/@"]{1,200}@/gi, "$1[key]@"],
];

export function maskSecrets(text: string): string {
  return patterns.reduce((masked, [pattern, by]) => masked.replace(pattern, by), text);
}

/** JSON of a value with all its texts masked. */
export function maskedJson(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === "string" ? maskSecrets(part) : part)) ?? "null";
}
