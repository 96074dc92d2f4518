"use client";
import { Dialog as RadixDialog } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { createContext, useContext } from "react";
import { cn } from "./cn.ts";
import { focusFirstField, overlayClasses, PanelFoot, PanelHead } from "./dialog.tsx";

const Modal = createContext(true);

/** A panel at the side. With `modal={false}` what stands beside it stays usable (details beside a list). */
export function Sheet({ modal = true, ...rest }: ComponentProps<typeof RadixDialog.Root>) {
  return (
    <Modal.Provider value={modal}>
      <RadixDialog.Root modal={modal} {...rest} />
    </Modal.Provider>
  );
}

const WIDTHS = { sm: "sm:max-w-xs", md: "sm:max-w-lg", lg: "sm:max-w-3xl" };

export type SheetContentProps = Omit<ComponentProps<typeof RadixDialog.Content>, "title"> & {
  title: ReactNode;
  description?: ReactNode;
  side?: "right" | "left";
  size?: keyof typeof WIDTHS;
  footer?: ReactNode;
  hideTitle?: boolean;
};

/** The panel itself: fixed head and foot, scrolling body, full width on a phone. */
export function SheetContent(props: SheetContentProps) {
  const { title, description, side = "right", size = "md", footer, hideTitle, className, children, ...rest } = props;
  const modal = useContext(Modal);
  return (
    <RadixDialog.Portal>
      {modal ? <RadixDialog.Overlay className={overlayClasses} /> : null}
      <RadixDialog.Content
        onOpenAutoFocus={focusFirstField}
        {...(description === undefined ? { "aria-describedby": undefined } : {})}
        onInteractOutside={modal ? undefined : (event) => event.preventDefault()}
        className={cn(
          "fixed inset-y-0 z-50 flex w-full flex-col outline-none border-line bg-surface shadow-pop animate-in duration-150",
          side === "right" ? "right-0 slide-in-from-right-8 sm:border-l" : "left-0 slide-in-from-left-8 sm:border-r",
          WIDTHS[size],
          className,
        )}
        {...rest}
      >
        <PanelHead title={title} description={description} hidden={hideTitle} />
        <div data-panel-body className={cn("min-h-0 flex-1 overflow-y-auto", !hideTitle && "p-4")}>
          {children}
        </div>
        {footer === undefined ? null : <PanelFoot>{footer}</PanelFoot>}
      </RadixDialog.Content>
    </RadixDialog.Portal>
  );
}
