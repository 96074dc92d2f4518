"use client";
import { type AgentDetail, agents } from "@djinnbot/contracts";
import { Button, Dialog, DialogContent, DialogTrigger, Field, Input, Switch } from "@djinnbot/ui";
import { zodResolver } from "@hookform/resolvers/zod";
import { Copy } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { trpc } from "@/trpc/client.ts";
import { optionalText } from "../form/optional-text.ts";
import { problem } from "../form/problem.ts";
import { RootFault } from "../form/root-fault.tsx";
import { setFaults } from "../form/set-faults.ts";
import { useSetActive } from "./use-set-active.ts";

/** What can be done with an agent as a whole. */
export function AgentActions({ agent }: { agent: AgentDetail }) {
  const [cloning, setCloning] = useState(false);
  const setActive = useSetActive(agent);
  return (
    <>
      <Switch label="Takes work" checked={agent.status === "active"} onCheckedChange={setActive} className="mr-2" />
      <Dialog open={cloning} onOpenChange={setCloning}>
        <DialogTrigger asChild>
          <Button icon={<Copy aria-hidden />}>Clone</Button>
        </DialogTrigger>
        {cloning ? <CloneAgent agent={agent} onClose={() => setCloning(false)} /> : null}
      </Dialog>
    </>
  );
}

const { name, slug } = agents.clone.input.shape;
const schema = agents.clone.input
  .omit({ agentId: true })
  .extend({ name: optionalText(name), slug: optionalText(slug) });
const formId = "clone-agent";

function CloneAgent({ agent, onClose }: { agent: AgentDetail; onClose: () => void }) {
  const router = useRouter();
  const utils = trpc.useUtils();
  const clone = trpc.agents.clone.useMutation();
  const form = useForm({
    resolver: zodResolver(schema),
    defaultValues: { name: `${agent.name} copy`, slug: "" },
    mode: "onTouched",
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (input) => {
    try {
      const made = await clone.mutateAsync({ agentId: agent.id, ...input });
      await utils.agents.list.invalidate();
      onClose();
      router.push(`/agents/${made.slug}`);
    } catch (error) {
      setFaults(form, error, { conflict: "slug" });
    }
  });
  const footer = (
    <>
      <Button variant="ghost" onClick={onClose}>
        Cancel
      </Button>
      <Button type="submit" form={formId} variant="primary" loading={isSubmitting}>
        Clone
      </Button>
    </>
  );
  return (
    <DialogContent
      size="sm"
      title={`Clone ${agent.name}`}
      description="The clone gets the same character and configuration."
      footer={footer}
    >
      <form id={formId} onSubmit={submit} noValidate className="flex flex-col gap-4">
        <Field label="Name" error={problem(errors.name)}>
          <Input {...form.register("name")} autoComplete="off" />
        </Field>
        <Field label="Short name" optional hint="Left out: made from the name." error={problem(errors.slug)}>
          <Input {...form.register("slug")} mono autoComplete="off" spellCheck={false} />
        </Field>
        <RootFault message={errors.root?.server?.message} />
      </form>
    </DialogContent>
  );
}
