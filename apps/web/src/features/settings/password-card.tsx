"use client";
import { auth } from "@djinnbot/contracts";
import { Field } from "@djinnbot/ui";
import { zodResolver } from "@hookform/resolvers/zod";
import { LockKeyhole } from "lucide-react";
import { useForm } from "react-hook-form";
import { trpc } from "@/trpc/client.ts";
import { PasswordInput } from "../auth/password-input.tsx";
import { problem } from "../form/problem.ts";
import { setFaults } from "../form/set-faults.ts";
import { FormCard } from "./form-card.tsx";

const schema = auth.updateProfile.input.pick({ currentPassword: true, newPassword: true }).required();
const empty = { currentPassword: "", newPassword: "" };

/** A new password; every other sign-in ends with it. */
export function PasswordCard() {
  const update = trpc.auth.updateProfile.useMutation();
  const form = useForm({ resolver: zodResolver(schema), defaultValues: empty, mode: "onTouched" });
  const { errors, isDirty, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (input) => {
    try {
      await update.mutateAsync(input);
      form.reset(empty);
    } catch (error) {
      setFaults(form, error, { forbidden: "currentPassword" });
    }
  });
  return (
    <FormCard
      title="Password"
      description="A new one ends all your other sign-ins."
      icon={<LockKeyhole aria-hidden />}
      onSubmit={submit}
      isDirty={isDirty}
      isSubmitting={isSubmitting}
      done={update.isSuccess ? "Changed; your other sign-ins are ended" : null}
      fault={errors.root?.server?.message}
      submitLabel="Change the password"
      pending=""
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Current password" error={problem(errors.currentPassword)}>
          <PasswordInput {...form.register("currentPassword")} autoComplete="current-password" />
        </Field>
        <Field
          label="New password"
          {...(errors.newPassword ? {} : { hint: "At least 8 characters." })}
          error={problem(errors.newPassword)}
        >
          <PasswordInput {...form.register("newPassword")} autoComplete="new-password" />
        </Field>
      </div>
    </FormCard>
  );
}
