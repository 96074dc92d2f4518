"use client";
import { toDjinnError } from "@djinnbot/client";
import { Field, type Segment, SegmentedControl, Textarea } from "@djinnbot/ui";
import { Network, TriangleAlert } from "lucide-react";
import { type ReactNode, useState } from "react";
import { explainFault } from "../form/explain-fault.ts";
import { FormCard } from "../settings/form-card.tsx";
import { notPublic } from "./host-doubts.ts";
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
  /** Stands below the meaning of the choice. */
  children?: ReactNode;
  /** Why a listed host would stay closed. */
  doubt?: (host: string) => string | null;
  stored: Rules<M>;
  save: (rules: { mode: M; hosts: string[] }) => Promise<unknown>;
};

/** Which of the outside may be reached: a choice, and the hosts where it takes a list. */
export function RulesForm<M extends Mode>(props: RulesFormProps<M>) {
  const { title, options, meanings, doubt = notPublic, stored, save } = props;
  const [mode, setMode] = useState(stored.mode);
  const [text, setText] = useState(toText(stored.hosts));
  const [state, setState] = useState<{ saving: boolean; done: boolean; fault?: string }>({
    saving: false,
    done: false,
  });
  const [known, setKnown] = useState(stored);
  if (known !== stored && toText(known.hosts) !== toText(stored.hosts)) {
    // A host was allowed elsewhere on the page, or by somebody else: it joins what is being typed.
    const here = readHosts(text).hosts ?? [];
    const added = stored.hosts.filter((host) => !known.hosts.includes(host) && !here.includes(host));
    setKnown(stored);
    setText(text.trim() === toText(known.hosts) ? toText(stored.hosts) : toText([text.trim(), ...added]));
  }
  const typed = readHosts(text);
  // A list that the choice does not use must not be in its way.
  const hosts = typed.hosts ?? (mode === "listed" ? null : [...stored.hosts]);
  const isDirty = mode !== stored.mode || text.trim() !== toText(stored.hosts);
  const submit = async () => {
    if (hosts === null) {
      return;
    }
    setState({ saving: true, done: false });
    try {
      await save({ mode, hosts });
      setText(toText(hosts));
      setState({ saving: false, done: true });
    } catch (error) {
      const { why, fix } = explainFault(toDjinnError(error));
      setState({ saving: false, done: false, fault: [why, fix].filter(Boolean).join(" ") });
    }
  };
  const discard = () => {
    setMode(stored.mode);
    setText(toText(stored.hosts));
    setState({ saving: false, done: false });
  };
  return (
    <FormCard
      title={title}
      description={props.description}
      icon={<Network aria-hidden />}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
      isDirty={isDirty}
      canSave={hosts !== null}
      isSubmitting={state.saving}
      done={state.done ? "Saved; it counts from now on, also for runs that are at work" : null}
      fault={state.fault}
      onDiscard={discard}
    >
      <div className="flex flex-col gap-2">
        <SegmentedControl label={title} value={mode} onValueChange={setMode} options={options} className="self-start" />
        <p className="text-sm text-muted">{meanings[mode]}</p>
        {props.children}
      </div>
      {mode === "listed" ? (
        <>
          <Field
            label="Hosts"
            hint="One a line. *.example.com is every name below example.com; :8443 at the end limits a host to that port."
            error={typed.problem}
          >
            <Textarea
              mono
              autoGrow
              rows={3}
              value={text}
              onChange={(event) => setText(event.target.value)}
              spellCheck={false}
              autoCapitalize="off"
            />
          </Field>
          <Doubts hosts={typed.hosts} doubt={doubt} />
        </>
      ) : null}
    </FormCard>
  );
}

/** What of a list opens nothing, though it may be saved. */
function Doubts({ hosts, doubt }: { hosts: readonly string[] | null; doubt: (host: string) => string | null }) {
  const doubted = (hosts ?? []).flatMap((host) => {
    const why = doubt(host);
    return why === null ? [] : [{ host, why }];
  });
  return (
    <ul role="status" aria-label="Warnings" className="flex flex-col gap-1 text-xs empty:hidden">
      {hosts?.length === 0 ? <Warning>The list is empty, which is the same as Nothing.</Warning> : null}
      {doubted.map(({ host, why }) => (
        <Warning key={host}>
          <code className="font-mono font-medium wrap-anywhere">{host}</code> {why}.
        </Warning>
      ))}
    </ul>
  );
}

function Warning({ children }: { children: ReactNode }) {
  return (
    <li className="flex items-start gap-1.5 text-warn">
      <TriangleAlert aria-hidden className="mt-px size-3.5 shrink-0" />
      <span>{children}</span>
    </li>
  );
}
