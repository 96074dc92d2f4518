/**
 * What a prompt may cost at most, about: its bytes. Only where the wire has attachments do bytes say nothing; a text never counts as
 * one, whatever it looks like.
 */
import type { ProviderWire } from "@djinnbot/contracts";
import { familyOf } from "./wires.ts";

type Json = Record<string, unknown>;

const bytesPerToken = 4;
/** What providers count for an image or a page, about. */
const attachmentTokens = 1500;
/** Documents, sound and film cost by their length: this is dense text in a PDF's packing. */
const encodedCharsPerToken = 32;
const encoded = /^(image|audio|video)\/|^application\/pdf$/;

interface Attachment {
  mime: string;
  /** Base64 in the request; nothing for one that the provider fetches. */
  data: string;
}

/** `bytes` of the request as it is sent. Looks at messages and their parts, not deeper, so it is cheap for every body. */
export function promptTokens(json: Json, { bytes, wire }: { bytes: number; wire: ProviderWire }): number {
  let textBytes = bytes;
  let tokens = 0;
  for (const { mime, data } of attachmentsOf(json, wire)) {
    textBytes -= data.length;
    tokens += mime.startsWith("image/")
      ? attachmentTokens
      : Math.max(attachmentTokens, Math.ceil(data.length / encodedCharsPerToken));
  }
  return Math.ceil(textBytes / bytesPerToken) + tokens;
}

function attachmentsOf(json: Json, wire: ProviderWire): Attachment[] {
  switch (familyOf(wire)) {
    case "openai":
      return parts(json.messages, "content").flatMap(openaiAttachments);
    case "anthropic": {
      const blocks = parts(json.messages, "content");
      // The result of a tool has blocks of its own.
      return [...blocks, ...parts(blocks, "content")].flatMap(anthropicAttachments);
    }
    case "google":
      return parts(json.contents, "parts").flatMap(googleAttachments);
  }
}

function openaiAttachments(part: Json): Attachment[] {
  const audio = object(part.input_audio);
  const { image_url: image, file } = part;
  return [
    ...(image === undefined ? [] : [fromUrl(typeof image === "string" ? image : object(image).url)]),
    ...(audio.data === undefined ? [] : [inline("audio/*", audio.data)]),
    ...(file === undefined ? [] : [fromUrl(object(file).file_data)]),
  ];
}

function anthropicAttachments({ source }: Json): Attachment[] {
  const { type, media_type: mime, data } = object(source);
  if (type === "base64") {
    return [inline(mime, data)];
  }
  return type === "url" || type === "file" ? [fetched] : [];
}

function googleAttachments(part: Json): Attachment[] {
  const given = [part.inlineData, part.inline_data].filter((item) => item !== undefined).map(object);
  const files = [part.fileData, part.file_data].filter((item) => item !== undefined);
  return [...given.map((item) => inline(item.mimeType ?? item.mime_type, item.data)), ...files.map(() => fetched)];
}

const fetched: Attachment = { mime: "image/*", data: "" };

/** What is text behind its packing counts as text. */
function inline(mime: unknown, data: unknown): Attachment {
  return typeof mime === "string" && encoded.test(mime) && typeof data === "string" ? { mime, data } : fetched;
}

function fromUrl(url: unknown): Attachment {
  const mime = typeof url === "string" ? /^data:([\w.+-]{1,40}\/[\w.+-]{1,80});base64,/.exec(url)?.[1] : undefined;
  return inline(mime, url);
}

function parts(list: unknown, name: "content" | "parts"): Json[] {
  return objects(list).flatMap((item) => objects(item[name]));
}
function objects(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter((item): item is Json => typeof item === "object" && item !== null) : [];
}
function object(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}
