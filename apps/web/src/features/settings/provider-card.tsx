"use client";
import type { Provider } from "@djinnbot/contracts";
import {
  Badge,
  Button,
  Card,
  CardBody,
  CodeText,
  ConfirmDialog,
  plural,
  RelativeTime,
  Switch,
  TextLink,
  toast,
} from "@djinnbot/ui";
import { FlaskConical, KeyRound, PlugZap, Trash2, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { trpc } from "@/trpc/client.ts";
import { deletionConsequences, sourceWord } from "./provider-words.ts";
import { TestResult } from "./test-result.tsx";

type ProviderCardProps = {
  provider: Provider;
  /** Opens the key; null where the viewer may only look. */
  onKey: (() => void) | null;
};

/** A provider that is in use: its key, whether it works, and what can be done with it. */
export function ProviderCard({ provider, onKey }: ProviderCardProps) {
  const setEnabled = useSetEnabled(provider);
  return (
    <Card>
      <CardBody className="flex flex-col gap-3">
        <div className="flex flex-wrap items-start gap-x-3 gap-y-2">
          <div className="min-w-0 flex-1">
            <h3 className="flex flex-wrap items-center gap-2 text-sm font-semibold">
              {provider.name}
              {provider.isDemo ? (
                <Badge tone="info" icon={<FlaskConical aria-hidden />}>
                  Demo model — scripted replies
                </Badge>
              ) : null}
              <Badge>{sourceWord(provider)}</Badge>
            </h3>
            <p className="text-sm text-muted">{provider.description}</p>
          </div>
          {onKey ? (
            <Switch aria-label={`Use ${provider.name}`} checked={provider.enabled} onCheckedChange={setEnabled} />
          ) : (
            <Badge>{provider.enabled ? "Switched on" : "Switched off"}</Badge>
          )}
        </div>
        <ProviderTrouble provider={provider} />
        <ProviderFacts provider={provider} />
        {onKey ? <ProviderActions provider={provider} onKey={onKey} /> : null}
      </CardBody>
    </Card>
  );
}

function ProviderActions({ provider, onKey }: { provider: Provider; onKey: () => void }) {
  const test = trpc.settings.testProvider.useMutation();
  const isOwn = provider.source === "tenant" || provider.maskedApiKey !== null;
  return (
    <>
      <div className="flex flex-wrap items-center gap-2">
        <Button
          size="sm"
          icon={<PlugZap aria-hidden />}
          loading={test.isPending}
          disabled={!provider.enabled}
          onClick={() => test.mutate({ providerId: provider.providerId })}
        >
          Test the connection
        </Button>
        {provider.isDemo ? null : (
          <Button size="sm" icon={<KeyRound aria-hidden />} onClick={onKey}>
            {provider.maskedApiKey !== null
              ? "Replace the key"
              : provider.isCustom
                ? "Change"
                : "Add a key of your own"}
          </Button>
        )}
        {isOwn ? <ForgetButton provider={provider} /> : null}
      </div>
      <TestResult result={test.data} error={test.error} />
    </>
  );
}

/** What the model gateway met when it asked the provider last. */
function ProviderTrouble({ provider: { trouble } }: { provider: Provider }) {
  if (trouble === null) {
    return null;
  }
  const { state, failures, reason, retryAt } = trouble;
  const words = {
    failing: "Failing",
    open: "Left alone for now",
    halfOpen: "Tried again with the next call",
  }[state];
  return (
    <p role="status" className="flex flex-wrap items-center gap-2 text-sm">
      <Badge tone={state === "failing" ? "warn" : "danger"} icon={<TriangleAlert aria-hidden />}>
        {words}
      </Badge>
      <span className="min-w-0 text-muted">
        {plural(failures, "call")} failed in a row: {reason}
        {retryAt === null ? null : (
          <>
            {" "}
            It is asked again <RelativeTime at={retryAt} />.
          </>
        )}
      </span>
    </p>
  );
}

function ProviderFacts({ provider }: { provider: Provider }) {
  if (provider.maskedApiKey === null && provider.baseUrl === null && provider.docsUrl === "") {
    return null;
  }
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-muted">
      {provider.maskedApiKey === null ? null : (
        <span>
          Key <code className="font-mono text-fg">{provider.maskedApiKey}</code>
        </span>
      )}
      {provider.baseUrl === null ? null : (
        <span className="inline-flex min-w-0 items-center gap-1">
          Address <CodeText text={provider.baseUrl} truncate className="text-fg" />
        </span>
      )}
      {provider.docsUrl === "" ? null : (
        <TextLink href={provider.docsUrl} external>
          Keys at the provider
        </TextLink>
      )}
    </div>
  );
}

function ForgetButton({ provider }: { provider: Provider }) {
  const [asking, setAsking] = useState(false);
  const utils = trpc.useUtils();
  const remove = trpc.settings.deleteProvider.useMutation();
  const confirm = async () => {
    await remove.mutateAsync({ providerId: provider.providerId });
    await utils.settings.providers.invalidate();
  };
  return (
    <>
      <Button
        size="sm"
        variant="ghost"
        icon={<Trash2 aria-hidden />}
        onClick={() => setAsking(true)}
        aria-label={`Forget ${provider.name}`}
      >
        Forget
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Forget ${provider.name}?`}
        consequences={deletionConsequences(provider)}
        confirmLabel="Forget it"
        onConfirm={confirm}
      />
    </>
  );
}

/** Switches a provider on or off at once, and back with a word when the server does not agree. */
function useSetEnabled(provider: Provider): (enabled: boolean) => void {
  const utils = trpc.useUtils();
  const put = trpc.settings.putProvider.useMutation({
    onMutate: async ({ providerId, enabled = true }) => {
      await utils.settings.providers.cancel();
      const before = utils.settings.providers.getData({});
      utils.settings.providers.setData({}, (old) =>
        old?.map((item) => (item.providerId === providerId ? { ...item, enabled } : item)),
      );
      return { before };
    },
    onError: (error, _input, context) => {
      utils.settings.providers.setData({}, context?.before);
      toast.error(`${provider.name} could not be switched. ${error.message}`);
    },
    onSettled: () => utils.settings.providers.invalidate(),
  });
  return (enabled) => put.mutate({ providerId: provider.providerId, enabled });
}
