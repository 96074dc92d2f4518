"use client";
import { toDjinnError } from "@djinnbot/client";
import type { Provider, Settings } from "@djinnbot/contracts";
import { Badge, Button, Card, CardBody, CardFooter, CardHeader, IconButton, Skeleton } from "@djinnbot/ui";
import { ArrowDown, ArrowUp, LifeBuoy, Plus, X } from "lucide-react";
import { useState } from "react";
import { trpc } from "@/trpc/client.ts";
import { explainFault } from "../form/explain-fault.ts";
import { RootFault } from "../form/root-fault.tsx";
import { ModelCombobox } from "./model-combobox.tsx";

const most = 5;
type Chain = readonly string[];

/** Which models stand in for one that is down or refuses for capacity. */
export function FallbackCard({ mayChange, providers }: { mayChange: boolean; providers: readonly Provider[] }) {
  const settings = trpc.settings.get.useQuery({});
  return (
    <Card>
      <CardHeader
        icon={<LifeBuoy aria-hidden />}
        title="Fallback models"
        description="Tried in this order when the chosen model is down, or refuses because of its limits."
      />
      {settings.data ? (
        // What is typed belongs to the stored chain it was begun from.
        <FallbackForm
          key={settings.data.fallbackModels.join(" ")}
          settings={settings.data}
          mayChange={mayChange}
          providers={providers}
        />
      ) : (
        <CardBody>
          <Skeleton className="h-16" />
        </CardBody>
      )}
    </Card>
  );
}

type FallbackFormProps = { settings: Settings; mayChange: boolean; providers: readonly Provider[] };

function FallbackForm({ settings, mayChange, providers }: FallbackFormProps) {
  const utils = trpc.useUtils();
  const update = trpc.settings.update.useMutation({
    onSuccess: (saved) => utils.settings.get.setData({}, saved),
  });
  const [chain, setChain] = useState<Chain>(settings.fallbackModels);
  const isDirty = chain.join(" ") !== settings.fallbackModels.join(" ");
  const fault = update.error ? explainFault(toDjinnError(update.error)) : null;
  return (
    <>
      <CardBody className="flex flex-col gap-3">
        {chain.length === 0 ? (
          <p className="text-sm text-muted">None: a step waits for the chosen model, and fails when that stays away.</p>
        ) : (
          <ol className="flex flex-col gap-2">
            {chain.map((model, index) => (
              <li key={model} className="flex items-center gap-2">
                <span className="w-4 shrink-0 text-right text-xs text-muted tabular-nums">{index + 1}</span>
                {mayChange ? (
                  <ChainEntry chain={chain} index={index} onChange={setChain} />
                ) : (
                  <span className="font-mono text-xs">{model}</span>
                )}
                <Badge className="max-sm:hidden">{wireWord(providers, model)}</Badge>
              </li>
            ))}
          </ol>
        )}
        <p className="text-xs text-muted">
          What an agent asks is passed on untouched, so only models of the same wire (OpenAI, Anthropic or Google) stand
          in for each other; the others are passed over. The list of model calls says who answered.
        </p>
        <RootFault message={fault ? [fault.why, fault.fix].filter(Boolean).join(" ") : undefined} />
      </CardBody>
      {mayChange ? (
        <CardFooter>
          <Button
            size="sm"
            variant="primary"
            disabled={!isDirty || chain.includes("")}
            loading={update.isPending}
            onClick={() => update.mutate({ fallbackModels: [...chain] })}
          >
            Save
          </Button>
          <Button
            size="sm"
            variant="ghost"
            icon={<Plus aria-hidden />}
            disabled={chain.length >= most || chain.includes("")}
            onClick={() => setChain([...chain, ""])}
          >
            Add a model
          </Button>
          <span role="status">{isDirty ? "Unsaved changes" : ""}</span>
        </CardFooter>
      ) : null}
    </>
  );
}

type ChainEntryProps = { chain: Chain; index: number; onChange: (chain: Chain) => void };

function ChainEntry({ chain, index, onChange }: ChainEntryProps) {
  const model = chain[index] ?? "";
  const name = model === "" ? `entry ${index + 1}` : model;
  const swap = (other: number) => {
    const next = [...chain];
    [next[index], next[other]] = [chain[other] ?? "", model];
    onChange(next);
  };
  return (
    <>
      <div className="min-w-0 flex-1">
        <ModelCombobox
          value={model}
          onValueChange={(value) => {
            if (!chain.includes(value)) {
              onChange(chain.map((old, at) => (at === index ? value : old)));
            }
          }}
          none="Choose a model"
          aria-label={`Fallback model ${index + 1}`}
        />
      </div>
      <IconButton
        label={`Try ${name} earlier`}
        size="sm"
        icon={<ArrowUp aria-hidden />}
        disabled={index === 0}
        onClick={() => swap(index - 1)}
      />
      <IconButton
        label={`Try ${name} later`}
        size="sm"
        icon={<ArrowDown aria-hidden />}
        disabled={index === chain.length - 1}
        onClick={() => swap(index + 1)}
      />
      <IconButton
        label={`Take ${name} out`}
        size="sm"
        icon={<X aria-hidden />}
        onClick={() => onChange(chain.filter((_, at) => at !== index))}
      />
    </>
  );
}

const wires = { openai: "OpenAI", "openai-compatible": "OpenAI", anthropic: "Anthropic", google: "Google" } as const;

function wireWord(providers: readonly Provider[], model: string): string {
  const provider = providers.find(({ providerId }) => providerId === model.slice(0, model.indexOf("/")));
  if (model === "") {
    return "…";
  }
  return provider?.configured && provider.enabled ? wires[provider.wire] : "No key";
}
