"use client";
import { auth } from "@djinnbot/contracts";
import { Button, Field, Input, useHydrated } from "@djinnbot/ui";
import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { useFormDraft } from "../form/draft.ts";

import { RootFault } from "../form/root-fault.tsx";
import { signInHere } from "./browser-sign-in.ts";
import { emailProblem } from "./email-problem.ts";
import { PasswordInput } from "./password-input.tsx";

const schema = auth.login.input;

/** E-mail and password; a refusal is told in place and the e-mail stays. `next` is where to go on (a checked path). */
export function SignInForm({ next }: { next: string }) {
  const form = useForm({
    resolver: zodResolver(schema),
    defaultValues: { email: "", password: "" },
    mode: "onTouched",
  });
  const forget = useFormDraft(form, { key: "sign-in", secret: ["password"] });
  const { errors, isSubmitting, isSubmitSuccessful } = form.formState;
  // Sent by the browser itself, before there is anybody to prevent it, the password would be in the address.
  const isAlive = useHydrated();

  const submit = form.handleSubmit(async (input) => {
    const problem = await signInHere(input);
    if (problem !== null) {
      form.setError("root.server", { message: problem });
      form.setFocus("password", { shouldSelect: true });
      return;
    }
    forget();
    // A whole load: everything on the pages depends on who is signed in.
    window.location.assign(next);
  });

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <Field label="E-mail" error={emailProblem(form.getValues("email"), errors.email)}>
        <Input {...form.register("email")} type="email" autoComplete="username" inputMode="email" autoFocus />
      </Field>
      <Field label="Password" error={errors.password && "Enter your password."}>
        <PasswordInput {...form.register("password")} autoComplete="current-password" />
      </Field>
      <RootFault message={errors.root?.server?.message} />
      <Button type="submit" variant="primary" loading={isSubmitting || isSubmitSuccessful} disabled={!isAlive}>
        Sign in
      </Button>
      <p className="text-xs text-muted">
        Forgot your password? It cannot be reset here yet: ask the owner of your team, or whoever runs this
        installation.
      </p>
    </form>
  );
}
