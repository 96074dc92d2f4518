/** The editor of a pipeline proposes what may come: keys and values of the language, and names of the text. */
import { expect, test } from "@playwright/test";
import { register } from "./helpers.ts";

const yaml = `id: mine
name: Mine
version: 1.0.0
agents:
  - id: engineer
steps:
  - id: ONE
    agent: engineer
    input: "Begin."
    outputs: [result]
    onComplete: TWO
  - id: TWO
    agent: engineer
    input: "Go on."
`;

test("keys, values and names of steps are proposed while one writes", async ({ page }) => {
  const { email, password } = await register(page);
  const post = async (path: string, data: object, headers = {}) => {
    const answer = await page.request.post(path, { data, headers });
    expect(answer.ok(), await answer.text()).toBe(true);
    return answer.json();
  };
  const { accessToken } = await post("/v1/auth/login", { email, password });
  await post("/v1/pipelines/", { yaml_content: yaml }, { authorization: `Bearer ${accessToken}` });
  await page.goto("/pipelines/mine");
  const editor = page.getByRole("textbox", { name: /^YAML of the pipeline/ });
  await editor.click();
  await page.keyboard.press("Control+End");
  const proposals = page.getByRole("listbox");
  await page.keyboard.type("    onRes");
  await proposals.getByRole("option", { name: /onResult/ }).click();
  await page.keyboard.type("{ PASS: { goto: TWO } }\n");
  await page.keyboard.type("onFailure: O");
  await proposals.getByRole("option", { name: /ONE/ }).click();
  await expect(editor).toContainText("onResult: { PASS: { goto: TWO } }");
  await expect(editor).toContainText("onFailure: ONE");
});
