"use client";
import { type Tenant, tenants } from "@djinnbot/contracts";
import { Card, CardBody, CardHeader, CodeText, DescriptionList, Field, Input } from "@djinnbot/ui";
import { zodResolver } from "@hookform/resolvers/zod";
import { UsersRound } from "lucide-react";
import { useRouter } from "next/navigation";
import { useForm } from "react-hook-form";
import { trpc } from "@/trpc/client.ts";
import { problem } from "../form/problem.ts";
import { setFaults } from "../form/set-faults.ts";
import { FormCard } from "./form-card.tsx";

const schema = tenants.update.input.required();

/** The team; its owner and administrators may rename it. */
export function TeamCard({ tenant, mayChange }: { tenant: Tenant; mayChange: boolean }) {
  return mayChange ? <TeamForm tenant={tenant} /> : <TeamFacts tenant={tenant} />;
}

function TeamForm({ tenant }: { tenant: Tenant }) {
  const utils = trpc.useUtils();
  const router = useRouter();
  const update = trpc.tenants.update.useMutation();
  const { name, slug } = tenant;
  const form = useForm({
    resolver: zodResolver(schema),
    values: { name, slug },
    resetOptions: { keepDirtyValues: true },
    mode: "onTouched",
  });
  const { errors, isDirty, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (input) => {
    try {
      await update.mutateAsync(input);
      form.reset(input);
      await utils.tenants.me.invalidate();
      router.refresh();
    } catch (error) {
      setFaults(form, error, { conflict: "slug" });
    }
  });
  return (
    <FormCard
      title="Team"
      icon={<UsersRound aria-hidden />}
      onSubmit={submit}
      isDirty={isDirty}
      isSubmitting={isSubmitting}
      done={update.isSuccess ? "Saved" : null}
      fault={errors.root?.server?.message}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Name" error={errors.name && "1 to 256 characters."}>
          <Input {...form.register("name")} autoComplete="organization" />
        </Field>
        <Field label="Short name" hint="In addresses; unique on this installation." error={problem(errors.slug)}>
          <Input {...form.register("slug")} mono autoComplete="off" spellCheck={false} />
        </Field>
      </div>
      <Facts tenant={tenant} />
    </FormCard>
  );
}

function TeamFacts({ tenant }: { tenant: Tenant }) {
  return (
    <Card>
      <CardHeader icon={<UsersRound aria-hidden />} title="Team" description="Its owner can rename it." />
      <CardBody className="flex flex-col gap-4">
        <DescriptionList
          columns={2}
          items={[
            { label: "Name", value: tenant.name },
            { label: "Short name", value: <CodeText text={tenant.slug} /> },
          ]}
        />
        <Facts tenant={tenant} />
      </CardBody>
    </Card>
  );
}

function Facts({ tenant }: { tenant: Tenant }) {
  return (
    <DescriptionList
      columns={2}
      items={[
        { label: "Id", value: <CodeText text={tenant.id} /> },
        { label: "Runs at the same time", value: String(tenant.maxConcurrentRuns) },
      ]}
    />
  );
}
