"use client";
import { IconButton, Input, type InputProps } from "@djinnbot/ui";
import { Eye, EyeOff } from "lucide-react";
import { useState } from "react";

/** A password that can be looked at while typing. */
export function PasswordInput(props: Omit<InputProps, "type" | "trailing">) {
  const [shown, setShown] = useState(false);
  const toggle = (
    <IconButton
      label={shown ? "Hide the password" : "Show the password"}
      size="sm"
      icon={shown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
      onClick={() => setShown(!shown)}
    />
  );
  return <Input {...props} type={shown ? "text" : "password"} spellCheck={false} trailing={toggle} />;
}
