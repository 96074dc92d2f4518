"use client";
import type { Provider } from "@djinnbot/contracts";
import { Button, Page, PageHeader, SkeletonCards } from "@djinnbot/ui";
import { Lock, Plus } from "lucide-react";
import { trpc } from "@/trpc/client.ts";
import { FaultState } from "../form/fault-state.tsx";
import { useUrlParams } from "../form/url-param.ts";
import { useLiveRefresh } from "../home/live-refresh.ts";
import { useMay } from "../shell/viewer.tsx";
import { CustomProviderDialog } from "./custom-provider-dialog.tsx";
import { DefaultModelsCard } from "./default-models-card.tsx";
import { FallbackCard } from "./fallback-card.tsx";
import { KeyDialog } from "./key-dialog.tsx";
import { ProviderCard } from "./provider-card.tsx";
import { ProviderRow } from "./provider-row.tsx";

/** A provider that stops answering tells nobody; the page looks. */
const troubleIntervalMs = 15_000;

/** Whose models do the agents think with, and with which key? */
export function ProvidersPage() {
  useLiveRefresh();
  const mayChange = useMay("settings:write");
  const [params, change] = useUrlParams();
  const providers = trpc.settings.providers.useQuery({}, { refetchInterval: troubleIntervalMs });
  const close = () => change({ key: null, dialog: null });
  const editing = providers.data?.find((provider) => provider.providerId === params.get("key"));
  return (
    <Page width="form" className="max-w-4xl">
      <PageHeader
        title="Providers"
        description="Keys of model providers are sealed, belong to your team only, and never reach an agent."
        {...(mayChange
          ? { actions: <EndpointButton onClick={() => change({ dialog: "endpoint" }, { push: true })} /> }
          : {})}
      />
      {mayChange ? null : (
        <p className="flex items-center gap-2 text-sm">
          <Lock aria-hidden className="size-4 shrink-0 text-muted" />
          Your team's owner and administrators can change this page.
        </p>
      )}
      <DefaultModelsCard mayChange={mayChange} />
      <FallbackCard mayChange={mayChange} providers={providers.data ?? []} />
      {providers.data ? (
        <ProviderLists providers={providers.data} onKey={mayChange ? (key) => change({ key }, { push: true }) : null} />
      ) : providers.error ? (
        <FaultState
          title="The providers could not be loaded"
          error={providers.error}
          onRetry={() => void providers.refetch()}
        />
      ) : (
        <SkeletonCards count={3} />
      )}
      {mayChange ? (
        <>
          <KeyDialog provider={editing} onClose={close} />
          <CustomProviderDialog
            open={params.get("dialog") === "endpoint"}
            onClose={close}
            onEdit={(key) => change({ dialog: null, key })}
          />
        </>
      ) : null}
    </Page>
  );
}

function EndpointButton({ onClick }: { onClick: () => void }) {
  return (
    <Button icon={<Plus aria-hidden />} onClick={onClick}>
      OpenAI-compatible endpoint
    </Button>
  );
}

type ProviderListsProps = {
  providers: readonly Provider[];
  /** Opens the key of a provider; null where the viewer may only look. */
  onKey: ((providerId: string) => void) | null;
};

function ProviderLists({ providers, onKey }: ProviderListsProps) {
  const configured = providers.filter((provider) => provider.configured || provider.source === "tenant");
  const others = providers.filter((provider) => !configured.includes(provider));
  return (
    <>
      <section aria-labelledby="configured" className="flex flex-col gap-3">
        <h2 id="configured" className="text-sm font-semibold">
          Configured
        </h2>
        {configured.length === 0 ? (
          <p className="rounded-lg border border-dashed border-line p-4 text-sm text-muted">
            No provider yet: no agent can work. {onKey ? "Add the key of one below." : null}
          </p>
        ) : (
          configured.map((provider) => (
            <ProviderCard
              key={provider.providerId}
              provider={provider}
              onKey={onKey && (() => onKey(provider.providerId))}
            />
          ))
        )}
      </section>
      {onKey === null ? null : (
        <section aria-labelledby="others" className="flex flex-col gap-3">
          <h2 id="others" className="text-sm font-semibold">
            More providers
          </h2>
          <ul className="divide-y divide-line rounded-lg border border-line bg-surface">
            {others.map((provider) => (
              <ProviderRow key={provider.providerId} provider={provider} onKey={() => onKey(provider.providerId)} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
