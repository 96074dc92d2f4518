"use client";
import { AlertDialog } from "radix-ui";
import { type FormEvent, type ReactNode, useEffect, useId, useState } from "react";
import { Button } from "./button.tsx";
import { cn } from "./cn.ts";
import { overlayClasses, PanelFoot } from "./dialog.tsx";
import { Input } from "./input.tsx";

export type ConfirmDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  /** What will go, with counts: "12 runs and their logs". */
  consequences?: readonly string[];
  confirmLabel: string;
  cancelLabel?: string;
  onConfirm: () => void | Promise<void>;
  /** The name that must be typed, for what cannot be undone. */
  typeToConfirm?: string;
  tone?: "danger" | "default";
};

/** Asks before something is destroyed. A failing `onConfirm` is told in place and the dialog stays open. */
export function ConfirmDialog({ open, onOpenChange, ...rest }: ConfirmDialogProps) {
  return (
    <AlertDialog.Root open={open} onOpenChange={onOpenChange}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className={overlayClasses} />
        <AlertDialog.Content
          className={cn(
            "fixed inset-x-0 bottom-0 z-50 mx-auto w-full max-w-md rounded-t-lg border border-line bg-surface shadow-pop animate-in fade-in-0",
            "sm:top-[16vh] sm:bottom-auto sm:w-[calc(100%-2rem)] sm:rounded-lg",
          )}
        >
          <ConfirmForm onDone={() => onOpenChange(false)} {...rest} />
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

type ConfirmFormProps = Omit<ConfirmDialogProps, "open" | "onOpenChange"> & { onDone: () => void };

function ConfirmForm(props: ConfirmFormProps) {
  const {
    title,
    description,
    consequences = [],
    confirmLabel,
    cancelLabel = "Cancel",
    typeToConfirm,
    tone = "danger",
  } = props;
  const { typed, setTyped, busy, fault, submit } = useConfirm(props);
  const allowed = typeToConfirm === undefined || typed === typeToConfirm;
  return (
    <form onSubmit={submit}>
      <div className="flex flex-col gap-3 p-4">
        <AlertDialog.Title className="text-base font-semibold">{title}</AlertDialog.Title>
        <AlertDialog.Description asChild>
          <div className="flex flex-col gap-2 text-sm text-muted">
            {description}
            {consequences.length === 0 ? null : (
              <ul className="list-disc pl-5 text-fg">
                {consequences.map((line) => (
                  <li key={line}>{line}</li>
                ))}
              </ul>
            )}
          </div>
        </AlertDialog.Description>
        {typeToConfirm === undefined ? null : <TypeName name={typeToConfirm} value={typed} onChange={setTyped} />}
        <p role="alert" className={cn("text-sm text-danger", fault === null && "hidden")}>
          {fault}
        </p>
      </div>
      <PanelFoot>
        <AlertDialog.Cancel asChild>
          <Button variant="ghost" disabled={busy}>
            {cancelLabel}
          </Button>
        </AlertDialog.Cancel>
        <Button type="submit" variant={tone === "danger" ? "danger" : "primary"} loading={busy} disabled={!allowed}>
          {confirmLabel}
        </Button>
      </PanelFoot>
    </form>
  );
}

function TypeName({ name, value, onChange }: { name: string; value: string; onChange: (value: string) => void }) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-sm">
        Type <strong className="font-mono font-medium">{name}</strong> to confirm
      </label>
      <Input
        id={id}
        mono
        value={value}
        onChange={(event) => onChange(event.target.value)}
        autoComplete="off"
        spellCheck={false}
      />
    </div>
  );
}

function useConfirm({ onConfirm, onDone }: Pick<ConfirmFormProps, "onConfirm" | "onDone">) {
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const [alive] = useState(() => ({ current: true }));
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, [alive]);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    setBusy(true);
    setFault(null);
    try {
      await onConfirm();
      onDone();
    } catch (error) {
      setFault(error instanceof Error ? error.message : "That did not work. Try again.");
    } finally {
      if (alive.current) {
        setBusy(false);
      }
    }
  };
  return { typed, setTyped, busy, fault, submit };
}
