"use client";
import type { Scope } from "@djinnbot/contracts";
import { Checkbox, SegmentedControl } from "@djinnbot/ui";
import { useState } from "react";
import { grantable, presetOf, scopePresets } from "./key-scopes.ts";

type ScopeChoiceProps = {
  /** What the maker may give. */
  own: readonly Scope[];
  value: readonly Scope[];
  onChange: (scopes: Scope[]) => void;
  error: string | undefined;
};

/** What a key may do: a usual choice, or scope by scope. */
export function ScopeChoice({ own, value, onChange, error }: ScopeChoiceProps) {
  const [byHand, setByHand] = useState(false);
  const preset = byHand ? null : presetOf(value, own);
  const choose = (id: string) => {
    const chosen = scopePresets.find((candidate) => candidate.id === id);
    setByHand(chosen === undefined);
    if (chosen) {
      onChange(grantable(chosen.scopes, own));
    }
  };
  const toggle = (scope: Scope, on: boolean) =>
    onChange(own.filter((each) => (each === scope ? on : value.includes(each))));
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1.5 text-sm font-medium">What it may do</legend>
      <SegmentedControl
        label="What it may do"
        value={preset ?? "custom"}
        onValueChange={choose}
        options={[
          ...scopePresets.map(({ id, label }) => ({ value: id, label })),
          { value: "custom", label: "Scope by scope" },
        ]}
        className="self-start"
      />
      {preset === null ? (
        <div className="grid grid-cols-2 gap-2 pt-1 sm:grid-cols-3">
          {own.map((scope) => (
            <Checkbox
              key={scope}
              label={<code className="font-mono text-xs">{scope}</code>}
              checked={value.includes(scope)}
              onCheckedChange={(on) => toggle(scope, on)}
            />
          ))}
        </div>
      ) : (
        <p className="text-sm text-muted">{scopePresets.find(({ id }) => id === preset)?.hint}</p>
      )}
      <p role="alert" className={error === undefined ? "hidden" : "text-xs text-danger"}>
        {error}
      </p>
    </fieldset>
  );
}
