import { LoaderCircle } from "lucide-react";
import { cn } from "./cn.ts";

/** A turning circle; with a label it is announced, without one it is decoration beside a word. */
export function Spinner({ label, className }: { label?: string; className?: string }) {
  const icon = <LoaderCircle aria-hidden className={cn("size-4 shrink-0 animate-spin", className)} />;
  if (label === undefined) {
    return icon;
  }
  return (
    <span role="status" className="inline-flex items-center gap-2 text-muted">
      {icon}
      <span>{label}</span>
    </span>
  );
}
