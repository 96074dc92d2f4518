import { Fault } from "@djinnbot/contracts";
import { describe, expect, it } from "vitest";
import { maxBodyBytes, parseJson, readJsonObject } from "./body.ts";

const post = (body: BodyInit | null, headers: Record<string, string> = { "content-type": "application/json" }) =>
  new Request("http://test.invalid/", { method: "POST", body, headers });
const codeOf = async (work: Promise<unknown>) =>
  work.then(
    () => "none",
    (error) => (error as Fault).code,
  );

describe("request bodies", () => {
  it("are JSON objects; nothing and null count as empty", async () => {
    expect(await readJsonObject(post(`{"a":1}`))).toEqual({ a: 1 });
    expect(await readJsonObject(post(null))).toEqual({});
    expect(await readJsonObject(post(" "))).toEqual({});
    expect(await readJsonObject(post("null"))).toEqual({});
  });

  it.each([["[1]"], ["1"], [`"text"`], ["{"], ["{'a':1}"], [`{"a":1}x`]])("refuse %s", async (text) => {
    expect(await codeOf(readJsonObject(post(text)))).toBe("BAD_REQUEST");
  });

  it("refuse other content types and bytes that are no UTF-8", async () => {
    expect(await codeOf(readJsonObject(post("a=1", { "content-type": "application/x-www-form-urlencoded" })))).toBe(
      "BAD_REQUEST",
    );
    expect(await codeOf(readJsonObject(post(new Uint8Array([0x22, 0xff, 0x22]))))).toBe("BAD_REQUEST");
  });

  it("are bounded, also when their length is not announced", async () => {
    expect(await codeOf(readJsonObject(post(JSON.stringify({ a: "x".repeat(maxBodyBytes) }))))).toBe("TOO_LARGE");
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(0x20)),
    });
    const request = new Request("http://test.invalid/", {
      method: "POST",
      body: stream,
      duplex: "half",
    } as RequestInit);
    expect(await codeOf(readJsonObject(request))).toBe("TOO_LARGE");
  });

  it("refuse depth that would break those who walk the value, but not brackets in strings", () => {
    expect(() => parseJson("[".repeat(100_000))).toThrow(Fault);
    expect(parseJson(JSON.stringify({ a: "[".repeat(1000) }))).toEqual({ a: "[".repeat(1000) });
    expect(parseJson(`{"a":"\\"[["}`)).toEqual({ a: `"[[` });
  });

  it.each([
    [`{"__proto__":{"x":1}}`],
    [`{"a":[{"__proto__":1}]}`],
    [`{"\\u005f_proto__":1}`],
    [`{"\\u005F\\u005fproto__":1}`],
  ])("refuse the key in %s", (text) => {
    expect(() => parseJson(text)).toThrow(Fault);
  });
});
