import { ThinkingLevel } from "@djinnbot/contracts";

const words: Record<ThinkingLevel, string> = {
  off: "Off",
  minimal: "Minimal",
  low: "Low",
  medium: "Medium",
  high: "High",
  xhigh: "Very high",
};

/** How hard a model may think, as choices of a page. */
export const thinkingOptions = ThinkingLevel.options.map((value) => ({ value, label: words[value] }));
