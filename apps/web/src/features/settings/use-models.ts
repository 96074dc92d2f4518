"use client";
import { trpc } from "@/trpc/client.ts";
import { usableProviders } from "./models.ts";

/** Providers that can be called with their models, live where the provider tells, else those we know of. */
export function useModels() {
  const providers = trpc.settings.providers.useQuery({});
  const usable = usableProviders(providers.data ?? []);
  const lists = trpc.useQueries((t) =>
    usable.map(({ providerId }) => t.settings.providerModels({ providerId }, { staleTime: 5 * 60_000 })),
  );
  const listed = usable.map((provider, index) => ({
    ...provider,
    models: lists[index]?.data?.models ?? provider.models,
  }));
  return { listed, loading: providers.isPending, error: providers.error };
}
