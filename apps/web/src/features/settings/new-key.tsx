"use client";
import { Banner, Button, CodeBlock, CopyButton, DialogContent, Input } from "@djinnbot/ui";
import { useSyncExternalStore } from "react";
import { curlSnippet } from "./snippets.ts";

/** The key, this once. */
export function NewKey({ apiKey, onClose }: { apiKey: string; onClose: () => void }) {
  const origin = useSyncExternalStore(
    () => () => undefined,
    () => window.location.origin,
    () => "",
  );
  return (
    <DialogContent
      title="Your new key"
      // A click beside the dialog must not lose the only sight of the key.
      onInteractOutside={(event) => event.preventDefault()}
      footer={
        <Button variant="primary" onClick={onClose}>
          I have copied it
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <Banner tone="warn" title="Shown only now.">
          Copy it to where it is used; it is stored as a hash and cannot be shown again.
        </Banner>
        <Input
          readOnly
          mono
          aria-label="API key"
          value={apiKey}
          onFocus={(event) => event.target.select()}
          trailing={<CopyButton text={apiKey} label="Copy the key" />}
        />
        <CodeBlock label="Try it with curl" title="Try it" code={curlSnippet({ origin, apiKey })} />
      </div>
    </DialogContent>
  );
}
