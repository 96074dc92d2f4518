"use client";
import type { ApiKey } from "@djinnbot/contracts";
import {
  Button,
  Card,
  EmptyState,
  Page,
  PageHeader,
  RelativeTime,
  SkeletonTable,
  StatusBadge,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeaderCell,
  TableRow,
} from "@djinnbot/ui";
import { KeyRound, Plus } from "lucide-react";
import { trpc } from "@/trpc/client.ts";
import { FaultState } from "../form/fault-state.tsx";
import { useUrlParams } from "../form/url-param.ts";
import { useShortcut } from "../shell/shortcuts.ts";
import { ApiKeySnippets } from "./api-key-snippets.tsx";
import { CreateKeyDialog } from "./create-key-dialog.tsx";
import { keyState } from "./key-state.ts";
import { RevokeButton } from "./revoke-button.tsx";

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
            <KeyTable keys={keys.data} />
          )
        ) : keys.error ? (
          <FaultState
            title="The keys could not be loaded"
            error={keys.error}
            onRetry={() => void keys.refetch()}
            className="m-3"
          />
        ) : (
          <SkeletonTable rows={3} columns={5} />
        )}
      </Card>
      <ApiKeySnippets />
      <CreateKeyDialog open={params.get("dialog") === "new"} onClose={() => change({ dialog: null })} />
    </Page>
  );
}

function KeyTable({ keys }: { keys: readonly ApiKey[] }) {
  return (
    <Table label="API keys">
      <TableHead>
        <tr>
          <TableHeaderCell>Name</TableHeaderCell>
          <TableHeaderCell>Key</TableHeaderCell>
          <TableHeaderCell>State</TableHeaderCell>
          <TableHeaderCell>Scopes</TableHeaderCell>
          <TableHeaderCell>Last used</TableHeaderCell>
          <TableHeaderCell>Created</TableHeaderCell>
          <TableHeaderCell>Expires</TableHeaderCell>
          <TableHeaderCell align="right">
            <span className="sr-only">Actions</span>
          </TableHeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {keys.map((key) => (
          <TableRow key={key.id}>
            <TableCell className="min-w-32 font-medium">{key.name}</TableCell>
            <TableCell mono>{key.keyPrefix}…</TableCell>
            <TableCell>
              <StatusBadge status={keyState(key, Date.now())} />
            </TableCell>
            <TableCell>
              <span title={key.scopes.join(", ")}>{key.scopes.length}</span>
            </TableCell>
            <TableCell>
              <RelativeTime at={key.lastUsedAt} fallback="Never" />
            </TableCell>
            <TableCell>
              <RelativeTime at={key.createdAt} />
            </TableCell>
            <TableCell>
              <RelativeTime at={key.expiresAt} fallback="Never" />
            </TableCell>
            <TableCell align="right">{key.isActive ? <RevokeButton apiKey={key} /> : null}</TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
