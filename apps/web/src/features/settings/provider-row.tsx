"use client";
import type { Provider } from "@djinnbot/contracts";
import { Button, TextLink } from "@djinnbot/ui";
import { KeyRound } from "lucide-react";

/** A provider of the catalogue that has no key yet. */
export function ProviderRow({ provider, onKey }: { provider: Provider; onKey: () => void }) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1">
        <h3 className="text-sm font-medium">{provider.name}</h3>
        <p className="text-sm text-muted">{provider.description}</p>
      </div>
      {provider.docsUrl === "" ? null : (
        <TextLink href={provider.docsUrl} external className="text-xs">
          Get a key
        </TextLink>
      )}
      <Button size="sm" icon={<KeyRound aria-hidden />} onClick={onKey} aria-label={`Add key of ${provider.name}`}>
        Add key
      </Button>
    </li>
  );
}
