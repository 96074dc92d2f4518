"use client";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
  IconButton,
} from "@djinnbot/ui";
import { Contrast } from "lucide-react";
import { useTheme } from "next-themes";
import { useState } from "react";
import { applyDensity, type Density, readDensity } from "./preferences.ts";

/** Theme and density. */
export function AppearanceMenu() {
  const { theme, setTheme } = useTheme();
  const [density, setDensity] = useState<Density>("comfortable");
  const readCurrent = (open: boolean) => {
    if (open) {
      setDensity(readDensity(document.documentElement.dataset.density));
    }
  };
  return (
    <DropdownMenu onOpenChange={readCurrent}>
      <DropdownMenuTrigger asChild>
        <IconButton label="Appearance" icon={<Contrast aria-hidden />} />
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuLabel>Theme</DropdownMenuLabel>
        <DropdownMenuRadioGroup value={theme ?? "system"} onValueChange={setTheme}>
          <DropdownMenuRadioItem value="light">Light</DropdownMenuRadioItem>
          <DropdownMenuRadioItem value="dark">Dark</DropdownMenuRadioItem>
          <DropdownMenuRadioItem value="system">As the system</DropdownMenuRadioItem>
        </DropdownMenuRadioGroup>
        <DropdownMenuSeparator />
        <DropdownMenuLabel>Density</DropdownMenuLabel>
        <DropdownMenuRadioGroup value={density} onValueChange={(value) => applyDensity(readDensity(value))}>
          <DropdownMenuRadioItem value="comfortable">Comfortable</DropdownMenuRadioItem>
          <DropdownMenuRadioItem value="compact">Compact</DropdownMenuRadioItem>
        </DropdownMenuRadioGroup>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
