"use client";
import { auth, type OutputOf } from "@djinnbot/contracts";
import { DescriptionList, Field, Input } from "@djinnbot/ui";
import { zodResolver } from "@hookform/resolvers/zod";
import { UserRound } from "lucide-react";
import { useRouter } from "next/navigation";
import { useForm } from "react-hook-form";
import { trpc } from "@/trpc/client.ts";
import { setFaults } from "../form/set-faults.ts";
import { FormCard } from "./form-card.tsx";

const schema = auth.updateProfile.input.pick({ displayName: true }).required();

/** One's own name. */
export function NameCard({ me }: { me: OutputOf<typeof auth.me> }) {
  const utils = trpc.useUtils();
  const router = useRouter();
  const update = trpc.auth.updateProfile.useMutation();
  const form = useForm({
    resolver: zodResolver(schema),
    values: { displayName: me.displayName ?? "" },
    resetOptions: { keepDirtyValues: true },
    mode: "onTouched",
  });
  const { errors, isDirty, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (input) => {
    try {
      await update.mutateAsync(input);
      form.reset(input);
      await utils.auth.me.invalidate();
      // The shell around the page shows the name as well.
      router.refresh();
    } catch (error) {
      setFaults(form, error);
    }
  });
  return (
    <FormCard
      title="You"
      icon={<UserRound aria-hidden />}
      onSubmit={submit}
      isDirty={isDirty}
      isSubmitting={isSubmitting}
      done={update.isSuccess ? "Saved" : null}
      fault={errors.root?.server?.message}
    >
      <Field label="Display name" error={errors.displayName && "1 to 256 characters."}>
        <Input {...form.register("displayName")} autoComplete="name" />
      </Field>
      <DescriptionList
        columns={2}
        items={[
          { label: "E-mail", value: me.email ?? "–" },
          { label: "Role", value: me.role ?? "–" },
        ]}
      />
    </FormCard>
  );
}
