"use client";
import { toDjinnError } from "@djinnbot/client";
import { Field, type Segment, SegmentedControl, Textarea } from "@djinnbot/ui";
import { Network } from "lucide-react";
import { useState } from "react";
import { explainFault } from "../form/explain-fault.ts";
import { FormCard } from "../settings/form-card.tsx";
import { readHosts, toText } from "./hosts-text.ts";

export type Mode = "team" | "internet" | "listed" | "none";
export interface Rules<M extends Mode> {
  mode: M;
  hosts: readonly string[];
}

type RulesFormProps<M extends Mode> = {
  title: string;
  description: string;
  options: readonly Segment<M>[];
  /** What each choice means, in a sentence. */
  meanings: Readonly<Record<M, string>>;
  stored: Rules<M>;
  save: (rules: { mode: M; hosts: string[] }) => Promise<unknown>;
};

/** Which of the outside may be reached: a choice, and the hosts where it takes a list. */
export function RulesForm<M extends Mode>({ title, description, options, meanings, stored, save }: RulesFormProps<M>) {
  const [mode, setMode] = useState(stored.mode);
  const [text, setText] = useState(toText(stored.hosts));
  const [state, setState] = useState<{ saving: boolean; done: boolean; fault?: string }>({
    saving: false,
    done: false,
  });
  const typed = readHosts(text);
  const isDirty = mode !== stored.mode || text.trim() !== toText(stored.hosts);
  const submit = async () => {
    if (typed.hosts === null) {
      return;
    }
    setState({ saving: true, done: false });
    try {
      await save({ mode, hosts: typed.hosts });
      setText(toText(typed.hosts));
      setState({ saving: false, done: true });
    } catch (error) {
      const { why, fix } = explainFault(toDjinnError(error));
      setState({ saving: false, done: false, fault: [why, fix].filter(Boolean).join(" ") });
    }
  };
  return (
    <FormCard
      title={title}
      description={description}
      icon={<Network aria-hidden />}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
      isDirty={isDirty && typed.hosts !== null}
      isSubmitting={state.saving}
      done={state.done ? "Saved; it counts from now on, also for runs that are at work" : null}
      fault={state.fault}
    >
      <div className="flex flex-col gap-2">
        <SegmentedControl label={title} value={mode} onValueChange={setMode} options={options} className="self-start" />
        <p className="text-sm text-muted">{meanings[mode]}</p>
      </div>
      {mode === "listed" ? (
        <Field
          label="Hosts"
          hint="One a line. *.example.com is every name below example.com; a port such as :8443 limits it to that port."
          error={typed.problem}
        >
          <Textarea
            mono
            autoGrow
            value={text}
            onChange={(event) => setText(event.target.value)}
            placeholder={"registry.npmjs.org\n*.github.com"}
            spellCheck={false}
            autoCapitalize="off"
          />
        </Field>
      ) : null}
    </FormCard>
  );
}
