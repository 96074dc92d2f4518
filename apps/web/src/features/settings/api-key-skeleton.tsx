"use client";
import { Skeleton, Table, TableBody, TableCell, TableRow } from "@djinnbot/ui";
import { ApiKeyHead } from "./api-key-list.tsx";

const rows = [0, 1, 2];
const columns = ["name", "key", "state", "scopes", "used", "created", "expires", "actions"];

/** The list of keys to come: its head is there, its rows are as high as the real ones. */
export function ApiKeySkeleton() {
  return (
    <div role="status" aria-label="Loading">
      <div className="max-lg:hidden">
        <Table label="API keys" className="table-fixed">
          <ApiKeyHead />
          <TableBody>
            {rows.map((row) => (
              <TableRow key={row}>
                {columns.map((column) => (
                  <TableCell key={column}>
                    <Skeleton className="h-control-sm w-4/5" />
                  </TableCell>
                ))}
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </div>
      <div className="divide-y divide-line lg:hidden">
        {rows.map((row) => (
          <div key={row} className="flex h-22 flex-col justify-center gap-2 px-3">
            <Skeleton className="w-1/2" />
            <Skeleton className="w-3/4" />
          </div>
        ))}
      </div>
    </div>
  );
}
