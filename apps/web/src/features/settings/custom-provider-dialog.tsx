"use client";
import { type Provider, settings } from "@djinnbot/contracts";
import { Button, Dialog, DialogContent, Field, Input } from "@djinnbot/ui";
import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { trpc } from "@/trpc/client.ts";
import { PasswordInput } from "../auth/password-input.tsx";
import { useFormDraft } from "../form/draft.ts";
import { optionalText } from "../form/optional-text.ts";
import { problem } from "../form/problem.ts";
import { RootFault } from "../form/root-fault.tsx";
import { setFaults } from "../form/set-faults.ts";
import { KeySaved } from "./key-saved.tsx";
import { endpointSlug } from "./provider-words.ts";

const schema = settings.createCustomProvider.input.extend({
  apiKey: optionalText(settings.createCustomProvider.input.shape.apiKey),
});
const formId = "custom-provider";

type CustomProviderDialogProps = {
  open: boolean;
  onClose: () => void;
  /** Asked for once the endpoint exists and its settings should be changed. */
  onEdit: (providerId: string) => void;
};

/** Adds an endpoint of one's own that speaks the OpenAI wire: a local server, a gateway, another vendor. */
export function CustomProviderDialog({ open, ...rest }: CustomProviderDialogProps) {
  return (
    <Dialog open={open} onOpenChange={(next) => !next && rest.onClose()}>
      {open ? <CustomProvider {...rest} /> : null}
    </Dialog>
  );
}

function CustomProvider({ onClose, onEdit }: Omit<CustomProviderDialogProps, "open">) {
  const utils = trpc.useUtils();
  const create = trpc.settings.createCustomProvider.useMutation();
  const [made, setMade] = useState<Provider | null>(null);
  const form = useForm({
    resolver: zodResolver(schema),
    defaultValues: { name: "", slug: "", baseUrl: "", apiKey: "" },
    mode: "onTouched",
  });
  const forget = useFormDraft(form, { key: "custom-provider", secret: ["apiKey"] });
  const { errors, isSubmitting, dirtyFields } = form.formState;
  const submit = form.handleSubmit(async (input) => {
    try {
      const provider = await create.mutateAsync(input);
      forget();
      await utils.settings.providers.invalidate();
      setMade(provider);
    } catch (error) {
      setFaults(form, error, { conflict: "slug" });
    }
  });
  if (made) {
    return <KeySaved provider={made} onClose={onClose} onEdit={() => onEdit(made.providerId)} />;
  }
  const footer = (
    <>
      <Button variant="ghost" onClick={onClose}>
        Cancel
      </Button>
      <Button type="submit" form={formId} variant="primary" loading={isSubmitting}>
        Add the endpoint
      </Button>
    </>
  );
  const suggestSlug = (name: string) => {
    if (!dirtyFields.slug) {
      form.setValue("slug", endpointSlug(name), { shouldValidate: form.formState.isSubmitted });
    }
  };
  return (
    <DialogContent
      title="OpenAI-compatible endpoint"
      description="vLLM, Ollama, LM Studio, a gateway of your company: anything that answers /chat/completions."
      footer={footer}
    >
      <form id={formId} onSubmit={submit} noValidate className="flex flex-col gap-4">
        <Field label="Name" error={errors.name && "1 to 128 characters."}>
          <Input
            {...form.register("name", { onChange: (event) => suggestSlug(event.target.value) })}
            autoComplete="off"
          />
        </Field>
        <Field
          label="Short name"
          hint="Models are then called custom-…/model, with it in the middle."
          error={problem(errors.slug)}
        >
          <Input {...form.register("slug")} mono autoComplete="off" spellCheck={false} />
        </Field>
        <Field
          label="Base URL"
          hint="The part before /chat/completions, usually ending in /v1."
          error={
            errors.baseUrl &&
            (errors.baseUrl.type === "server"
              ? errors.baseUrl.message
              : "A web address that starts with http:// or https://.")
          }
        >
          <Input
            {...form.register("baseUrl")}
            mono
            inputMode="url"
            placeholder="https://models.example.com/v1"
            autoComplete="off"
            spellCheck={false}
          />
        </Field>
        <Field label="API key" optional hint="Left out: requests carry none." error={problem(errors.apiKey)}>
          <PasswordInput {...form.register("apiKey")} mono autoComplete="off" />
        </Field>
        <RootFault message={errors.root?.server?.message} />
      </form>
    </DialogContent>
  );
}
