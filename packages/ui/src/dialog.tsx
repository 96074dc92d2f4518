"use client";
import { X } from "lucide-react";
import { Dialog as RadixDialog } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { buttonVariants } from "./button.tsx";
import { cn } from "./cn.ts";

export const Dialog = RadixDialog.Root;
export const DialogTrigger = RadixDialog.Trigger;

export const overlayClasses = "fixed inset-0 z-40 bg-overlay animate-in fade-in-0";

const WIDTHS = { sm: "max-w-sm", md: "max-w-lg", lg: "max-w-2xl", xl: "max-w-4xl" };

export type DialogContentProps = Omit<ComponentProps<typeof RadixDialog.Content>, "title"> & {
  title: ReactNode;
  description?: ReactNode;
  footer?: ReactNode;
  size?: keyof typeof WIDTHS;
  hideTitle?: boolean;
};

/** A modal dialog with a fixed head and foot and a scrolling body; on a phone it fills the lower part of the screen. */
export function DialogContent(props: DialogContentProps) {
  const { title, description, footer, size = "md", hideTitle, className, children, ...rest } = props;
  return (
    <RadixDialog.Portal>
      <RadixDialog.Overlay className={overlayClasses} />
      <RadixDialog.Content
        onOpenAutoFocus={focusFirstField}
        {...(description === undefined ? { "aria-describedby": undefined } : {})}
        className={cn(
          "fixed inset-x-0 bottom-0 z-50 mx-auto flex outline-none max-h-[92dvh] w-full flex-col rounded-t-lg border border-line bg-surface shadow-pop animate-in fade-in-0 sm:top-[8vh] sm:bottom-auto sm:max-h-[84vh] sm:w-[calc(100%-2rem)] sm:rounded-lg",
          WIDTHS[size],
          className,
        )}
        {...rest}
      >
        <PanelHead title={title} description={description} hidden={hideTitle} />
        <div data-panel-body className="min-h-0 flex-1 overflow-y-auto p-4">
          {children}
        </div>
        {footer === undefined ? null : <PanelFoot>{footer}</PanelFoot>}
      </RadixDialog.Content>
    </RadixDialog.Portal>
  );
}

/** Title, description and close button of a dialog or sheet. */
export function PanelHead(props: { title: ReactNode; description?: ReactNode; hidden?: boolean | undefined }) {
  if (props.hidden) {
    return <RadixDialog.Title className="sr-only">{props.title}</RadixDialog.Title>;
  }
  return (
    <div className="flex items-start justify-between gap-4 border-b border-line py-3 pr-3 pl-4">
      <div className="min-w-0">
        <RadixDialog.Title className="text-base font-semibold">{props.title}</RadixDialog.Title>
        {props.description === undefined ? null : (
          <RadixDialog.Description className="mt-0.5 text-sm text-muted">{props.description}</RadixDialog.Description>
        )}
      </div>
      <RadixDialog.Close asChild>
        <button
          type="button"
          aria-label="Close"
          className={cn(buttonVariants({ variant: "ghost", size: "sm" }), "aspect-square px-0")}
        >
          <X aria-hidden />
        </button>
      </RadixDialog.Close>
    </div>
  );
}

/** The row of actions at the bottom of a dialog or sheet, the main one last. */
export function PanelFoot({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap items-center justify-end gap-2 border-t border-line px-4 py-3">{children}</div>;
}

/** Puts the cursor into the first field of an opened panel; without one the panel itself takes the focus, not its close button. */
export function focusFirstField(event: Event): void {
  event.preventDefault();
  if (event.currentTarget instanceof HTMLElement) {
    const field = event.currentTarget.querySelector<HTMLElement>(
      "[data-panel-body] :is(input, textarea, [role='combobox']):not(:disabled, [type='hidden'])",
    );
    (field ?? event.currentTarget).focus();
  }
}
