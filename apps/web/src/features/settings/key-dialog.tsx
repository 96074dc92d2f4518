"use client";
import { type Provider, settings } from "@djinnbot/contracts";
import { Button, Dialog, DialogContent, Field, Input, TextLink } from "@djinnbot/ui";
import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { trpc } from "@/trpc/client.ts";
import { PasswordInput } from "../auth/password-input.tsx";
import { optionalText } from "../form/optional-text.ts";
import { problem } from "../form/problem.ts";
import { RootFault } from "../form/root-fault.tsx";
import { setFaults } from "../form/set-faults.ts";
import { KeySaved } from "./key-saved.tsx";
import { exampleModels } from "./provider-words.ts";

const { apiKey, baseUrl } = settings.putProvider.input.shape;
const schema = z.object({
  apiKey: optionalText(apiKey),
  baseUrl: optionalText(baseUrl),
  allowedModels: z.string().max(4096),
});
const formId = "provider-key";

/** Adds or replaces the key of a provider, and its address; open while `provider` is there. */
export function KeyDialog({ provider, onClose }: { provider: Provider | undefined; onClose: () => void }) {
  return (
    <Dialog open={provider !== undefined} onOpenChange={(next) => !next && onClose()}>
      {provider ? <KeyForm key={provider.providerId} provider={provider} onClose={onClose} /> : null}
    </Dialog>
  );
}

function KeyForm({ provider, onClose }: { provider: Provider; onClose: () => void }) {
  const utils = trpc.useUtils();
  const put = trpc.settings.putProvider.useMutation();
  const form = useForm({
    resolver: zodResolver(schema),
    defaultValues: {
      apiKey: "",
      baseUrl: provider.baseUrl ?? "",
      allowedModels: provider.plainExtraConfig?.ALLOWED_MODELS ?? "",
    },
    mode: "onTouched",
  });
  const { errors, isSubmitting, dirtyFields } = form.formState;
  const needsKey = provider.maskedApiKey === null && !provider.isCustom;
  const submit = form.handleSubmit(async (input) => {
    if (needsKey && input.apiKey === undefined) {
      form.setError("apiKey", { message: "Enter the key." }, { shouldFocus: true });
      return;
    }
    try {
      await put.mutateAsync({
        providerId: provider.providerId,
        enabled: true,
        apiKey: input.apiKey,
        ...(dirtyFields.baseUrl ? { baseUrl: input.baseUrl ?? null } : {}),
        ...(dirtyFields.allowedModels ? { extraConfig: { ALLOWED_MODELS: input.allowedModels.trim() } } : {}),
      });
      await utils.settings.providers.invalidate();
    } catch (error) {
      setFaults(form, error);
    }
  });
  if (put.isSuccess) {
    return <KeySaved provider={provider} onClose={onClose} onEdit={put.reset} />;
  }
  const footer = (
    <>
      <Button variant="ghost" onClick={onClose}>
        Cancel
      </Button>
      <Button type="submit" form={formId} variant="primary" loading={isSubmitting}>
        Save
      </Button>
    </>
  );
  return (
    <DialogContent title={provider.name} description={provider.description} footer={footer}>
      <form id={formId} onSubmit={submit} noValidate className="flex flex-col gap-4">
        <Field
          label="API key"
          optional={!needsKey}
          hint={<KeyHint provider={provider} />}
          error={problem(errors.apiKey)}
        >
          <PasswordInput {...form.register("apiKey")} mono autoComplete="off" />
        </Field>
        <Field
          label="Base URL"
          optional
          hint="Empty: the provider's own. Another host needs the key entered again."
          error={errors.baseUrl && "A web address, usually ending in /v1."}
        >
          <Input {...form.register("baseUrl")} mono inputMode="url" autoComplete="off" spellCheck={false} />
        </Field>
        {provider.extraFields.map((field) => (
          <Field
            key={field.envVar}
            label={field.label}
            optional={!field.required}
            hint={field.description}
            error={problem(errors.allowedModels)}
          >
            <Input
              {...form.register("allowedModels")}
              mono
              placeholder={exampleModels(provider) ?? field.placeholder}
              autoComplete="off"
            />
          </Field>
        ))}
        <RootFault message={errors.root?.server?.message} />
      </form>
    </DialogContent>
  );
}

function KeyHint({ provider }: { provider: Provider }) {
  return (
    <>
      {provider.maskedApiKey === null
        ? "Stored sealed; shown to nobody again."
        : `Empty: ${provider.maskedApiKey} stays.`}{" "}
      {provider.docsUrl === "" ? null : (
        <TextLink href={provider.docsUrl} external>
          Get one from {provider.name}
        </TextLink>
      )}
    </>
  );
}
