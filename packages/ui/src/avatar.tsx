import { cn } from "./cn.ts";

const SIZES = { xs: "size-5 text-[0.625rem]", sm: "size-6 text-xs", md: "size-8 text-sm", lg: "size-12 text-xl" };

export type AvatarProps = { name: string; emoji?: string | null; size?: keyof typeof SIZES; className?: string };

/** The face of an agent or person: its emoji, else its initials. Decoration: the name stands beside it. */
export function Avatar({ name, emoji, size = "md", className }: AvatarProps) {
  return (
    <span
      aria-hidden
      className={cn(
        "inline-flex shrink-0 items-center justify-center rounded-md border border-line bg-sunken font-medium text-muted select-none",
        SIZES[size],
        className,
      )}
    >
      {emoji || initials(name)}
    </span>
  );
}

function initials(name: string): string {
  const words = name
    .trim()
    .split(/[\s._@-]+/)
    .filter(Boolean);
  return (
    words
      .slice(0, 2)
      .map((word) => [...word][0] ?? "")
      .join("")
      .toUpperCase() || "?"
  );
}
