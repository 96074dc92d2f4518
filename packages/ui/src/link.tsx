"use client";
import { ExternalLink } from "lucide-react";
import { type ComponentProps, type ComponentType, createContext, type ReactNode, useContext } from "react";
import { cn } from "./cn.ts";

type LinkComponent = ComponentType<ComponentProps<"a"> & { href: string }>;

const Context = createContext<LinkComponent | null>(null);

/** Tells the primitives which component navigates inside the app; without it they render plain anchors. */
export function LinkProvider({ component, children }: { component: LinkComponent; children: ReactNode }) {
  return <Context.Provider value={component}>{children}</Context.Provider>;
}

/** A link without a look of its own, through the app's router. */
export function AppLink({ href, ...rest }: ComponentProps<"a"> & { href: string }) {
  const Link = useContext(Context);
  return Link === null ? <a href={href} {...rest} /> : <Link href={href} {...rest} />;
}

export type TextLinkProps = ComponentProps<"a"> & { href: string; external?: boolean };

/** A link inside text; an external one opens beside and says so. */
export function TextLink({ external, className, children, ...rest }: TextLinkProps) {
  const classes = cn("text-accent-text underline underline-offset-3 decoration-1 hover:decoration-2", className);
  if (!external) {
    return (
      <AppLink className={classes} {...rest}>
        {children}
      </AppLink>
    );
  }
  return (
    <a className={classes} target="_blank" rel="noreferrer noopener" {...rest}>
      {children}
      <ExternalLink aria-hidden className="ml-1 inline size-3" />
      <span className="sr-only"> (opens in a new tab)</span>
    </a>
  );
}
