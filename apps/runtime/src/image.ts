/** Images as the wires take them: told apart by their first bytes, whatever the file is called. */

/** What all providers take, and base64 of it stays below the five megabytes that the strictest allows. */
export const maxImageBytes = 3_500_000;

const text = (bytes: Buffer, from: number, to: number) => bytes.subarray(from, to).toString("latin1");

/** `image/png`, `image/jpeg`, `image/gif`, `image/webp`, or null for everything else. */
export function imageType(bytes: Buffer): string | null {
  if (text(bytes, 0, 8) === "\x89PNG\r\n\x1a\n") {
    return "image/png";
  }
  if (text(bytes, 0, 3) === "\xff\xd8\xff") {
    return "image/jpeg";
  }
  if (/^GIF8[79]a$/.test(text(bytes, 0, 6))) {
    return "image/gif";
  }
  return text(bytes, 0, 4) === "RIFF" && text(bytes, 8, 12) === "WEBP" ? "image/webp" : null;
}
