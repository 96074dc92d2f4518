/** Network rules: set in the settings, felt by an agent, told on its run's page, narrowed for the agent. */
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { register } from "./helpers.ts";

test("a team closes the internet, its agent hears so, and the run's page says who refused what", async ({ page }) => {
  const { email, password } = await register(page);
  const post = async (path: string, data: object, headers = {}) => {
    const answer = await page.request.post(path, { data, headers });
    expect(answer.ok(), await answer.text()).toBe(true);
    return (await answer.json()) as { id: string; accessToken: string };
  };
  const { accessToken } = await post("/v1/auth/login", { email, password });
  const asProgram = { authorization: `Bearer ${accessToken}` };
  const { workload } = await (await page.request.get("/v1/status")).json();
  test.skip(workload.network !== "door", "agents have a network of their own here");
  await post("/v1/agents/", { name: "Ada", slug: "ada" }, asProgram);

  await page.goto("/settings/network");
  await page.getByRole("radio", { name: "Listed hosts" }).click();
  const hosts = page.getByRole("textbox", { name: "Hosts" });
  await hosts.fill("example.com, not/a-host");
  await expect(page.getByText(/^Not a host: “not\/a-host”/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Save" })).toBeDisabled();
  await hosts.fill("Example.com\nhttps://docs.example.com/a");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText(/^Saved/)).toBeVisible();
  expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)).toEqual([]);
  await page.reload();
  await expect(hosts).toHaveValue("example.com\ndocs.example.com");

  await page.goto("/agents/ada?tab=config");
  const card = page.locator("form", { has: page.getByRole("heading", { name: "Network" }) });
  await card.getByRole("radio", { name: "Nothing" }).click();
  await card.getByRole("button", { name: "Save" }).click();
  await expect(card.getByText(/^Saved/)).toBeVisible();

  const step = '  - id: ASK\n    agent: ada\n    input: "## Task\\n{{task_description}}"\n';
  const yaml = `id: asks\nname: Asks\nversion: "1"\nagents:\n  - id: ada\nsteps:\n${step}`;
  await post("/v1/pipelines/", { id: "asks", yaml_content: yaml }, asProgram);
  const command = `node -e 'for (const url of ["http://example.com", "http://a.test"]) fetch(url).catch(() => 0)'`;
  const task = `Ask.\nCall bash ${JSON.stringify({ command })}`;
  const start = { pipeline_id: "asks", task, model_override: "demo/demo-call" };
  const { id } = await post("/v1/runs/", start, asProgram);
  await page.goto(`/runs/${id}?tab=transcript`);
  const transcript = page.getByRole("tabpanel", { name: "Transcript" });
  await expect(transcript.getByText("Not allowed to connect to example.com:80")).toBeVisible({ timeout: 60_000 });
  await expect(transcript.getByText(/rules of this agent do not allow it/)).toBeVisible();
  await expect(transcript.getByRole("link", { name: "Change the agent's rules" })).toHaveAttribute(
    "href",
    "/agents/ada?tab=config",
  );
  await expect(transcript.getByText(/rules of this team do not allow it/)).toBeVisible();
  await expect(transcript.getByRole("link", { name: "Change the team's rules" })).toHaveAttribute(
    "href",
    "/settings/network",
  );

  await page.goto("/settings/network");
  const refused = page.getByRole("listitem").filter({ hasText: "a.test:80" });
  await expect(refused.getByText("Team's rules")).toBeVisible({ timeout: 30_000 });
  await expect(refused.getByRole("link", { name: "Ada" })).toHaveAttribute("href", "/agents/ada?tab=config");
  await expect(refused.getByRole("link", { name: "Ask." })).toHaveAttribute("href", `/runs/${id}?tab=transcript`);
  expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)).toEqual([]);
  await refused.getByRole("button", { name: "Allow a.test for the team" }).click();
  // The offer to take it back goes away by itself; not from under the pointer.
  const undo = page.getByRole("button", { name: "Undo" });
  await undo.hover();
  await expect(hosts).toHaveValue("example.com\ndocs.example.com\na.test");
  // What is left are the agent's own rules, which allow nothing at all.
  await expect(refused.getByText("Agent's rules")).toBeVisible();
  await expect(refused.getByRole("button", { name: /^Allow/ })).toBeHidden();
  await undo.click();
  await expect(hosts).toHaveValue("example.com\ndocs.example.com");
  await expect(refused.getByText("Team's rules")).toBeVisible();

  await page.goto("/agents/ada?tab=config");
  await expect(
    page.getByRole("listitem").filter({ hasText: "example.com:80" }).getByText("Agent's rules"),
  ).toBeVisible();
});
