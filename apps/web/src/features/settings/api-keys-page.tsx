"use client";
import { Button, Card, EmptyState, Page, PageHeader } from "@djinnbot/ui";
import { KeyRound, Plus } from "lucide-react";
import { trpc } from "@/trpc/client.ts";
import { FaultState } from "../form/fault-state.tsx";
import { useUrlParams } from "../form/url-param.ts";
import { useShortcut } from "../shell/shortcuts.ts";
import { ApiKeyList } from "./api-key-list.tsx";
import { ApiKeySkeleton } from "./api-key-skeleton.tsx";
import { ApiKeySnippets } from "./api-key-snippets.tsx";
import { CreateKeyDialog } from "./create-key-dialog.tsx";

/** Which programs may speak for this team, and how do they? */
export function ApiKeysPage() {
  const [params, change] = useUrlParams();
  const keys = trpc.apiKeys.list.useQuery({});
  const open = () => change({ dialog: "new" }, { push: true });
  useShortcut({ keys: "c", label: "New API key", group: "API keys", run: open });
  const create = (
    <Button variant="primary" icon={<Plus aria-hidden />} onClick={open}>
      New key
    </Button>
  );
  return (
    <Page>
      <PageHeader
        title="API keys"
        description="For programs that start runs or read them: CI, scripts, your own tools."
        actions={create}
      />
      <Card>
        {keys.data ? (
          keys.data.length === 0 ? (
            <EmptyState
              icon={<KeyRound aria-hidden />}
              title="No keys yet"
              action={create}
              example={{ href: "/docs", label: "read the API reference" }}
            >
              A key lets a program do what you may do, or only a part of it.
            </EmptyState>
          ) : (
            <ApiKeyList keys={keys.data} />
          )
        ) : keys.error ? (
          <FaultState
            title="The keys could not be loaded"
            error={keys.error}
            onRetry={() => void keys.refetch()}
            className="m-3"
          />
        ) : (
          <ApiKeySkeleton />
        )}
      </Card>
      <ApiKeySnippets />
      <CreateKeyDialog open={params.get("dialog") === "new"} onClose={() => change({ dialog: null })} />
    </Page>
  );
}
