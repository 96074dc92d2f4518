"use client";
import type { ApiKey } from "@djinnbot/contracts";
import { Button, ConfirmDialog, formatRelative } from "@djinnbot/ui";
import { useState } from "react";
import { trpc } from "@/trpc/client.ts";

/** Ends a key at once. */
export function RevokeButton({ apiKey }: { apiKey: ApiKey }) {
  const [asking, setAsking] = useState(false);
  const utils = trpc.useUtils();
  const revoke = trpc.apiKeys.revoke.useMutation();
  const confirm = async () => {
    await revoke.mutateAsync({ keyId: apiKey.id });
    await utils.apiKeys.list.invalidate();
  };
  const used =
    apiKey.lastUsedAt === null ? "It was never used" : `Last used ${formatRelative(apiKey.lastUsedAt, Date.now())}`;
  return (
    <>
      <Button size="sm" variant="ghost" onClick={() => setAsking(true)} aria-label={`Revoke ${apiKey.name}`}>
        Revoke
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Revoke “${apiKey.name}”?`}
        consequences={[`Programs with the key ${apiKey.keyPrefix}… are refused from now on`, used]}
        confirmLabel="Revoke the key"
        onConfirm={confirm}
      />
    </>
  );
}
