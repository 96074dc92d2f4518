"use client";
import { Input, plural, SegmentedControl } from "@djinnbot/ui";
import { LayoutGrid, Rows3, Search } from "lucide-react";
import { useRef } from "react";
import { useUrlParams } from "../form/url-param.ts";
import { useFilterKey } from "../shell/shortcuts.ts";
import type { AgentFilter } from "./filter-agents.ts";

type AgentFiltersProps = {
  filter: AgentFilter;
  /** How many match, and how many there are; undefined while nothing is known. */
  shown: number | undefined;
  total: number | undefined;
  /** False while more agents are on their way. */
  complete: boolean;
};

/** Words, state and look of the list; all of it stands in the address. */
export function AgentFilters({ filter, shown, total, complete }: AgentFiltersProps) {
  const [, change] = useUrlParams();
  const input = useRef<HTMLInputElement>(null);
  useFilterKey(input);
  return (
    <search className="flex flex-wrap items-center gap-2">
      <div className="w-full sm:w-72">
        <Input
          ref={input}
          type="search"
          aria-label="Filter the agents"
          placeholder="Filter by name or role"
          leading={<Search aria-hidden />}
          defaultValue={filter.words}
          onChange={(event) => change({ q: event.target.value })}
        />
      </div>
      <SegmentedControl
        label="State"
        value={filter.show}
        onValueChange={(show) => change({ show: show === "all" ? null : show })}
        options={[
          { value: "all", label: "All" },
          { value: "busy", label: "Busy" },
          { value: "off", label: "Switched off" },
        ]}
      />
      <SegmentedControl
        label="View"
        value={filter.view}
        onValueChange={(view) => change({ view: view === "cards" ? null : view })}
        options={[
          { value: "cards", label: "Cards", icon: <LayoutGrid aria-hidden />, iconOnly: true },
          { value: "rows", label: "Rows", icon: <Rows3 aria-hidden />, iconOnly: true },
        ]}
      />
      <span role="status" className="min-h-[1.45em] text-sm text-muted max-sm:w-full">
        {shown === undefined || total === undefined
          ? null
          : shown === total
            ? plural(total, "agent")
            : `${shown} of ${plural(total, "agent")}`}
        {complete || total === undefined ? null : " so far, loading more …"}
      </span>
    </search>
  );
}
