"use client";
import { Combobox } from "@djinnbot/ui";
import { modelOptions } from "./models.ts";
import { useModels } from "./use-models.ts";

type ModelComboboxProps = {
  /** `provider/model`, or empty for none. */
  value: string;
  onValueChange: (model: string) => void;
  /** What no model means: "The team's default". */
  none: string;
  disabled?: boolean;
  "aria-label"?: string;
};

/** A model of the providers that can be called; a name that no list has can be typed. */
export function ModelCombobox({ value, onValueChange, none, ...rest }: ModelComboboxProps) {
  const { listed, loading } = useModels();
  // cmdk takes an empty value for none at all, so "no model" travels as a name of its own.
  const options = [{ value: noModel, label: none }, ...modelOptions(listed)];
  return (
    <Combobox
      {...rest}
      value={value === "" ? noModel : value}
      onValueChange={(model) => onValueChange(model === noModel ? "" : model)}
      options={options}
      loading={loading}
      allowCustom
      searchPlaceholder="Search, or type provider/model"
      emptyText="No such model. Type its full name: provider/model."
    />
  );
}

const noModel = "none";
