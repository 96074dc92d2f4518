"use client";
import type { AgentConfig, AgentDetail } from "@djinnbot/contracts";
import { Button, Card, CardBody, CardFooter, CardHeader, Field, Input, Select } from "@djinnbot/ui";
import { zodResolver } from "@hookform/resolvers/zod";
import { Cpu } from "lucide-react";
import { Controller, useForm } from "react-hook-form";
import { trpc } from "@/trpc/client.ts";
import { useFormDraft } from "../form/draft.ts";
import { problem } from "../form/problem.ts";
import { RootFault } from "../form/root-fault.tsx";
import { setFaults } from "../form/set-faults.ts";
import { ModelCombobox } from "../settings/model-combobox.tsx";
import { thinkingOptions } from "../settings/thinking-options.ts";
import { ConfigForm, type ConfigFormInput, toForm, toPatch } from "./config-form.ts";
import { ToolChoice } from "./tool-choice.tsx";
import { fixedTools } from "./tools.ts";

/** Model, thinking, tools and limits. */
export function ConfigEditor({ agent, config }: { agent: AgentDetail; config: AgentConfig }) {
  const utils = trpc.useUtils();
  const put = trpc.agents.putConfig.useMutation();
  const form = useForm<ConfigFormInput, unknown, ReturnType<typeof ConfigForm.parse>>({
    resolver: zodResolver(ConfigForm) as never,
    values: toForm(config),
    resetOptions: { keepDirtyValues: true },
    mode: "onTouched",
  });
  const forget = useFormDraft(form, { key: `agent-config:${agent.id}` });
  const { errors, isSubmitting, isDirty } = form.formState;
  const submit = form.handleSubmit(async (input) => {
    try {
      const answer = await put.mutateAsync({ agentId: agent.id, ...toPatch(input, fixedTools) });
      forget();
      utils.agents.getConfig.setData({ agentId: agent.slug }, answer.config);
      form.reset(toForm(answer.config));
      await Promise.all([utils.agents.get.invalidate(), utils.agents.list.invalidate()]);
    } catch (error) {
      setFaults(form, error);
    }
  });
  const discard = () => {
    forget();
    form.reset(toForm(config));
  };
  return (
    <Card asChild>
      <form onSubmit={submit} noValidate>
        <CardHeader
          icon={<Cpu aria-hidden />}
          title="Work"
          description="A pipeline's own settings come before these."
        />
        <CardBody className="flex flex-col gap-4">
          <div className="grid gap-4 sm:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
            <Field label="Model" error={errors.model && "A full name: provider/model."}>
              <Controller
                control={form.control}
                name="model"
                render={({ field }) => (
                  <ModelCombobox value={field.value} onValueChange={field.onChange} none="The team's default" />
                )}
              />
            </Field>
            <Field label="Thinking" hint="For models that think." error={problem(errors.thinkingLevel)}>
              <Controller
                control={form.control}
                name="thinkingLevel"
                render={({ field }) => (
                  <Select value={field.value} onValueChange={field.onChange} options={thinkingOptions} />
                )}
              />
            </Field>
          </div>
          <ToolChoice form={form} />
          <div className="grid gap-4 sm:grid-cols-2">
            <Field
              label="Timeout of a step, in seconds"
              optional
              hint="Empty: the team's default."
              error={errors.timeout && "A whole number from 1 to 86,400, or empty."}
            >
              <Input {...form.register("timeout")} inputMode="numeric" autoComplete="off" />
            </Field>
            <Field
              label="Retries of a failed step"
              optional
              hint="Empty: the pipeline's default."
              error={errors.maxRetries && "A whole number from 0 to 20, or empty."}
            >
              <Input {...form.register("maxRetries")} inputMode="numeric" autoComplete="off" />
            </Field>
          </div>
          <RootFault message={errors.root?.server?.message} />
        </CardBody>
        <CardFooter>
          <Button type="submit" variant="primary" loading={isSubmitting} disabled={!isDirty}>
            Save
          </Button>
          <Button variant="ghost" disabled={!isDirty || isSubmitting} onClick={discard}>
            Discard changes
          </Button>
          <span role="status">{isDirty ? "Unsaved changes" : put.isSuccess ? "Saved" : ""}</span>
        </CardFooter>
      </form>
    </Card>
  );
}
