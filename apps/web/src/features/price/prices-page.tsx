"use client";
import type { Price } from "@djinnbot/contracts";
import { Button, Card, CardBody, CardHeader, EmptyState, Input, Page, PageHeader, SkeletonTable } from "@djinnbot/ui";
import { CircleDollarSign, Plus, Search } from "lucide-react";
import { useRef } from "react";
import { trpc } from "@/trpc/client.ts";
import { FaultState } from "../form/fault-state.tsx";
import { useUrlParams } from "../form/url-param.ts";
import { useShortcut } from "../shell/shortcuts.ts";
import { useMay } from "../shell/viewer.tsx";
import { PriceForm } from "./price-form.tsx";
import { PriceTable } from "./price-table.tsx";

const newPrice = "new";

/** What does a model cost, and who says so? */
export function PricesPage() {
  const mayChange = useMay("settings:write");
  const [params, change] = useUrlParams();
  const prices = trpc.prices.list.useQuery({});
  const editing = mayChange ? params.get("price") : null;
  const open = () => change({ price: newPrice }, { push: true });
  useShortcut({ keys: "c", label: "New price", group: "Prices", run: open }, mayChange);
  return (
    <Page>
      <PageHeader
        title="Prices"
        description="Dollars for a million tokens. Your own prices come before the bundled ones; a model without a price costs “approximately nothing”, and only token limits hold it."
        {...(mayChange
          ? {
              actions: (
                <Button variant="primary" icon={<Plus aria-hidden />} onClick={open}>
                  New price
                </Button>
              ),
            }
          : {})}
      />
      {editing !== null && prices.data ? (
        <EditCard key={editing} base={best(prices.data, editing)} onDone={() => change({ price: null })} />
      ) : null}
      <Card>
        {prices.data ? (
          <PriceList
            prices={prices.data}
            query={params.get("q") ?? ""}
            onQuery={(q) => change({ q })}
            onEdit={mayChange ? (price) => change({ price }, { push: true }) : null}
          />
        ) : prices.error ? (
          <FaultState
            className="m-3"
            title="The prices could not be loaded"
            error={prices.error}
            onRetry={() => void prices.refetch()}
          />
        ) : (
          <SkeletonTable columns={8} />
        )}
      </Card>
    </Page>
  );
}

/** The team's own price of a model, else the bundled one. */
function best(prices: readonly Price[], model: string): Price | null {
  return prices.find((price) => price.model === model) ?? null;
}

function EditCard({ base, onDone }: { base: Price | null; onDone: () => void }) {
  const isOwn = base?.source === "tenant";
  const place = useRef<HTMLDivElement>(null);
  return (
    <Card
      ref={(element) => {
        // It stands above a long table, from whose middle it may have been opened.
        if (element !== null && place.current !== element) {
          place.current = element;
          element.scrollIntoView({ block: "center" });
          element.querySelector<HTMLInputElement>("input:not([readonly])")?.focus({ preventScroll: true });
        }
      }}
    >
      <CardHeader
        title={
          base === null ? "New price" : isOwn ? `Your price of ${base.model}` : `Override the price of ${base.model}`
        }
        description="Calls from now on cost that; what is over keeps what it cost."
        icon={<CircleDollarSign aria-hidden />}
      />
      <CardBody>
        <PriceForm base={base} onDone={onDone} />
      </CardBody>
    </Card>
  );
}

type PriceListProps = {
  prices: readonly Price[];
  query: string;
  onQuery: (query: string) => void;
  onEdit: ((model: string) => void) | null;
};

function PriceList({ prices, query, onQuery, onEdit }: PriceListProps) {
  const input = useRef<HTMLInputElement>(null);
  useShortcut({ keys: "/", label: "Filter prices", group: "Prices", run: () => input.current?.focus() });
  const wanted = query.trim().toLowerCase();
  const shown = prices.filter(({ model }) => model.toLowerCase().includes(wanted));
  return (
    <>
      <div className="border-b border-line p-3">
        <Input
          ref={input}
          type="search"
          aria-label="Filter prices by model"
          placeholder="Filter by model"
          leading={<Search aria-hidden />}
          value={query}
          onChange={(event) => onQuery(event.target.value)}
          className="sm:max-w-72"
        />
      </div>
      {shown.length === 0 ? (
        <EmptyState
          icon={<CircleDollarSign aria-hidden />}
          title="No price matches"
          action={
            <Button size="sm" onClick={() => onQuery("")}>
              Show all prices
            </Button>
          }
        >
          No model's name contains “{query}”.
        </EmptyState>
      ) : (
        <PriceTable prices={shown} onEdit={onEdit} />
      )}
    </>
  );
}
