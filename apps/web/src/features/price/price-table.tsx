"use client";
import type { Price } from "@djinnbot/contracts";
import {
  Badge,
  Button,
  formatTokens,
  IconButton,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeaderCell,
  TableRow,
  toast,
  withUndo,
} from "@djinnbot/ui";
import { Undo2 } from "lucide-react";
import { trpc } from "@/trpc/client.ts";
import { showDollars } from "../budget/amount.ts";

type PriceTableProps = {
  prices: readonly Price[];
  /** Opens a price; null where the viewer may only look. */
  onEdit: ((model: string) => void) | null;
};

/** Prices in dollars for a million tokens; a bundled one that the team's own replaces is struck through. */
export function PriceTable({ prices, onEdit }: PriceTableProps) {
  const own = new Set(prices.filter(({ source }) => source === "tenant").map(({ model }) => model));
  return (
    <Table label="Prices in dollars for a million tokens">
      <TableHead>
        <tr>
          <TableHeaderCell>Model</TableHeaderCell>
          <TableHeaderCell align="right" className="max-sm:hidden">
            Input
          </TableHeaderCell>
          <TableHeaderCell align="right" className="max-sm:hidden">
            Output
          </TableHeaderCell>
          <TableHeaderCell align="right" className="max-sm:hidden">
            Cache read
          </TableHeaderCell>
          <TableHeaderCell align="right" className="max-sm:hidden">
            Cache write
          </TableHeaderCell>
          <TableHeaderCell align="right" className="max-sm:hidden">
            Context
          </TableHeaderCell>
          <TableHeaderCell>Source</TableHeaderCell>
          <TableHeaderCell align="right">
            <span className="sr-only">Actions</span>
          </TableHeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {prices.map((price) => (
          <PriceRow
            key={price.id}
            price={price}
            isReplaced={price.source === "platform" && own.has(price.model)}
            onEdit={onEdit && (() => onEdit(price.model))}
          />
        ))}
      </TableBody>
    </Table>
  );
}

type PriceRowProps = { price: Price; isReplaced: boolean; onEdit: (() => void) | null };

function PriceRow({ price, isReplaced, onEdit }: PriceRowProps) {
  const isOwn = price.source === "tenant";
  const change = isOwn ? "Change" : "Override";
  const amounts = [
    ["input", price.inputMicros],
    ["output", price.outputMicros],
    ["cache read", price.cacheReadMicros],
    ["cache write", price.cacheWriteMicros],
  ] as const;
  return (
    <TableRow className={isReplaced ? "text-muted line-through" : undefined}>
      <TableCell mono className="wrap-anywhere">
        {price.model}
        <span className="block font-sans text-muted sm:hidden">
          ${showDollars(price.inputMicros)} in · ${showDollars(price.outputMicros)} out
        </span>
      </TableCell>
      {amounts.map(([name, micros]) => (
        <TableCell key={name} align="right" className="tabular-nums max-sm:hidden">
          {micros === null ? "–" : `$${showDollars(micros)}`}
        </TableCell>
      ))}
      <TableCell align="right" className="max-sm:hidden">
        {formatTokens(price.contextWindow)}
      </TableCell>
      <TableCell>{isOwn ? <Badge tone="accent">Yours</Badge> : <Badge>Bundled</Badge>}</TableCell>
      <TableCell align="right" className="whitespace-nowrap">
        {onEdit === null || isReplaced ? null : (
          <Button size="sm" variant="ghost" aria-label={`${change} the price of ${price.model}`} onClick={onEdit}>
            {change}
          </Button>
        )}
        {isOwn && onEdit !== null ? <ForgetPrice price={price} /> : null}
      </TableCell>
    </TableRow>
  );
}

function ForgetPrice({ price }: { price: Price }) {
  const utils = trpc.useUtils();
  const refresh = () => utils.prices.list.invalidate();
  const put = trpc.prices.put.useMutation({ onSettled: refresh });
  const remove = trpc.prices.delete.useMutation({
    onSuccess: () => {
      const { id, source, updatedAt, ...again } = price;
      toast(
        `Your price of ${price.model} is forgotten.`,
        withUndo(() => put.mutate(again)),
      );
    },
    onError: (error) => toast.error(`The price could not be forgotten. ${error.message}`),
    onSettled: refresh,
  });
  return (
    <IconButton
      label={`Forget your price of ${price.model}`}
      size="sm"
      icon={<Undo2 aria-hidden />}
      loading={remove.isPending}
      onClick={() => remove.mutate({ priceId: price.id })}
    />
  );
}
