"use client";
import { builtinTools, standardTools } from "@djinnbot/contracts";
import { Checkbox, SegmentedControl } from "@djinnbot/ui";
import type { UseFormReturn } from "react-hook-form";
import type { ConfigFormInput } from "./config-form.ts";
import { fixedTools, toggleTool, toolMeaning } from "./tools.ts";

/** All tools, or only some of them. */
export function ToolChoice<O>({ form }: { form: UseFormReturn<ConfigFormInput, unknown, O> }) {
  const limited = form.watch("limitTools");
  const tools = form.watch("tools");
  const set = (next: Partial<ConfigFormInput>) => {
    for (const [name, value] of Object.entries(next)) {
      form.setValue(name as "tools", value as string[], { shouldDirty: true });
    }
  };
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-2 text-sm font-medium">Tools</legend>
      <SegmentedControl
        label="Tools"
        size="sm"
        value={limited ? "some" : "all"}
        onValueChange={(value) =>
          set({ limitTools: value === "some", ...(tools.length === 0 ? { tools: [...standardTools] } : {}) })
        }
        options={[
          { value: "all", label: "All built-in tools" },
          { value: "some", label: "Only these" },
        ]}
        className="self-start"
      />
      {limited ? (
        <div className="grid gap-x-6 gap-y-2 pt-1 sm:grid-cols-2">
          {builtinTools.map((tool) => (
            <Checkbox
              key={tool}
              label={<code className="font-mono text-xs">{tool}</code>}
              hint={fixedTools.includes(tool) ? `${toolMeaning[tool]}. Always there.` : toolMeaning[tool]}
              disabled={fixedTools.includes(tool)}
              checked={fixedTools.includes(tool) || tools.includes(tool)}
              onCheckedChange={(on) => set({ tools: toggleTool(tools, tool, on) })}
            />
          ))}
        </div>
      ) : (
        <p className="text-sm text-muted">The agent may use every built-in tool, also those that come later.</p>
      )}
    </fieldset>
  );
}
