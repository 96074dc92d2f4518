"use client";
import { Toaster as Sonner } from "sonner";

export { toast } from "sonner";

/** For a message that offers to take something back: it stays for ten seconds, others for four. Under the pointer it stays on. */
export function withUndo(undo: () => void) {
  return { action: { label: "Undo", onClick: undo }, duration: 10_000 };
}

/** Where results of things in the background appear; once in the root layout. */
export function Toaster({ theme }: { theme?: "light" | "dark" | "system" }) {
  return (
    <Sonner
      theme={theme ?? "system"}
      position="bottom-right"
      closeButton
      gap={8}
      toastOptions={{
        classNames: {
          toast: "!rounded-lg !border !border-line !bg-surface !text-fg !text-sm !shadow-pop !font-sans",
          description: "!text-muted",
          success: "[&_[data-icon]]:!text-ok",
          error: "[&_[data-icon]]:!text-danger",
          actionButton: "!bg-accent !text-accent-fg",
          closeButton: "!border-line !bg-surface !text-muted",
        },
      }}
    />
  );
}
