"use client";
import type { Provider } from "@djinnbot/contracts";
import { Button, DialogContent, Field, Spinner } from "@djinnbot/ui";
import { useEffect, useState } from "react";
import { trpc } from "@/trpc/client.ts";
import { FaultState } from "../form/fault-state.tsx";
import { ModelCombobox } from "./model-combobox.tsx";
import { runsOnDemo } from "./models.ts";
import { TestResult } from "./test-result.tsx";

type KeySavedProps = { provider: Provider; onClose: () => void; onEdit: () => void };

/** After a key was stored: does it work, and shall the team think with it from now on? */
export function KeySaved({ provider, onClose, onEdit }: KeySavedProps) {
  const test = trpc.settings.testProvider.useMutation();
  const { providerId } = provider;
  const { mutate } = test;
  useEffect(() => mutate({ providerId }), [mutate, providerId]);
  const choice = useDefaultChoice(providerId, onClose);
  const works = test.data?.ok === true;
  const footer = (
    <>
      {test.isPending || test.isIdle || works ? null : (
        <>
          <Button onClick={onEdit}>Change it</Button>
          <Button onClick={() => mutate({ providerId })}>Test again</Button>
        </>
      )}
      <Button variant={works && choice.model !== "" ? "ghost" : "primary"} onClick={onClose}>
        {works ? "Leave the default as it is" : "Close"}
      </Button>
      {works ? (
        <Button variant="primary" disabled={choice.model === ""} loading={choice.saving} onClick={choice.save}>
          Use it by default
        </Button>
      ) : null}
    </>
  );
  return (
    <DialogContent title={`${provider.name} is saved`} footer={footer}>
      <div className="flex flex-col gap-4">
        {test.isPending || test.isIdle ? <Spinner label="Asking the provider …" /> : null}
        <TestResult result={test.data} error={test.error} />
        {works ? (
          <Field
            label="Default model of the team"
            hint="For agents and pipelines that name no model of their own. You can change it at any time."
          >
            <ModelCombobox value={choice.model} onValueChange={choice.setModel} none="Choose a model" />
          </Field>
        ) : null}
        {choice.error ? (
          <FaultState compact title="The default could not be saved" error={choice.error} onRetry={choice.save} />
        ) : null}
      </div>
    </DialogContent>
  );
}

function useDefaultChoice(providerId: string, onDone: () => void) {
  const utils = trpc.useUtils();
  const settings = trpc.settings.get.useQuery({});
  const models = trpc.settings.providerModels.useQuery({ providerId });
  const update = trpc.settings.update.useMutation();
  const [typed, setModel] = useState<string | null>(null);
  const providers = trpc.settings.providers.useQuery({});
  const isDemo = settings.data && providers.data ? runsOnDemo(settings.data, providers.data) : true;
  const current = isDemo ? "" : (settings.data?.defaultWorkingModel ?? "");
  const first = models.data?.models[0];
  const suggested = current !== "" ? current : first ? `${providerId}/${first.id}` : "";
  const model = typed ?? suggested;
  const save = () =>
    update.mutate({ defaultWorkingModel: model }, { onSuccess: () => utils.settings.get.invalidate().then(onDone) });
  return { model, setModel, save, saving: update.isPending, error: update.error };
}
