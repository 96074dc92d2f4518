"use client";
import { auth } from "@djinnbot/contracts";
import { Button, Field, Input, TextLink, useHydrated } from "@djinnbot/ui";
import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { trpc } from "@/trpc/client.ts";
import { useFormDraft } from "../form/draft.ts";
import { optionalText } from "../form/optional-text.ts";
import { problem } from "../form/problem.ts";
import { RootFault } from "../form/root-fault.tsx";
import { setFaults } from "../form/set-faults.ts";
import { signInHere } from "./browser-sign-in.ts";
import { emailProblem } from "./email-problem.ts";
import { withNext } from "./next-path.ts";
import { PasswordInput } from "./password-input.tsx";

const { email, password, displayName, tenantName } = auth.register.input.shape;
// Empty inputs of a page mean "left out".
const schema = auth.register.input.extend({
  email,
  password,
  displayName: optionalText(displayName),
  tenantName: optionalText(tenantName),
});

/** Signs up: makes the team and its owner, then signs in here. `next` is where to go on (a checked path). */
export function RegisterForm({ next }: { next: string }) {
  const form = useForm({
    resolver: zodResolver(schema),
    defaultValues: { email: "", password: "", displayName: "", tenantName: "" },
    mode: "onTouched",
  });
  const forget = useFormDraft(form, { key: "register", secret: ["password"] });
  const register = trpc.auth.register.useMutation();
  const { errors, isSubmitting, isSubmitSuccessful } = form.formState;
  // Sent by the browser itself, before there is anybody to prevent it, the password would be in the address.
  const isAlive = useHydrated();

  const submit = form.handleSubmit(async (input) => {
    try {
      await register.mutateAsync(input);
    } catch (error) {
      setFaults(form, error, { conflict: "email" });
      return;
    }
    forget();
    const problem = await signInHere(input);
    // The account exists; should the sign-in fail, the sign-in page says why.
    window.location.assign(problem === null ? next : withNext("/sign-in", next));
  });

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <Field
        label="E-mail"
        error={
          errors.email && <EmailProblem message={emailProblem(form.getValues("email"), errors.email)} next={next} />
        }
      >
        <Input {...form.register("email")} type="email" autoComplete="username" inputMode="email" autoFocus />
      </Field>
      <Field
        label="Password"
        {...(errors.password ? {} : { hint: "At least 8 characters." })}
        error={problem(errors.password)}
      >
        <PasswordInput {...form.register("password")} autoComplete="new-password" />
      </Field>
      <Field label="Your name" optional error={problem(errors.displayName)}>
        <Input {...form.register("displayName")} autoComplete="name" />
      </Field>
      <Field label="Team" optional hint="A team has its own agents, runs and keys." error={problem(errors.tenantName)}>
        <Input {...form.register("tenantName")} autoComplete="organization" />
      </Field>
      <RootFault message={errors.root?.server?.message} />
      <Button type="submit" variant="primary" loading={isSubmitting || isSubmitSuccessful} disabled={!isAlive}>
        Create the team
      </Button>
    </form>
  );
}

function EmailProblem({ message, next }: { message: string | undefined; next: string }) {
  if (message?.includes("sign in")) {
    return (
      <>
        This e-mail address cannot be used. If it is yours,{" "}
        <TextLink href={withNext("/sign-in", next)}>sign in</TextLink>.
      </>
    );
  }
  return message;
}
