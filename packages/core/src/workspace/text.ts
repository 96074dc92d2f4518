/** Bytes of a file as text, within the size that is shown. */
import { Fault, maxShownFileBytes } from "@djinnbot/contracts";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Null for what is not text: a zero byte, or not UTF-8. */
export function readText(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) {
    return null;
  }
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
}

/** TOO_LARGE above what is shown. */
export function assertShowable(size: number): void {
  if (size > maxShownFileBytes) {
    throw new Fault("TOO_LARGE", `The file has ${size} bytes; up to ${maxShownFileBytes} are shown.`);
  }
}

/** UNSUPPORTED when it is not text. */
export function textOrFault(bytes: Uint8Array): string {
  const text = readText(bytes);
  if (text === null) {
    throw new Fault("UNSUPPORTED", "The file is not text.");
  }
  return text;
}
