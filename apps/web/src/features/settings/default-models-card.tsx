"use client";
import { type Settings, SettingsPatch } from "@djinnbot/contracts";
import {
  Button,
  Card,
  CardBody,
  CardFooter,
  CardHeader,
  DescriptionList,
  Field,
  formatDuration,
  Input,
  Select,
  Skeleton,
} from "@djinnbot/ui";
import { zodResolver } from "@hookform/resolvers/zod";
import { Cpu } from "lucide-react";
import { Controller, useForm } from "react-hook-form";
import { z } from "zod";
import { trpc } from "@/trpc/client.ts";
import { FaultState } from "../form/fault-state.tsx";
import { problem } from "../form/problem.ts";
import { RootFault } from "../form/root-fault.tsx";
import { setFaults } from "../form/set-faults.ts";
import { ModelCombobox } from "./model-combobox.tsx";
import { thinkingOptions } from "./thinking-options.ts";

const { defaultWorkingModel, defaultWorkingModelThinkingLevel, defaultStepTimeoutSec } = SettingsPatch.shape;
const schema = z.object({
  defaultWorkingModel: defaultWorkingModel.unwrap(),
  defaultWorkingModelThinkingLevel: defaultWorkingModelThinkingLevel.unwrap(),
  defaultStepTimeoutSec: defaultStepTimeoutSec.unwrap(),
});

/** What no model of one's own means. */
const platformDefault = "Platform default";

/** What agents and pipelines work with when they name nothing of their own. */
export function DefaultModelsCard({ mayChange }: { mayChange: boolean }) {
  const settings = trpc.settings.get.useQuery({});
  return (
    <Card>
      <CardHeader
        icon={<Cpu aria-hidden />}
        title="Default model"
        description="For agents and pipelines that name none of their own."
      />
      {settings.data ? (
        mayChange ? (
          <DefaultsForm settings={settings.data} />
        ) : (
          <DefaultsFacts settings={settings.data} />
        )
      ) : (
        <CardBody>
          {settings.error ? (
            <FaultState
              compact
              title="The defaults could not be loaded"
              error={settings.error}
              onRetry={() => void settings.refetch()}
            />
          ) : (
            <Skeleton className="h-28" />
          )}
        </CardBody>
      )}
    </Card>
  );
}

function DefaultsFacts({ settings }: { settings: Settings }) {
  const { defaultWorkingModel: model, defaultWorkingModelThinkingLevel: level, defaultStepTimeoutSec } = settings;
  return (
    <CardBody>
      <DescriptionList
        columns={2}
        items={[
          { label: "Model", value: model === "" ? platformDefault : model },
          { label: "Thinking", value: thinkingOptions.find(({ value }) => value === level)?.label },
          { label: "Step timeout", value: formatDuration(defaultStepTimeoutSec * 1000) },
        ]}
      />
    </CardBody>
  );
}

function DefaultsForm({ settings }: { settings: Settings }) {
  const utils = trpc.useUtils();
  const update = trpc.settings.update.useMutation();
  const form = useForm({
    resolver: zodResolver(schema),
    values: {
      defaultWorkingModel: settings.defaultWorkingModel,
      defaultWorkingModelThinkingLevel: settings.defaultWorkingModelThinkingLevel,
      defaultStepTimeoutSec: settings.defaultStepTimeoutSec,
    },
    resetOptions: { keepDirtyValues: true },
    mode: "onTouched",
  });
  const { errors, isDirty, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (input) => {
    try {
      const saved = await update.mutateAsync(input);
      utils.settings.get.setData({}, saved);
      form.reset(input);
    } catch (error) {
      setFaults(form, error);
    }
  });
  return (
    <form onSubmit={submit} noValidate className="flex flex-col">
      <CardBody className="grid gap-4 sm:grid-cols-[minmax(0,2fr)_minmax(0,1fr)_minmax(0,1fr)]">
        <Field label="Model" error={errors.defaultWorkingModel && "A full name: provider/model."}>
          <Controller
            control={form.control}
            name="defaultWorkingModel"
            render={({ field }) => (
              <ModelCombobox value={field.value} onValueChange={field.onChange} none={platformDefault} />
            )}
          />
        </Field>
        <Field label="Thinking" error={problem(errors.defaultWorkingModelThinkingLevel)}>
          <Controller
            control={form.control}
            name="defaultWorkingModelThinkingLevel"
            render={({ field }) => (
              <Select value={field.value} onValueChange={field.onChange} options={thinkingOptions} />
            )}
          />
        </Field>
        <Field label="Step timeout, seconds" error={errors.defaultStepTimeoutSec && "A whole number from 5 to 86,400."}>
          <Input
            {...form.register("defaultStepTimeoutSec", { valueAsNumber: true })}
            inputMode="numeric"
            autoComplete="off"
          />
        </Field>
        {errors.root ? (
          <div className="sm:col-span-3">
            <RootFault message={errors.root.server?.message} />
          </div>
        ) : null}
      </CardBody>
      <CardFooter>
        <Button type="submit" variant="primary" size="sm" disabled={!isDirty} loading={isSubmitting}>
          Save
        </Button>
        <span role="status">{isDirty ? "Unsaved changes" : update.isSuccess ? "Saved" : ""}</span>
      </CardFooter>
    </form>
  );
}
