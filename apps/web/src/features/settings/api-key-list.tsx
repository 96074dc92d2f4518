"use client";
import type { ApiKey } from "@djinnbot/contracts";
import {
  plural,
  RelativeTime,
  StatusBadge,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeaderCell,
  TableRow,
} from "@djinnbot/ui";
import { keyState } from "./key-state.ts";
import { RevokeButton } from "./revoke-button.tsx";

/** Keys as rows; on a narrow screen each is a small card. However long a name is, its key can be revoked. */
export function ApiKeyList({ keys }: { keys: readonly ApiKey[] }) {
  return (
    <>
      <div className="max-lg:hidden">
        <Table label="API keys" className="table-fixed">
          <ApiKeyHead />
          <TableBody>
            {keys.map((key) => (
              <KeyRow key={key.id} apiKey={key} />
            ))}
          </TableBody>
        </Table>
      </div>
      <ul aria-label="API keys" className="divide-y divide-line lg:hidden">
        {keys.map((key) => (
          <SmallKey key={key.id} apiKey={key} />
        ))}
      </ul>
    </>
  );
}

/** The columns, as wide while the keys are loading as afterwards. */
export function ApiKeyHead() {
  return (
    <TableHead>
      <tr>
        <TableHeaderCell>Name</TableHeaderCell>
        <TableHeaderCell className="w-40">Key</TableHeaderCell>
        <TableHeaderCell className="w-28">State</TableHeaderCell>
        <TableHeaderCell className="w-20">Scopes</TableHeaderCell>
        <TableHeaderCell className="w-28">Last used</TableHeaderCell>
        <TableHeaderCell className="w-28">Created</TableHeaderCell>
        <TableHeaderCell className="w-28">Expires</TableHeaderCell>
        <TableHeaderCell align="right" className="w-24">
          <span className="sr-only">Actions</span>
        </TableHeaderCell>
      </tr>
    </TableHead>
  );
}

function KeyRow({ apiKey: key }: { apiKey: ApiKey }) {
  return (
    <TableRow>
      <TableCell truncate className="font-medium" title={key.name}>
        {key.name}
      </TableCell>
      <TableCell mono truncate>
        {key.keyPrefix}…
      </TableCell>
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
  );
}

function SmallKey({ apiKey: key }: { apiKey: ApiKey }) {
  return (
    <li className="flex items-start gap-3 px-3 py-2.5">
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <span className="line-clamp-2 text-sm font-medium wrap-anywhere" title={key.name}>
          {key.name}
        </span>
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-muted">
          <StatusBadge status={keyState(key, Date.now())} variant="plain" className="text-xs" />
          <code className="font-mono">{key.keyPrefix}…</code>
          <span title={key.scopes.join(", ")}>{plural(key.scopes.length, "scope")}</span>
        </span>
        <span className="flex flex-wrap gap-x-3 gap-y-1 text-xs text-muted">
          <span>
            Last used <RelativeTime at={key.lastUsedAt} fallback="never" />
          </span>
          <span>
            Expires <RelativeTime at={key.expiresAt} fallback="never" />
          </span>
        </span>
      </div>
      {key.isActive ? <RevokeButton apiKey={key} /> : null}
    </li>
  );
}
