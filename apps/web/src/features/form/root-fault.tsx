"use client";
import { CircleAlert } from "lucide-react";

/** What the server refused of a form as a whole; the place is always there, so that a screen reader hears it change. */
export function RootFault({ message }: { message: string | undefined }) {
  return (
    <div role="alert" className={message === undefined ? "hidden" : undefined}>
      {message === undefined ? null : (
        <p className="flex items-start gap-2 rounded-md border border-danger-line bg-danger-soft px-3 py-2 text-sm wrap-anywhere">
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-danger" />
          {message}
        </p>
      )}
    </div>
  );
}
